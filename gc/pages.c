/* The size of pages. Huge pages save nearly all faults of mass allocation, but each fault clears 2
 * MiB, which may take the system milliseconds. */
#include <sys/mman.h>

#include "gc/collector.h"

enum {
    PAGE = 4096,
    HUGE_PAGE = 2 << 20,
    /* Below these sizes huge pages cost more memory than they save time. */
    HUGE_HEAP = 64 << 20,
    HUGE_STACK = 8 << 20
};

static int hurried; /* heaps; atomic */

static bool in_a_hurry(void) { return __atomic_load_n(&hurried, __ATOMIC_RELAXED) > 0; }

/* Some systems give huge pages to those who have not asked for them. */
static void advise(uintptr_t from, uintptr_t to, size_t size, size_t huge_from)
{
    bool small = in_a_hurry();
    if (to > from && (small ? size >= HUGE_PAGE : size >= huge_from))
        (void)madvise((void *)from, to - from, small ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
}

void pages_grown(size_t size)
{
    uintptr_t from = (uintptr_t)GC_least_plausible_heap_addr & ~(uintptr_t)(HUGE_PAGE - 1);
    uintptr_t to = ((uintptr_t)GC_greatest_plausible_heap_addr + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    advise(from, to, size, HUGE_HEAP);
}

void pages_of_stack(void *map, size_t size)
{
    advise((uintptr_t)map, (uintptr_t)map + size, size, HUGE_STACK);
}

void heap_set_hurried(heap *h, bool is)
{
    h->hurried = is;
    int now = __atomic_add_fetch(&hurried, is ? 1 : -1, __ATOMIC_RELAXED);
    if (now != (is ? 1 : 0))
        return; /* nothing changes for the others */
    GC_alloc_lock();
    pages_grown(GC_get_heap_size());
    GC_alloc_unlock();
}
