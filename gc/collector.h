/* All the state that exists once per host process: Boehm's settings, our kinds and hooks, the list
 * of heaps. For the files of gc/ only. */
#ifndef CSP_GC_COLLECTOR_H
#define CSP_GC_COLLECTOR_H

#ifndef GC_THREADS
#define GC_THREADS
#endif
#ifndef GC_NO_THREAD_REDIRECTS
#define GC_NO_THREAD_REDIRECTS
#endif
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <gc/gc_inline.h>

#include "gc/heap.h"

/* Starts the collector if nobody has yet, makes kinds and hooks, and registers the calling thread.
 * May be called any number of times. False: no memory. */
bool collector_start(void);
int collector_kind(heap_kind kind);
int collector_anchor_kind(void); /* marked by watch_mark */
/* Whether the collector does not serve one heap alone, so that each heap is counted separately. */
bool collector_is_shared(void);
bool collector_add(heap *h, heap_mark_fn *mark_process);
void collector_remove(heap *h);
/* An explicit collection: it does not count as a sign that memory is short. */
void collector_collect(void);
/* The same; memory that has been free since the collection before the latest goes back to the
 * system. */
void collector_unmap(void);
/* Whether `unused` bytes are worth giving back to the system, and may be: the collector is ours,
 * and serves one heap alone. */
bool collector_is_slack(uint64_t unused);
/* Tells the collector how much it may take now: the limits of all heaps minus what they
 * have mapped. */
void collector_apply_limits(heap *h);
/* Whether `h` may take this many more bytes outside the collector's heap, by its own limit and
 * given what all heaps use. Collects first if need be. */
bool collector_may_take(heap *h, size_t more);
/* What the next collection does about a heap: heap.count. */
enum { COUNT_NOT, COUNT_BY_THE_WAY, COUNT_AT_LIMIT };
/* Collects and counts. */
void collector_count(heap *h, int why);
enum { HEAP_RESERVE = 128 << 10 };

/* In others.c: whether the host uses the collector, too, or will. */
bool others_use_collector(void);

/* In watch.c. The world is stopped and everything reachable is marked. */
void watch_begin(void); /* of a marking */
void watch_push(const heap *h);
void watch_marked(heap *h);
/* Under the allocation lock; the world may run. */
void watch_mark(heap_marker *m, const void *anchor);
void watch_close(heap *h); /* under the allocation lock */

/* In pages.c: the collector's heap has grown to `size`, under the allocation lock; a mapped stack
 * has now so many bytes. */
void pages_grown(size_t size);
void pages_of_stack(void *map, size_t size);

/* In mapped.c. Called under the collector's allocation lock; the world may be stopped. */
void mapped_push(heap *h);
void mapped_close(heap *h);

#endif
