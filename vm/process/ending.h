/* Who is told of a process's end, in steps. */
#ifndef CSP_VM_PROCESS_ENDING_H
#define CSP_VM_PROCESS_ENDING_H

#include "vm/core/concurrency.h"

/* p has ended, which has a side: begins to tell those who are to know. True: that is all; false:
 * the scheduler goes on with it. */
bool ending_begin(csp_vm *vm, process *p);
/* Tells some more; what that counts for in reductions, 0: there is nobody to be told. Between two
 * slices. */
int64_t ending_step(csp_vm *vm);

#endif
