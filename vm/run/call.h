/* Arranging calls. */
#ifndef CSP_VM_RUN_CALL_H
#define CSP_VM_RUN_CALL_H

#include "vm/core/concurrency.h"

/* A call of N[-2] with argc arguments from N[0] on, in a frame of p: arranges the arguments as the
 * callee's code expects them. N may move (*window). DONE: a simple native has put its result in
 * (*window)[-2]. CALL: *callee is to be entered at *window. FAIL. */
verdict call_arrange(csp_vm *vm, process *p, value **window, uint32_t argc, const code **callee);
/* The same with the positional arguments in list N[0] and the named ones in N[1], a list or nil. */
verdict call_spread(csp_vm *vm, process *p, value **window, const code **callee);
/* A simple native returned CALL (native_become): arranges the call of the native that goes on in
 * its place. CALL or FAIL. */
verdict call_become(csp_vm *vm, process *p, value **window, const code **callee);

#endif
