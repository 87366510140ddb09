/* Who is told of a process's end, in steps. */
#ifndef CSP_VM_PROCESS_ENDING_H
#define CSP_VM_PROCESS_ENDING_H

#include "vm/core/concurrency.h"

/* p, which has a side, has ended: begins to tell those who are to know. True: all have been told;
 * false: the scheduler goes on with it. */
bool ending_begin(csp_vm *vm, process *p);
/* Between two slices: tells some more. Returns the cost in reductions, 0: there was nobody
 * to tell. */
int64_t ending_step(csp_vm *vm);

#endif
