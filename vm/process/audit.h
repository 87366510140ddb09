/* The invariants of the concurrency core. */
#ifndef CSP_VM_PROCESS_AUDIT_H
#define CSP_VM_PROCESS_AUDIT_H

#include "vm/core/bytecode.h"

/* Checks every invariant of the concurrency core over the whole VM (queues, tickets, timers, pars).
 * NULL, or the first that is broken. For tests and debug builds: O(everything). */
const char *vm_audit(csp_vm *vm);

#endif
