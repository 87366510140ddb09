/* The run queue: handoffs and slices. */
#ifndef CSP_VM_CORE_SCHEDULER_H
#define CSP_VM_CORE_SCHEDULER_H

#include "vm/core/concurrency.h"

/* Appends p. Another thread may collect at any time, and must then find every process of the
 * list. */
static inline void process_append(process_list *l, process *p)
{
    p->next = NULL;
    if (l->last)
        l->last->next = p;
    else
        l->first = p;
    l->last = p;
}
/* Takes the first out; NULL: it is empty. */
static inline process *process_take_first(process_list *l)
{
    process *p = l->first;
    if (!p)
        return NULL;
    l->first = p->next;
    if (!l->first)
        l->last = NULL;
    p->next = NULL;
    return p;
}

/* Whether somebody is still to be told of something. */
static inline bool sched_tells(const scheduler *s)
{
    return s->ending.first || s->closing_first || s->failing_first;
}

/* Whether anything can be done without waiting. */
static inline bool sched_busy(const scheduler *s)
{
    return s->next || s->queue.first || (sched_tells(s) && !s->alone);
}
typedef enum { READY_HANDOVER, READY_TAIL } ready_how;
void sched_ready(scheduler *s, process *p, ready_how how);
/* Puts the running process, whose slice is used up, at the end of the run queue. */
void sched_preempted(scheduler *s, process *p);
/* Takes the process to run next, and sets its slice (s->slice_left); NULL: none is runnable. */
process *sched_pick(scheduler *s);
/* To be called when a limit of reductions has changed. */
void sched_set_limited(csp_vm *vm);
/* Gives p a budget: it may use `reductions` more from now on (0: no budget). This is checked
 * between its slices. */
void sched_set_budget(csp_vm *vm, process *p, uint64_t reductions);
/* Makes the schedule follow the seed: how long slices are, which ready process runs next, and what
 * `alt` and generators without a seed of their own draw. */
void sched_seed(csp_vm *vm, uint64_t seed);
/* Shortens the slice (s->slice_left) to the reductions that p has left under the VM's limit or the
 * host's budget. */
void sched_limit_slice(scheduler *s, const process *p);
/* The ticket of p, which runs and so has the state RUN (0), while it will wait. */
static inline uint64_t sched_next_ticket(const process *p) { return p->ticket | TICKET_WAIT; }
/* Parks p, the running process, whose registrations have been made. */
static inline void sched_park(process *p)
{
    p->wake = WAKE_NONE;
    p->ticket = sched_next_ticket(p);
}
/* The number of reductions at which the defers of a process that has reached its limit must end. */
uint64_t sched_last_reduction(const csp_vm *vm);

#endif
