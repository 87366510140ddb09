/* Long work is done in steps, between which other processes run. Here is how much one step does. */
#ifndef CSP_VM_CORE_STEPS_H
#define CSP_VM_CORE_STEPS_H

#include "vm/core/bytecode.h"

/* Work of this size and more is done in steps; one step copies so many bytes, or looks at so
 * many elements. */
enum { LONG_BYTES = 128 << 10, LONG_ELEMENTS = 8 << 10 };
enum { LONG_BYTES_PER_REDUCTION = 128, LONG_ELEMENTS_PER_REDUCTION = 16 };

static inline bool long_elements(uint64_t count) { return count > LONG_ELEMENTS; }

/* Copies bytes from *at on, as many as one step may, and charges for them. True: all are copied. */
bool long_copy(csp_vm *vm, void *to, const void *from, size_t size, size_t *at);

#endif
