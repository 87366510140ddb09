/* The loop that drives a VM. */
#ifndef CSP_VM_DRIVE_H
#define CSP_VM_DRIVE_H

#include "vm/core/concurrency.h"

typedef enum vm_status {
    /* `until` has ended: its outcome is until->value; PROCESS_FAILED tells which kind */
    VM_ENDED,
    VM_DEADLINE,    /* the deadline has passed */
    VM_DEADLOCK,    /* nothing can run, and no timer and no request is left */
    VM_INTERRUPTED, /* vm_interrupt was called (and has been acknowledged) */
    VM_EXIT         /* Os.exit was called: vm->exit_status */
} vm_status;

/* Runs processes until one of these occurs; `until` may be NULL (then background processes run
 * until the deadline). deadline: on the clock of loop_now; LOOP_NEVER: none. With a deadline in
 * the past everything that is runnable now gets at most one slice. Idles in the loop when nothing
 * can run. */
vm_status vm_run(csp_vm *vm, process *until, int64_t deadline);

/* Runs one slice of one process (and of those it hands over to); false: none is runnable. Polls
 * timers and the outside world from time to time. */
bool vm_step(csp_vm *vm);

/* The next moment at which something will be runnable: 0: now; LOOP_NEVER: only after a completion.
 * For a host's own event loop. */
int64_t vm_next_event(csp_vm *vm);

#endif
