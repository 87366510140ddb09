/* Stacks that are too large for the collector's heap are mmap'ed and grown in place by mremap, so
 * deep recursion costs no copying. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gc/collector.h"

typedef struct heap_mapped {
    struct prefix *map;
    size_t size; /* of the stack */
    void *owner; /* not a root: the owner is held by others while it lives */
} mapped;

/* Stands in front of a mapped stack and says where its entry is, so that no search is needed. */
typedef struct prefix {
    size_t entry;
    size_t pad;
} prefix;
_Static_assert(sizeof(prefix) == HEAP_GRANULE, "stacks are aligned to 16");

enum { PAGE = 4096 };

static size_t map_size(size_t size)
{
    return (size + sizeof(prefix) + PAGE - 1) & ~(size_t)(PAGE - 1);
}

static prefix *prefix_of(void *stack) { return (prefix *)stack - 1; }

static void *stack_of(prefix *map) { return map + 1; }

static bool is_mapped(size_t size) { return size >= HEAP_MAP_STACK; }

void mapped_push(heap *h)
{
    for (size_t i = 0; i < h->mapped_count; i++) {
        const mapped *m = &h->mapped[i];
        size_t live = h->stack_live ? h->stack_live(m->owner) : m->size;
        const char *base = stack_of(m->map);
        heap_push_range(base, base + (live < m->size ? live : m->size));
    }
}

/* Makes room for one more entry. The collector reads the array, so it changes under the
 * collector's lock. */
static bool reserve_entry(heap *h)
{
    if (h->mapped_count < h->mapped_capacity)
        return true;
    size_t capacity = h->mapped_capacity ? 2 * h->mapped_capacity : 8;
    mapped *entries = malloc(capacity * sizeof *entries);
    if (!entries)
        return false;
    GC_alloc_lock();
    mapped *old = h->mapped;
    if (old)
        memcpy(entries, old, h->mapped_count * sizeof *entries);
    h->mapped = entries;
    h->mapped_capacity = capacity;
    GC_alloc_unlock();
    free(old);
    return true;
}

static void *map_stack(heap *h, void *owner, size_t size)
{
    if (size > PTRDIFF_MAX - 2 * PAGE || !reserve_entry(h) ||
        !collector_may_take(h, map_size(size)))
        return NULL;
    void *map = mmap(NULL, map_size(size), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    prefix *p = map;
    GC_alloc_lock();
    p->entry = h->mapped_count;
    h->mapped[h->mapped_count++] = (mapped){p, size, owner};
    h->mapped_bytes += map_size(size);
    GC_alloc_unlock();
    collector_apply_limits(h);
    return stack_of(p);
}

static void unmap_stack(heap *h, void *stack)
{
    prefix *p = prefix_of(stack);
    GC_alloc_lock();
    mapped *m = &h->mapped[p->entry];
    size_t size = map_size(m->size);
    *m = h->mapped[--h->mapped_count];
    m->map->entry = p->entry;
    h->mapped_bytes -= size;
    GC_alloc_unlock();
    munmap(p, size);
    collector_apply_limits(h);
}

/* The call makes the old addresses invalid, so everything that refers to the stack gets the new one
 * before anybody can collect. */
static bool remap_stack(heap *h, uint64_t **stack, size_t old_size, size_t new_size)
{
    size_t old_map = map_size(old_size), new_map = map_size(new_size);
    if (new_size > PTRDIFF_MAX - 2 * PAGE ||
        (new_map > old_map && !collector_may_take(h, new_map - old_map)))
        return false;
    if (new_size < old_size) {
        size_t kept = new_map - sizeof(prefix);
        memset((char *)*stack + new_size, 0, (kept < old_size ? kept : old_size) - new_size);
    }
    GC_alloc_lock();
    mapped *m = &h->mapped[prefix_of(*stack)->entry];
    void *map = mremap(m->map, old_map, new_map, MREMAP_MAYMOVE);
    if (map != MAP_FAILED) {
        m->map = map;
        m->size = new_size;
        h->mapped_bytes += new_map - old_map;
        *stack = stack_of(map);
    }
    GC_alloc_unlock();
    if (map == MAP_FAILED)
        return false;
    pages_of_stack(map, new_map);
    collector_apply_limits(h);
    return true;
}

void mapped_close(heap *h)
{
    while (h->mapped_count > 0)
        unmap_stack(h, stack_of(h->mapped[0].map));
    free(h->mapped);
}

void *heap_stack_new(heap *h, void *owner, size_t size)
{
    return is_mapped(size) ? map_stack(h, owner, size) : heap_alloc(h, HEAP_BYTES, size);
}

bool heap_stack_resize(heap *h, void *owner, uint64_t **stack, size_t old_size, size_t new_size)
{
    if (is_mapped(old_size) && is_mapped(new_size))
        return remap_stack(h, stack, old_size, new_size);
    uint64_t *old = *stack, *fresh = heap_stack_new(h, owner, new_size);
    if (!fresh)
        return false;
    memcpy(fresh, old, old_size < new_size ? old_size : new_size);
    /* Another thread may collect at any instruction: it finds one of the two, complete. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    *stack = fresh;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    heap_stack_free(h, old, old_size);
    return true;
}

void heap_stack_free(heap *h, void *stack, size_t size)
{
    if (is_mapped(size))
        unmap_stack(h, stack);
    else
        heap_release(h, HEAP_BYTES, stack, size);
}
