/* Taking over a message. Nobody else knows what was copied for it: that only changes its owner.
 * What was moved (WALK_MOVED) may still have names in the process that gave it away, even if that
 * process takes it over again. So each such object gets a new shell, which takes its contents, and
 * the old one stays behind, empty. Until all is done the second word of the old shell leads to the
 * new one, which keeps sharing and cycles. */
#include "vm/walk/walk_adopt.h"

#include "vm/data/children.h"
#include "vm/data/hosted.h"
#include "vm/data/map.h"
#include "vm/data/structure.h"
#include "vm/walk/walk_state.h"

/* In the header of an old shell while it leads to its new one. */
enum { FORWARDED = 1 << 14 };

typedef struct adopt_walk {
    uint64_t header;
    walk_queue queue; /* adopted objects still to be looked into */
    uint64_t index;   /* of the next child of the queue's head */
    /* the first in the log of old shells, once everything is adopted: of those that still lead to
     * new ones */
    walk_link *old;
    walk_queue log;
    value root;
} adopt_walk;

typedef struct old_shell {
    uint64_t header;
    value forward;
} old_shell;

_Static_assert(OBJ_CONTAINERS == 8, "a container can be moved");
static size_t size_of(value v)
{
    switch (value_kind(v)) {
    case OBJ_LIST: return sizeof(list);
    case OBJ_MAP: return map_object_size(value_as_object(v));
    case OBJ_BUFFER: return sizeof(buffer);
    case OBJ_STRUCT: return sizeof(cvalue);
    case OBJ_HOSTED: return sizeof(host_object);
    case OBJ_TUPLE: return sizeof(tuple) + value_tuple(v)->count * sizeof(value);
    case OBJ_CLOSURE:
        return sizeof(closure) + ((closure *)value_as_object(v))->code->captures * sizeof(value);
    default: return sizeof(error);
    }
}

static int64_t cost_of(size_t size) { return WALK_OBJECT + (int64_t)(size / (4 * sizeof(value))); }

/* A new shell for a moved object; ABSENT: out of memory. */
static value reshell(csp_vm *vm, const process *p, adopt_walk *w, value v, int64_t *budget)
{
    size_t size = size_of(v);
    object *shell = heap_alloc(vm_heap(vm), HEAP_TRACED, size);
    if (!shell || !walk_enqueue(vm, &w->log, v))
        return VALUE_ABSENT;
    if (!w->old)
        w->old = w->log.last;
    memcpy(shell, value_as_object(v), size);
    if (value_is(v, OBJ_STRUCT) && !struct_detach(vm, (cvalue *)shell))
        return VALUE_ABSENT;
    if (value_is(v, OBJ_MAP))
        map_moved((map *)shell, value_as_object(v));
    bool is_hosted = value_is(v, OBJ_HOSTED);
    if (is_hosted)
        hosted_succeed(vm, value_hosted(v), (host_object *)shell);
    shell->header = (shell->header & ~(OWNER_MASK | WALK_MOVED)) | process_owner(p);
    *budget -= cost_of(size);
    old_shell *old = value_as_object(v);
    if (!is_hosted) /* whose class and place stay known */
        memset(&old->forward, 0, size - sizeof old->header);
    old->forward = value_object(shell);
    old->header |= FORWARDED;
    return value_object(shell);
}

static void set_owner(object *o, const process *p)
{
    o->header = (o->header & ~(OWNER_MASK | WALK_FLAT)) | process_owner(p);
}

/* What replaces v in the adopted message; ABSENT: out of memory. */
static value adopted(csp_vm *vm, const process *p, adopt_walk *w, value v, int64_t *budget)
{
    if (value_is_immutable(v))
        return v;
    object *o = value_as_object(v);
    if ((o->header & OWNER_MASK) != OWNER_TRANSIT)
        return v;
    if (o->header & FORWARDED)
        return ((const old_shell *)(const void *)o)->forward;
    if (o->header & WALK_FLAT) {
        set_owner(o, p);
        *budget -= WALK_OBJECT;
        return v;
    }
    if (o->header & WALK_MOVED) {
        v = reshell(vm, p, w, v, budget);
        if (v == VALUE_ABSENT)
            return v;
    } else {
        set_owner(o, p);
        *budget -= WALK_OBJECT;
    }
    return walk_enqueue(vm, &w->queue, v) ? v : VALUE_ABSENT;
}

static verdict adopt_children(csp_vm *vm, const process *p, adopt_walk *w, int64_t *budget)
{
    value v;
    while ((v = walk_head(&w->queue)) != VALUE_ABSENT) {
        children c = children_of(v);
        while (w->index < c.count) {
            if (--*budget < 0)
                return VERDICT_YIELD;
            value *child = &c.items[w->index++ * c.stride];
            if (!value_is_object(*child))
                continue;
            *child = adopted(vm, p, w, *child, budget);
            if (*child == VALUE_ABSENT)
                return vm_raise_memory(vm);
        }
        if (--*budget < 0)
            return VERDICT_YIELD;
        w->index = 0;
        walk_dequeue(&w->queue);
    }
    return VERDICT_DONE;
}

/* The old shells no longer keep anything alive. */
static verdict forget(adopt_walk *w, int64_t *budget)
{
    for (; w->old; w->old = w->old->next) {
        if (*budget < 0)
            return VERDICT_YIELD;
        for (uint64_t i = 0; i < w->old->used; i++) {
            old_shell *old = value_as_object(w->old->items[i]);
            old->header &= ~(uint64_t)FORWARDED;
            old->forward = VALUE_ABSENT;
        }
        *budget -= (int64_t)w->old->used;
    }
    return VERDICT_DONE;
}

verdict walk_run_adopt(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = &args[1];
    int64_t budget = WALK_STEP;
    adopt_walk *w = *slot == VALUE_ABSENT ? NULL : value_as_object(*slot);
    if (!w) {
        w = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *w);
        if (!w)
            return vm_raise_memory(vm);
        w->header = OBJ_WALK;
        *slot = value_object(w);
        w->root = adopted(vm, p, w, args[0], &budget);
        if (w->root == VALUE_ABSENT)
            return vm_raise_memory(vm);
    }
    verdict v = adopt_children(vm, p, w, &budget);
    if (v == VERDICT_DONE)
        v = forget(w, &budget);
    walk_charge(vm, budget);
    if (v == VERDICT_DONE)
        *result = w->root;
    return v;
}

bool walk_adopt_quick(process *p, value v)
{
    enum { QUICK_ELEMENTS = 64 };
    if (value_is_immutable(v))
        return true;
    object *o = value_as_object(v);
    if ((o->header & OWNER_MASK) != OWNER_TRANSIT)
        return true;
    if (o->header & WALK_FLAT) {
        set_owner(o, p);
        return true;
    }
    obj_kind kind = obj_kind_of(o->header);
    if ((o->header & WALK_MOVED) || obj_nature_of(kind) != NATURE_MUTABLE)
        return false;
    children c = children_of(v);
    if (c.count > QUICK_ELEMENTS)
        return false;
    for (uint64_t i = 0; i < c.count; i++)
        if (!value_is_immutable(c.items[i * c.stride]))
            return false;
    set_owner(o, p);
    return true;
}
