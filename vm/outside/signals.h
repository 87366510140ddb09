/* Signals that programs listen to. A signal belongs to the whole OS process, so who listens is told
 * in one table of it, behind a lock but for what the handler reads: the handler of a signal stands
 * as long as anybody listens to it, in whatever VM, and then what was there before has it again.
 *
 *   who               touches
 *   the handler,      of each listener in the table `wanted`, `counts` and the descriptor, by
 *   on any thread     single loads and adds: listeners are never freed, but used again
 *   a VM's thread     its listeners; under the lock the table, and which handlers there are */
#ifndef CSP_VM_OUTSIDE_SIGNALS_H
#define CSP_VM_OUTSIDE_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

#include "vm/outside/loop.h"

typedef struct signal_listener signal_listener;

/* Whether a program may listen to it: not to KILL and STOP, and not to what faults and the
 * collector need. */
bool signals_may(int number);
/* From now on those in the set (bit 0 is the signal 1) come here and do nothing else; `w->ready` is
 * told of them in the VM's thread. NULL: errno. */
signal_listener *signals_listen(csp_vm *vm, uint64_t set, loop_watched *w);
/* One that has come and was not taken yet; 0: none. */
int signals_take(signal_listener *l);
void signals_leave(csp_vm *vm, signal_listener *l);

#endif
