/* The loop that drives a VM: slices of processes, and between them timers, requests, the outside
 * world and leaks. */
#include "vm/drive.h"

#include "vm/core/scheduler.h"
#include "vm/core/text.h"
#include "vm/data/hosted.h"
#include "vm/foreign/release.h"
#include "vm/foreign/watch.h"
#include "vm/outside/bell.h"
#include "vm/outside/loop.h"
#include "vm/outside/request.h"
#include "vm/process/output.h"
#include "vm/process/port_end.h"
#include "vm/process/process.h"
#include "vm/process/telling.h"
#include "vm/process/timer.h"
#include "vm/report/flood.h"
#include "vm/report/leak.h"
#include "vm/report/report_all.h"
#include "vm/run/run.h"

/* In reductions: how often is polled and looked at the clock; what a switch costs, in what is done
 * before the next poll and in what is told to a host. POLL_OBJECTS: how many are finalized. */
enum { POLL_CREDIT = 4000, CLOCK_CREDIT = 1000, POLL_PICK = 100, PICK = 10, POLL_OBJECTS = 2000 };

/* What a host's step may take: memory that is given out is part of what it costs, and at the latest
 * after so much CPU time for each reduction (some three times what a loop takes) the step ends. A
 * build for tests is slow. */
#ifdef CSP_DEBUG
enum { BYTES_PER_REDUCTION = 16, NS_PER_REDUCTION = 400 };
#else
enum { BYTES_PER_REDUCTION = 16, NS_PER_REDUCTION = 6 };
#endif

/* In a host's step a slice becomes shorter while what runs takes more time than this for it: some
 * reductions take a hundred times as long as others. */
enum { SLICE_NS = 16000 * NS_PER_REDUCTION, SHORTEST_SLICE = 256 };

static void report_activity(csp_vm *vm)
{
    vm->asked = 0;
    text t;
    text_init(&t, vm);
    vm_report_processes(vm, &t);
    vm_flush(vm);
    vm_write(vm, 2, t.block, t.used);
}

/* Whether work done elsewhere may wake a process. */
static bool pending(const csp_vm *vm)
{
    return output_waited(vm) || request_pending(vm) || ports_awaited(vm);
}

/* What a collection has found. The cost in reductions. */
static int64_t look(csp_vm *vm)
{
    int64_t cost = leak_look(vm);
    if (vm->ports_starved)
        ports_sweep(vm);
    if (leak_pending(vm))
        vm->sched.poll_credit = 0;
    return cost;
}

/* Timers and requests wake some of those who wait for them. The cost in reductions. */
static int64_t wake_some(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    int64_t cost = 0;
    if (s->timer_count)
        cost += timer_fire(vm, vm_now(vm));
    if (output_busy(vm))
        output_poll(vm);
    if (vm->loop)
        loop_look(vm->loop);
    if (request_arrived(vm))
        cost += request_deliver(vm, told_per_step(s)) * REDUCTIONS_PER_TOLD;
    if (cost >= told_per_step(s) * REDUCTIONS_PER_TOLD)
        s->poll_credit = 0; /* there may be more of them */
    return cost;
}

/* Polls leaks, timers and the outside world, at most once in POLL_CREDIT reductions. The cost in
 * reductions. */
static int64_t poll(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    s->poll_credit = POLL_CREDIT;
    watch_poll(vm);
    if (s->alone)
        return 0;
    int64_t cost = 0;
    if (vm->heap.found || heap_collections(&vm->heap) != vm->collections_seen || vm->final_check ||
        leak_pending(vm))
        cost = look(vm);
    hosted_sweep(vm, POLL_OBJECTS);
    if (vm->asked)
        report_activity(vm);
    flood_tell(vm, false);
    cost += wake_some(vm);
    if (atomic_load_explicit(&vm->attention, memory_order_relaxed)) {
        atomic_store(&vm->attention, false);
        vm->attend(vm);
    }
    release_lost(vm);
    if (vm->ports_lost)
        ports_sweep(vm);
    return cost;
}

/* Whether a poll has left something to be done by the next one. */
static bool unfinished(const csp_vm *vm)
{
    return hosted_pending(vm) || request_arrived(vm) || release_pending(vm) ||
           (leak_pending(vm) && !vm->sched.alone);
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

static void wait_until(csp_vm *vm, int64_t deadline)
{
    if (vm->loop)
        loop_wait(vm->loop, deadline);
    else
        bell_wait(vm->bell, deadline);
}

/* The same, from now on; after a second of it, memory that is not needed is given back. */
static void rest_until(csp_vm *vm, int64_t now, int64_t deadline)
{
    enum { REST = 1000000000 }; /* ns */
    if (deadline - REST <= now || !heap_is_slack(&vm->heap)) {
        wait_until(vm, deadline);
        return;
    }
    wait_until(vm, now + REST);
    if (loop_now() - now >= REST)
        heap_give_back(&vm->heap);
}

/* When the next timer is due, on the clock of loop_now. */
static int64_t timer_due(const csp_vm *vm)
{
    int64_t next = timer_next(&vm->sched);
    if (!vm->time.is_virtual || next == LOOP_NEVER)
        return next;
    int64_t now = loop_now(), left = next - vm->time.now;
    return left > LOOP_NEVER - 1 - now ? LOOP_NEVER - 1 : now + left;
}

/* Nothing can run before the next timer: where time stands still it jumps there. False: it goes as
 * the clock does, also while somebody waits for what comes from elsewhere. */
static bool jump(csp_vm *vm)
{
    int64_t next = timer_next(&vm->sched);
    if (!vm->time.is_virtual || next == LOOP_NEVER || pending(vm))
        return false;
    if (next > vm->time.now)
        vm_pass(vm, next - vm->time.now);
    return true;
}

/* Nothing can run: waits for an event. */
static void idle(csp_vm *vm, int64_t deadline)
{
    flood_tell(vm, false);
    vm_flush(vm);
    if (sched_busy(&vm->sched)) /* the output became ready, and woke whoever waited for it */
        return;
    struct loop *l = vm_loop(vm);
    if (!l && output_wait(vm))
        return;
    if (l)
        output_waits(vm, loop_outputs(l));
    int64_t next = earlier(timer_due(vm), flood_due(vm)), begun = loop_now();
    rest_until(vm, begun, earlier(next, deadline));
    watch_rest(vm);
    if (vm->time.is_virtual)
        vm_pass(vm, loop_now() - begun);
}

/* A slice of p, and of those to whom it hands over. What that cost, in reductions. */
static int64_t run(csp_vm *vm, process *p)
{
    scheduler *s = &vm->sched;
    int64_t had = s->slice_left;
    run_process(vm, p);
    int64_t used = had - s->slice_left;
    s->poll_credit -= used + POLL_PICK;
    vm->counts.reductions += (uint64_t)used;
    return used;
}

/* One slice of one process, and some of those that are to be told of something. What it cost, in
 * reductions; 0: there was nothing to do. */
static int64_t step(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    int64_t polled = s->poll_credit <= 0 ? poll(vm) : 0;
    int64_t told = sched_tells(s) ? telling_step(vm) : 0;
    s->poll_credit -= told;
    told += polled;
    process *p = sched_pick(s);
    if (!p)
        return told;
    return told + run(vm, p) + PICK;
}

bool vm_step(csp_vm *vm) { return step(vm) > 0; }

static bool take_interrupt(csp_vm *vm)
{
    int asked = VM_TO_BE_INTERRUPTED;
    return vm_interrupted(vm) && atomic_compare_exchange_strong(&vm->activity, &asked, VM_ACTIVE);
}

/* Something other than what runs here has been asked for. */
static bool is_stopped(csp_vm *vm, vm_status *why)
{
    if (vm->exit_status >= 0 && !vm->exiting && !vm->sched.alone)
        *why = VM_EXIT;
    else if (take_interrupt(vm))
        *why = VM_INTERRUPTED;
    else
        return false;
    return true;
}

/* Time or budget is used up. What was asked for in the last slice still belongs to this run. */
static vm_status run_out(csp_vm *vm, vm_status why)
{
    (void)is_stopped(vm, &why);
    return why;
}

static bool is_over(csp_vm *vm, const process *until, vm_status *why)
{
    *why = VM_ENDED;
    if (!until)
        return (vm->exiting && vm->table_count == 0) || is_stopped(vm, why);
    bool own = until == vm->own.process;
    if (process_ended(until) || (own && !vm->own.called))
        return true;
    if (is_stopped(vm, why))
        return true;
    *why = VM_SPENT;
    return until == vm->budgeted && until->reductions >= vm->budget;
}

/* Nothing was runnable: whether something is now, or else what comes of that. */
static bool go_on(csp_vm *vm, int64_t deadline, vm_status *why)
{
    scheduler *s = &vm->sched;
    poll(vm);
    if (sched_busy(s) || (unfinished(vm) && (deadline == LOOP_NEVER || loop_now() < deadline)))
        return true;
    *why = VM_DEADLOCK;
    if (timer_next(s) == LOOP_NEVER && !pending(vm)) {
        flood_tell(vm, true);
        return false;
    }
    *why = VM_DEADLINE;
    if (deadline != LOOP_NEVER && loop_now() >= deadline)
        return false;
    if (!jump(vm))
        idle(vm, deadline);
    s->poll_credit = 0;
    return true;
}

vm_status vm_run(csp_vm *vm, process *until, int64_t deadline)
{
    int64_t credit = CLOCK_CREDIT;
    vm_status why;
    watch_rest(vm);
    while (!is_over(vm, until, &why)) {
        int64_t cost = step(vm);
        credit -= cost;
        if (cost == 0) {
            if (!go_on(vm, deadline, &why))
                break;
        } else if (deadline != LOOP_NEVER && credit <= 0) {
            if (loop_now() >= deadline)
                return run_out(vm, VM_DEADLINE);
            credit = CLOCK_CREDIT;
        }
    }
    return why;
}

bool vm_begin_own(csp_vm *vm, process *p)
{
    scheduler *s = &vm->sched;
    s->slice_left = s->slice;
    if (s->limited)
        sched_limit_slice(s, p);
    run(vm, p);
    if (vm->own.called)
        return false;
    if (s->poll_credit <= 0)
        poll(vm);
    return true;
}

vm_status vm_go_on_own(csp_vm *vm, process *p, int64_t deadline)
{
    /* Without the memory for it, it is only not told of. */
    if (!process_join(vm, p))
        vm->sched.raised = VALUE_ABSENT;
    return vm_run(vm, p, deadline);
}

vm_status vm_run_own(csp_vm *vm, process *p, int64_t deadline)
{
    return vm_begin_own(vm, p) ? VM_ENDED : vm_go_on_own(vm, p, deadline);
}

/* What a step of so many reductions may take at most, in ns. A short one is not ended by whatever
 * else the machine does. */
static int64_t cpu_time_of(int64_t reductions)
{
    enum { LEAST = 500000 };
    if (reductions > INT64_MAX / 4 / NS_PER_REDUCTION)
        return INT64_MAX / 4;
    int64_t time = reductions * NS_PER_REDUCTION;
    return time > LEAST ? time : LEAST;
}

/* A slice that has cost so much took so long: the next one may be twice as long as the last one
 * was to be, but no longer than what takes SLICE_NS. */
static void keep_pace(scheduler *s, int64_t cost, int64_t took)
{
    int64_t fits = cost * SLICE_NS / (took > 0 ? took : 1);
    s->pace =
        fits < SHORTEST_SLICE ? SHORTEST_SLICE : earlier(earlier(fits, 2 * s->pace), s->slice);
}

/* A slice of at most so many reductions. What it cost, as for `step`. */
static int64_t short_step(csp_vm *vm, int64_t most)
{
    scheduler *s = &vm->sched;
    const int64_t slice = s->slice;
    if (most < slice)
        s->slice = most;
    if (most < s->slice_left)
        s->slice_left = most;
    int64_t cost = step(vm);
    s->slice = slice;
    return cost;
}

/* How long a step of the host's has taken. */
typedef struct step_time {
    bool timed;
    int64_t limit;      /* of CPU time, in ns */
    int64_t begun;      /* on the clock of loop_now */
    int64_t now, until; /* of CPU time; `until` 0: nobody has looked yet */
    int64_t cost;       /* since `now` */
} step_time;

/* Whether its time is up, after a slice. The clock for CPU time is a call of the system, so a step
 * that is soon over, as many are in which a message comes, does not look at it. */
static bool is_late(scheduler *s, step_time *t, int64_t cost)
{
    enum { SOON = 20000 }; /* ns */
    t->cost += cost;
    int64_t gone = t->until ? 0 : loop_now() - t->begun;
    if (!t->until && gone < SOON)
        return false;
    int64_t now = loop_cpu_time();
    if (!t->until) { /* rather too much than too little, if the machine did something else */
        t->now = now - earlier(gone, t->limit);
        t->until = t->now + t->limit;
    }
    keep_pace(s, t->cost, now - t->now);
    t->now = now;
    t->cost = 0;
    return now >= t->until;
}

vm_status vm_run_for(csp_vm *vm, int64_t reductions, int64_t *used)
{
    scheduler *s = &vm->sched;
    heap_hurry(&vm->heap, true);
    /* The clock takes longer than a short step. */
    step_time t = {.timed = reductions > s->slice, .limit = cpu_time_of(reductions)};
    watch_rest(vm);
    if (t.timed)
        t.begun = loop_now();
    vm_status why = VM_SPENT;
    *used = poll(vm);
    while (*used < reductions && !is_stopped(vm, &why)) {
        uint64_t refilled = vm->heap.refilled;
        int64_t cost = short_step(vm, earlier(reductions - *used, s->pace));
        *used += cost + (int64_t)(vm->heap.refilled - refilled) / BYTES_PER_REDUCTION;
        if (cost == 0) {
            *used += poll(vm) + (hosted_pending(vm) ? POLL_OBJECTS : 0);
            if (sched_busy(s) || unfinished(vm) || jump(vm))
                continue;
            return timer_next(s) == LOOP_NEVER && !pending(vm) ? VM_DEADLOCK : VM_DEADLINE;
        }
        if (t.timed && is_late(s, &t, cost))
            break;
    }
    return why == VM_SPENT ? run_out(vm, VM_SPENT) : why;
}

bool vm_stuck(csp_vm *vm) { return vm_next_event(vm) == LOOP_NEVER && !pending(vm); }

int64_t vm_next_event(csp_vm *vm)
{
    if (sched_busy(&vm->sched) || unfinished(vm) || atomic_load(&vm->attention))
        return 0;
    return earlier(timer_due(vm), flood_due(vm));
}
