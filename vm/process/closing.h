/* Closing a channel, and telling those who wait for that, in steps. */
#ifndef CSP_VM_PROCESS_CLOSING_H
#define CSP_VM_PROCESS_CLOSING_H

#include "vm/core/concurrency.h"

/* chan_close closes c. chan_tell_drained wakes those who wait for c to be drained, if it is. */
void chan_close(csp_vm *vm, channel *c);
void chan_tell_drained(csp_vm *vm, channel *c);

/* Whether c is drained: closed, with nothing left to receive, which never changes. Alts wait for
 * that in a separate list: chan_reserve_drained makes room for the list (false: raised),
 * chan_await_drained adds a node, chan_leave_drained removes it. All who wait are woken, in order,
 * by the close or by whoever takes the last message after it. A done channel is never drained. */
bool chan_drained(const channel *c);
bool chan_reserve_drained(csp_vm *vm, channel *c);
void chan_await_drained(channel *c, node *n);
void chan_leave_drained(node *n);

/* Between two slices: tells some more. Returns the cost in reductions. */
int64_t closing_step(csp_vm *vm);
/* For the audit: whether those who wait for c's end are still being told of it. */
bool closing_tells_drained(const scheduler *s, const channel *c);

#endif
