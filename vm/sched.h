/* Processes' lives, the run queue, and the ways out of an instruction. Internal to vm/. */
#ifndef CSP_VM_SCHED_H
#define CSP_VM_SCHED_H

#include "vm/stack.h"
#include "vm/vm.h"

/* --- process.c */

/* A new process, RUN and nobody's yet: its bottom frame is `c` at pc 0 with room for its registers (zeroed). `number`
 * 0: the next one. NULL: raised. */
process *process_new(csp_vm *vm, const code *c, uint64_t number);
/* The end of p, which is RUN and ours: its defers have run. `outcome` is immutable or in transit. Serves who awaits
 * it, links and par, reports a crash that nobody awaits; frees or recycles. p must not be touched afterwards unless
 * it is known to be held. */
void process_end(csp_vm *vm, process *p, value outcome, bool failed);
/* p has ended and all have been told: back to be used again, if nobody knows it. Its ticket goes on counting: a stale
 * timer or node must never match it. */
void process_recycle(csp_vm *vm, process *p);
/* Processes that the host runs: never leaked, whatever they wait for. hosted_add needs the room that hosted_reserve
 * makes (false: raised). */
bool hosted_reserve(csp_vm *vm);
void hosted_add(csp_vm *vm, process *p);
void hosted_remove(csp_vm *vm, const process *p);
/* The VM ends: gives the tables back. */
void process_free_tables(csp_vm *vm);
/* Whether somebody can ever ask for p's outcome. */
bool process_observable(const process *p);

/* --- scheduler.c */

/* Whether anything is to be done, without waiting. */
static inline bool sched_busy(const scheduler *s)
{
    return s->next || s->queue_first || (s->ending_first && !s->alone);
}
typedef enum { READY_HANDOVER, READY_TAIL } ready_how;
void sched_ready(scheduler *s, process *p, ready_how how);
/* Puts the running process, whose slice is used up, behind all others. */
void sched_preempted(scheduler *s, process *p);
/* Takes who runs next, with how much of a slice (s->slice_left); NULL: nobody can. */
process *sched_pick(scheduler *s);
/* p, which runs, waits from now on: its registrations are made. */
static inline void sched_park(process *p)
{
    p->wake = WAKE_NONE;
    p->ticket = (p->ticket & ~(uint64_t)TICKET_STATE) | TICKET_WAIT;
}
/* After waking, before anything else: takes back what the process is still registered on. */
void sched_settle(csp_vm *vm, process *p);
/* Where the defers of a process that has reached its limit of reductions end, too. */
uint64_t sched_last_reduction(const csp_vm *vm);

/* --- kill.c */

/* `why` is immutable or in transit, or NULL for a plain kill from outside. */
void kill_process(csp_vm *vm, process *p, struct cause *why);
struct cause *kill_cause(csp_vm *vm, value reason, uint64_t by); /* NULL: raised */
struct cause *kill_without_cause(void);                          /* where there is no memory for one */
/* The outcome of a process that was killed: error("killed", reason as text, reason). */
value kill_outcome(csp_vm *vm, process *p);
verdict link_processes(csp_vm *vm, process *p, process *q); /* KILLED where q has crashed */
void unlink_processes(csp_vm *vm, process *p, process *q);
/* p has ended, which has a side: undoes its links, as many as *most says, which is counted down. Those that it had them
 * with are killed if it failed. */
void end_links(csp_vm *vm, process *p, int64_t *most);

/* --- ending.c */

/* p has ended, which has a side: begins to tell those who are to know. True: that is all; false: the scheduler goes
 * on with it. */
bool ending_begin(csp_vm *vm, process *p);
/* Tells some more; what that counts for in reductions, 0: there is nobody to be told. Between two slices. */
int64_t ending_step(csp_vm *vm);

/* --- unwind.c */

/* A frame as the interpreter holds it. */
typedef struct frame {
    value *base;
    const code *code;
    const insn *pc;
} frame;

/* e; if it is an error that has no trace yet, a copy, since it may be shared, with that of this place. */
value unwind_traced(csp_vm *vm, process *p, value e, const frame *f);
/* Unwinds the running process for the error in sched.raised (crash) or for its kill: to a handler, to its defers
 * (DONE: go on at the frame), or to the bottom (EXIT: the process is to end with sched.raised or, killed,
 * kill_outcome). */
verdict unwind_crash(csp_vm *vm, process *p, frame *f);
verdict unwind_kill(csp_vm *vm, process *p, frame *f,
                    value outcome /* VALUE_KILLED, or the crash of a defer that replaces it */);

/* --- call.c */

/* A call of N[-2] with argc arguments from N[0] on, in a frame of p: arranges the arguments as the callee's code
 * wants them. N may move (*window). DONE: a simple native gave its result in (*window)[-2]; CALL: *callee is to be
 * entered at *window; FAIL. */
verdict call_arrange(csp_vm *vm, process *p, value **window, uint32_t argc, const code **callee);
/* The same where the arguments are in list N[0] and the named ones in list or nil N[1]. */
verdict call_spread(csp_vm *vm, process *p, value **window, const code **callee);
/* A simple native gave CALL (vm_native_become): arranges the call of what it goes on as. CALL or FAIL. */
verdict call_become(csp_vm *vm, process *p, value **window, const code **callee);

/* --- spawn.c */

/* A process that calls `fn` with argv, all of it immutable; NULL: raised, or *slow set: something must be copied
 * first. */
process *spawn_quick(csp_vm *vm, value fn, uint32_t argc, const value *argv, bool *slow);
process *spawn_block_quick(csp_vm *vm, const code *c, const value *captures, bool *slow);
/* What has to be copied for the others: a tuple (fn, arguments …), the moved ones left out; ABSENT: raised. */
value spawn_bundle(csp_vm *vm, process *parent, value fn, uint32_t argc, const value *argv);
/* … and the process, once the bundle is a message. NULL: raised. */
process *spawn_bundled(csp_vm *vm, value message, uint32_t argc, const value *argv);
/* Records where and by whom, lets it run. */
void spawn_launch(csp_vm *vm, process *parent, process *child, uint32_t position);

/* --- par.c */

value par_new(csp_vm *vm, process *parent); /* ABSENT: raised */
bool par_room(csp_vm *vm, par *p);          /* for one more branch; false: raised */
/* room is there; the branch is launched afterwards */
void par_add(csp_vm *vm, par *p, process *branch);
void par_branch_ended(csp_vm *vm, process *branch, value outcome, bool failed);
verdict par_wait(csp_vm *vm, process *parent, par *p); /* DONE: left == 0; BLOCK */
void par_cancel(csp_vm *vm, par *p, value why);

/* --- builtin.c: what the VM itself calls as natives */
typedef enum builtin { BUILTIN_START, BUILTIN_END, BUILTIN_SEND, BUILTIN_COUNT } builtin;
extern const native_entry vm_builtins[BUILTIN_COUNT];

/* --- native.c */
/* made at the start for walks and builtins */
const code *native_code(csp_vm *vm, const native_entry *entry, bool is_operator);

void native_free(csp_vm *vm);

/* --- run.c */
/* Runs p, and whom it hands over to, until the slice is used up or nobody is left to hand over to. */
void run_process(csp_vm *vm, process *p);

#endif
