/* Os: programs that are run to their end, and what came of them. */
#include <errno.h>
#include <stdlib.h>

#include "stdlib/errand_call.h"
#include "stdlib/natives.h"
#include "stdlib/os_program.h"
#include "stdlib/system.h"
#include "vm/core/steps.h"
#include "vm/outside/runner.h"
#include "vm/outside/signal_name.h"
#include "vm/outside/turn.h"
#include "vm/process/timer.h"

enum { INPUT, DIR, ENV, TIMEOUT, CHECK, LIMIT };
static const char *const options[] = {"input", "dir", "env", "timeout", "check", "limit", NULL};

/* Behind those of errand_call.h, of which the input uses some: the outputs as bytes. */
enum { SLOT_OUT = ERRAND_SLOTS, SLOT_ERR, RUN_SLOTS };
enum { STATE_NEW, STATE_WAITS, STATE_AGAIN /* once, after a collection has closed files */ };

/* --- beginning */

static bool take_limits(csp_vm *vm, process *p, const list *all, runner *r)
{
    value timeout = os_option(all, TIMEOUT), limit = os_option(all, LIMIT);
    int64_t most;
    if (timeout != VALUE_NIL && !timer_duration(vm, p, timeout, &r->timeout))
        return false;
    if (timeout != VALUE_NIL && r->timeout < 0)
        r->timeout = 0;
    if (limit == VALUE_NIL)
        return true;
    if (!native_int_arg(vm, p, limit, "an int as the limit", &most))
        return false;
    if (most >= 0) {
        r->limit = (uint64_t)most < r->limit ? (size_t)most : r->limit;
        return true;
    }
    vm_raise(vm, ERR_VALUE, "a negative limit");
    return false;
}

static verdict begin(csp_vm *vm, process *p, const list *all, bool shell, value *slots)
{
    value input = os_option(all, INPUT);
    if (!vm_may(vm, MAY_RUN))
        return VERDICT_FAIL;
    if (input != VALUE_NIL) {
        verdict v = errand_call_pin(vm, p, input, slots);
        if (v != VERDICT_DONE)
            return v;
    }
    runner *r = runner_new(vm);
    if (!r)
        return VERDICT_FAIL;
    r->what.group = true;
    if (!os_take_args(vm, p, all, shell, &r->what) || !take_limits(vm, p, all, r) ||
        !os_take_place(vm, p, os_option(all, DIR), os_option(all, ENV), &r->what)) {
        runner_free(r);
        return VERDICT_FAIL;
    }
    if (input != VALUE_NIL)
        system_data_arg(vm, p, slots[SLOT_PINNED], &r->from, &r->from_size);
    slots[SLOT_AT] = VALUE_ABSENT;
    return runner_start(vm, p, r, input != VALUE_NIL ? slots[SLOT_PINNED] : VALUE_NIL);
}

/* --- what came of it */

/* The outputs as bytes, in steps. */
static verdict copy_outputs(csp_vm *vm, const runner *r, value *slots)
{
    for (int i = slots[SLOT_ERR] != VALUE_ABSENT; i < RUNNER_OUTPUTS; i++) {
        const runner_output *o = &r->outputs[i];
        value *made = &slots[SLOT_OUT + i];
        if (*made == VALUE_ABSENT) {
            bytes *fresh = bytes_blank(vm, o->size);
            if (!fresh)
                return vm_raise_memory(vm);
            *made = value_object(fresh);
            slots[SLOT_AT] = value_int(0);
        }
        size_t at = (size_t)value_as_int(slots[SLOT_AT]);
        bool all = long_copy(vm, value_bytes(*made)->data, o->data, o->size, &at);
        slots[SLOT_AT] = value_int((int64_t)at);
        if (!all)
            return VERDICT_YIELD;
    }
    return VERDICT_DONE;
}

static bool put_outputs(csp_vm *vm, value in, const value *slots)
{
    return system_put(vm, in, "out", slots[SLOT_OUT]) && system_put(vm, in, "err", slots[SLOT_ERR]);
}

static verdict give_result(csp_vm *vm, process *p, const runner *r, const value *slots,
                           value *result)
{
    value made = map_new(vm, p, 4);
    bool well =
        made != VALUE_ABSENT && os_put_end(vm, made, &r->how) && put_outputs(vm, made, slots);
    return well ? vm_give(vm, made, result) : vm_raise_memory(vm);
}

/* An error value that has what the program has written; `ended`: and how it has ended. */
static verdict give_error(csp_vm *vm, process *p, const runner *r, const value *slots,
                          const char *kind, value message, bool ended, value *result)
{
    value data = map_new(vm, p, 8), name = str_intern(vm, kind, strlen(kind));
    const char *command = r->what.name;
    bool well = data != VALUE_ABSENT && message != VALUE_ABSENT && name != VALUE_ABSENT &&
                system_put(vm, data, "op", str_intern(vm, "run", 3)) &&
                system_put(vm, data, "errno", VALUE_NIL) &&
                system_put(vm, data, "command", system_name(vm, command, strlen(command))) &&
                (!ended || os_put_end(vm, data, &r->how)) && put_outputs(vm, data, slots);
    if (!well)
        return vm_raise_memory(vm);
    value_map(data)->header = OBJ_MAP | OBJ_IMMUTABLE | OBJ_FROZEN;
    return vm_give(vm, error_new(vm, name, message, data), result);
}

static value how_it_failed(csp_vm *vm, const runner *r)
{
    char text[SIGNAL_NAME_ROOM];
    if (r->how.signal)
        return str_format(vm, "%s was ended by the signal %s", r->what.name,
                          signal_name(r->how.signal, text));
    if (r->how.status < 0)
        return str_format(vm, "%s has ended, and nobody knows how", r->what.name);
    return str_format(vm, "%s has ended with status %d", r->what.name, r->how.status);
}

static verdict give_outcome(csp_vm *vm, process *p, const runner *r, const list *all, value *slots,
                            value *result)
{
    if (r->result == RUNNER_FAILED) {
        if (r->error == ENOMEM)
            return vm_raise_memory(vm);
        return vm_give(vm, os_launch_error(vm, p, &r->what, r->error, r->op), result);
    }
    verdict v = copy_outputs(vm, r, slots);
    if (v != VERDICT_DONE)
        return v;
    const char *name = r->what.name;
    if (r->result == RUNNER_TIMEOUT)
        return give_error(vm, p, r, slots, "timeout",
                          str_format(vm, "%s took too long, and was killed", name), false, result);
    if (r->result == RUNNER_TOO_LARGE)
        return give_error(
            vm, p, r, slots, "too_large",
            str_format(vm, "%s wrote more than %zu bytes, and was killed", name, r->limit), false,
            result);
    if (value_truthy(os_option(all, CHECK)) && r->how.status != 0)
        return give_error(vm, p, r, slots, "failed", how_it_failed(vm, r), true, result);
    return give_result(vm, p, r, slots, result);
}

static verdict run(csp_vm *vm, process *p, value *args, bool shell, value *result)
{
    const list *all = value_list(args[0]);
    value *slots = args + 1;
    int64_t state = slots[SLOT_STATE] != VALUE_ABSENT ? value_as_int(slots[SLOT_STATE]) : STATE_NEW;
    if (state == STATE_NEW) {
        verdict v = begin(vm, p, all, shell, slots);
        if (v == VERDICT_BLOCK)
            slots[SLOT_STATE] = value_int(STATE_WAITS);
        return v;
    }
    const runner *r = (const runner *)request_arrived_for(p);
    if (r->result == RUNNER_FAILED && system_has_no_room(r->error) && state == STATE_WAITS) {
        waits_over(vm, p);
        system_make_room(vm);
        slots[SLOT_STATE] = value_int(STATE_AGAIN);
        return begin(vm, p, all, shell, slots);
    }
    verdict v = give_outcome(vm, p, r, all, slots, result);
    if (v != VERDICT_YIELD)
        waits_over(vm, p);
    return v;
}

static verdict os_run(csp_vm *vm, process *p, value *args, value *result)
{
    return run(vm, p, args, false, result);
}

static verdict os_shell(csp_vm *vm, process *p, value *args, value *result)
{
    return run(vm, p, args, true, result);
}

#define OPTIONS_TEXT "input = nil, dir = nil, env = nil, timeout = nil, check = false, limit = nil)"

const native_entry os_run_natives[] = {
    {"run", "run(command, ..args, " OPTIONS_TEXT,
     "runs a program to its end, and gives a map of status (nil when a signal has ended it), "
     "signal, out and err (bytes). `input`: what it reads; `env`: a map of variables to set, or "
     "with nil to take away; `timeout`: then it is killed with its group, the error timeout; "
     "`limit`: bytes of each output, beyond which it is killed, the error too_large; `check`: a "
     "status other than 0 is the error failed. All three have out and err: Os.run(\"ls\", \"-l\", "
     "dir: \"/\")",
     os_run, 1, NATIVE_VARIADIC, RUN_SLOTS, .options = options},
    {"shell", "shell(text, ..args, " OPTIONS_TEXT,
     "the same by /bin/sh -c; further arguments are its $1, $2 …: Os.shell(\"ls $1 | wc -l\", dir)",
     os_shell, 1, NATIVE_VARIADIC, RUN_SLOTS, .options = options},
    {0},
};
