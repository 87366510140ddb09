#include "vm/data/draft.h"

#include "base/utf8.h"
#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"

enum { CHUNK = 64 << 10 };

void draft_init(draft *d, csp_vm *vm)
{
    d->header = OBJ_WALK;
    text_init(&d->tail, vm);
}

draft *draft_in_slot(csp_vm *vm, value *slot)
{
    if (*slot == VALUE_ABSENT) {
        draft *d = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *d);
        if (!d) {
            vm_raise_memory(vm);
            return NULL;
        }
        draft_init(d, vm);
        *slot = value_object(d);
    }
    return value_as_object(*slot);
}

static bool add_chunk(csp_vm *vm, draft *d, draft_chunk of, size_t length)
{
    draft_chunk *chunk = d->size + of.size <= STRING_MAX
                             ? heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *chunk)
                             : NULL;
    if (!chunk) {
        d->tail.failed = true;
        return false;
    }
    *chunk = of;
    if (d->last)
        d->last->next = chunk;
    else
        d->first = chunk;
    d->last = chunk;
    d->size += of.size;
    d->length += length;
    return true;
}

/* Turns the tail into a chunk, whatever its size. */
static bool close_tail(csp_vm *vm, draft *d)
{
    text tail = d->tail;
    if (tail.failed || tail.used == 0)
        return !tail.failed;
    text_init(&d->tail, vm);
    return add_chunk(vm, d, (draft_chunk){NULL, tail.block, tail.used, NULL},
                     utf8_count(tail.block, tail.used));
}

bool draft_add_rest(csp_vm *vm, draft *d, const string *s, uint32_t from)
{
    const char *rest = s->text + from;
    if (s->size < CHUNK / 8)
        return text_add(&d->tail, rest, s->size - from);
    return close_tail(vm, d) &&
           add_chunk(vm, d, (draft_chunk){NULL, rest, s->size - from, s}, s->length - from);
}

bool draft_add_string(csp_vm *vm, draft *d, const string *s) { return draft_add_rest(vm, d, s, 0); }

verdict draft_settle(csp_vm *vm, draft *d)
{
    if (d->tail.failed || (d->tail.used >= CHUNK && !close_tail(vm, d)))
        return vm_raise_memory(vm);
    return VERDICT_DONE;
}

bool draft_add_step(csp_vm *vm, draft *d, const char *utf8, size_t size, size_t *at)
{
    size_t count = size - *at < CHUNK ? size - *at : CHUNK;
    text_add(&d->tail, utf8 + *at, count);
    vm_charge(vm, count / LONG_BYTES_PER_REDUCTION);
    *at += count;
    return *at == size;
}

verdict draft_string(csp_vm *vm, draft *d, value *result)
{
    if (!d->made) {
        if (!d->first) {
            return vm_give(vm, text_string(&d->tail), result);
        }
        if (!close_tail(vm, d) || !(d->made = str_blank(vm, d->size, d->length)))
            return vm_raise_memory(vm);
        d->next = d->first;
    }
    size_t room = long_bytes(vm);
    while (d->next && room > 0) {
        size_t left = d->next->size - d->copied, count = left < room ? left : room;
        memcpy(d->made->text + d->at, d->next->text + d->copied, count);
        d->at += count;
        d->copied += count;
        room -= count;
        if (d->copied == d->next->size) {
            d->next = d->next->next;
            d->copied = 0;
        }
    }
    vm_charge(vm, (long_bytes(vm) - room) / LONG_BYTES_PER_REDUCTION);
    if (d->next)
        return VERDICT_YIELD;
    *result = value_object(d->made);
    return VERDICT_DONE;
}

verdict draft_flatten(csp_vm *vm, draft *d)
{
    if (!d->first)
        return d->tail.failed ? vm_raise_memory(vm) : VERDICT_DONE;
    value whole;
    verdict v = draft_string(vm, d, &whole);
    if (v != VERDICT_DONE)
        return v;
    d->tail.block = d->made->text;
    d->tail.used = d->tail.capacity = d->made->size;
    d->first = d->last = NULL;
    return VERDICT_DONE;
}
