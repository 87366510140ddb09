/* Objects that nothing reaches are found at the end of a marking and brought back to life.
 *
 * One object, the anchor, has a finalizer. When a heap finds objects that are not marked, it chains
 * them, attaches the chain to the anchor and clears the anchor's own mark. The collector then takes
 * the anchor for garbage, marks it again with all that it reaches before anything is reclaimed, and
 * calls the finalizer. A finalizer for each object would cost half a microsecond.
 *
 * What is held weakly can be judged only by a marking that watches and brings nothing back. In all
 * others the anchor marks it: one that does not watch reaches the anchor like any object, and one
 * that brings something back marks from it at the end. */
#include "gc/collector.h"

struct heap_anchor {
    uint64_t live; /* 1; even: it lies on a free list */
    heap *heap;    /* NULL: it has been closed */
    void *first;
};

static bool arm(struct heap_anchor *a);

/* May run on any thread that allocates; the heap may be closed in the meantime. */
static void GC_CALLBACK revive(void *object, void *unused)
{
    (void)unused;
    struct heap_anchor *a = object;
    GC_alloc_lock();
    bool closed = a->heap == NULL;
    if (!closed)
        a->heap->revived = a->first;
    a->first = NULL;
    GC_alloc_unlock();
    if (closed)
        return;
    bool armed = arm(a);
    GC_alloc_lock();
    if (a->heap)
        a->heap->armed = armed;
    GC_alloc_unlock();
}

/* False: out of memory; then every weak reference is strong from now on. */
static bool arm(struct heap_anchor *a)
{
    /* If there is no memory, the collector leaves this unchanged. */
    GC_finalization_proc before = revive;
    GC_register_finalizer_no_order(a, revive, NULL, &before, NULL);
    return before == NULL;
}

bool heap_watch(heap *h, void *(*unreached)(heap *h, void *user),
                void (*keep)(heap_marker *m, void *user))
{
    struct heap_anchor *a = GC_generic_malloc(sizeof *a, collector_anchor_kind());
    if (!a)
        return false;
    a->live = 1;
    if (!arm(a))
        return false;
    h->unreached = unreached;
    h->keep = keep;
    a->heap = h;
    h->anchor = a;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* another thread may collect at any instruction */
    h->armed = true;
    return true;
}

void watch_close(heap *h)
{
    if (h->anchor)
        h->anchor->heap = NULL;
}

bool heap_is_marked(const void *object) { return GC_is_marked(object) != 0; }

void heap_keep(void *kept) { GC_set_mark_bit(kept); }

void watch_mark(heap_marker *m, const void *anchor)
{
    const struct heap_anchor *a = anchor;
    if (a->live != 1)
        return;
    heap_mark(m, (uint64_t)(uintptr_t)a->first);
    if (a->heap && !a->heap->watching)
        a->heap->keep(m, a->heap->user);
}

void watch_marked(heap *h)
{
    if (!h->watching)
        return;
    h->watching = false;
    void *first = h->unreached(h, h->user);
    if (!first)
        return;
    h->anchor->first = first;
    GC_clear_mark_bit(h->anchor);
    h->armed = false;
    h->found = true;
}

void *heap_take_revived(heap *h)
{
    if (!h->found)
        return NULL;
    if (GC_should_invoke_finalizers())
        GC_invoke_finalizers();
    GC_alloc_lock();
    void *first = h->revived;
    h->revived = NULL;
    if (first)
        h->found = false;
    GC_alloc_unlock();
    return first;
}
