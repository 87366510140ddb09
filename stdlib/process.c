/* Processes and time as natives: done, wait, kill, link, sleep … and the module Process. */
#include <time.h>

#include "stdlib/natives.h"
#include "vm/code/native.h"
#include "vm/code/origin.h"
#include "vm/core/stack.h"
#include "vm/core/string.h"
#include "vm/core/text.h"
#include "vm/core/vm.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/number/num.h"
#include "vm/outside/loop.h"
#include "vm/process/channel.h"
#include "vm/process/kill.h"
#include "vm/process/output.h"
#include "vm/process/timer.h"
#include "vm/report/report.h"
#include "vm/report/trace.h"
#include "vm/walk/walk.h"

static process *process_arg(csp_vm *vm, process *p, value v)
{
    if (value_is(v, OBJ_PROCESS))
        return value_as_object(v);
    vm_raise_type(vm, p, v, "a process");
    return NULL;
}

static verdict native_self(csp_vm *vm, process *p, value *args, value *result)
{
    (void)vm, (void)args;
    p->flags |= PROCESS_ESCAPED;
    *result = value_object(p);
    return VERDICT_DONE;
}

static verdict native_done(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = process_arg(vm, p, args[0]);
    channel *c = q ? chan_done(vm, q) : NULL;
    if (!c)
        return VERDICT_FAIL;
    *result = value_object(c);
    return VERDICT_DONE;
}

/* wait(p). Slots: step. */
static verdict native_wait(csp_vm *vm, process *p, value *args, value *result)
{
    if (args[1] == value_int(2)) {
        *result = *native_result(p);
        return VERDICT_DONE;
    }
    value outcome;
    if (args[1] == VALUE_ABSENT) {
        args[1] = value_int(1);
        process *q = process_arg(vm, p, args[0]);
        channel *c = q ? chan_done(vm, q) : NULL;
        if (!c)
            return VERDICT_FAIL;
        switch (chan_receive(vm, p, c, &outcome)) {
        case CHAN_DONE: break;
        case CHAN_BLOCK: return VERDICT_BLOCK;
        case CHAN_CLOSED:
        case CHAN_FAIL: return VERDICT_FAIL;
        }
    } else {
        outcome = p->value;
        p->value = VALUE_ABSENT;
    }
    if (value_is_immutable(outcome)) {
        *result = outcome;
        return VERDICT_DONE;
    }
    args[1] = value_int(2);
    return native_call(vm, p, native_value(vm, &walk_natives[WALK_COPY]), 1, &outcome);
}

/* kill(p, reason). Slots: step. */
static verdict native_kill(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    *result = VALUE_NIL;
    value reason = args[1];
    if (args[2] == value_int(1)) {
        reason = *native_result(p);
    } else if (reason == VALUE_ABSENT) {
        reason = vm->error_names[ERR_KILLED];
    } else if (!value_is_immutable(reason)) {
        args[2] = value_int(1);
        return native_call(vm, p, native_value(vm, &walk_natives[WALK_MESSAGE]), 1, &reason);
    }
    if (process_ended(q))
        return VERDICT_DONE;
    struct cause *why = kill_cause(vm, reason, process_number(p));
    if (!why)
        return VERDICT_FAIL;
    kill_process(vm, q, why);
    return q == p && process_must_die(p) ? VERDICT_KILLED : VERDICT_DONE;
}

static verdict native_link(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = process_arg(vm, p, args[0]);
    *result = VALUE_NIL;
    return q ? link_processes(vm, p, q) : VERDICT_FAIL;
}

static verdict native_unlink(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    unlink_processes(vm, p, q);
    *result = VALUE_NIL;
    return VERDICT_DONE;
}

/* sleep(d). Slots: step. */
static verdict native_sleep(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t ns;
    *result = VALUE_NIL;
    if (args[1] != VALUE_ABSENT)
        return VERDICT_DONE;
    if (!timer_duration(vm, p, args[0], &ns))
        return VERDICT_FAIL;
    args[1] = value_int(1);
    return timer_sleep(vm, p, timer_after(ns));
}

static verdict native_now(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p, (void)args;
    return vm_give(vm, num_int(vm, loop_wall_clock()), result);
}

static verdict native_tick(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t ns;
    if (!timer_duration(vm, p, args[0], &ns))
        return VERDICT_FAIL;
    if (ns <= 0)
        return vm_raise(vm, ERR_VALUE, "a tick needs a duration above 0");
    channel *c = chan_tick(vm, ns > INT64_MAX / 4 ? INT64_MAX / 4 : ns);
    if (!c)
        return VERDICT_FAIL;
    *result = value_object(c);
    return VERDICT_DONE;
}

/* _failed(p): whether it has ended by crash or kill. For the part of this module that is written in
 * the language. */
static verdict native_failed(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    *result = value_bool(process_ended(q) && (q->flags & PROCESS_FAILED));
    return VERDICT_DONE;
}

/* _ended(p): like done(p), but a crash of p counts as unawaited still. */
static verdict native_ended(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    uint64_t flags = q->flags;
    channel *c = chan_done(vm, q);
    if (!(flags & PROCESS_AWAITED))
        process_clear(q, PROCESS_AWAITED);
    if (!c)
        return VERDICT_FAIL;
    *result = value_object(c);
    return VERDICT_DONE;
}

/* _watch(c, p, room): sends p on c when it has ended; c buffers `room` of those. */
static verdict native_watch(csp_vm *vm, process *p, value *args, value *result)
{
    channel *c = chan_of(vm, p, args[0], true);
    process *q = c ? process_arg(vm, p, args[1]) : NULL;
    *result = VALUE_NIL;
    return q && chan_watch(vm, q, c, (uint32_t)value_as_int(args[2])) ? VERDICT_DONE : VERDICT_FAIL;
}

/* _controlled(c): makes the caller a supervisor, which is asked on c. */
static verdict native_controlled(csp_vm *vm, process *p, value *args, value *result)
{
    side *sd = process_side(vm, p);
    if (!sd)
        return VERDICT_FAIL;
    sd->control = args[0];
    *result = VALUE_NIL;
    return VERDICT_DONE;
}

/* _control(p, must = true): the channel on which the supervisor p is asked. Of what is no
 * supervisor: a crash, or nil where there is a second argument. */
static verdict native_control(csp_vm *vm, process *p, value *args, value *result)
{
    const process *q = value_is(args[0], OBJ_PROCESS) ? value_as_object(args[0]) : NULL;
    bool supervises = q && q->side && q->side->control != VALUE_ABSENT;
    *result = supervises ? q->side->control : VALUE_NIL;
    if (supervises || native_argc(vm) > 1)
        return VERDICT_DONE;
    if (q)
        return vm_raise(vm, ERR_TYPE, "expected a supervisor, got another process");
    return vm_raise_type(vm, p, args[0], "a supervisor");
}

/* _expected(what, x): crashes as a native does whose argument x should have been something else. */
static verdict native_expected(csp_vm *vm, process *p, value *args, value *result)
{
    (void)result;
    return vm_raise_type(vm, p, args[1], value_string(args[0])->text);
}

/* _duration(d): what the language writes for it. */
static verdict native_duration(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t ns;
    text t;
    text_init(&t, vm);
    if (!timer_duration(vm, p, args[0], &ns))
        return VERDICT_FAIL;
    text_duration(&t, ns);
    return vm_give(vm, text_string(&t), result);
}

/* _caused(e, cause): the error e with that error, or nil, as its cause. */
static verdict native_caused(csp_vm *vm, process *p, value *args, value *result)
{
    return vm_give(vm, error_caused(vm, args[0], args[1], process_owner(p)), result);
}

/* --- Process */

static verdict native_list(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args;
    value all = list_new(vm, p, NULL, 0);
    if (all == VALUE_ABSENT || !list_reserve(vm, value_list(all), vm->table_count))
        return vm_raise_memory(vm);
    for (uint32_t i = 0; i < vm->table_count; i++) {
        vm->table[i]->flags |= PROCESS_ESCAPED;
        list_push(vm, value_list(all), value_object(vm->table[i]));
    }
    vm_charge(vm, vm->table_count / 32);
    *result = all;
    return VERDICT_DONE;
}

static value waits_for(const csp_vm *vm, const process *q)
{
    if (q->chan && !output_waits_for(vm, q))
        return value_object(q->chan);
    return VALUE_NIL;
}

static const char *state_of(const csp_vm *vm, const process *p, const process *q)
{
    if (process_ended(q))
        return q->flags & PROCESS_FAILED ? (q->kill ? "killed" : "crashed") : "done";
    if (p == q)
        return "running";
    if ((q->ticket & TICKET_STATE) == TICKET_RUN)
        return "runnable";
    if (output_waits_for(vm, q))
        return "printing";
    if (q->chan)
        return q->flags & PROCESS_SENDS ? "sending" : "receiving";
    if (q->side && q->side->alt && q->side->alt->live)
        return "alt";
    if (q->side && q->side->timer && q->side->timer->index >= 0)
        return "sleeping";
    return "waiting";
}

static bool put_text(csp_vm *vm, map *m, const char *key, const char *text_)
{
    value k = str_intern(vm, key, strlen(key)), v = str_new(vm, text_, strlen(text_));
    return k != VALUE_ABSENT && v != VALUE_ABSENT && map_put(vm, m, k, v);
}

static bool put_value(csp_vm *vm, map *m, const char *key, value v)
{
    value k = str_intern(vm, key, strlen(key));
    return k != VALUE_ABSENT && v != VALUE_ABSENT && map_put(vm, m, k, v);
}

/* The process of that number, if it still lives; NIL otherwise. */
static value process_numbered(csp_vm *vm, uint64_t number)
{
    for (uint32_t i = 0; number && i < vm->table_count; i++) {
        if (process_number(vm->table[i]) != number)
            continue;
        vm->table[i]->flags |= PROCESS_ESCAPED;
        return value_object(vm->table[i]);
    }
    return VALUE_NIL;
}

static value name_of(csp_vm *vm, const process *q)
{
    const string *name = origin_name(vm, q);
    return name ? value_object(name) : VALUE_NIL;
}

static verdict native_info(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    value made = map_new(vm, p, 8);
    if (made == VALUE_ABSENT)
        return vm_raise_memory(vm);
    map *m = value_map(made);
    uint32_t position = q != p && !process_ended(q) ? report_position(q) : 0;
    value place = VALUE_NIL;
    if (position) {
        text where;
        text_init(&where, vm);
        trace_place(vm, position, &where);
        place = text_string(&where);
    }
    uint64_t slots = process_ended(q) ? 0 : q->capacity;
    bool ok =
        put_value(vm, m, "name", name_of(vm, q)) && put_text(vm, m, "state", state_of(vm, p, q)) &&
        put_value(vm, m, "waits_for", waits_for(vm, q)) && put_value(vm, m, "where", place) &&
        put_value(vm, m, "reductions", num_uint(vm, q->reductions)) &&
        put_value(vm, m, "stack", num_uint(vm, slots * sizeof(value))) &&
        put_value(vm, m, "parent",
                  q->parent_distance ? process_numbered(vm, process_number(q) - q->parent_distance)
                                     : VALUE_NIL);
    if (!ok)
        return vm_raise_memory(vm);
    *result = made;
    return VERDICT_DONE;
}

static verdict native_name(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    if (native_argc(vm) == 1) {
        *result = name_of(vm, q);
        return VERDICT_DONE;
    }
    if (!value_is(args[1], OBJ_STRING))
        return vm_raise_type(vm, p, args[1], "a string");
    side *sd = process_side(vm, q);
    if (!sd)
        return VERDICT_FAIL;
    sd->name = args[1];
    *result = args[0];
    return VERDICT_DONE;
}

/* _named(p, f): gives p the name of f, if that has one. */
static verdict native_named(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = value_as_object(args[0]);
    (void)p;
    *result = args[0];
    value name = value_is(args[1], OBJ_CLOSURE) ? ((closure *)value_as_object(args[1]))->code->name
                                                : VALUE_NIL;
    if (!value_is(name, OBJ_STRING))
        return VERDICT_DONE;
    side *sd = process_side(vm, q);
    if (!sd)
        return VERDICT_FAIL;
    sd->name = name;
    return VERDICT_DONE;
}

/* Natives of the prelude that belong to processes; prelude.c has the others. */
const native_entry prelude_process_natives[] = {
    {"self", "self()", "the handle of the process that calls it", native_self, 0, 0, 0},
    {"done", "done(p)", "a channel that gives the outcome of p, as often as it is asked",
     native_done, 1, 1, 0},
    {"wait", "wait(p)", "waits until p has ended and gives its outcome", native_wait, 1, 1, 1},
    {"kill", "kill(p, reason = \"killed\")", "stops p at its next safe point; its defers run",
     native_kill, 1, 2, 1},
    {"link", "link(p)", "when one of the two ends by crash or kill, the other is killed",
     native_link, 1, 1, 0},
    {"unlink", "unlink(p)", "undoes link(p)", native_unlink, 1, 1, 0},
    {"sleep", "sleep(d)", "waits for d nanoseconds; 0 or less gives the others a turn",
     native_sleep, 1, 1, 1},
    {"now", "now()", "wall-clock time in nanoseconds since 1970", native_now, 0, 0, 0},
    {"tick", "tick(d)",
     "a channel that gives the time every d nanoseconds, the first after d; a slow receiver misses "
     "some",
     native_tick, 1, 1, 0},
    {"_failed", "_failed(p)", "whether p has ended by crash or kill", native_failed, 1, 1, 0},
    {"_ended", "_ended(p)", "done(p), with which a crash of p is still reported", native_ended, 1,
     1, 0},
    {"_watch", "_watch(c, p, room)", "sends p on c when it has ended", native_watch, 3, 3, 0},
    {"_controlled", "_controlled(c)", "makes the caller a supervisor that is asked on c",
     native_controlled, 1, 1, 0},
    {"_control", "_control(p, must = true)", "the channel on which a supervisor is asked",
     native_control, 1, 2, 0},
    {"_expected", "_expected(what, x)", "crashes since x is something else", native_expected, 2, 2,
     0},
    {"_named", "_named(p, f)", "gives p the name of the function f, if that has one", native_named,
     2, 2, 0},
    {"_duration", "_duration(d)", "\"30ms\", \"1.5s\"", native_duration, 1, 1, 0},
    {"_caused", "_caused(e, cause)", "e with a cause", native_caused, 2, 2, 0},
    {0},
};

const native_entry process_natives[] = {
    {"list", "list()", "all processes that have not ended", native_list, 0, 0, 0},
    {"info", "info(p)",
     "what p is doing: a map with name state waits_for where reductions stack parent", native_info,
     1, 1, 0},
    {"name", "name(p, name)",
     "gives p a name, and the handle back; without a name, tells the one it has: at first its "
     "function's, or nil",
     native_name, 1, 2, 0},
    {0},
};
