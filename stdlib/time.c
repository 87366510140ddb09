/* The Time module: its part in C. */
#include "stdlib/natives.h"
#include "vm/loop.h"
#include "vm/num.h"

static verdict time_mono(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)p;
    (void)args;
    (void)argc;
    *result = num_int(vm, loop_now());
    return *result != VALUE_ABSENT ? VERDICT_DONE : vm_raise_memory(vm);
}

const native_entry time_natives[] = {
    {"mono", "mono()", "nanoseconds on a clock that is never set; for measuring how long something takes", time_mono, 0,
     0, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
