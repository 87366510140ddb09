/* The channels that tell of a process's end. */
#ifndef CSP_VM_PROCESS_OUTCOME_H
#define CSP_VM_PROCESS_OUTCOME_H

#include "vm/core/concurrency.h"

/* The channel of p's outcome, made when first asked for; marks p as awaited. NULL: raised. */
channel *chan_done(csp_vm *vm, process *p);
/* The same, but p counts as awaited only if it did before. */
channel *chan_done_unawaited(csp_vm *vm, process *p);
/* Serves those who wait for p's outcome, in order: at most *most, which is counted down. */
void chan_serve_outcome(csp_vm *vm, process *p, int64_t *most);

/* When p ends, its handle is sent on c, whose buffer has room for `room` such messages from now on;
 * marks p as awaited. If p has ended, it is sent at once. The caller sees to it that no more than
 * `room` processes are watched whose ends have not been received. False: raised. */
bool chan_watch(csp_vm *vm, process *p, channel *c, uint32_t room);
/* Tells the channels that watch p of its end, in order: at most *most, which is counted down. */
void chan_tell_end(csp_vm *vm, process *p, int64_t *most);

#endif
