/* For threads that the collector need not know: all that they hold of its heap is also held
 * elsewhere. */
#ifndef CSP_GC_STRANGER_H
#define CSP_GC_STRANGER_H

#include <signal.h>

/* heap_unpin on any thread, which the collector knows from then on until it ends. */
void heap_unpin_anywhere(void *memory);
/* The signals that such a thread must block, so that none is delivered to it: all except the
 * collector's own and those of faults. */
void heap_stranger_signals(sigset_t *set);

#endif
