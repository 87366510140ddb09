/* The values of a session: those of its expressions, for whoever shows them, and names that the
 * host binds. */
#include "api/session_value.h"

#include <stdlib.h>
#include <string.h>

#include "api/host/context.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "base/name.h"
#include "vm/process/output.h"

/* ---- Values as they are evaluated ---- */

static csp_session *session_of(const world *w, const process *p)
{
    csp_session *s = w->sessions;
    while (s && s->number != process_number(p))
        s = s->next;
    return s;
}

/* As a native of the host. */
static csp_verdict give(csp_context *c)
{
    host *h = c->host;
    const csp_session *s = session_of(h->world, c->caller);
    if (s && s->each && c->args[0] != VALUE_NIL) {
        csp_value v = handle_new(h, c->args[0], "csp_session_on_value");
        if (v.word)
            s->each(s->each_user, v);
    }
    return csp_return(c, csp_nil());
}

static const host_native giver = {.entry = {.name = "shown"}, .fn = give};

static verdict shown(csp_vm *vm, process *p, value *args, value *result)
{
    vm_flush(vm); /* what was printed before it */
    return native_run(vm, p, &giver, args, result);
}

static const native_entry shown_entry = {"shown", "shown(v)", "gives a value to who shows it",
                                         shown,   1,          1};

value session_shown(const csp_session *s)
{
    return s->each ? native_value(s->world->vm, &shown_entry) : VALUE_ABSENT;
}

void csp_session_on_value(csp_session *s, void (*each)(void *user, csp_value v), void *user)
{
    host *h = session_enter(s, __func__);
    if (!h)
        return;
    s->each = each;
    s->each_user = user;
    door_leave(h);
}

/* ---- Names ---- */

static host *enter(csp_session *s, const char *function)
{
    return live_kind_of(s) == LIVE_SESSION ? door_enter(s->world->vm, function, DOOR_NATIVE) : NULL;
}

static bool is_bindable(host *h, const char *name, const char *function)
{
    bool valid = name && (strcmp(name, "_") == 0 || name_is(name, strlen(name)));
    if (!valid)
        door_misuse(h->vm, function, "the name is NULL, or cannot be written as one");
    return valid;
}

static csp_status set(host *h, csp_session *s, const char *name, value v)
{
    if (value_is_object(v) && !value_is_immutable(v) &&
        (obj_header(v) & OWNER_MASK) != s->number << OWNER_SHIFT)
        return host_refuse(h, v, "what cannot change, or is the session's own");
    return session_bind(s, name, v) ? CSP_OK : host_fail_memory(h);
}

csp_status csp_session_set(csp_session *s, const char *name, csp_value given)
{
    host *h = enter(s, __func__);
    if (!h)
        return CSP_E_MISUSE;
    value v;
    csp_status status = CSP_E_MISUSE;
    if (is_bindable(h, name, __func__))
        status =
            handle_value(h, given, __func__, &v) ? set(h, s, name, v) : host_pending(h, __func__);
    door_leave(h);
    return status;
}

csp_value csp_session_get(csp_session *s, const char *name)
{
    host *h = enter(s, __func__);
    if (!h)
        return CSP_NONE;
    csp_value found = CSP_NONE;
    if (is_bindable(h, name, __func__)) {
        value v = session_module(s, name) ? VALUE_ABSENT : session_value(s, name);
        if (v == VALUE_ABSENT)
            host_fail(h, CSP_E_NOT_FOUND, "not_found", "the session has no variable `%s`", name);
        else
            found = handle_new(h, v, __func__);
    }
    door_leave(h);
    return found;
}

csp_status csp_session_forget(csp_session *s, const char *name)
{
    host *h = enter(s, __func__);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = CSP_E_MISUSE;
    if (is_bindable(h, name, __func__))
        status = session_unbind(s, name) ? CSP_OK
                                         : host_fail(h, CSP_E_NOT_FOUND, "not_found",
                                                     "the session has no name `%s`", name);
    door_leave(h);
    return status;
}
