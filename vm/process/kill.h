/* Kills and links. */
#ifndef CSP_VM_PROCESS_KILL_H
#define CSP_VM_PROCESS_KILL_H

#include "vm/core/concurrency.h"

/* Kills a process from outside; the reason is a text. */
void vm_kill(csp_vm *vm, process *p, const char *reason);
/* `why` is immutable or in transit, or NULL for a plain kill from outside. The host's own process
 * is killed only while it runs a call. Traces name `by` as the killer; NULL: the host. */
void kill_process(csp_vm *vm, const process *by, process *p, struct cause *why);
/* p kills q, perhaps itself, with a reason that is immutable or in transit; ABSENT: "killed".
 * Returns DONE, KILLED (p itself has to end) or FAIL (raised). */
verdict kill_by(csp_vm *vm, process *p, process *q, value reason);
struct cause *kill_cause(csp_vm *vm, value reason, uint64_t by); /* NULL: raised */
/* The outcome of a process that was killed: error("killed", reason as text, reason). */
value kill_outcome(csp_vm *vm, process *p);
/* p ends at its next safe point, whatever it does: no deferred call runs any more, those under way
 * are left, and branches of its pars end in the same way. */
void kill_cut_off(csp_vm *vm, process *p);
verdict link_processes(csp_vm *vm, process *p, process *q); /* KILLED if q has crashed */
void unlink_processes(csp_vm *vm, process *p, process *q);
/* p, which has a side, has ended: undoes its links, at most *most, which is counted down. If it
 * failed, the processes at their other ends are killed. */
void end_links(csp_vm *vm, process *p, int64_t *most);
/* The same when a call in p is over and p goes on. If the call has crashed (`crash`, else ABSENT),
 * the processes at the other ends are killed. */
void end_links_of_call(csp_vm *vm, process *p, value crash, int64_t *most);

#endif
