/* What a host that traces is told. */
#include "api/host/host.h"
#include "api/place.h"
#include "api/print.h"
#include "vm/code/origin.h"
#include "vm/outside/loop.h"
#include "vm/process/event.h"
#include "vm/process/output.h"
#include "vm/report/report.h"
#include "vm/walk/parcel.h"

/* 0: not known. A newborn stands nowhere yet, and one that runs has been saved for messages, and
 * for whom it kills (event.h). */
static uint32_t position_of(const csp_vm *vm, const event *e, const process *p)
{
    if (e->kind == EVENT_CRASH) {
        value taken = value_is(e->value, OBJ_ERROR) ? value_error(e->value)->trace : VALUE_NIL;
        const trace *t = value_is(taken, OBJ_TRACE) ? value_as_object(taken) : NULL;
        return t && t->count ? t->positions[0] & ~TRACE_TAIL : 0;
    }
    if (e->kind == EVENT_SPAWN || e->kind == EVENT_CLOSE)
        return p == e->process ? e->position : 0;
    bool saved = p != vm->sched.running || p == e->process || e->kind != EVENT_KILL;
    return saved && !process_ended(p) ? report_position(p) : 0;
}

static bool has_waited(const csp_vm *vm, const event *e, const process *p)
{
    bool message = e->kind <= EVENT_RECEIVE;
    return message && p != vm->sched.running && !process_ended(p);
}

/* "" for what has none, or was begun by the host. */
static const char *name_of(csp_vm *vm, const process *p)
{
    const string *name = origin_name(vm, p);
    return name ? name->text : "";
}

static bool has_value(const event *e)
{
    return e->value != VALUE_ABSENT && !parcel_message(e->value);
}

static csp_event describe(csp_vm *vm, const event *e)
{
    static const csp_event_kind kinds[] = {
        [EVENT_MESSAGE] = CSP_EVENT_MESSAGE, [EVENT_SEND] = CSP_EVENT_SEND,
        [EVENT_RECEIVE] = CSP_EVENT_RECEIVE, [EVENT_CLOSE] = CSP_EVENT_CLOSE,
        [EVENT_SPAWN] = CSP_EVENT_SPAWN,     [EVENT_END] = CSP_EVENT_END,
        [EVENT_CRASH] = CSP_EVENT_CRASH,     [EVENT_KILL] = CSP_EVENT_KILL,
        [EVENT_KILLED] = CSP_EVENT_KILLED};
    csp_event told = {.kind = kinds[e->kind],
                      .time = loop_now(),
                      .name = "",
                      .other_name = "",
                      .channel = e->chan ? chan_number(vm, e->chan) : 0,
                      .has_value = has_value(e)};
    if (e->process) {
        told.process = process_number(e->process);
        told.name = name_of(vm, e->process);
        told.spawned = place_at(vm, origin_position(vm, e->process));
        told.where = place_at(vm, position_of(vm, e, e->process));
        told.waited = has_waited(vm, e, e->process);
    }
    if (e->other) {
        told.other = process_number(e->other);
        told.other_name = name_of(vm, e->other);
        told.other_spawned = place_at(vm, origin_position(vm, e->other));
        told.other_where = place_at(vm, position_of(vm, e, e->other));
        told.other_waited = has_waited(vm, e, e->other);
    }
    return told;
}

static void tell(csp_vm *vm, const event *e)
{
    if (e->chan && output_owns(vm, e->chan))
        return;
    host *h = host_of(vm);
    csp_event told = describe(vm, e);
    const event *before = h->trace.now;
    h->trace.now = e;
    door_hook_begin(h);
    h->trace.each(h->trace.user, &told);
    door_hook_end(h);
    h->trace.now = before;
}

csp_status csp_trace(csp_vm *vm, void (*each)(void *user, const csp_event *event), void *user)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return CSP_E_MISUSE;
    h->trace.each = each;
    h->trace.user = user;
    event_watch(vm, each ? tell : NULL);
    door_leave(h);
    return CSP_OK;
}

char *csp_event_value(csp_vm *vm, const csp_print_options *options)
{
    door *d = door_find(vm);
    bool inside = d && d->inside == (door_me() | INSIDE_HOOK);
    if (!inside || !d->host->trace.now) {
        door_misuse(vm, __func__, "it is for the callback of csp_trace alone");
        return NULL;
    }
    const event *e = d->host->trace.now;
    return has_value(e) ? print_for_host(d->host, e->value, options, __func__) : NULL;
}
