/* Branches that run concurrently and are waited for. */
#ifndef CSP_VM_PROCESS_PAR_H
#define CSP_VM_PROCESS_PAR_H

#include "vm/core/concurrency.h"

/* A par of `parent`; its branches are added before it waits. */
value par_new(csp_vm *vm, process *parent); /* ABSENT: raised */
bool par_room(csp_vm *vm, par *p);          /* for one more branch; false: raised */
/* par_room has made room; the caller launches the branch */
void par_add(csp_vm *vm, par *p, process *branch);
void par_branch_ended(csp_vm *vm, process *branch, value outcome, bool failed);
verdict par_wait(process *parent, par *p); /* DONE: left == 0; BLOCK */
void par_cancel(csp_vm *vm, par *p, value why);
/* Between two slices: kills some more branches of a par that has failed. Returns the cost in
 * reductions. */
int64_t par_step(csp_vm *vm);

#endif
