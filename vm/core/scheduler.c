/* The run queue, handoffs and slices.
 *
 * When a rendezvous wakes a process it may hand over to it: the woken process stands in `next` and
 * runs within what is left of the slice. A chain of handoffs thus costs one slice in all, and a
 * runnable process waits for at most one slice of each other process. */
#include "vm/core/scheduler.h"

#include "base/random.h"
#include "vm/core/vm.h"

static void push_tail(scheduler *s, process *p)
{
    process_append(&s->queue, p);
    s->queue_length++;
}

void sched_ready(scheduler *s, process *p, ready_how how)
{
    if (how == READY_HANDOVER && !s->next)
        s->next = p;
    else
        push_tail(s, p);
}

void sched_preempted(scheduler *s, process *p)
{
    if (s->next) {
        push_tail(s, s->next);
        s->next = NULL;
    }
    push_tail(s, p);
}

uint64_t sched_last_reduction(const csp_vm *vm)
{
    enum { GRACE = 1000000 }; /* beyond twice the limit */
    uint64_t limit = vm->limits.reductions;
    return limit < PROCESS_REDUCTIONS ? 2 * limit + GRACE : UINT64_MAX;
}

void sched_set_limited(csp_vm *vm)
{
    vm->sched.limited = vm->limits.reductions != 0 || vm->budgeted || vm->sched.seeded;
}

void sched_seed(csp_vm *vm, uint64_t seed)
{
    xoshiro_seed(vm->sched.random, seed);
    vm->sched.seeded = true;
    sched_set_limited(vm);
}

void sched_set_budget(csp_vm *vm, process *p, uint64_t reductions)
{
    vm->budgeted = reductions ? p : NULL;
    vm->budget = reductions ? p->reductions + reductions : 0;
    sched_set_limited(vm);
}

static void end_slice_at(scheduler *s, const process *p, uint64_t end)
{
    if (p->reductions < end && end - p->reductions < (uint64_t)s->slice_left)
        s->slice_left = (int64_t)(end - p->reductions);
}

/* p, or one of the next that are ready in its place; a slice that is as often short as long. */
static process *draw(scheduler *s, process *p)
{
    enum { AHEAD = 8, LENGTHS = 13, SHIFT = 32 };
    uint64_t word = xoshiro_next(s->random);
    uint32_t others = s->queue_length < AHEAD ? s->queue_length : AHEAD;
    for (uint32_t skip = (uint32_t)(word % (others + 1)); skip > 0; skip--) {
        push_tail(s, p);
        p = process_take_first(&s->queue);
        s->queue_length--;
    }
    int64_t most = s->slice >> (word >> SHIFT) % LENGTHS;
    s->slice_left = most > 1 ? most : 1;
    return p;
}

static process *with_slice(scheduler *s, process *p)
{
    if (!s->limited)
        return p;
    if (s->seeded && !s->alone)
        p = draw(s, p);
    sched_limit_slice(s, p);
    return p;
}

void sched_limit_slice(scheduler *s, const process *p)
{
    const csp_vm *vm = s->vm;
    uint64_t limit = vm->limits.reductions;
    if (limit)
        end_slice_at(s, p, p->reductions < limit ? limit : sched_last_reduction(vm));
    if (p == vm->budgeted)
        end_slice_at(s, p, vm->budget);
}

process *sched_pick(scheduler *s)
{
    process *p = s->next;
    if (p) {
        s->next = NULL;
        if (s->slice_left > 0)
            return with_slice(s, p);
        push_tail(s, p);
    }
    p = process_take_first(&s->queue);
    if (!p)
        return NULL;
    s->queue_length--;
    s->slice_left = s->slice;
    return with_slice(s, p);
}
