/* The Time module: its part in C. */
#include <time.h>

#include "stdlib/natives.h"
#include "vm/code/native.h"
#include "vm/core/error.h"
#include "vm/number/num.h"
#include "vm/outside/loop.h"

static verdict time_mono(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    *result = num_int(vm, loop_now());
    return *result != VALUE_ABSENT ? VERDICT_DONE : vm_raise_memory(vm);
}

static verdict time_now(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    *result = num_int(vm, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
    return *result != VALUE_ABSENT ? VERDICT_DONE : vm_raise_memory(vm);
}

const native_entry time_natives[] = {
    {"mono", "mono()",
     "nanoseconds on a clock that is never set; for measuring how long something takes", time_mono,
     0, 0, 0},
    {"now", "now()", "nanoseconds since 1970 by the wall clock, as the global now()", time_now, 0,
     0, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
