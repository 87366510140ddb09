#include "gc/account.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/array.h"
#include "gc/collector.h"

enum {
    BLOCK_SHIFT = 12, /* the collector's HBLKSIZE is 4096 */
    BLOCK = 1 << BLOCK_SHIFT,
    LEAF_SHIFT = 30, /* a leaf has the labels of 1 GiB of addresses */
    LEAF_BLOCKS = 1 << (LEAF_SHIFT - BLOCK_SHIFT),
    ADDRESS_BITS = 48,
    LEAVES = 1 << (ADDRESS_BITS - LEAF_SHIFT),
    /* so many labels of heaps that are gone are kept before the table is searched for them */
    DEAD_LABELS = 64
};

typedef uint32_t label; /* 0: nobody's */

/* The labels of the blocks from `first` to `end`; the others are 0. */
typedef struct leaf {
    uint32_t first, end;
    label labels[LEAF_BLOCKS];
} leaf;

/* There is one collector, and so one table. Pages of it that nobody has touched take no memory. */
static struct {
    leaf *leaves[LEAVES];
    uint32_t first, end; /* all leaves are from `first` to `end` */
    heap **heaps;        /* by label; NULL: gone, or never used */
    label count, heaps_capacity, unused_capacity;
    label *unused; /* labels below count that stand nowhere in the table */
    label unused_count;
    label dead; /* labels of heaps that are gone which may stand there */
} table;

static void *address_of(uint32_t leaf_index, uint32_t block)
{
    return (void *)((uintptr_t)leaf_index << LEAF_SHIFT | (uintptr_t)block << BLOCK_SHIFT);
}

static label *label_at(const void *memory)
{
    uintptr_t address = (uintptr_t)memory;
    if (address >> ADDRESS_BITS)
        return NULL;
    leaf *l = __atomic_load_n(&table.leaves[address >> LEAF_SHIFT], __ATOMIC_ACQUIRE);
    return l ? &l->labels[address >> BLOCK_SHIFT & (LEAF_BLOCKS - 1)] : NULL;
}

static label get_label(const void *memory)
{
    const label *at = label_at(memory);
    return at ? __atomic_load_n(at, __ATOMIC_RELAXED) : 0;
}

/* NULL: no memory. */
static leaf *make_leaf(uint32_t index)
{
    leaf *l = mmap(NULL, sizeof *l, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (l == MAP_FAILED)
        return NULL;
    l->first = LEAF_BLOCKS;
    if (table.first == table.end) {
        table.first = index;
        table.end = index + 1;
    }
    table.first = index < table.first ? index : table.first;
    table.end = index >= table.end ? index + 1 : table.end;
    __atomic_store_n(&table.leaves[index], l, __ATOMIC_RELEASE);
    return l;
}

/* Without memory for a leaf the block stays nobody's, and is not counted. */
static void set_label(const void *memory, label to)
{
    uintptr_t address = (uintptr_t)memory;
    if (address >> ADDRESS_BITS)
        return;
    uint32_t index = (uint32_t)(address >> LEAF_SHIFT);
    leaf *l = table.leaves[index] ? table.leaves[index] : make_leaf(index);
    if (!l)
        return;
    uint32_t block = address >> BLOCK_SHIFT & (LEAF_BLOCKS - 1);
    l->first = block < l->first ? block : l->first;
    l->end = block >= l->end ? block + 1 : l->end;
    __atomic_store_n(&l->labels[block], to, __ATOMIC_RELAXED);
}

void account_label(const heap *h, const void *memory)
{
    GC_alloc_lock();
    set_label(memory, h->label);
    GC_alloc_unlock();
}

void account_forget(const void *memory)
{
    label *at = label_at(memory);
    if (at)
        __atomic_store_n(at, 0, __ATOMIC_RELAXED);
}

/* ---- Labels ---- */

static bool reserve_label(void)
{
    label labels = table.count > 0 ? table.count + 1 : 2; /* 0 is nobody's */
    heap **heaps = array_room32(table.heaps, &table.heaps_capacity, labels, sizeof *heaps);
    if (!heaps)
        return false;
    table.heaps = heaps;
    label *unused = array_room32(table.unused, &table.unused_capacity, labels, sizeof *unused);
    if (!unused)
        return false;
    table.unused = unused;
    if (table.count == 0)
        table.heaps[table.count++] = NULL;
    return true;
}

/* Calls visit for each block that has a label, and gives the block what it returns instead. */
static void each_block(label (*visit)(void *block, label of, void *data), void *data)
{
    for (uint32_t i = table.first; i < table.end; i++) {
        leaf *l = table.leaves[i];
        for (uint32_t block = l ? l->first : 0; l && block < l->end; block++)
            if (l->labels[block] != 0)
                l->labels[block] = visit(address_of(i, block), l->labels[block], data);
    }
}

static void find_unused(void)
{
    table.unused_count = table.dead = 0;
    for (label i = 1; i < table.count; i++)
        if (!table.heaps[i])
            table.unused[table.unused_count++] = i;
}

/* Whether the collector has given the block to anybody who asked for one of our kinds; if so,
 * *size is that of its objects. */
static bool is_used(void *block, const int *kinds, size_t *size)
{
    if (GC_base(block) != block)
        return false;
    int kind = GC_get_kind_and_size(block, size);
    for (int i = 0; i < HEAP_KINDS; i++)
        if (kinds[i] == kind)
            return true;
    return false;
}

static label keep_if_used(void *block, label of, void *kinds)
{
    size_t size;
    return table.heaps[of] && is_used(block, kinds, &size) ? of : 0;
}

void account_check(const int *kinds)
{
    each_block(keep_if_used, (void *)(uintptr_t)kinds);
    find_unused();
}

bool account_add(heap *h, const int *kinds)
{
    if (table.unused_count == 0 && table.dead >= DEAD_LABELS)
        account_check(kinds);
    if (table.unused_count > 0)
        h->label = table.unused[--table.unused_count];
    else if (reserve_label())
        h->label = table.count++;
    else
        return false;
    table.heaps[h->label] = h;
    return true;
}

void account_remove(heap *h)
{
    table.heaps[h->label] = NULL;
    table.dead++;
}

/* ---- Free objects of others' blocks ---- */

/* With the lock; its owner looks without it whether there is anything. */
static void put_aside(heap *h, int kind, int index, void *first)
{
    __atomic_store_n(&h->aside[kind][index], first, __ATOMIC_RELAXED);
}

bool account_claim(const heap *h, int kind, int index, void **list)
{
    label of = get_label(*list);
    if (of == h->label)
        return true;
    GC_alloc_lock();
    heap *owner = of < table.count ? table.heaps[of] : NULL;
    if (owner) {
        /* word 1 leads to the next list: of all objects the smallest have two */
        void **first = *list;
        first[1] = owner->aside[kind][index];
        put_aside(owner, kind, index, first);
        owner->has_aside = true;
        *list = NULL;
    } else {
        set_label(*list, h->label);
    }
    GC_alloc_unlock();
    return owner == NULL;
}

void account_take(heap *h, int kind, int index, void **list)
{
    if (!__atomic_load_n(&h->aside[kind][index], __ATOMIC_RELAXED))
        return;
    GC_alloc_lock();
    void **first = h->aside[kind][index];
    if (first) {
        put_aside(h, kind, index, first[1]);
        *list = first;
        first[1] = NULL;
    }
    GC_alloc_unlock();
}

/* ---- Counting ---- */

static size_t live_in(const char *block, size_t size)
{
    if (size > BLOCK / 2)
        return GC_is_marked(block) ? size : 0;
    size_t live = 0;
    for (size_t at = 0; at + size <= BLOCK; at += size)
        live += GC_is_marked(block + at) ? size : 0;
    return live;
}

static label count_block(void *block, label of, void *kinds)
{
    size_t size;
    heap *h = table.heaps[of];
    if (!h || !is_used(block, kinds, &size))
        return 0;
    if (h->count != COUNT_NOT)
        h->marked += live_in(block, size);
    return of;
}

static size_t listed(const heap *h)
{
    size_t bytes = 0;
    for (int kind = 0; kind < HEAP_LISTED; kind++)
        for (int i = 0; i < HEAP_LISTS; i++)
            for (void *const *object = h->free[kind][i]; object; object = *object)
                bytes += heap_list_size(i);
    return bytes;
}

/* A heap that may soon have to be counted is counted when somebody collects anyway: once half of
 * what it had left has been handed out since the last time. */
static bool is_due(const heap *h)
{
    size_t handed = __atomic_load_n(&h->handed, __ATOMIC_RELAXED),
           held = __atomic_load_n(&h->held, __ATOMIC_RELAXED) + h->mapped_bytes;
    if (h->max_bytes == 0 || (ptrdiff_t)handed <= 0)
        return false;
    return held > h->max_bytes || handed > h->max_bytes - held;
}

void account_begin(heap *h)
{
    /* What was put aside is garbage, for the collector to hand out again. */
    if (h->has_aside)
        memset(h->aside, 0, sizeof h->aside);
    h->has_aside = false;
    if (h->count == COUNT_NOT && is_due(h))
        h->count = COUNT_BY_THE_WAY;
}

void account_marked(heap *h)
{
    h->marked = 0;
    if (h->count != COUNT_NOT)
        h->listed = listed(h);
}

/* What lies on the lists is marked, and so part of `held`. The limit is soft in its last tenth, as
 * that of the whole collector is (collector.c). */
static void counted(heap *h)
{
    size_t handed = __atomic_exchange_n(&h->handed, 0, __ATOMIC_RELAXED);
    if (h->count == COUNT_AT_LIMIT) {
        bool low = h->marked + h->mapped_bytes >= h->max_bytes - h->max_bytes / 8 &&
                   (ptrdiff_t)handed < (ptrdiff_t)(h->max_bytes / 10);
        __atomic_store_n(&h->tight, low ? h->tight + 1 : 0, __ATOMIC_RELAXED);
    }
    h->count = COUNT_NOT;
    h->total = GC_get_total_bytes();
    __atomic_store_n(&h->held, h->marked, __ATOMIC_RELAXED);
}

void account_end(const int *kinds)
{
    each_block(count_block, (void *)(uintptr_t)kinds);
    find_unused();
    for (label i = 1; i < table.count; i++)
        if (table.heaps[i] && table.heaps[i]->count != COUNT_NOT)
            counted(table.heaps[i]);
}

/* ---- Limits ---- */

size_t account_alone(const heap *h)
{
    size_t held = __atomic_load_n(&h->held, __ATOMIC_RELAXED) + GC_get_total_bytes() - h->total,
           all = GC_get_heap_size() - GC_get_free_bytes();
    return held < all ? held : all;
}

size_t heap_memory(const heap *h)
{
    size_t held = __atomic_load_n(&h->held, __ATOMIC_RELAXED);
    if (!collector_is_shared())
        held = account_alone(h);
    return (held > h->listed ? held - h->listed : 0) + h->mapped_bytes;
}

/* Room for the errors, traces and reports of processes that have run out of memory: until the next
 * collection. */
static size_t allowance(const heap *h)
{
    bool given = h->reserve_lost != 0 && h->reserve_lost == heap_collections(h);
    return given && collector_is_shared() ? HEAP_RESERVE : 0;
}

static bool is_within_limit(const heap *h, size_t more)
{
    if (h->max_bytes == 0)
        return true;
    size_t limit = h->max_bytes + allowance(h);
    if (more > limit || h->mapped_bytes > limit - more)
        return false;
    size_t used = collector_is_shared() ? __atomic_load_n(&h->held, __ATOMIC_RELAXED)
                                        : heap_bytes(h) - h->mapped_bytes;
    return used <= limit - more - h->mapped_bytes;
}

bool collector_may_take(heap *h, size_t more)
{
    if (is_within_limit(h, more))
        return true;
    if (collector_is_shared())
        collector_count(h, COUNT_AT_LIMIT);
    else
        collector_collect();
    return is_within_limit(h, more);
}
