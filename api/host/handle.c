#include "api/host/handle.h"

#include <stdlib.h>

#include "api/host/context.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/process.h"
#include "base/array.h"
#include "base/hash.h"

enum { FIRST_SLOTS = 64 };

bool handles_init(host *h)
{
    /* Serials of two VMs hardly ever meet, not even where their tags are the same. */
    uint64_t start = hash_stir(h->vm->hash_seed);
    h->handles =
        (handles){.serial = (uint32_t)(start >> 32), .tag = (uint32_t)start & HANDLE_TAG_MASK};
    return true;
}

void handles_free(host *h)
{
    heap_unpin(h->handles.slots);
    free(h->handles.serials);
    free(h->handles.scopes);
}

bool handle_grow_slots(value **slots, uint32_t *capacity, uint32_t first)
{
    value *larger = heap_grow_pinned(*slots, capacity, first, sizeof *larger);
    if (!larger)
        return false;
    heap_unpin(*slots);
    *slots = larger;
    return true;
}

static bool grow_serials(handles *of)
{
    uint32_t *larger =
        array_room32(of->serials, &of->serials_capacity, of->used + 1, sizeof *larger);
    if (larger)
        of->serials = larger;
    return larger;
}

static bool reserve(handles *of)
{
    return (of->used < of->capacity || handle_grow_slots(&of->slots, &of->capacity, FIRST_SLOTS)) &&
           (of->used < of->serials_capacity || grow_serials(of));
}

static csp_value misused(host *h, const char *function, const char *what)
{
    door_misuse(h->vm, function, "%s", what);
    return CSP_NONE;
}

static csp_value none(host *h)
{
    if (h->vm->sched.raised == VALUE_ABSENT)
        host_fail_memory(h);
    else
        host_fail_raised(h);
    return CSP_NONE;
}

csp_value handle_make(host *h, value v, const char *function)
{
    handles *of = &h->handles;
    uint32_t open = door_scopes(h->door);
    if (v == VALUE_ABSENT)
        return none(h);
    if (v == VALUE_NIL || v == VALUE_TRUE || v == VALUE_FALSE)
        return CSP_VALUE_(v);
    if (open == 0)
        return misused(h, function, "no scope is open for the value: see csp_scope_open");
    if (!value_is_object(v))
        return CSP_VALUE_(v);
    const handle_scope *s = &of->scopes[open - 1];
    if (of->used - s->first >= HANDLES_MAX || of->used >= HANDLE_SLOTS_MAX)
        return misused(h, function,
                       "the scope is full, it has 1,048,576 values: open one of its own for each "
                       "round of the loop that makes them, and close it there");
    if (!reserve(of)) {
        host_fail_memory(h);
        return CSP_NONE;
    }
    uint32_t slot = of->used++;
    of->slots[slot] = v;
    of->serials[slot] = s->serial;
    return CSP_VALUE_((uint64_t)s->serial << HANDLE_SERIAL_SHIFT |
                      (uint64_t)slot << HANDLE_SLOT_SHIFT | of->tag);
}

static const char *wrong_word(const handles *of, uint64_t word)
{
    if ((word & 7) != 0)
        return "this is no value that the library has made";
    if ((word & HANDLE_TAG_MASK) != of->tag)
        return "the value is of another VM, or none that the library has made";
    return "the scope of the value has been closed";
}

bool handle_look_up(host *h, csp_value given, const char *function, value *out)
{
    const handles *of = &h->handles;
    uint64_t word = given.word;
    if (handle_find(of, word, out))
        return true;
    *out = word;
    if (word == VALUE_NIL || word == VALUE_TRUE || word == VALUE_FALSE)
        return true;
    *out = VALUE_ABSENT;
    if (word != 0)
        door_misuse(h->vm, function, "%s", wrong_word(of, word));
    return false;
}

process *host_owner(host *h)
{
    process *p = h->context ? h->context->caller : host_process(h->vm);
    if (!p)
        host_fail_memory(h);
    return p;
}
