/* A ref names a slot of its VM. It is malloc'ed, and may outlive the VM. csp_ref_free, on any
 * thread, puts it into a list; whoever is in the VM next empties its slot. */
#include "api/host/ref.h"

#include <stdlib.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "api/host/process.h"
#include "vm/core/type.h"

struct csp_ref {
    struct ref_home *home;
    uint32_t slot;
    csp_ref *next; /* of the freed */
};

enum { FIRST_REFS = 16 };

bool refs_init(host *h)
{
    ref_home *home = calloc(1, sizeof *home);
    if (!home)
        return false;
    pthread_mutex_init(&home->lock, NULL);
    home->users = 1;
    h->refs.home = home;
    return true;
}

/* The lock is held, and given back. */
static void leave_home(ref_home *home, uint32_t users)
{
    home->users -= users;
    bool last = home->users == 0;
    pthread_mutex_unlock(&home->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&home->lock);
    free(home);
}

static csp_ref *take_freed(ref_home *home)
{
    csp_ref *first = home->freed;
    home->freed = NULL;
    return first;
}

static void free_slot(refs *of, uint32_t slot)
{
    of->slots[slot] = value_int(of->free);
    of->free = slot + 1;
}

void refs_take_freed(refs *of)
{
    ref_home *home = of->home;
    pthread_mutex_lock(&home->lock);
    csp_ref *next = take_freed(home);
    uint32_t users = 0;
    for (csp_ref *r; (r = next); users++) {
        next = r->next;
        free_slot(of, r->slot);
        free(r);
    }
    of->count -= users;
    leave_home(home, users);
}

void refs_free(host *h)
{
    refs *of = &h->refs;
    if (!of->home)
        return;
    refs_settle(&h->refs);
    heap_unpin(of->slots);
    pthread_mutex_lock(&of->home->lock);
    of->home->gone = true;
    uint32_t users = 1;
    for (csp_ref *r, *next = take_freed(of->home); (r = next); users++) {
        next = r->next;
        free(r);
    }
    leave_home(of->home, users);
}

/* False: no memory. */
static bool find_slot(refs *of, uint32_t *slot)
{
    if (of->free) {
        *slot = of->free - 1;
        of->free = (uint32_t)value_as_int(of->slots[*slot]);
        return true;
    }
    if (of->used == of->capacity && !handle_grow_slots(&of->slots, &of->capacity, FIRST_REFS))
        return false;
    *slot = of->used++;
    return true;
}

static csp_ref *make(refs *of, value v)
{
    uint32_t slot;
    csp_ref *r = malloc(sizeof *r);
    if (!r || !find_slot(of, &slot)) {
        free(r);
        return NULL;
    }
    *r = (csp_ref){.home = of->home, .slot = slot};
    if (!live_add(r, LIVE_REF)) {
        free_slot(of, slot);
        free(r);
        return NULL;
    }
    of->slots[slot] = v;
    of->count++;
    pthread_mutex_lock(&of->home->lock);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the VM is one of its users */
    of->home->users++;
    pthread_mutex_unlock(&of->home->lock);
    return r;
}

/* Whether v may be kept: what can change, and is a process', would change or go under the
 * host's hands. */
static bool is_keepable(host *h, value v, const char *function)
{
    if (value_is_immutable(v))
        return true;
    const process *p = host_process(h->vm);
    if (!p) {
        host_fail_memory(h);
        return false;
    }
    if (value_usable(p, v))
        return true;
    uint64_t owner = obj_header(v) & OWNER_MASK;
    const char *type = vm_type_names[value_type_of(v)];
    if (owner == OWNER_TRANSIT)
        door_misuse(h->vm, function, "this %s was handed to another process", type);
    else
        door_misuse(h->vm, function, "this %s belongs to process %llu; send it, or take csp_msg_of",
                    type, (unsigned long long)(owner >> OWNER_SHIFT));
    return false;
}

csp_ref *csp_ref_new(csp_vm *vm, csp_value given)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return NULL;
    refs_settle(&h->refs);
    value v;
    csp_ref *r = NULL;
    if (handle_value(h, given, __func__, &v) && is_keepable(h, v, __func__)) {
        r = make(&h->refs, v);
        if (!r)
            host_fail_memory(h);
    }
    door_leave(h);
    return r;
}

/* Whether it is alive, and this VM's; else told. */
static bool is_ours(host *h, const csp_ref *r, const char *function)
{
    size_t at = ((uintptr_t)r >> 5) % REFS_KNOWN;
    uint64_t taken = live_taken;
    if (h->refs.known[at].ref == r && h->refs.known[at].taken == taken)
        return true;
    if (live_kind_of(r) != LIVE_REF) {
        door_misuse(h->vm, function, "the ref is NULL, or has been freed");
        return false;
    }
    if (r->home != h->refs.home) {
        door_misuse(h->vm, function, "the ref is of another VM");
        return false;
    }
    h->refs.known[at].ref = r;
    h->refs.known[at].taken = taken;
    return true;
}

csp_value csp_ref_get(csp_vm *vm, const csp_ref *r)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    csp_value v = CSP_NONE;
    if (is_ours(h, r, __func__))
        v = handle_new(h, h->refs.slots[r->slot], __func__);
    door_leave(h);
    return v;
}

void csp_ref_free(csp_ref *r)
{
    if (!live_take(r, LIVE_REF))
        return;
    ref_home *home = r->home;
    pthread_mutex_lock(&home->lock);
    if (home->gone) {
        free(r);
        leave_home(home, 1);
        return;
    }
    r->next = home->freed;
    home->freed = r;
    pthread_mutex_unlock(&home->lock);
}
