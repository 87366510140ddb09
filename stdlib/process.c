/* Processes and time as natives: done, wait, kill, link, sleep … and the module Process. */
#include "stdlib/natives.h"
#include "vm/core/text.h"
#include "vm/native.h"
#include "vm/outside/loop.h"
#include "vm/process/handle.h"
#include "vm/process/kill.h"
#include "vm/process/outcome.h"
#include "vm/process/process.h"
#include "vm/process/rendezvous.h"
#include "vm/process/ticker.h"
#include "vm/process/timer.h"
#include "vm/report/info.h"
#include "vm/walk/walk.h"

static verdict native_self(csp_vm *vm, process *p, value *args, value *result)
{
    (void)vm, (void)args;
    *result = process_handle(p);
    return VERDICT_DONE;
}

static verdict native_done(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = native_process_arg(vm, p, args[0]);
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
        process *q = native_process_arg(vm, p, args[0]);
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
        outcome = chan_received(p);
    }
    if (value_is_immutable(outcome)) {
        *result = outcome;
        return VERDICT_DONE;
    }
    args[1] = value_int(2);
    return walk_call(vm, p, WALK_COPY, 1, &outcome);
}

/* kill(p, reason). Slots: step. */
static verdict native_kill(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = native_process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    *result = VALUE_NIL;
    value reason = args[1];
    if (args[2] == value_int(1)) {
        reason = *native_result(p);
    } else if (reason != VALUE_ABSENT && !value_is_immutable(reason)) {
        args[2] = value_int(1);
        return walk_call(vm, p, WALK_MESSAGE, 1, &reason);
    }
    return kill_by(vm, p, q, reason);
}

static verdict native_link(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = native_process_arg(vm, p, args[0]);
    *result = VALUE_NIL;
    return q ? link_processes(vm, p, q) : VERDICT_FAIL;
}

static verdict native_unlink(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = native_process_arg(vm, p, args[0]);
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
    return timer_sleep(vm, p, timer_after(vm, ns));
}

static verdict native_now(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p, (void)args;
    return vm_give(vm, num_int(vm, vm_clock(vm, vm_wall_clock(vm))), result);
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
    process *q = native_process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    *result = value_bool(process_failed(q));
    return VERDICT_DONE;
}

/* _ended(p): like done(p), but a crash of p counts as unawaited still. */
static verdict native_ended(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = native_process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    channel *c = chan_done_unawaited(vm, q);
    if (!c)
        return VERDICT_FAIL;
    *result = value_object(c);
    return VERDICT_DONE;
}

/* _watch(c, p, room): sends p on c when it has ended; c buffers `room` of those. */
static verdict native_watch(csp_vm *vm, process *p, value *args, value *result)
{
    channel *c = chan_of(vm, p, args[0], true);
    process *q = c ? native_process_arg(vm, p, args[1]) : NULL;
    *result = VALUE_NIL;
    return q && chan_watch(vm, q, c, (uint32_t)value_as_int(args[2])) ? VERDICT_DONE : VERDICT_FAIL;
}

/* _controlled(c): makes the caller a supervisor, which is asked on c. */
static verdict native_controlled(csp_vm *vm, process *p, value *args, value *result)
{
    *result = VALUE_NIL;
    return process_set_control(vm, p, args[0]) ? VERDICT_DONE : VERDICT_FAIL;
}

/* _control(p, must = true): the channel on which the supervisor p is asked. Of what is no
 * supervisor: a crash, or nil where there is a second argument. */
static verdict native_control(csp_vm *vm, process *p, value *args, value *result)
{
    const process *q = value_is(args[0], OBJ_PROCESS) ? value_as_object(args[0]) : NULL;
    value control = q ? process_control(q) : VALUE_ABSENT;
    *result = control != VALUE_ABSENT ? control : VALUE_NIL;
    if (control != VALUE_ABSENT || native_argc(vm) > 1)
        return VERDICT_DONE;
    if (q)
        return vm_raise(vm, ERR_TYPE, "expected a supervisor, got another process");
    return vm_raise_type(vm, p, args[0], "a supervisor");
}

/* _restarted(p, restarts, last): p stands in the place of so many processes, the last of which has
 * ended as that string says. */
static verdict native_restarted(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    int64_t restarts = value_as_int(args[1]);
    *result = VALUE_NIL;
    return process_set_restarts(vm, value_as_object(args[0]),
                                restarts < UINT32_MAX ? (uint32_t)restarts : UINT32_MAX, args[2])
               ? VERDICT_DONE
               : VERDICT_FAIL;
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
    return vm_give(vm, process_all(vm, p), result);
}

static verdict native_info(csp_vm *vm, process *p, value *args, value *result)
{
    const process *q = native_process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    return vm_give(vm, info_of(vm, p, q), result);
}

static verdict native_name(csp_vm *vm, process *p, value *args, value *result)
{
    process *q = native_process_arg(vm, p, args[0]);
    if (!q)
        return VERDICT_FAIL;
    if (native_argc(vm) == 1) {
        *result = info_name(vm, q);
        return VERDICT_DONE;
    }
    *result = args[0];
    return native_string_arg(vm, p, args[1]) && process_set_name(vm, q, args[1]) ? VERDICT_DONE
                                                                                 : VERDICT_FAIL;
}

/* _named(p, f): gives p the name of f, if that has one. */
static verdict native_named(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    *result = args[0];
    value name = closure_name(args[1]);
    bool done = name == VALUE_NIL || process_set_name(vm, value_as_object(args[0]), name);
    return done ? VERDICT_DONE : VERDICT_FAIL;
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
    {"_restarted", "_restarted(p, restarts, last)", "p stands in the place of others before it",
     native_restarted, 3, 3, 0},
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
