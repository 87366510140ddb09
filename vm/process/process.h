/* A process's life: the table of all, birth and end. */
#ifndef CSP_VM_PROCESS_PROCESS_H
#define CSP_VM_PROCESS_PROCESS_H

#include "vm/core/scheduler.h"
#include "vm/core/vm.h"

/* A new process, in state RUN and not yet owned: its bottom frame is `c` at pc 0 with room for its
 * registers (zeroed). `number` 0: the next one. NULL: raised. */
process *process_new(csp_vm *vm, const code *c, uint64_t number);
/* The same, but in no table until process_join: it is not found among all processes and counts
 * towards no limit. Its place is PROCESS_APART. */
#define PROCESS_APART UINT32_MAX
process *process_new_apart(csp_vm *vm, const code *c, uint64_t number);
bool process_join(csp_vm *vm, process *p); /* false: raised */
void process_detach(csp_vm *vm, process *p);
/* The call that p, the host's own process (vm/own.h), runs is over: parks it. */
static inline void process_end_call(csp_vm *vm, process *p)
{
    vm->own.called = false;
    sched_park(p);
}
/* The end of p, which is RUN and ours: its defers have run. `outcome` is immutable or in transit.
 * Serves those who await it, links and par; reports a crash that nobody awaits; frees or recycles.
 * p must not be touched afterwards unless it is known to be held. */
void process_end(csp_vm *vm, process *p, value outcome, bool failed);
/* p has ended and all have been told: recycles it if nobody knows it. Its ticket goes on counting:
 * a stale timer or node must never match it. */
void process_recycle(csp_vm *vm, process *p);
/* Processes that the host runs: never leaked, whatever they wait for. hosted_add needs the room
 * that hosted_reserve makes (false: raised). */
bool hosted_reserve(csp_vm *vm);
void hosted_add(csp_vm *vm, process *p);
/* At the VM's end: frees the tables. */
void process_free_tables(csp_vm *vm);
/* Whether somebody can ever ask for p's outcome. */
bool process_observable(const process *p);

/* The number of the process that spawned p; 0: there is none, or it is not known. */
static inline uint64_t process_parent(const process *p)
{
    return p->parent_distance ? process_number(p) - p->parent_distance : 0;
}
/* The process of that number if it has not ended, else NULL. This searches all processes: *left is
 * how many may be looked at, and on return how many still may. */
process *process_live(const csp_vm *vm, uint64_t number, uint32_t *left);
/* Looking at so many processes costs a reduction. */
enum { PROCESSES_PER_REDUCTION = 32 };

/* p as a value for programs: from now on somebody may hold it. */
value process_handle(process *p);
/* Marks p as one that serves a channel: when nobody else can reach it, it ends, and is not reported
 * as a leak. False: raised. */
bool process_quiet(csp_vm *vm, process *p);
/* The handles of all that have not ended, as a list of the process p, charged. ABSENT: out of
 * memory. */
value process_all(csp_vm *vm, process *p);
/* Whether it has ended by crash or kill. */
static inline bool process_failed(const process *p)
{
    return process_ended(p) && (p->flags & PROCESS_FAILED) != 0;
}
/* Process.name: a string. False: raised. */
bool process_set_name(csp_vm *vm, process *p, value name);
/* The channel on which a supervisor takes requests; ABSENT: p is no supervisor. */
value process_control(const process *p);
bool process_set_control(csp_vm *vm, process *p, value asked); /* false: raised */
/* Records that p replaces `restarts` processes before it, and how the last of them ended (a
 * string). False: raised. */
bool process_set_restarts(csp_vm *vm, process *p, uint32_t restarts, value last_end);
/* The state of p's generator of random numbers (base/random.h), seeded from the VM's own when it is
 * first asked for. NULL: raised. */
uint64_t *process_random(csp_vm *vm, process *p);

#endif
