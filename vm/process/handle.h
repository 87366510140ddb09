/* The handles that a program has of channels. */
#ifndef CSP_VM_PROCESS_HANDLE_H
#define CSP_VM_PROCESS_HANDLE_H

#include "vm/core/concurrency.h"

/* The channel behind a handle, for sending or receiving; NULL: raised (type_error for the wrong end
 * or not a channel). */
channel *chan_of(csp_vm *vm, process *p, value handle, bool sends);
/* … for a program to close: what close() is given. */
channel *chan_to_close(csp_vm *vm, process *p, value handle);
/* … behind either end, for uses other than sending and receiving. */
channel *chan_behind(csp_vm *vm, process *p, value handle);
/* One end of a channel, or of an end of that kind. FAIL: raised. */
verdict chan_end(csp_vm *vm, process *p, value handle, bool receives, value *out);

#endif
