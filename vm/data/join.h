#ifndef CSP_VM_DATA_JOIN_H
#define CSP_VM_DATA_JOIN_H

#include "vm/core/concurrency.h"

/* a + b in one go: joins strings, lists, tuples and bytes; everything else goes to num_binary. */
verdict data_add(csp_vm *vm, process *p, value a, value b, value *out);

#endif
