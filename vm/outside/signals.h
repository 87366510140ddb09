/* Signals that programs listen to. A signal belongs to the whole OS process, so there is one table
 * of all listeners, behind a lock except for what the handler reads. The handler of a signal is
 * installed as long as anybody, in any VM, listens to it; then the previous action is restored.
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
/* From now on the signals in the set (bit 0 is signal 1) are caught and have no other effect;
 * w->ready is called for them in the VM's thread. NULL: errno. */
signal_listener *signals_listen(csp_vm *vm, uint64_t set, loop_watched *w);
/* One that has come and was not taken yet; 0: none. */
int signals_take(signal_listener *l);
void signals_leave(csp_vm *vm, signal_listener *l);

#endif
