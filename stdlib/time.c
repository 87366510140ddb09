/* The Time module: its part in C. */
#include "stdlib/natives.h"
#include "vm/native.h"
#include "vm/outside/loop.h"

static verdict time_mono(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    return vm_give(vm, num_int(vm, vm_clock(vm, loop_now())), result);
}

static verdict time_now(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    return vm_give(vm, num_int(vm, vm_clock(vm, loop_wall_clock())), result);
}

const native_entry time_natives[] = {
    {"mono", "mono()",
     "nanoseconds on a clock that is never set; for measuring how long something takes", time_mono,
     0, 0, 0},
    {"now", "now()", "nanoseconds since 1970 by the wall clock, as the global now()", time_now, 0,
     0, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
