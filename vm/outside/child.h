/* Programs that a VM has started and that go on by themselves. All of it is the VM's thread's.
 *
 * A child is the VM's until it has ended and was reaped, in one step: so whoever finds it here may
 * send it a signal, and its pid is no other's. At the VM's end those that are left are orphans
 * (launch.h). */
#ifndef CSP_VM_OUTSIDE_CHILD_H
#define CSP_VM_OUTSIDE_CHILD_H

#include "vm/outside/launch.h"
#include "vm/core/vm.h"

typedef struct child child;

/* The program `pid`, which was started by launch_program and becomes the VM's. `group`: it has a
 * process group of its own. NULL: errno, and it is killed. */
child *child_new(csp_vm *vm, pid_t pid, bool group);
/* The one that has this pid and has not been reaped; NULL: there is none. */
child *child_of(csp_vm *vm, pid_t pid);
/* Waits for c's end. BLOCK: p is parked; call it again. DONE: c has ended as *how says. Whoever
 * waits must hold c, which is freed at the last child_release. */
verdict child_wait(csp_vm *vm, process *p, child *c, launch_end *how);
void child_hold(child *c);
void child_release(child *c);
/* Sends a signal to it, or to its whole group. 0, or an errno: ESRCH: it has ended; ENOTSUP: it has
 * no group of its own. */
int child_signal(child *c, int number, bool group);
/* At the VM's end, before its loop goes. */
void children_free(csp_vm *vm);

#endif
