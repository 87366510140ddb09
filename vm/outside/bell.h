/* Waking a VM from other threads: it ends the VM's wait, and tells a host that has nobody in the
 * VM. A bell is counted: whoever rings it holds it, so it may outlive its VM. */
#ifndef CSP_VM_OUTSIDE_BELL_H
#define CSP_VM_OUTSIDE_BELL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;
typedef struct bell bell;

/* A bell with a count of one. NULL: out of memory. */
bell *bell_new(void);
bell *bell_hold(bell *b);
void bell_free(bell *b); /* gives back one count */
/* To be called before the bell is first rung. `wake` tells the host; *activity is QUIET (0) while
 * nobody is in the VM. */
void bell_set_host(bell *b, void (*wake)(void *user), void *user, const _Atomic int *activity);
/* From now on waits may also be in this loop. If the bell was rung before, the first wait there
 * ends at once. */
void bell_set_loop(bell *b, struct loop *l);
/* The VM is about to go: neither its loop nor the host is touched once this returns. */
void bell_close(bell *b);

/* Ends a wait. `tell`: there is something to do, so the host is told if nobody is in the VM. From
 * any thread, with no lock held; without `tell` from signal handlers, too. */
void bell_ring(bell *b, bool tell);
/* Tells the host, once until bell_rest. */
void bell_tell(bell *b);
/* The VM is going to look at what there is to do. */
void bell_rest(bell *b);
/* Waits until it is rung, or until the deadline (loop.h). It may return early. */
void bell_wait(bell *b, int64_t deadline);

#endif
