/* For threads that the collector need not know: they hold nothing of its heap that somebody else
 * does not hold. */
#ifndef CSP_GC_STRANGER_H
#define CSP_GC_STRANGER_H

#include <signal.h>

/* heap_unpin on any thread: from then on until it ends the collector knows it. */
void heap_unpin_anywhere(void *memory);
/* The signals that such a thread must block, so that none is delivered to it: all but the
 * collector's own and those of faults. */
void heap_stranger_signals(sigset_t *set);

#endif
