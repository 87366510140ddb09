/* Timers, in a heap by deadline. */
#ifndef CSP_VM_PROCESS_TIMER_H
#define CSP_VM_PROCESS_TIMER_H

#include "vm/core/concurrency.h"

/* the process's own, made when first needed, with room in the heap; NULL: raised */
timer *timer_of(csp_vm *vm, process *p);
bool timer_reserve(csp_vm *vm);            /* room for one more in the heap; false: raised */
void timer_insert(scheduler *s, timer *t); /* room has been made */
void timer_remove(scheduler *s, timer *t);
/* Fires those that are due, in order: one step's worth (telling.h). Returns the cost in
 * reductions. */
int64_t timer_fire(csp_vm *vm, int64_t now);
int64_t timer_next(const scheduler *s); /* the earliest deadline, or INT64_MAX */
/* A duration of the language in ns, cut to what the clock can hold. False: raised, v is no
 * duration. */
bool timer_duration(csp_vm *vm, process *p, value duration, int64_t *ns);
/* When so many ns have passed, on vm_now's clock: now for 0 or less, and never later than the
 * clock can tell. */
int64_t timer_after(const csp_vm *vm, int64_t ns);
/* Parks p until the deadline. FAIL or BLOCK. */
verdict timer_sleep(csp_vm *vm, process *p, int64_t deadline);
/* Limits the wait of p, which waits for something else, to the deadline (LOOP_NEVER: no limit). The
 * caller has called timer_of before it parked p. */
void timer_beside(csp_vm *vm, process *p, int64_t deadline);

#endif
