/* Giving away without a copy, and taking back. The owners in the headers are rewritten, and also
 * serve as the visited mark.
 *
 * MOVE and FREEZE_MOVE first give everything mutable that is reachable to OWNER_MOVING, keeping a
 * log of all objects. If nothing was found that belongs to somebody else, a second pass over the
 * log gives them their final headers. Until then everything can be given back by the log alone,
 * which takes no memory: after a crash, or by walk_abandon when the process is killed. */
#include "vm/walk/walk_own.h"

#include "vm/core/type.h"
#include "vm/data/children.h"
#include "vm/walk/walk_state.h"

/* No process has this number. */
#define OWNER_MOVING (OWNER_TRANSIT - ((uint64_t)1 << OWNER_SHIFT))

typedef enum own_phase { OWN_COLLECT, OWN_SETTLE } own_phase;

typedef struct own_walk {
    uint64_t header;
    /* of the log: for MOVE and FREEZE_MOVE; else NULL, and what has been read is dropped */
    walk_link *first;
    walk_queue queue;     /* still to be looked into */
    walk_link *unsettled; /* the part of the log that still has to get its final headers */
    uint64_t index;       /* of the next child of the queue's head */
    uint64_t from, to;    /* owners */
    own_phase phase;
    bool strict; /* anything that belongs to neither is the crash `moved` */
    bool freezes;
} own_walk;

/* owner: may include WALK_MOVED. */
static void set_owner(value v, uint64_t owner)
{
    object *o = value_as_object(v);
    o->header = (o->header & ~(OWNER_MASK | WALK_MOVED | WALK_FLAT)) | owner;
}

static verdict refuse_pinned(csp_vm *vm)
{
    return vm_raise(vm, ERR_VALUE, "the buffer is in C's hands");
}

/* Takes v over, unless it has been taken over or need not be. */
static verdict take_over(csp_vm *vm, own_walk *w, value v, int64_t *budget)
{
    if (value_is_immutable(v) || value_is(v, OBJ_TRACE))
        return VERDICT_DONE;
    uint64_t owner = obj_header(v) & OWNER_MASK;
    if (owner != w->from)
        return owner == w->to || !w->strict ? VERDICT_DONE : vm_raise_moved(vm, v);
    bool is_buffer = value_is(v, OBJ_BUFFER);
    if (w->strict && is_buffer && buffer_is_pinned(value_as_object(v)))
        return refuse_pinned(vm);
    if (w->strict && w->freezes &&
        (is_buffer || value_is(v, OBJ_STRUCT) || value_is(v, OBJ_HOSTED)))
        return vm_raise(vm, ERR_TYPE, "%s cannot be frozen", vm_type_phrase(v));
    if (!walk_enqueue(vm, &w->queue, v))
        return vm_raise_memory(vm);
    if (w->strict && !w->first)
        w->first = w->queue.last;
    set_owner(v, w->to);
    *budget -= WALK_OBJECT;
    return VERDICT_DONE;
}

static verdict collect(csp_vm *vm, own_walk *w, int64_t *budget)
{
    value v;
    while ((v = walk_head(&w->queue)) != VALUE_ABSENT) {
        children c = children_of(v);
        while (w->index < c.count) {
            if (--*budget < 0)
                return VERDICT_YIELD;
            verdict done = take_over(vm, w, c.items[w->index++ * c.stride], budget);
            if (done != VERDICT_DONE)
                return done;
        }
        if (--*budget < 0)
            return VERDICT_YIELD;
        w->index = 0;
        walk_dequeue(&w->queue);
    }
    return VERDICT_DONE;
}

static void settle_one(const own_walk *w, value v)
{
    if (!w->freezes) {
        set_owner(v, OWNER_TRANSIT | WALK_MOVED);
        return;
    }
    object *o = value_as_object(v);
    obj_kind kind = obj_kind_of(o->header);
    set_owner(v, 0);
    o->header |= OBJ_IMMUTABLE | (kind == OBJ_LIST || kind == OBJ_MAP ? OBJ_FROZEN : 0);
}

/* The second pass. */
static verdict settle(own_walk *w, int64_t *budget)
{
    for (; w->unsettled; w->unsettled = w->unsettled->next) {
        if (*budget < 0)
            return VERDICT_YIELD;
        for (uint64_t i = 0; i < w->unsettled->used; i++)
            settle_one(w, w->unsettled->items[i]);
        *budget -= (int64_t)w->unsettled->used;
    }
    return VERDICT_DONE;
}

static void give_back(const own_walk *w)
{
    for (const walk_link *link = w->first; link; link = link->next)
        for (uint64_t i = 0; i < link->used; i++)
            set_owner(link->items[i], w->from);
}

static own_walk *begin(csp_vm *vm, value *slot, uint64_t from, uint64_t to, bool strict,
                       bool freezes)
{
    own_walk *w = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *w);
    if (!w) {
        vm_raise_memory(vm);
        return NULL;
    }
    *w = (own_walk){
        .header = OBJ_WALK, .from = from, .to = to, .strict = strict, .freezes = freezes};
    *slot = value_object(w);
    return w;
}

/* MOVE and FREEZE_MOVE. args: the value; slot: the walk. */
static verdict hand_over(csp_vm *vm, process *p, value *args, bool freezes, value *result)
{
    value *slot = &args[1];
    int64_t budget = WALK_STEP;
    verdict v = VERDICT_DONE;
    own_walk *w = *slot == VALUE_ABSENT ? NULL : value_as_object(*slot);
    if (!w) {
        w = begin(vm, slot, process_owner(p), OWNER_MOVING, true, freezes);
        if (!w)
            return VERDICT_FAIL;
        v = take_over(vm, w, args[0], &budget);
    }
    if (v == VERDICT_DONE && w->phase == OWN_COLLECT) {
        v = collect(vm, w, &budget);
        if (v == VERDICT_DONE) {
            w->phase = OWN_SETTLE;
            w->unsettled = w->first;
        }
    }
    if (v == VERDICT_DONE)
        v = settle(w, &budget);
    if (v == VERDICT_FAIL) {
        give_back(w);
        *slot = VALUE_ABSENT;
    }
    walk_charge(vm, budget);
    if (v == VERDICT_DONE)
        *result = args[0];
    return v;
}

verdict walk_run_move(csp_vm *vm, process *p, value *args, value *result)
{
    return hand_over(vm, p, args, false, result);
}

verdict walk_run_freeze_move(csp_vm *vm, process *p, value *args, value *result)
{
    return hand_over(vm, p, args, true, result);
}

/* From transit back to p, which moved it. */
static verdict take_back(csp_vm *vm, process *p, value *args, int64_t *budget, value *result)
{
    value *slot = &args[1];
    verdict v = VERDICT_DONE;
    own_walk *w = *slot == VALUE_ABSENT ? NULL : value_as_object(*slot);
    if (!w) {
        w = begin(vm, slot, OWNER_TRANSIT, process_owner(p), false, false);
        if (!w)
            return VERDICT_FAIL;
        v = take_over(vm, w, args[0], budget);
    }
    if (v == VERDICT_DONE)
        v = collect(vm, w, budget);
    if (v == VERDICT_DONE)
        *result = args[0];
    return v;
}

verdict walk_run_unmove(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t budget = WALK_STEP;
    verdict v = take_back(vm, p, args, &budget, result);
    walk_charge(vm, budget);
    return v;
}

void walk_abandon(csp_vm *vm, process *p, walk_kind kind, value *args)
{
    value *slot = &args[1];
    if (kind == WALK_UNMOVE) {
        /* The defers of the killed process may still use it. If memory runs out, they find
         * it moved. */
        int64_t budget = INT64_MAX;
        value ignored, raised = vm->sched.raised;
        take_back(vm, p, args, &budget, &ignored);
        vm->sched.raised = raised;
        return;
    }
    if ((kind != WALK_MOVE && kind != WALK_FREEZE_MOVE) || *slot == VALUE_ABSENT)
        return;
    own_walk *w = value_as_object(*slot);
    *slot = VALUE_ABSENT;
    int64_t budget = INT64_MAX;
    if (w->phase == OWN_SETTLE && w->freezes)
        settle(w, &budget); /* what is frozen already must not hold what is not */
    else
        give_back(w);
}

void walk_move_now(csp_vm *vm, process *p, value v)
{
    value args[2] = {v, VALUE_ABSENT}, ignored, raised = vm->sched.raised;
    while (hand_over(vm, p, args, false, &ignored) == VERDICT_YIELD) {
    }
    vm->sched.raised = raised;
}
