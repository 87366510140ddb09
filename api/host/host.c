#include "api/host/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/error.h"

host *host_new(world *w)
{
    host *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->vm = w->vm;
    h->world = w;
    w->host = h;
    if (handles_init(h) && refs_init(h) && door_open(h))
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
    refs_free(h);
    handles_free(h);
    error_free(h->misuse);
    free(h);
}

host *host_begin(csp_vm *vm, const char *function)
{
    host *h = door_enter(vm, function, 0);
    if (!h)
        return NULL;
    if (!world_begin(h->world)) {
        door_misuse(vm, function, "the VM has run its program");
        door_leave(h);
        return NULL;
    }
    error_free(error_take(h->world));
    refs_settle(h);
    return h;
}

void host_end(host *h)
{
    world_end(h->world);
    door_leave(h);
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

static csp_status status_of(const csp_vm *vm, value kind)
{
    static const struct {
        error_kind kind;
        csp_status status;
    } rows[] = {
        {ERR_OUT_OF_MEMORY, CSP_E_MEMORY}, {ERR_TYPE, CSP_E_TYPE},
        {ERR_FROZEN, CSP_E_TYPE},          {ERR_INDEX, CSP_E_NOT_FOUND},
        {ERR_KEY, CSP_E_NOT_FOUND},        {ERR_NOT_FOUND, CSP_E_NOT_FOUND},
        {ERR_CLOSED, CSP_E_CLOSED},        {ERR_MOVED, CSP_E_MISUSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (kind == vm->error_names[rows[i].kind])
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
    error_set_plain(h->world, value_is(e->kind, OBJ_STRING) ? value_string(e->kind)->text : "fail",
                    value_is(e->message, OBJ_STRING) ? value_string(e->message)->text : "", NULL);
    return status_of(vm, e->kind);
}

bool host_done(host *h, verdict v)
{
    if (v != VERDICT_DONE)
        host_fail_raised(h);
    return v == VERDICT_DONE;
}
