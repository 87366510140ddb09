/* Running a VM: what the glue above (api/) needs. */
#ifndef CSP_VM_MACHINE_H
#define CSP_VM_MACHINE_H

#include "vm/core/vm.h"

/* A VM without any program; NULL: out of memory. The structs are copied; limits of 0 are taken as
 * "none". Also reads, for tests, the environment variables CSP_SLICE (reductions per slice) and
 * CSP_GC_STRESS (collect at every nth allocation). */
csp_vm *vm_create(const vm_limits *limits, const vm_host *host);
void vm_destroy(csp_vm *vm);

/* Makes a runnable process that calls `body` (no parameters). number 0: a new one; a session gives
 * the number of the process that evaluated before it (and has ended), so that it owns what that one
 * made. flags: PROCESS_MAIN, PROCESS_SYSTEM. Escaped: never recycled. NULL: limits or memory. */
process *vm_start(csp_vm *vm, const code *body, uint64_t number, unsigned flags);

/* The beginning and the end of what an interrupt can end: running, but compiling as well. */
void vm_enter(csp_vm *vm);
void vm_leave(csp_vm *vm);
/* Ends what has been entered: vm_run returns at the next safe point. Without effect where nothing
 * has. From any thread and signal handler. */
void vm_interrupt(csp_vm *vm);
/* Takes all others out of the way of what vm_start makes from now on, timers too, until they are
 * put back: what it runs cannot wait. Limits of processes and reductions, which are the program's,
 * do not count meanwhile. */
typedef struct vm_aside {
    process *next, *queue_first, *queue_last;
    uint32_t queue_length;
    vm_limits limits;
} vm_aside;
void vm_set_aside(csp_vm *vm, vm_aside *others);
void vm_put_back(csp_vm *vm, const vm_aside *others);

/* Ends a program: kills every process, gives their defers VM_GRACE, or what is left of it where
 * main was stopped, then drops what is left; flushes the output. */
void vm_shutdown(csp_vm *vm);

#endif
