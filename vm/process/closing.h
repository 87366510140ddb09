/* Who is told of a channel's end, in steps. */
#ifndef CSP_VM_PROCESS_CLOSING_H
#define CSP_VM_PROCESS_CLOSING_H

#include "vm/core/concurrency.h"

/* Between two slices: tells some more. Returns the cost in reductions. */
int64_t closing_step(csp_vm *vm);
/* For the audit: whether those who wait for c's end are still being told of it. */
bool closing_tells_drained(const scheduler *s, const channel *c);

#endif
