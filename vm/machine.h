/* Running a VM: what the glue above (api/) needs. */
#ifndef CSP_VM_MACHINE_H
#define CSP_VM_MACHINE_H

#include "vm/vm.h"

/* A VM without any program; NULL: out of memory. The structs are copied; limits of 0 are taken as "none". Also reads,
 * for tests, the environment variables CSP_SLICE (reductions per slice) and CSP_GC_STRESS (collect at every nth
 * allocation). */
csp_vm *vm_create(const vm_limits *limits, const vm_host *host);
void vm_destroy(csp_vm *vm);

/* Registers a table of natives under a module's name ("" is the prelude); the table is static. False: out of memory. */
bool vm_add_natives(csp_vm *vm, const char *module, const native_entry *entries);
/* The function object of a member, VALUE_NIL where there is none. */
value vm_native(csp_vm *vm, const char *of, const char *name);

/* Makes a runnable process that calls `body` (no parameters). number 0: a new one; a session gives the number of the
 * process that evaluated before it (and has ended), so that it owns what that one made. flags: PROCESS_MAIN,
 * PROCESS_SYSTEM. Escaped: never recycled. NULL: limits or memory. */
process *vm_start(csp_vm *vm, const code *body, uint64_t number, unsigned flags);

typedef enum vm_status {
    VM_ENDED,       /* `until` has ended: its outcome is until->value, PROCESS_FAILED says of which kind */
    VM_DEADLINE,    /* the deadline has passed */
    VM_DEADLOCK,    /* nothing can run, no timer and no request is left */
    VM_INTERRUPTED, /* vm_interrupt was called (that is over now) */
    VM_EXIT         /* Os.exit was called: vm->exit_status */
} vm_status;

/* The beginning and the end of what an interrupt can end: running, but compiling as well. */
void vm_enter(csp_vm *vm);
void vm_leave(csp_vm *vm);
/* Ends what has been entered: vm_run returns at the next safe point. Without effect where nothing has. From any thread
 * and signal handler. */
void vm_interrupt(csp_vm *vm);
/* Runs processes until one of these; `until` may be NULL (then background processes run until the deadline).
 * deadline: loop_now's clock, LOOP_NEVER: none. With a deadline in the past everything that is runnable now gets a
 * slice at most. Idles in the loop when nothing can run. */
vm_status vm_run(csp_vm *vm, process *until, int64_t deadline);

/* Takes all others out of the way of what vm_start makes from now on, timers too, until they are put back: what it runs
 * cannot wait. Limits of processes and reductions, which are the program's, do not count meanwhile. */
typedef struct vm_aside {
    process *next, *queue_first, *queue_last;
    uint32_t queue_length;
    vm_limits limits;
} vm_aside;
void vm_set_aside(csp_vm *vm, vm_aside *others);
void vm_put_back(csp_vm *vm, const vm_aside *others);

/* One slice of one process (and of those it hands over to); false: none is runnable. Looks at timers and the outside
 * world from time to time. */
bool vm_step(csp_vm *vm);

/* The next moment at which something will be runnable: 0 now, LOOP_NEVER: only by a completion. For a host's own
 * event loop. */
int64_t vm_next_event(csp_vm *vm);

/* Kills a process from outside with a reason (a string's text). */
bool vm_kill(csp_vm *vm, process *p, const char *reason);
/* How long, in ns, deferred calls of what is killed at the end of a program may take, all together. */
enum { VM_GRACE = 1000000000 };
/* Ends a program: kills every process, gives their defers VM_GRACE, or what is left of it where main was stopped, then
 * drops what is left; flushes the output. */
void vm_shutdown(csp_vm *vm);

/* The report of a deadlock, for people: each process that waits, for what, where, who else holds the channel; alike
 * ones in one line. */
struct text;
void vm_report_deadlock(csp_vm *vm, struct text *out);
/* The same as data: a JSON array of objects. */
void vm_report_json(csp_vm *vm, struct text *out);
/* What every process is doing, whatever that is. */
void vm_report_processes(csp_vm *vm, struct text *out);

/* Checks every invariant of the concurrency core over the whole VM (queues, tickets, timers, pars). NULL, or the
 * first that is broken. For tests and debug builds: O(everything). */
const char *vm_audit(csp_vm *vm);

#endif
