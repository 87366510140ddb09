/* csp_call: a call in the host's own process. */
#include "api/error.h"
#include "api/host/budget.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/process.h"
#include "vm/drive.h"
#include "vm/outside/loop.h"
#include "vm/own.h"
#include "vm/process/output.h"

/* After Os.exit: only looks at the arguments. CSP_EXIT, or the host has been told why not. */
__attribute__((noinline)) static csp_status look_at(host *h, uint32_t argc, const csp_value *argv,
                                                    const char *function)
{
    value unused;
    for (uint32_t i = 0; i < argc; i++)
        if (!handle_value(h, argv[i], function, &unused))
            return host_pending(h, function);
    return CSP_EXIT;
}

/* CSP_OK or CSP_EXIT, or the host has been told why not. */
static csp_status prepare(host *h, csp_value fn, uint32_t argc, const csp_value *argv,
                          const char *function)
{
    value called;
    if (!host_find(h, fn, function, &called))
        return host_pending(h, function);
    if (__builtin_expect(h->vm->exit_status >= 0, 0)) /* a call may have been left half done */
        return look_at(h, argc, argv, function);
    process *p = h->vm->own.process;
    if (!p && !(p = host_process(h->vm)))
        return host_fail_memory(h);
    value *args = own_window(h->vm, p, called, argc);
    if (!args)
        return host_fail_raised(h);
    for (uint32_t i = 0; i < argc; i++)
        if (!handle_value(h, argv[i], function, &args[i]))
            return host_pending(h, function);
    return CSP_OK;
}

static csp_status run_call(host *h, uint32_t argc, const csp_budget *budget, value *result)
{
    csp_vm *vm = h->vm;
    process *p = vm->own.process;
    own_begin(vm, p, argc);
    csp_status status = CSP_OK;
    if (budget)
        status = budget_run(h, p, *budget, vm_run_own);
    else if (!vm_begin_own(vm, p))
        status = budget_settle(h, p, (csp_budget){0}, vm_go_on_own(vm, p, LOOP_NEVER));
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
    host *h = host_enter(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = prepare(h, fn, argc, argv, __func__);
    if (status < 0) {
        door_leave(h);
        return status;
    }
    if (!host_start(h, __func__))
        return CSP_E_MISUSE;
    value v = VALUE_NIL;
    if (status == CSP_OK)
        status = run_call(h, argc, budget, &v);
    vm_flush(vm);
    if (status == CSP_OK && result) {
        *result = handle_new(h, v, __func__);
        if (result->word == 0)
            status = host_pending(h, __func__);
    }
    host_end(h);
    return status;
}
