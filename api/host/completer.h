/* The promise to finish a native's call later, from any thread: csp_completer_…. */
#ifndef CSP_API_HOST_COMPLETER_H
#define CSP_API_HOST_COMPLETER_H

#include "api/host/context.h"

/* The process waits for the completer of c->awaited: BLOCK, YIELD where it is finished already, or
 * FAIL. */
verdict completer_wait(csp_vm *vm, process *p, csp_context *c);
/* DONE: what it was completed with is in c->arrived; else what the step gives. */
verdict completer_arrived(csp_vm *vm, process *p, csp_context *c);

/* The same when the message has been unpacked. */
verdict completer_unpacked(csp_vm *vm, process *p, csp_context *c);

/* The call that has made them is over. `cancelled`: it has not ended by itself, so those that are
 * not finished are cancelled. */
void completer_release_all(csp_context *c, bool cancelled);

#endif
