/* The invariants of a VM at rest, between two slices (ARCHITECTURE.md). */
#ifndef CSP_VM_AUDIT_H
#define CSP_VM_AUDIT_H

#include "vm/core/bytecode.h"

/* NULL, or the first that is broken: of the concurrency core, of the calls of C. For tests and
 * debug builds: O(everything). */
const char *vm_audit(csp_vm *vm);

#endif
