/* The host's own process: it owns what the host makes and is given, and runs what the host calls.
 *
 * Its bottom frame is a native that waits until there is something to call. Meanwhile the process
 * is in no table (process_new_apart), and kills have no effect. During a call it is a process like
 * any other: a kill ends it, and the next one has its number, so that it owns what the former did.
 * */
#ifndef CSP_VM_OWN_H
#define CSP_VM_OWN_H

#include "vm/core/vm.h"

/* Made when there is none. NULL: raised. */
process *own_process(csp_vm *vm);

/* The process, which waits, is to call fn: it is runnable, but stands in no queue (vm_run_own).
 * False: raised. */
bool own_begin(csp_vm *vm, value fn, uint32_t argc, const value *argv);

/* The call of p is over, but p has not ended. DONE: *result is what fn gave; FAIL: the error it
 * crashed with. Undoes the links of p. */
verdict own_finish(csp_vm *vm, process *p, value *result);

#endif
