/* The Time module: its part in C, clocks and zones. What is arithmetic is in time.csp. */
#include "stdlib/natives.h"
#include "stdlib/zone.h"
#include "vm/native.h"
#include "vm/outside/loop.h"

static verdict time_mono(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    return vm_give(vm, num_int(vm, vm_clock(vm, vm_now(vm))), result);
}

static verdict time_now(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    return vm_give(vm, num_int(vm, vm_clock(vm, vm_wall_clock(vm))), result);
}

/* The zone that args[0] names, and the seconds in args[1]: DONE. *result is an error value where
 * nobody knows the zone. */
static const zone *zone_args(csp_vm *vm, process *p, const value *args, int64_t *seconds,
                             verdict *failed, value *result)
{
    static const int64_t far = (int64_t)1 << 60; /* beyond it no zone ever changes */
    *failed = VERDICT_FAIL;
    string *name = native_string_arg(vm, p, args[0]);
    if (!name || !native_int_arg(vm, p, args[1], "an int", seconds))
        return NULL;
    *seconds = *seconds > far ? far : *seconds < -far ? -far : *seconds;
    bool memory;
    const zone *z = zone_find(name->text, name->size, &memory);
    if (!z && memory)
        vm_raise_memory(vm);
    else if (!z)
        *failed = vm_give(
            vm, error_make(vm, ERR_VALUE, "nobody knows the time zone \"%.80s\"", name->text),
            result);
    return z;
}

static verdict time_clock(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t seconds;
    verdict failed;
    const zone *z = zone_args(vm, p, args, &seconds, &failed, result);
    if (!z)
        return failed;
    zone_clock clock = zone_at(z, seconds);
    value name = str_new(vm, clock.abbreviation, strlen(clock.abbreviation));
    if (name == VALUE_ABSENT)
        return vm_raise_memory(vm);
    return vm_give(vm, tuple_new(vm, p, (value[]){value_int(clock.offset), name}, 2), result);
}

static verdict time_shown(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t seconds, time;
    verdict failed;
    const zone *z = zone_args(vm, p, args, &seconds, &failed, result);
    if (!z)
        return failed;
    bool is_shown = zone_time(z, seconds, &time);
    return vm_give(vm, tuple_new(vm, p, (value[]){num_int(vm, time), value_bool(is_shown)}, 2),
                   result);
}

const native_entry time_natives[] = {
    {"_clock", "_clock(zone, t)", "(offset, abbreviation) of a zone at t, in seconds", time_clock,
     2, 2, 0},
    {"_shown", "_shown(zone, t)",
     "(the first second at which its clocks show t, whether they ever do)", time_shown, 2, 2, 0},
    {"mono", "mono()",
     "nanoseconds on a clock that is never set; for measuring how long something takes", time_mono,
     0, 0, 0},
    {"now", "now()", "nanoseconds since 1970 by the wall clock, as the global now()", time_now, 0,
     0, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
