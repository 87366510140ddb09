/* Quick calls of C that hold everybody up: told of on stream 2, once for each function, where they
 * take longer than vm_limits.long_call.
 *
 * Only calls that have been timed are told of, so it is never another's fault. Two looks at the
 * clock would cost as much as a short call: of each function only the first call between two polls
 * of the VM is timed. After a poll that came late some call must have been long, so for a while all
 * of them are. */
#ifndef CSP_VM_FOREIGN_WATCH_H
#define CSP_VM_FOREIGN_WATCH_H

#include "vm/core/vm.h"

/* To be called at each poll. */
void watch_poll(csp_vm *vm);
/* The VM has waited, or has not been run: that the next poll comes late is nobody's fault. */
void watch_rest(csp_vm *vm);

#endif
