/* Natives' arguments. */
#include "vm/native.h"

bool native_int_arg(csp_vm *vm, process *p, value v, const char *what, int64_t *n)
{
    if (!value_is_integer(v)) {
        vm_raise_type(vm, p, v, what);
        return false;
    }
    bool negative = num_compare(v, value_int(0)) < 0;
    *n = value_is_int(v) ? value_as_int(v) : negative ? INT_SMALL_MIN : INT_SMALL_MAX;
    return true;
}
