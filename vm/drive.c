/* The loop that drives a VM: slices of processes, and between them timers, requests, the outside
 * world and leaks. */
#include "vm/drive.h"

#include "vm/core/scheduler.h"
#include "vm/core/text.h"
#include "vm/data/hosted.h"
#include "vm/foreign/release.h"
#include "vm/outside/loop.h"
#include "vm/outside/request.h"
#include "vm/process/ending.h"
#include "vm/process/output.h"
#include "vm/process/timer.h"
#include "vm/report/flood.h"
#include "vm/report/leak.h"
#include "vm/report/report_all.h"
#include "vm/run/run.h"

enum {
    POLL_CREDIT = 4000,
    POLL_PICK = 100, /* the cost of a switch */
    POLL_OBJECTS = 2000
};

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
static bool pending(const csp_vm *vm) { return output_waited(vm) || request_pending(vm); }

/* Polls leaks, timers and the outside world, at most once in POLL_CREDIT reductions. */
static void poll(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    s->poll_credit = POLL_CREDIT;
    if (s->alone)
        return;
    if (vm->heap.found || heap_collections(&vm->heap) != vm->collections_seen || vm->final_check)
        leak_look(vm);
    hosted_sweep(vm, POLL_OBJECTS);
    if (vm->asked)
        report_activity(vm);
    flood_tell(vm, false);
    if (s->timer_count)
        timer_fire(vm, loop_now());
    if (output_busy(vm))
        output_poll(vm);
    if (request_arrived(vm))
        request_deliver(vm);
    release_lost(vm);
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

/* Nothing can run: waits for an event. False: none will come. */
static bool idle(csp_vm *vm, int64_t deadline)
{
    int64_t next = timer_next(&vm->sched);
    bool last = next == LOOP_NEVER && !pending(vm) && deadline == LOOP_NEVER;
    flood_tell(vm, last);
    if (last)
        return false;
    next = earlier(next, flood_due(vm));
    vm_flush(vm);
    if (sched_busy(&vm->sched)) /* the output became ready, and woke whoever waited for it */
        return true;
    if (!vm_loop(vm))
        return output_wait(vm);
    output_waits(vm, loop_outputs(vm->loop));
    /* A flag that was set before the loop existed has woken nobody. */
    if (!vm_interrupted(vm) && !vm->asked)
        loop_wait(vm->loop, earlier(next, deadline));
    return true;
}

bool vm_step(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    if (s->poll_credit <= 0)
        poll(vm);
    int64_t told = s->ending.first ? ending_step(vm) : 0;
    s->poll_credit -= told;
    process *p = sched_pick(s);
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
    /* with a deadline in the past: at most one slice each */
    uint32_t turns = s->queue_length + 2;
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
            if (sched_busy(s) ||
                (hosted_pending(vm) && (deadline == LOOP_NEVER || loop_now() < deadline)))
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
    if (sched_busy(&vm->sched) || request_arrived(vm) || hosted_pending(vm))
        return 0;
    return earlier(timer_next(&vm->sched), flood_due(vm));
}
