/* Undoing a wait. */
#ifndef CSP_VM_PROCESS_SETTLE_H
#define CSP_VM_PROCESS_SETTLE_H

#include "vm/core/concurrency.h"

/* After waking, before anything else: removes everything that the process is still
 * registered on. */
void sched_settle(csp_vm *vm, process *p);

#endif
