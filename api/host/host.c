#include "api/host/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/error.h"
#include "vm/core/type.h"

host *host_new(world *w)
{
    host *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->vm = w->vm;
    h->world = w;
    w->host = h;
    if (handles_init(h) && natives_init(h) && refs_init(h) && tasks_init(h) && ports_init(h) &&
        door_open(h))
        return h;
    host_free(h);
    return NULL;
}

void host_free(host *h)
{
    if (!h)
        return;
    classes_free(h);
    h->world->host = NULL;
    ports_free(h);
    tasks_free(h);
    refs_free(h);
    natives_free(h);
    handles_free(h);
    error_free(h->misuse);
    free(h);
}

bool host_turn_away(host *h, const char *function)
{
    door_misuse(h->vm, function, "the VM has run its program");
    door_leave(h);
    return false;
}

void host_forget_error(host *h) { error_free(error_take(h->world)); }

host *host_begin(csp_vm *vm, const char *function)
{
    host *h = door_enter(vm, function, 0);
    return h && host_start(h, function) ? h : NULL;
}

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

static csp_status status_of(const char *kind)
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
    return status_of(kind);
}

csp_status host_pending(host *h, const char *function)
{
    const csp_error *kept = h->world->error;
    if (!kept)
        return door_misuse(h->vm, function, "a value is CSP_NONE");
    return status_of(error_kind_of(kept));
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
