/* csp_call: a call in the host's own process. */
#include "api/error.h"
#include "api/host/budget.h"
#include "api/host/host.h"
#include "api/host/process.h"
#include "vm/drive.h"
#include "vm/own.h"
#include "vm/process/output.h"

enum { FEW = 16 /* arguments */ };

static csp_status run_call(host *h, value fn, uint32_t argc, const value *argv, csp_budget budget,
                           value *result)
{
    csp_vm *vm = h->vm;
    process *p = host_process(vm);
    if (!p)
        return host_fail_memory(h);
    if (!own_begin(vm, fn, argc, argv))
        return host_fail_raised(h);
    csp_status status = budget_run(h, p, budget, vm_run_own);
    if (status != CSP_OK)
        return status;
    if (process_ended(p)) {
        error_set_crash(h->world, "error", p, p->value);
        return CSP_E_CRASH;
    }
    if (own_finish(vm, p, result) == VERDICT_DONE)
        return CSP_OK;
    error_set_crash(h->world, "error", p, *result);
    return CSP_E_CRASH;
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
        status = vm->exit_status >= 0
                     ? CSP_EXIT
                     : run_call(h, function, argc, args, budget ? *budget : (csp_budget){0}, &v);
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
