/* Undoing a wait. */
#ifndef CSP_VM_PROCESS_SETTLE_H
#define CSP_VM_PROCESS_SETTLE_H

#include "vm/core/concurrency.h"

/* Wakes p if it still waits with that ticket, by something other than the queue in which its
 * embedded node may stand: it leaves that at once, since the run queue needs the link. Nodes of an
 * alt, timer and request stay until it runs. Whether it did wait. */
bool process_wake(csp_vm *vm, process *p, uint64_t ticket, wake_reason why);
/* After waking, before anything else: removes everything that the process is still
 * registered on. */
void sched_settle(csp_vm *vm, process *p);

#endif
