/* The interpreter. */
#ifndef CSP_VM_RUN_RUN_H
#define CSP_VM_RUN_RUN_H

#include "vm/core/concurrency.h"

/* Runs p, and whom it hands over to, until the slice is used up or nobody is left to hand
 * over to. */
void run_process(csp_vm *vm, process *p);

#endif
