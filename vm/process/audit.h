/* The invariants of the concurrency core. */
#ifndef CSP_VM_PROCESS_AUDIT_H
#define CSP_VM_PROCESS_AUDIT_H

#include "vm/core/bytecode.h"

/* Checks every invariant over the whole VM (queues, tickets, timers, pars). Returns the first that
 * is broken, or NULL. */
const char *audit_core(csp_vm *vm);

#endif
