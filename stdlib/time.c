/* The Time module: its part in C, clocks and zones. What is arithmetic is in time.csp. */
#include "stdlib/natives.h"
#include "stdlib/zone.h"
#include "vm/native.h"
#include "vm/outside/environment.h"
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

/* "local" is what TZ says, as the VM's environment has it. */
static bool find_zone(csp_vm *vm, const string *name, zone *out, bool *memory)
{
    if (name->size != 5 || memcmp(name->text, "local", 5) != 0)
        return zone_find(name->text, name->size, out, memory);
    *memory = !environment_all(vm) || !zone_local(environment_get(vm, "TZ"), out);
    return !*memory;
}

/* The zone that args[0] names, and the seconds in args[1]. False: *failed says how, and *result is
 * an error value where nobody knows the zone. */
static bool zone_args(csp_vm *vm, process *p, const value *args, zone *out, int64_t *seconds,
                      verdict *failed, value *result)
{
    static const int64_t far = (int64_t)1 << 60; /* beyond it no zone ever changes */
    *failed = VERDICT_FAIL;
    string *name = native_string_arg(vm, p, args[0]);
    if (!name || !native_int_arg(vm, p, args[1], "an int", seconds))
        return false;
    *seconds = *seconds > far ? far : *seconds < -far ? -far : *seconds;
    bool memory;
    if (find_zone(vm, name, out, &memory))
        return true;
    if (memory)
        vm_raise_memory(vm);
    else
        *failed = vm_give(
            vm, error_make(vm, ERR_VALUE, "nobody knows the time zone \"%.80s\"", name->text),
            result);
    return false;
}

static verdict time_clock(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t seconds;
    verdict failed;
    zone z;
    if (!zone_args(vm, p, args, &z, &seconds, &failed, result))
        return failed;
    zone_clock clock = zone_at(&z, seconds);
    value name = str_new(vm, clock.abbreviation, strlen(clock.abbreviation));
    if (name == VALUE_ABSENT)
        return vm_raise_memory(vm);
    return vm_give(vm, tuple_new(vm, p, (value[]){value_int(clock.offset), name}, 2), result);
}

static verdict time_shown(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t seconds, time;
    verdict failed;
    zone z;
    if (!zone_args(vm, p, args, &z, &seconds, &failed, result))
        return failed;
    bool is_shown = zone_time(&z, seconds, &time);
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
