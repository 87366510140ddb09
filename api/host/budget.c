#include "api/host/budget.h"

#include "api/error.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "vm/core/scheduler.h"
#include "vm/outside/loop.h"
#include "vm/own.h"
#include "vm/process/kill.h"

static int64_t deadline_after(uint64_t nanoseconds)
{
    int64_t now = loop_now();
    return nanoseconds < (uint64_t)(LOOP_NEVER - now) ? now + (int64_t)nanoseconds : LOOP_NEVER;
}

/* It has ended, or the call in it has. */
static bool is_over(const csp_vm *vm, const process *p)
{
    return process_ended(p) || (p == vm->own.process && !vm->own.called);
}

static void give_up(csp_vm *vm, process *p, const char *reason, csp_budget budget)
{
    vm_kill(vm, p, reason);
    sched_set_budget(vm, p, budget.reductions);
    int64_t deadline = deadline_after(budget.nanoseconds ? budget.nanoseconds : VM_GRACE);
    vm_status why = vm_run(vm, p, deadline);
    if (why == VM_EXIT)
        return;
    if (!is_over(vm, p)) {
        sched_set_budget(vm, p, 0);
        kill_cut_off(vm, p);
        do
            why = vm_run(vm, p, LOOP_NEVER);
        while (why == VM_INTERRUPTED);
    }
    value late;
    if (p == vm->own.process && is_over(vm, p))
        own_finish(vm, p, &late); /* the kill came too late: nobody wants the result */
}

static csp_status over_budget(host *h, csp_budget budget, bool by_time)
{
    if (by_time)
        return host_fail(h, CSP_E_BUDGET, "budget", "it took more than %.3f ms",
                         (double)budget.nanoseconds / 1e6);
    return host_fail(h, CSP_E_BUDGET, "budget", "it took more than %llu reduction%s",
                     (unsigned long long)budget.reductions, budget.reductions == 1 ? "" : "s");
}

csp_status budget_settle(host *h, process *p, csp_budget budget, vm_status why)
{
    csp_vm *vm = h->vm;
    const char *reason = "budget";
    csp_status status = CSP_OK;
    switch (why) {
    case VM_ENDED: break;
    case VM_EXIT: status = CSP_EXIT; break;
    case VM_INTERRUPTED:
        error_set_interrupted(h->world);
        status = CSP_E_INTERRUPTED;
        reason = "interrupted";
        break;
    case VM_DEADLOCK:
        error_set_deadlock(h->world);
        status = CSP_E_DEADLOCK;
        reason = "deadlock";
        break;
    case VM_SPENT:
    case VM_DEADLINE: status = over_budget(h, budget, why == VM_DEADLINE); break;
    }
    if (status < 0)
        give_up(vm, p, reason, budget);
    if (vm->budgeted)
        sched_set_budget(vm, p, 0);
    return status < 0 && vm->exit_status >= 0 ? CSP_EXIT : status;
}

csp_status budget_run(host *h, process *p, csp_budget budget,
                      vm_status (*run)(csp_vm *vm, process *p, int64_t deadline))
{
    csp_vm *vm = h->vm;
    if (budget.reductions)
        sched_set_budget(vm, p, budget.reductions);
    int64_t deadline = budget.nanoseconds ? deadline_after(budget.nanoseconds) : LOOP_NEVER;
    return budget_settle(h, p, budget, run(vm, p, deadline));
}
