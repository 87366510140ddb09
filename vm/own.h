/* The host's own process: it owns what the host makes and is given, and runs what the host calls.
 *
 * Its bottom frame is a native that waits until there is something to call. Meanwhile the process
 * is in no table (process_new_apart), and kills have no effect. During a call it is a process like
 * any other: a kill ends it. The next one gets its number, and with it all that it owned. */
#ifndef CSP_VM_OWN_H
#define CSP_VM_OWN_H

#include "vm/core/vm.h"

/* The host's own process, made if there is none. NULL: raised. */
process *own_process(csp_vm *vm);

/* A call that is being prepared. */
typedef struct own_call {
    value fn;
    uint32_t argc;
    value *args;          /* to be filled; what they hold is kept alive elsewhere */
    const closure *plain; /* fn, if its frame needs nothing arranged; else NULL */
} own_call;

/* Makes room for a call of fn in p, which waits, and nothing else: the call may be forgotten again.
 * False: raised. */
bool own_prepare(csp_vm *vm, process *p, value fn, uint32_t argc, own_call *call);
/* Starts the call in p, which has not run since own_prepare: p is runnable, but in no queue
 * (vm_run_own). */
void own_begin(csp_vm *vm, process *p, const own_call *call);

/* The call of p is over, but p has not ended. DONE: *result is what fn returned; FAIL: the error it
 * crashed with. */
verdict own_finish(csp_vm *vm, process *p, value *result);

#endif
