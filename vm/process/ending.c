/* Who is told of a process's end: the channels that watch it, those that are linked to it, and
 * those who wait for its outcome, in steps (telling.h). The ticket says END and the outcome is
 * there before anybody is told. Links come before outcomes: a process that is linked and waits
 * must not go on with the outcome before it is killed. */
#include "vm/process/ending.h"

#include "vm/core/scheduler.h"
#include "vm/core/vm.h"
#include "vm/process/kill.h"
#include "vm/process/outcome.h"
#include "vm/process/process.h"
#include "vm/process/telling.h"

/* Tells the next ones, *count of them. True: there are no more. */
static bool tell_next(csp_vm *vm, process *p, int64_t *count)
{
    int64_t most = told_per_step(&vm->sched), left = most;
    chan_tell_end(vm, p, &left);
    end_links(vm, p, &left);
    chan_serve_outcome(vm, p, &left);
    *count = most - left;
    const side *sd = side_of(p);
    return !sd->watchers && !sd->links && (!sd->done || !sd->done->recv_first);
}

bool ending_begin(csp_vm *vm, process *p)
{
    int64_t count;
    bool all = tell_next(vm, p, &count);
    vm_charge(vm, (uint64_t)(count * REDUCTIONS_PER_TOLD));
    if (!all) {
        p->flags |= PROCESS_TELLS;
        process_append(&vm->sched.ending, p);
    }
    return all;
}

int64_t ending_step(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    process *p = process_take_first(&s->ending);
    if (!p)
        return 0;
    int64_t count;
    if (tell_next(vm, p, &count)) {
        process_clear(p, PROCESS_TELLS);
        process_recycle(vm, p);
    } else {
        process_append(&s->ending, p);
    }
    return count * REDUCTIONS_PER_TOLD + 1;
}
