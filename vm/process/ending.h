/* Who is told of a process's end, in steps. */
#ifndef CSP_VM_PROCESS_ENDING_H
#define CSP_VM_PROCESS_ENDING_H

#include "vm/core/concurrency.h"

/* Begins to tell of the end of p, which has a side. True: all have been told. False: ending_step
 * tells the rest. */
bool ending_begin(csp_vm *vm, process *p);
/* Between two slices: tells some more. Returns the cost in reductions, 0 if there was nobody to
 * tell. */
int64_t ending_step(csp_vm *vm);

#endif
