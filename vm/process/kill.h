/* Kills and links. */
#ifndef CSP_VM_PROCESS_KILL_H
#define CSP_VM_PROCESS_KILL_H

#include "vm/core/concurrency.h"

/* Kills a process from outside with a reason (a string's text). */
void vm_kill(csp_vm *vm, process *p, const char *reason);
/* `why` is immutable or in transit, or NULL for a plain kill from outside. */
void kill_process(csp_vm *vm, process *p, struct cause *why);
struct cause *kill_cause(csp_vm *vm, value reason, uint64_t by); /* NULL: raised */
/* The outcome of a process that was killed: error("killed", reason as text, reason). */
value kill_outcome(csp_vm *vm, process *p);
verdict link_processes(csp_vm *vm, process *p, process *q); /* KILLED where q has crashed */
void unlink_processes(csp_vm *vm, process *p, process *q);
/* p has ended, which has a side: undoes its links, as many as *most says, which is counted down.
 * Those that it had them with are killed if it failed. */
void end_links(csp_vm *vm, process *p, int64_t *most);

#endif
