#include "vm/core/steps.h"

#include <string.h>

#include "vm/core/vm.h"

bool long_copy(csp_vm *vm, void *to, const void *from, size_t size, size_t *at)
{
    size_t count = size - *at < LONG_BYTES ? size - *at : LONG_BYTES;
    if (to && from) /* an empty text may have no block */
        memcpy((char *)to + *at, (const char *)from + *at, count);
    vm_charge(vm, count / LONG_BYTES_PER_REDUCTION);
    *at += count;
    return *at == size;
}
