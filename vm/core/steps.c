#include "vm/core/steps.h"

#include <string.h>

size_t steps_limit(size_t step_bytes)
{
    if (step_bytes == 0)
        return STEP_BYTES;
    return step_bytes < STEP_BYTES_MIN ? STEP_BYTES_MIN
                                       : step_bytes / sizeof(value) * sizeof(value);
}

bool long_copy(csp_vm *vm, void *to, const void *from, size_t size, size_t *at)
{
    size_t count = long_part(vm, size - *at);
    if (to && from) /* an empty text may have no block */
        memcpy((char *)to + *at, (const char *)from + *at, count);
    vm_charge(vm, count / LONG_BYTES_PER_REDUCTION);
    *at += count;
    return *at == size;
}
