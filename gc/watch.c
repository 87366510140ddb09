/* Objects that nothing reaches are found at the end of a marking and brought back to life.
 *
 * When a heap finds objects that are not marked, they are noted in an array, which is put on the
 * collector's mark stack. One object, the anchor, has a finalizer, and its own mark is cleared. The
 * collector then takes the anchor for garbage, for which it marks once more, before anything is
 * reclaimed, whatever its mark stack holds. A finalizer for each object would cost half a
 * microsecond.
 *
 * What is held weakly can be judged only by a marking that watches and brings nothing back. In all
 * others the anchor marks it: one that does not watch reaches the anchor like any object, and one
 * that brings something back marks from it at the end. */
#include <sys/mman.h>

#include "gc/collector.h"

struct heap_anchor {
    uint64_t live; /* 1; even: it lies on a free list */
    heap *heap;    /* NULL: it has been closed */
};

static bool arm(struct heap_anchor *a);

/* May run on any thread that allocates; the heap may be closed in the meantime. */
static void GC_CALLBACK arm_again(void *object, void *unused)
{
    (void)unused;
    struct heap_anchor *a = object;
    GC_alloc_lock();
    bool closed = a->heap == NULL;
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
    GC_finalization_proc before = arm_again;
    GC_register_finalizer_no_order(a, arm_again, NULL, &before, NULL);
    return before == NULL;
}

bool heap_watch(heap *h, bool (*unreached)(heap *h, void *user),
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

static void drop_revived(heap *h)
{
    if (h->revived.items)
        munmap(h->revived.items, h->revived.bytes);
    h->revived = (heap_revived){0};
}

void watch_close(heap *h)
{
    if (h->anchor)
        h->anchor->heap = NULL;
    drop_revived(h);
}

bool heap_is_marked(const void *object) { return GC_is_marked(object) != 0; }

void heap_keep(void *kept) { GC_set_mark_bit(kept); }

void watch_mark(heap_marker *m, const void *anchor)
{
    const struct heap_anchor *a = anchor;
    if (a->live != 1)
        return;
    if (a->heap && !a->heap->watching)
        a->heap->keep(m, a->heap->user);
}

void watch_push(const heap *h)
{
    const heap_revived *r = &h->revived;
    if (r->items)
        heap_push_range(r->items, r->items + r->count);
}

/* So many arrays have been put on the mark stack as a whole. */
static uint32_t pushed;

void watch_begin(void) { pushed = 0; }

/* The mark stack, which is empty at first, has room for some 4,000 ranges, and more would end the
 * program. Object by object it may overflow, and then grows, but all of the heap is looked through
 * again for it. */
static void push_revived(const heap *h)
{
    enum { FEW = 1000, RANGES = 1000 };
    const heap_revived *r = &h->revived;
    if (r->count > FEW && pushed++ < RANGES)
        GC_push_all(r->items, r->items + r->count);
    else
        watch_push(h);
}

/* The world stands: a lock of malloc may be held by whoever was stopped, but none of mmap. */
void heap_revive(heap *h, void *object, uint64_t note, size_t most)
{
    heap_revived *r = &h->revived;
    if (!r->items) {
        void *items = mmap(NULL, most * sizeof *r->items, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (items != MAP_FAILED)
            *r = (heap_revived){.items = items, .bytes = most * sizeof *r->items};
    }
    if (r->items)
        r->items[r->count++] = (heap_found){object, note};
    else
        heap_push_range(&object, &object + 1);
}

void watch_marked(heap *h)
{
    if (!h->watching)
        return;
    h->watching = false;
    if (!h->unreached(h, h->user))
        return;
    push_revived(h);
    GC_clear_mark_bit(h->anchor);
    h->armed = false;
    h->found = true;
}

const heap_found *heap_get_revived(heap *h, size_t *count)
{
    *count = 0;
    if (!h->found)
        return NULL;
    if (GC_should_invoke_finalizers())
        GC_invoke_finalizers();
    GC_alloc_lock(); /* so that the collection is over that has found them */
    *count = h->revived.count;
    if (*count == 0)
        h->found = false;
    GC_alloc_unlock();
    return *count > 0 ? h->revived.items : NULL;
}

void heap_forget_revived(heap *h)
{
    GC_alloc_lock();
    drop_revived(h);
    h->found = false;
    GC_alloc_unlock();
}
