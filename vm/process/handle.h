/* The handles that a program has of channels. */
#ifndef CSP_VM_PROCESS_HANDLE_H
#define CSP_VM_PROCESS_HANDLE_H

#include "vm/core/concurrency.h"

/* The channel behind a handle, for sending or receiving; NULL: raised (type_error for the wrong end
 * or not a channel). */
channel *chan_of(csp_vm *vm, process *p, value handle, bool sends);
/* The channel that close(handle) closes. NULL: raised. */
channel *chan_to_close(csp_vm *vm, process *p, value handle);
/* The channel behind either end, for uses other than sending and receiving. NULL: raised. */
channel *chan_behind(csp_vm *vm, process *p, value handle);
/* The receiving or the sending end of a channel; `handle` is the channel or that end itself. FAIL:
 * raised. */
verdict chan_end(csp_vm *vm, process *p, value handle, bool receives, value *out);

#endif
