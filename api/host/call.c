/* csp_call: a call in the host's own process. */
#include "api/error.h"
#include "api/host/host.h"
#include "api/host/process.h"
#include "vm/core/scheduler.h"
#include "vm/drive.h"
#include "vm/outside/loop.h"
#include "vm/own.h"
#include "vm/process/kill.h"
#include "vm/process/output.h"

enum { FEW = 16 /* arguments */ };

static int64_t deadline_after(uint64_t nanoseconds)
{
    int64_t now = loop_now();
    return nanoseconds < (uint64_t)(LOOP_NEVER - now) ? now + (int64_t)nanoseconds : LOOP_NEVER;
}

static void set_end(csp_vm *vm, uint64_t reductions)
{
    vm->own.end = reductions;
    sched_set_limited(vm);
}

/* The call is given up: its process is killed, may run its deferred calls for as much as the call
 * was given, or for VM_GRACE, and is cut off then. */
static void give_up(csp_vm *vm, process *p, const char *reason, csp_budget budget)
{
    vm_kill(vm, p, reason);
    set_end(vm, budget.reductions ? p->reductions + budget.reductions : 0);
    int64_t deadline = deadline_after(budget.nanoseconds ? budget.nanoseconds : VM_GRACE);
    vm_status why = vm_run(vm, p, deadline);
    if (process_ended(p) || why == VM_EXIT)
        return;
    set_end(vm, 0);
    kill_cut_off(vm, p);
    do
        why = vm_run(vm, p, LOOP_NEVER);
    while (why == VM_INTERRUPTED);
}

static csp_status over_budget(host *h, csp_budget budget, bool by_time)
{
    if (by_time)
        return host_fail(h, CSP_E_BUDGET, "budget", "the call took more than %.3f ms",
                         (double)budget.nanoseconds / 1e6);
    return host_fail(h, CSP_E_BUDGET, "budget", "the call took more than %llu reduction%s",
                     (unsigned long long)budget.reductions, budget.reductions == 1 ? "" : "s");
}

static csp_status crashed(host *h, const process *p, value why)
{
    error_set_crash(h->world, "error", p, why);
    return CSP_E_CRASH;
}

/* The call in p has come to this. */
static csp_status outcome(host *h, process *p, vm_status why, csp_budget budget, value *result)
{
    csp_vm *vm = h->vm;
    const char *reason = "budget";
    csp_status status;
    switch (why) {
    case VM_ENDED:
        if (process_ended(p))
            return crashed(h, p, p->value);
        return own_finish(vm, p, result) == VERDICT_DONE ? CSP_OK : crashed(h, p, *result);
    case VM_EXIT: return CSP_EXIT;
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
    default: status = over_budget(h, budget, why == VM_DEADLINE); break;
    }
    give_up(vm, p, reason, budget);
    return vm->exit_status >= 0 ? CSP_EXIT : status;
}

static csp_status run_call(host *h, value fn, uint32_t argc, const value *argv, csp_budget budget,
                           value *result)
{
    csp_vm *vm = h->vm;
    if (vm->exit_status >= 0)
        return CSP_EXIT;
    process *p = host_process(vm);
    if (!p)
        return host_fail_memory(h);
    if (!own_begin(vm, fn, argc, argv))
        return host_fail_raised(h);
    if (budget.reductions)
        set_end(vm, budget.reductions);
    int64_t deadline = budget.nanoseconds ? deadline_after(budget.nanoseconds) : LOOP_NEVER;
    csp_status status = outcome(h, p, vm_run_own(vm, p, deadline), budget, result);
    if (vm->own.end)
        set_end(vm, 0);
    return status;
}

csp_status csp_call(csp_vm *vm, csp_value fn, uint32_t argc, const csp_value *argv,
                    const csp_budget *budget, csp_value *result)
{
    if (result)
        *result = CSP_NONE;
    if (!argv && argc > 0)
        return door_misuse(vm, __func__, "the arguments are NULL");
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return CSP_E_MISUSE;
    value few[FEW], function, *args = argc <= FEW ? few : heap_pinned(argc * sizeof *args);
    if (!args) {
        host_fail_memory(h);
        door_leave(h);
        return CSP_E_MEMORY;
    }
    bool given = handle_value(h, fn, __func__, &function);
    for (uint32_t i = 0; given && i < argc; i++)
        given = handle_value(h, argv[i], __func__, &args[i]);
    csp_status status;
    if (!given) {
        status = host_pending(h, __func__);
        door_leave(h);
    } else if (!host_start(h, __func__)) {
        status = CSP_E_MISUSE;
    } else {
        value v = VALUE_NIL;
        status = run_call(h, function, argc, args, budget ? *budget : (csp_budget){0}, &v);
        vm_flush(vm);
        if (status == CSP_OK && result) {
            *result = handle_new(h, v, __func__);
            if (result->word == 0)
                status = host_pending(h, __func__);
        }
        host_end(h);
    }
    if (args != few)
        heap_unpin(args);
    return status;
}
