/* Processes that can never be woken.
 *
 * The table of all processes holds them weakly. The roots are: the scheduler's run queue, the heap
 * of timers, and vm->hosted, the processes that the host runs. Whoever lets a process wait for the
 * outside world keeps it in memory that the collector scans (a request, a native stack). From there
 * a handle reaches its process, a channel the processes that wait on it, a process what it holds
 * and waits for; links reach both ways, and so do a par and its branches. A process that is not
 * reached when a collection ends is brought back (gc/heap.h), reported and killed.
 *
 * Words that only look like pointers, and registers that are no longer used, may hide a leak;
 * nothing can invent one. */
#ifndef CSP_VM_REPORT_LEAK_H
#define CSP_VM_REPORT_LEAK_H

#include "vm/core/concurrency.h"

bool leak_init(csp_vm *vm); /* false: out of memory */
void leak_free(csp_vm *vm);

/* From now on a process is reported and killed only when it is found so many ns after it was found
 * for the first time. */
void leak_set_patience(csp_vm *vm, int64_t ns);

/* Between two slices: reports and kills the processes that the latest collection found, or, if they
 * are many, the next of them. Returns the cost in reductions. */
int64_t leak_look(csp_vm *vm);
/* Whether some of them are left. */
bool leak_pending(const csp_vm *vm);

/* The numbers of those that would be found now, ascending, in *numbers, malloc'ed: collects,
 * and touches none of them. False: no memory. */
bool leak_find(csp_vm *vm, uint64_t **numbers, uint32_t *count);

/* Called when main, at a RET of its bottom frame R, is about to end and vm->final_check is set.
 * True: it has to wait a little longer: others can still run, or the last collection is due.
 * leak_look makes that one, since here the interpreter's own C frame would be scanned. False: it
 * may end; all leaks have been reported. */
bool leak_final_look(csp_vm *vm, process *p, value *R, const code *body, const insn *pc);

#endif
