/* Long work is done in steps, between which other processes run. Here is how much one step does. */
#ifndef CSP_VM_CORE_STEPS_H
#define CSP_VM_CORE_STEPS_H

#include "vm/core/vm.h"

/* vm_limits.step_bytes if it is 0, and the least that it can be. */
enum { STEP_BYTES = 64 << 10, STEP_BYTES_MIN = 1 << 10 };
enum { LONG_BYTES_PER_REDUCTION = 128, LONG_ELEMENTS_PER_REDUCTION = 16 };

/* Work of more bytes or elements than these is done in steps, of which each does so many. They are
 * whole words. */
static inline size_t long_bytes(const csp_vm *vm) { return vm->limits.step_bytes; }
static inline size_t long_elements(const csp_vm *vm) { return long_bytes(vm) / sizeof(value); }

/* How many of the bytes that are left one step does. */
static inline size_t long_part(const csp_vm *vm, size_t left)
{
    return left < long_bytes(vm) ? left : long_bytes(vm);
}

/* What vm_limits.step_bytes becomes. */
size_t steps_limit(size_t step_bytes);

/* Copies bytes from *at on, as many as one step may, and charges for them. True: all are copied. */
bool long_copy(csp_vm *vm, void *to, const void *from, size_t size, size_t *at);

#endif
