/* What a call that goes on later holds: the state that the host has handed over with a verdict. */
#ifndef CSP_API_HOST_HOLD_H
#define CSP_API_HOST_HOLD_H

#include "api/host/context.h"

/* Takes over what a verdict hands to be destroyed; it is, whatever becomes of the call. False: the
 * context may not be used: told, and the state is destroyed unless the call has it already. */
bool hold_takes(csp_context *c, const char *function, void *state, void (*destroy)(void *),
                csp_resume_fn *resume);
/* For the same verdict, in a native that is declared not to suspend: false, and *out is what it
 * gives instead. */
bool hold_allowed(csp_context *c, const char *function, csp_verdict *out);

/* Calls `destroy` as a callback of the VM. */
void hold_destroy(struct host *h, const context_state *state);
/* The same for what is held; nothing is afterwards. */
void hold_let_go(csp_context *c, context_state *state);

/* What a function that the frame has called returns, or crashed with, has arrived. */
void hold_take_called(csp_context *c, process *p);

#endif
