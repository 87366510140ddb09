#ifndef CSP_VM_RUN_RUN_H
#define CSP_VM_RUN_RUN_H

#include "vm/core/concurrency.h"

/* Runs p, and the processes it hands over to, until the slice is used up or there is none left
 * to run. */
void run_process(csp_vm *vm, process *p);

#endif
