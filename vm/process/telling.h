/* An event that wakes many processes at once is told in steps: to the first ones when it happens,
 * to the others between two slices. Such events are the end of a process (ending.c), the close of a
 * channel (closing.c), and the failure of a par (par.c); in the same way timers fire and requests
 * arrive.
 *
 * The event itself is one moment, before anybody is told, so whoever asks meanwhile finds that it
 * has happened. Those still to be told go on waiting, and can be killed, time out, or be served by
 * somebody else: then they leave by themselves. */
#ifndef CSP_VM_PROCESS_TELLING_H
#define CSP_VM_PROCESS_TELLING_H

#include "vm/core/concurrency.h"

enum { TOLD_PER_STEP = 512, REDUCTIONS_PER_TOLD = 16 };

/* How many are told in one step: at most a slice's worth, so with the short slices of tests there
 * is one step for each. While processes run alone (vm_set_aside) all are told at once, since they
 * might wait for the others. */
static inline int64_t told_per_step(const scheduler *s)
{
    if (s->alone)
        return INT64_MAX;
    return s->slice < TOLD_PER_STEP ? s->slice : TOLD_PER_STEP;
}

/* Between two slices: tells some more. Returns the cost in reductions; 0: there was nobody to
 * tell. */
int64_t telling_step(csp_vm *vm);

#endif
