#include "api/host/fail.h"

#include <stdarg.h>
#include <stdio.h>

#include "api/error.h"
#include "vm/core/type.h"

csp_status host_fail(host *h, csp_status status, const char *kind, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    error_set_plain(h->world, kind, message, NULL);
    return status;
}

csp_status host_fail_memory(host *h)
{
    error_set_memory(h->world);
    return CSP_E_MEMORY;
}

csp_status host_status_of(const char *kind)
{
    static const struct {
        const char *kind;
        csp_status status;
    } rows[] = {
        {"out_of_memory", CSP_E_MEMORY}, {"type_error", CSP_E_TYPE},
        {"frozen", CSP_E_TYPE},          {"index_error", CSP_E_NOT_FOUND},
        {"key_error", CSP_E_NOT_FOUND},  {"not_found", CSP_E_NOT_FOUND},
        {"closed", CSP_E_CLOSED},        {"moved", CSP_E_MISUSE},
        {"misuse", CSP_E_MISUSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(kind, rows[i].kind) == 0)
            return rows[i].status;
    return CSP_E_CRASH;
}

csp_status host_fail_raised(host *h)
{
    csp_vm *vm = h->vm;
    value raised = vm->sched.raised;
    vm->sched.raised = VALUE_ABSENT;
    if (!value_is(raised, OBJ_ERROR))
        return host_fail_memory(h);
    const struct error *e = value_error(raised);
    const char *kind = value_is(e->kind, OBJ_STRING) ? value_string(e->kind)->text : "fail";
    error_set_plain(h->world, kind,
                    value_is(e->message, OBJ_STRING) ? value_string(e->message)->text : "", NULL);
    return host_status_of(kind);
}

bool host_done(host *h, verdict v)
{
    if (v != VERDICT_DONE)
        host_fail_raised(h);
    return v == VERDICT_DONE;
}

csp_status host_refuse(host *h, value got, const char *what)
{
    return host_fail(h, CSP_E_TYPE, "type_error", "expected %s, got %s", what, vm_type_phrase(got));
}
