#include "gc/heap.h"

#include <string.h>

#include "gc/account.h"
#include "gc/collector.h"
#include "gc/stranger.h"

void *heap_pinned(size_t size) { return collector_start() ? GC_malloc_uncollectable(size) : NULL; }

void *heap_pinned_plain(size_t size)
{
    void *memory = collector_start() ? GC_malloc_atomic_uncollectable(size) : NULL;
    return memory ? memset(memory, 0, size) : NULL;
}

size_t heap_object_size(uint64_t word)
{
    void *object = (void *)(uintptr_t)word;
    return word % HEAP_GRANULE == 0 && GC_base(object) == object ? GC_size(object) : 0;
}

void heap_lend(heap *h, ptrdiff_t size)
{
    if (h->max_bytes == 0)
        return;
    h->max_bytes += (size_t)size;
    collector_apply_limits(h);
}

typedef struct locked_call {
    void (*fn)(void *);
    void *data;
} locked_call;

static void *GC_CALLBACK call_locked(void *given)
{
    const locked_call *call = given;
    call->fn(call->data);
    return NULL;
}

void heap_locked(void (*fn)(void *), void *data)
{
    locked_call call = {fn, data};
    GC_call_with_alloc_lock(call_locked, &call);
}

void heap_unpin(void *memory) { GC_free(memory); }

void heap_unpin_anywhere(void *memory)
{
    if (collector_start())
        GC_free(memory);
}

void heap_stranger_signals(sigset_t *set)
{
    const int kept[] = {GC_get_suspend_signal(),
                        GC_get_thr_restart_signal(),
                        SIGSEGV,
                        SIGBUS,
                        SIGFPE,
                        SIGILL,
                        SIGABRT,
                        SIGTRAP};
    sigfillset(set);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (kept[i] > 0)
            sigdelset(set, kept[i]);
}

static void count_outside(heap *h, size_t bytes)
{
    GC_alloc_lock();
    h->mapped_bytes += bytes;
    GC_alloc_unlock();
    collector_apply_limits(h);
}

bool heap_reserve_outside(heap *h, size_t bytes)
{
    if (!collector_may_take(h, bytes))
        return false;
    count_outside(h, bytes);
    return true;
}

void heap_return_outside(heap *h, size_t bytes) { count_outside(h, -bytes); }

bool heap_init(heap *h, size_t max_bytes, heap_mark_fn *mark_process, void (*roots)(heap *, void *),
               size_t (*stack_live)(void *), void *user)
{
    if (!collector_start())
        return false;
    *h = (heap){.max_bytes = max_bytes, .roots = roots, .stack_live = stack_live, .user = user};
    return collector_add(h, mark_process);
}

void heap_close(heap *h)
{
    collector_remove(h);
    mapped_close(h);
    if (h->reserve)
        GC_free(h->reserve);
    *h = (heap){0};
}

/* Of what is larger than the small classes as many as possible fit into a block of 4096 bytes. */
size_t heap_list_size(int index)
{
    static const uint16_t medium[HEAP_LISTS - HEAP_CLASSES] = {576, 672, 816, 1024, 1360, 2048};
    return index < HEAP_CLASSES ? (size_t)index * HEAP_GRANULE : medium[index - HEAP_CLASSES];
}

/* The free list for objects of this size; -1: larger ones come straight from the collector. */
static int list_for(size_t size)
{
    size_t class = (size + HEAP_GRANULE - 1) / HEAP_GRANULE;
    if (class < HEAP_CLASSES)
        return (int)class;
    for (int i = HEAP_CLASSES; i < HEAP_LISTS; i++)
        if (size <= heap_list_size(i))
            return i;
    return -1;
}

/* An object straight from the collector, zeroed as all our kinds are. */
static void *allocate(heap *h, heap_kind kind, size_t size)
{
    if (h->max_bytes != 0 && size > h->max_bytes)
        return NULL;
    void *object = GC_generic_malloc(size, collector_kind(kind));
    if (object) {
        account_label(h, object);
        if (collector_is_shared())
            account_handed(h, GC_size(object));
    }
    return object;
}

/* Fills the empty list from the collector, or from what others have put aside. Blocks of others
 * come up as the collector sweeps them, each once after a collection. */
static void fill(heap *h, heap_kind kind, int index)
{
    void **list = &h->free[kind][index];
    account_take(h, (int)kind, index, list);
    while (!*list) {
        GC_generic_malloc_many(heap_list_size(index), collector_kind(kind), list);
        if (!*list || account_claim(h, (int)kind, index, list))
            break;
    }
    if (!collector_is_shared())
        return;
    size_t count = 0;
    for (void *const *object = *list; object; object = *object)
        count++;
    account_handed(h, count * heap_list_size(index));
}

/* Makes sure that the free list is not empty, or returns an object that needs no list. */
static void *allocate_or_fill(heap *h, heap_kind kind, size_t size)
{
    int index = list_for(size);
    if (index < 0)
        return allocate(h, kind, size);
    if (!h->free[kind][index])
        fill(h, kind, index);
    return h->free[kind][index];
}

/* A small program never needs the reserve. Once given up it is not taken again before a collection
 * has shown that there is room: what was freed is for the crash under way. Where heaps are counted
 * for themselves nothing needs to be set aside. */
static void keep_reserve(heap *h)
{
    if (h->max_bytes == 0 || h->reserve || collector_is_shared() ||
        (h->reserve_lost != 0 && h->reserve_lost == heap_collections(h)))
        return;
    size_t used = heap_bytes(h);
    if (used >= h->max_bytes / 2 && used <= h->max_bytes - h->max_bytes / 8)
        h->reserve = GC_generic_malloc(HEAP_RESERVE, GC_I_PTRFREE);
}

static void give_reserve(heap *h)
{
    if (h->reserve)
        GC_free(h->reserve);
    h->reserve = NULL;
    h->reserve_lost = heap_collections(h);
}

static void free_large(heap *h, void *object)
{
    account_freed(h, GC_size(object));
    account_forget(object);
    GC_free(object);
}

static void *allocate_stressed(heap *h, heap_kind kind, size_t size)
{
    if (++h->stress_count >= h->stress) {
        h->stress_count = 0;
        collector_collect();
    }
    void *object = allocate(h, kind, size);
    if (!object) {
        collector_collect();
        object = allocate(h, kind, size);
    }
    return object;
}

void *heap_refill(heap *h, heap_kind kind, size_t size)
{
    if (size == 0)
        size = 1;
    if (h->stress)
        return allocate_stressed(h, kind, size);
    bool within = !collector_is_shared() || collector_may_take(h, size);
    void *object = within ? allocate_or_fill(h, kind, size) : NULL;
    if (!object && within) {
        /* After a failure the collector does not try again by itself. */
        collector_collect();
        object = allocate_or_fill(h, kind, size);
    }
    int index = list_for(size);
    if (!object || __atomic_load_n(&h->tight, __ATOMIC_RELAXED) >= 2) {
        if (object && index < 0)
            free_large(h, object);
        __atomic_store_n(&h->tight, 0, __ATOMIC_RELAXED);
        give_reserve(h);
        return NULL;
    }
    keep_reserve(h);
    h->refilled += index < 0 ? size : HEAP_BLOCK;
    return index < 0 ? object : heap_take(&h->free[kind][index]);
}

void *heap_alloc_raw(heap *h, heap_kind kind, size_t size)
{
    /* What has old contents may keep things alive while it is filled, so it must be worth it. */
    enum { LARGE_TRACED = 64 << 10, LARGEST_LISTED = 2048 };
    if (size <= LARGEST_LISTED || (kind == HEAP_TRACED && size < LARGE_TRACED))
        return heap_alloc(h, kind, size);
    return heap_refill(h, kind == HEAP_TRACED ? HEAP_TRACED_RAW : HEAP_BYTES_RAW, size);
}

void heap_release(heap *h, heap_kind kind, void *object, size_t size)
{
    if (size == 0)
        size = 1;
    int index = list_for(size);
    if (index < 0) {
        free_large(h, object);
        return;
    }
    if (h->stress) {
        /* It did not come from a list, which may have larger objects. It is garbage: the lists stay
         * empty, and a stale user finds zeroes. */
        memset(object, 0, size);
        return;
    }
    memset(object, 0, heap_list_size(index));
    *(void **)object = h->free[kind][index];
    /* Another thread may collect at any instruction: the list must be whole at each. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    h->free[kind][index] = object;
}

/* alloc NULL: from the heap. */
static void *grow(heap *h, void *(*alloc)(size_t), const void *items, uint32_t *capacity,
                  uint32_t first, size_t size)
{
    size_t larger = *capacity > 0 ? (size_t)*capacity * 2 : first;
    if (larger > UINT32_MAX)
        return NULL;
    void *grown = alloc ? alloc(larger * size) : heap_alloc(h, HEAP_TRACED, larger * size);
    if (grown == NULL)
        return NULL;
    if (*capacity > 0)
        memcpy(grown, items, *capacity * size);
    *capacity = (uint32_t)larger;
    return grown;
}

void *heap_grow(heap *h, const void *items, uint32_t *capacity, uint32_t first, size_t size)
{
    return grow(h, NULL, items, capacity, first, size);
}

void *heap_grow_pinned(const void *items, uint32_t *capacity, uint32_t first, size_t size)
{
    return grow(NULL, heap_pinned, items, capacity, first, size);
}

void *heap_grow_pinned_plain(const void *items, uint32_t *capacity, uint32_t first, size_t size)
{
    return grow(NULL, heap_pinned_plain, items, capacity, first, size);
}

void heap_count(heap *h) { collector_count(h, COUNT_BY_THE_WAY); }

void heap_collect(heap *h)
{
    (void)h;
    collector_collect();
}

bool heap_is_slack(const heap *h)
{
    return h->to_give_back > 0 || collector_is_slack(h->refilled - h->given_back);
}

void heap_give_back(heap *h)
{
    enum { GIVE_BACK = 3 };
    collector_unmap();
    h->given_back = h->refilled;
    h->to_give_back = h->to_give_back > 0 ? h->to_give_back - 1 : GIVE_BACK - 1;
    if (!collector_is_slack(GC_get_free_bytes()))
        h->to_give_back = 0;
}

size_t heap_bytes(const heap *h)
{
    /* Both set at once: other threads let the heap grow. */
    GC_word size, free;
    GC_get_heap_usage_safe(&size, &free, NULL, NULL, NULL);
    return size - free + h->mapped_bytes;
}
