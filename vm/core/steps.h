/* Long work is done in steps, between which other processes run. Here is how much one step does. */
#ifndef CSP_VM_CORE_STEPS_H
#define CSP_VM_CORE_STEPS_H

#include "vm/core/vm.h"

/* The default of vm_limits.step_bytes, and its minimum. */
enum { STEP_BYTES = 64 << 10, STEP_BYTES_MIN = 1 << 10 };
enum { LONG_BYTES_PER_REDUCTION = 128, LONG_ELEMENTS_PER_REDUCTION = 16 };

/* The size of a step, in whole words. Work on more bytes or elements than this is done in steps. */
static inline size_t long_bytes(const csp_vm *vm) { return vm->limits.step_bytes; }
static inline size_t long_elements(const csp_vm *vm) { return long_bytes(vm) / sizeof(value); }

/* How many of the bytes that are left the next step does. */
static inline size_t long_part(const csp_vm *vm, size_t left)
{
    return left < long_bytes(vm) ? left : long_bytes(vm);
}

/* The step size, in bytes, for the vm_limits.step_bytes that a host has set: at least the minimum,
 * and whole words. */
size_t steps_limit(size_t step_bytes);

/* Copies bytes from *at on, as many as one step may, and charges for them. True: all are copied. */
bool long_copy(csp_vm *vm, void *to, const void *from, size_t size, size_t *at);

#endif
