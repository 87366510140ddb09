/* The end of a channel, and who is told of it, in steps. */
#ifndef CSP_VM_PROCESS_CLOSING_H
#define CSP_VM_PROCESS_CLOSING_H

#include "vm/core/concurrency.h"

/* Closes c; if it is drained: wakes those who wait for that. */
void chan_close(csp_vm *vm, channel *c);
void chan_tell_drained(csp_vm *vm, channel *c);

/* Closed, and nothing left to receive; that never changes. Alts wait for it in a list of their own:
 * `reserve` makes room for the list (false: raised), `await` queues, `leave` takes back. All who
 * wait are woken, in order, by `close` or by whoever takes the last message after it. Never true of
 * a done channel. */
bool chan_drained(const channel *c);
bool chan_reserve_drained(csp_vm *vm, channel *c);
void chan_await_drained(channel *c, node *n);
void chan_leave_drained(node *n);

/* Between two slices: tells some more. Returns the cost in reductions. */
int64_t closing_step(csp_vm *vm);
/* For the audit: whether those who wait for c's end are still being told of it. */
bool closing_tells_drained(const scheduler *s, const channel *c);

#endif
