/* Running a VM: what the glue above (api/) needs. */
#ifndef CSP_VM_MACHINE_H
#define CSP_VM_MACHINE_H

#include "vm/core/vm.h"

/* A VM without a program; NULL: out of memory. The structs are copied; limits of 0 mean "none". For
 * tests it also reads the environment variables CSP_SLICE (reductions per slice) and CSP_GC_STRESS
 * (collect at every nth allocation). */
csp_vm *vm_create(const vm_limits *limits, const vm_host *host);
void vm_destroy(csp_vm *vm);

/* Makes a runnable process that calls `body` (no parameters). number 0: a new one. A session passes
 * the number of the process that evaluated before it (and has ended), so that the new one owns what
 * that one made. flags: PROCESS_MAIN, PROCESS_SYSTEM. The process is escaped: never recycled. NULL:
 * limits or memory. */
process *vm_start(csp_vm *vm, const code *body, uint64_t number, unsigned flags);

/* The beginning and the end of what an interrupt can end: running, but also compiling. An interrupt
 * at the same moment may come before or after: no thread has to see it at once. */
static inline void vm_enter(csp_vm *vm)
{
    atomic_store_explicit(&vm->activity, VM_ACTIVE, memory_order_release);
}
static inline void vm_leave(csp_vm *vm)
{
    atomic_store_explicit(&vm->activity, VM_QUIET, memory_order_release);
}
/* Ends what has been entered: vm_run returns at the next safe point. No effect if nothing has been
 * entered. From any thread and any signal handler. */
void vm_interrupt(csp_vm *vm);
/* Sets all other processes, and their timers, aside for what vm_start makes from now on, until they
 * are put back: what it runs cannot wait. The limits of processes and reductions, which are the
 * program's, do not apply meanwhile. */
typedef struct vm_aside {
    process *next;
    process_list queue;
    uint32_t queue_length;
    vm_limits limits;
} vm_aside;
void vm_set_aside(csp_vm *vm, vm_aside *others);
void vm_put_back(csp_vm *vm, const vm_aside *others);

/* Ends a program: kills every process, gives their defers VM_GRACE (or what is left of it if main
 * was stopped), then drops what is left and flushes the output. */
void vm_shutdown(csp_vm *vm);

#endif
