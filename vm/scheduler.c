/* The run queue, hand-overs and slices; the loop that runs everything.
 *
 * A wake-up by a rendezvous may hand over: the woken one stands in `next` and runs within what is left of the slice,
 * so that a chain of hand-overs costs one slice in all and a runnable process waits for at most one slice of each
 * other. */
#include "vm/sched.h"

#include "vm/chan.h"
#include "vm/leak.h"
#include "vm/loop.h"
#include "vm/machine.h"
#include "vm/request.h"
#include "vm/text.h"

enum { POLL_CREDIT = 4000, POLL_PICK = 100 /* what a switch counts for */ };

static void push_tail(scheduler *s, process *p)
{
    p->run_next = NULL;
    if (s->queue_last)
        s->queue_last->run_next = p;
    else
        s->queue_first = p;
    s->queue_last = p;
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
    enum { GRACE = 1000000 }; /* beyond as many as the limit */
    uint64_t limit = vm->limits.reductions;
    return limit < PROCESS_REDUCTIONS ? 2 * limit + GRACE : UINT64_MAX;
}

/* A slice ends where the process is to crash for its reductions. */
static process *with_slice(scheduler *s, process *p)
{
    uint64_t limit = s->vm->limits.reductions;
    if (limit) {
        uint64_t end = p->reductions < limit ? limit : sched_last_reduction(s->vm);
        if (p->reductions < end && end - p->reductions < (uint64_t)s->slice_left)
            s->slice_left = (int64_t)(end - p->reductions);
    }
    return p;
}

/* Who runs next, with how much of a slice. */
static process *pick(scheduler *s)
{
    process *p = s->next;
    if (p) {
        s->next = NULL;
        if (s->slice_left > 0)
            return with_slice(s, p);
        push_tail(s, p);
    }
    p = s->queue_first;
    if (!p)
        return NULL;
    s->queue_first = p->run_next;
    if (!s->queue_first)
        s->queue_last = NULL;
    p->run_next = NULL;
    s->queue_length--;
    s->slice_left = s->slice;
    return with_slice(s, p);
}

/* A ticker for which nobody waits any more must not keep the program from being at a deadlock. */
static void leave_queue(csp_vm *vm, void *link, channel *c, bool sends)
{
    chan_unlink(c, link, sends);
    if (!(c->header & CHANNEL_TICK) || c->recv_first)
        return;
    timer *t = &((ticker *)(void *)c->ring)->timer;
    if (t->index >= 0)
        timer_remove(&vm->sched, t);
}

void sched_settle(csp_vm *vm, process *p)
{
    if (p->chan)
        leave_queue(vm, p, p->chan, (p->flags & PROCESS_SENDS) != 0); /* still queued: not woken by a partner */
    side *sd = p->side;
    if (!sd)
        return;
    if (sd->alt && sd->alt->live) {
        for (uint32_t i = 0; i < sd->alt->count; i++) {
            node *n = sd->alt->cases[i].node;
            if (!n || !n->queued)
                continue;
            if (n->drained)
                chan_leave_drained(n);
            else
                leave_queue(vm, n, n->chan, n->sends);
        }
        sd->alt->live = 0;
    }
    if (sd->timer && sd->timer->index >= 0)
        timer_remove(&vm->sched, sd->timer);
    if (sd->request)
        request_settle(vm, p);
}

static void tell(csp_vm *vm)
{
    vm->asked = 0;
    text t;
    text_init(&t, vm);
    vm_report_processes(vm, &t);
    vm_flush(vm);
    vm_write(vm, 2, t.block, t.used);
}

/* Whether something that is done elsewhere may wake a process. */
static bool pending(const csp_vm *vm)
{
    return output_waited(vm) || request_pending(vm) || (vm->loop && loop_pending(vm->loop));
}

/* Leaks, timers and the outside world, at most once in POLL_CREDIT reductions. */
static void poll(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    s->poll_credit = POLL_CREDIT;
    if (s->alone)
        return;
    if (vm->heap.found || heap_collections(&vm->heap) != vm->collections_seen || vm->final_check)
        leak_look(vm);
    if (vm->asked)
        tell(vm);
    if (s->timer_count)
        timer_fire(vm, loop_now());
    if (vm->loop && loop_pending(vm->loop))
        loop_poll(vm->loop);
    if (output_busy(vm))
        output_poll(vm);
    if (request_arrived(vm))
        request_deliver(vm);
}

/* Nothing can run: waits for what may come. False: nothing will. */
static bool idle(csp_vm *vm, int64_t deadline)
{
    int64_t next = timer_next(&vm->sched);
    if (next == LOOP_NEVER && !pending(vm) && deadline == LOOP_NEVER)
        return false;
    vm_flush(vm);
    if (sched_busy(&vm->sched)) /* the output had become ready, and with that who waited for it */
        return true;
    if (!vm_loop(vm))
        return output_wait(vm);
    output_waits(vm, loop_outputs(vm->loop));
    /* A flag that was set before the loop was there has woken nobody. */
    if (!vm_interrupted(vm) && !vm->asked)
        loop_wait(vm->loop, next < deadline ? next : deadline);
    return true;
}

bool vm_step(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    if (s->poll_credit <= 0)
        poll(vm);
    int64_t told = s->ending_first ? ending_step(vm) : 0;
    s->poll_credit -= told;
    process *p = pick(s);
    if (!p)
        return told > 0;
    int64_t had = s->slice_left;
    run_process(vm, p);
    s->poll_credit -= had - s->slice_left + POLL_PICK;
    return true;
}

static bool take_interrupt(csp_vm *vm)
{
    int asked = VM_TO_BE_INTERRUPTED;
    return vm_interrupted(vm) && atomic_compare_exchange_strong(&vm->activity, &asked, VM_ACTIVE);
}

vm_status vm_run(csp_vm *vm, process *until, int64_t deadline)
{
    scheduler *s = &vm->sched;
    uint32_t turns = s->queue_length + 2; /* with a deadline in the past: a slice for each at most */
    for (;;) {
        if (take_interrupt(vm))
            return VM_INTERRUPTED;
        bool ran = vm_step(vm);
        if (until ? process_ended(until) : vm->exiting && vm->table_count == 0)
            return VM_ENDED;
        if (vm->exit_status >= 0 && !vm->exiting && !s->alone)
            return VM_EXIT;
        if (!ran) {
            poll(vm);
            if (sched_busy(s))
                continue;
            if ((until || vm->exiting) && timer_next(s) == LOOP_NEVER && !pending(vm))
                return VM_DEADLOCK;
            if (deadline != LOOP_NEVER && loop_now() >= deadline)
                return VM_DEADLINE;
            if (!idle(vm, deadline))
                return VM_DEADLOCK;
            s->poll_credit = 0;
        } else if (deadline != LOOP_NEVER && --turns == 0) {
            if (loop_now() >= deadline)
                return VM_DEADLINE;
            turns = s->queue_length + 2;
        }
    }
}

int64_t vm_next_event(csp_vm *vm)
{
    if (sched_busy(&vm->sched) || request_arrived(vm))
        return 0;
    return timer_next(&vm->sched);
}

static inline uint64_t rotate_left(uint64_t x, unsigned k) { return x << k | x >> (64 - k); }

uint64_t sched_random(uint64_t state[4])
{
    uint64_t result = rotate_left(state[1] * 5, 7) * 9, t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = rotate_left(state[3], 45);
    return result;
}

/* splitmix64, as the generator's authors advise. */
void sched_seed(uint64_t state[4], uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15;
        uint64_t z = seed;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        state[i] = z ^ z >> 31;
    }
}
