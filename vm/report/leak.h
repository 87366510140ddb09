/* Processes that can never be woken.
 *
 * The table of all processes holds them weakly. What can run stands in the scheduler's queue, what
 * waits for a time in the heap of timers, what the host runs in vm->hosted; whoever lets a process
 * wait for the outside world keeps it in memory that the collector scans (a request, a native
 * stack). From there a handle reaches its process, a channel what waits on it, a process what it
 * holds and waits for, links both ways, a par its branches and they it. A process that is not
 * reached when a collection ends is brought back (gc/heap.h), reported and killed.
 *
 * Words that only look like pointers, and registers that are no longer used, may hide a leak;
 * nothing can invent one. */
#ifndef CSP_VM_REPORT_LEAK_H
#define CSP_VM_REPORT_LEAK_H

#include "vm/core/concurrency.h"

bool leak_init(csp_vm *vm); /* false: out of memory */
void leak_free(csp_vm *vm);

/* Between two slices: reports and kills those that the latest collection has found, if any. */
void leak_look(csp_vm *vm);

/* main, at a RET of its bottom frame R, is about to end, and vm->final_check is set. True: it has
 * to wait a little longer: others can still run, or the last collection is due, which leak_look
 * makes, since here the interpreter's own C frame would be scanned. False: it ends; all leaks have
 * been reported. */
bool leak_final_look(csp_vm *vm, process *p, value *R, const code *body, const insn *pc);

#endif
