/* Leaving frames by a crash or a kill. */
#ifndef CSP_VM_RUN_UNWIND_H
#define CSP_VM_RUN_UNWIND_H

#include "vm/code/frame.h"
#include "vm/core/concurrency.h"

/* Returns e, or, if it is an error without a trace, a copy with the trace of this place (a copy
 * because e may be shared). For a stack of few frames. */
value unwind_traced(csp_vm *vm, process *p, value e, const frame *f);
/* Unwinds the running process for the error in sched.raised (crash) or for its kill: to a handler,
 * to its defers (DONE: go on at the frame), or to the bottom (EXIT: the process must end with
 * sched.raised or, if killed, with kill_outcome). What that costs is charged. Where it costs more
 * than `reductions`, what is left is put off (YIELD): p->wake says how unwind_go_on goes on when p,
 * which stands at the frame, has its next slice. */
verdict unwind_crash(csp_vm *vm, process *p, frame *f, int64_t reductions);
verdict unwind_kill(csp_vm *vm, process *p, frame *f,
                    value outcome /* VALUE_KILLED, or the crash of a defer that replaces it */,
                    int64_t reductions);
verdict unwind_go_on(csp_vm *vm, process *p, frame *f, int64_t reductions);
/* Whether p, which is ready, goes on unwinding when it runs next. */
static inline bool unwind_under_way(const process *p) { return p->wake >= WAKE_TRACING; }

#endif
