/* The loop that drives a VM. */
#ifndef CSP_VM_DRIVE_H
#define CSP_VM_DRIVE_H

#include "vm/core/concurrency.h"

typedef enum vm_status {
    /* `until` has ended: its outcome is until->value; PROCESS_FAILED tells which kind. Or: the call
     * in the host's own process is over */
    VM_ENDED,
    VM_DEADLINE,    /* the deadline has passed */
    VM_DEADLOCK,    /* nothing can run, and nothing is left to wait for */
    VM_INTERRUPTED, /* vm_interrupt was called (and has been acknowledged) */
    VM_EXIT,        /* Os.exit was called: vm->exit_status */
    VM_SPENT        /* the reductions are used up */
} vm_status;

/* Runs processes until one of these occurs; `until` may be NULL (any of them, until the deadline;
 * at the program's end, until none is left). deadline: on the clock of loop_now; LOOP_NEVER: none.
 * Waits when nothing can run. SPENT: `until` has a budget, which is used up. */
vm_status vm_run(csp_vm *vm, process *until, int64_t deadline);
/* The same until the call that own_begin has prepared for p is over. p begins at once, with a slice
 * of its own. */
vm_status vm_run_own(csp_vm *vm, process *p, int64_t deadline);
/* The first slice of that: whether the call is over; and what is left to be done if it is not. */
bool vm_begin_own(csp_vm *vm, process *p);
vm_status vm_go_on_own(csp_vm *vm, process *p, int64_t deadline);

/* Runs what can run, and never waits. Returns SPENT: the reductions are used up; EXIT; INTERRUPTED;
 * DEADLINE: all processes wait, some for a time or the outside world; DEADLOCK: none waits for
 * either. *used is what was used, a little for each switch included; it exceeds `reductions` by no
 * more than the last step of a process. */
vm_status vm_run_for(csp_vm *vm, int64_t reductions, int64_t *used);

/* Runs one slice of one process (and of those it hands over to); false: none is runnable. Polls
 * timers and the outside world from time to time. */
bool vm_step(csp_vm *vm);

/* The next moment at which something will be runnable: 0: now; LOOP_NEVER: only after a completion.
 * For a host's own event loop. */
int64_t vm_next_event(csp_vm *vm);
/* Whether nothing can run, and nothing is left to wait for: vm_run would return DEADLOCK. */
bool vm_stuck(csp_vm *vm);

#endif
