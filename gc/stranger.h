/* For threads that the collector need not know: they hold nothing of its heap that is not also
 * held elsewhere. */
#ifndef CSP_GC_STRANGER_H
#define CSP_GC_STRANGER_H

#include <signal.h>

/* heap_unpin on any thread: from then until the thread ends, the collector knows it. */
void heap_unpin_anywhere(void *memory);
/* The signals that such a thread must block, so that none is delivered to it: all except the
 * collector's own and those of faults. */
void heap_stranger_signals(sigset_t *set);

#endif
