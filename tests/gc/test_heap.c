#include "gc/heap.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIVE = 15, SLOTS = 8 };

/* An object of kind HEAP_PROCESS: an odd header, then what it holds; the mark procedure looks at
 * the first `count`. */
typedef struct owner {
    uint64_t header, count;
    void *slots[SLOTS];
} owner;

static void mark_owner(heap_marker *m, void *object)
{
    const owner *o = object;
    void *const *slots = o->slots; /* more than SLOTS where the stack is mapped */
    for (uint64_t i = 0; i < o->count; i++)
        heap_mark(m, (uintptr_t)slots[i]);
}

static size_t owner_live(void *object) { return ((const owner *)object)->count; }

static _Thread_local heap *opened;

static heap *new_heap(size_t limit)
{
    heap *h = heap_pinned(sizeof *h);
    cr_assert(h);
    cr_assert(heap_init(h, limit, mark_owner, NULL, owner_live, NULL));
    opened = h;
    return h;
}

static void close_heap(void)
{
    if (opened)
        heap_close(opened);
}

TestSuite(heap, .fini = close_heap);

/* Overwrites what earlier calls left on the C stack, which the collector scans. */
static __attribute__((noinline)) void clear_stack(void)
{
    char hole[32 << 10];
    explicit_bzero(hole, sizeof hole);
}

/* Whether the system has been advised so ("hg": huge pages, "nh": none) where `at` lies; it may say
 * nothing of that. */
static bool advised(const void *at, const char *flag)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    bool here = false, known = false, found = false;
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            here = from <= (uintptr_t)at && (uintptr_t)at < to;
        if (here && strncmp(line, "VmFlags:", 8) == 0) {
            known = true;
            found = strstr(line, flag) != NULL;
        }
    }
    if (maps)
        fclose(maps);
    return found || !known;
}

static bool has_huge_pages(void)
{
    return access("/sys/kernel/mm/transparent_hugepage", F_OK) == 0;
}

static bool zeroed(const void *memory, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((const char *)memory)[i])
            return false;
    return true;
}

Test(heap, memory_is_zeroed_and_aligned_also_when_it_was_used_before)
{
    heap *h = new_heap(0);
    for (int round = 0; round < 50; round++) {
        for (size_t size = 0; size < 3000; size += size < 600 ? 7 : 301) {
            for (heap_kind kind = HEAP_TRACED; kind <= HEAP_BYTES; kind++) {
                char *object = heap_alloc(h, kind, size);
                cr_assert(object && (uintptr_t)object % 16 == 0 && zeroed(object, size));
                memset(object, 0xff, size);
                if (size % 3 == 0)
                    heap_release(h, kind, object, size);
            }
        }
        if (round % 10 == 0)
            heap_collect(h);
    }
}

Test(heap, released_objects_come_back_zeroed)
{
    heap *h = new_heap(0);
    void *object = heap_alloc(h, HEAP_TRACED, 48);
    memset(object, 0xff, 48);
    heap_release(h, HEAP_TRACED, object, 48);
    cr_assert_eq(heap_alloc(h, HEAP_TRACED, 48), object);
    cr_assert(zeroed(object, 48));
}

/* Allocates everything a kind's free list and the heap have to give; no object may come twice. */
static void check_no_object_twice(heap_kind kind, size_t size)
{
    enum { COUNT = 20000 };
    heap *h = new_heap(0);
    uint64_t **objects = heap_pinned(COUNT * sizeof *objects);
    cr_assert(objects);
    heap_alloc(h, kind, size);
    cr_assert(h->free[kind][size / 16]);
    for (int i = 0; i < COUNT; i++) {
        if (i % 97 == 0) {
            clear_stack();
            heap_collect(h);
        }
        objects[i] = heap_alloc(h, kind, size);
        cr_assert(objects[i]);
        objects[i][0] = LIVE;
        cr_assert_eq(objects[i][size / 8 - 1], 0, "object %d is in use already", i);
        objects[i][size / 8 - 1] = (uint64_t)i << 1 | 1;
    }
    for (int i = 0; i < COUNT; i++)
        cr_assert_eq(objects[i][size / 8 - 1], (uint64_t)i << 1 | 1);
}

Test(heap, free_lists_of_bytes_survive_collections) { check_no_object_twice(HEAP_BYTES, 64); }

Test(heap, free_lists_of_processes_survive_collections)
{
    check_no_object_twice(HEAP_PROCESS, 160);
}

Test(heap, free_lists_of_traced_objects_survive_collections)
{
    check_no_object_twice(HEAP_TRACED, 32);
}

Test(heap, a_process_on_the_free_list_keeps_the_rest_of_the_list)
{
    enum { COUNT = 1000 };
    heap *h = new_heap(0);
    owner *all[COUNT];
    for (int i = 0; i < COUNT; i++) {
        all[i] = heap_alloc(h, HEAP_PROCESS, sizeof(owner));
        all[i]->header = LIVE;
    }
    for (int i = 0; i < COUNT; i++)
        heap_release(h, HEAP_PROCESS, all[i], sizeof(owner));
    memset(all, 0, sizeof all);
    heap_collect(h);
    size_t length = 0;
    for (void **object = h->free[HEAP_PROCESS][sizeof(owner) / 16]; object; object = *object) {
        cr_assert(zeroed(object + 1, sizeof(owner) - 8));
        length++;
    }
    cr_assert_geq(length, (size_t)COUNT);
}

/* Owners that each hold an object of 96 bytes in one slot. In a frame of its own, which clear_stack
 * overwrites: one address left there would keep its whole block from being used again. */
static __attribute__((noinline)) void make_owners(heap *h, owner **owners, int count,
                                                  size_t live_slots, size_t offset)
{
    for (int i = 0; i < count; i++) {
        owner *o = heap_alloc(h, HEAP_PROCESS, sizeof *o);
        o->header = LIVE;
        o->count = live_slots;
        char *held = heap_alloc(h, HEAP_TRACED, 96);
        memset(held, 0x55, 96);
        o->slots[1] = held + offset;
        owners[i] = o;
    }
    h->free[HEAP_TRACED][96 / 16] = NULL;
}

/* How many of the objects that owners hold live through a collection. */
static size_t survivors(size_t live_slots, size_t offset)
{
    enum { COUNT = 500 };
    heap *h = new_heap(0);
    owner **owners = heap_pinned(COUNT * sizeof *owners);
    make_owners(h, owners, COUNT, live_slots, offset);
    clear_stack();
    heap_collect(h);
    /* What was reclaimed has been zeroed by the time it is handed out again. */
    for (int i = 0; i < 4 * COUNT; i++)
        memset(heap_alloc(h, HEAP_TRACED, 96), 0xaa, 96);
    size_t alive = 0;
    for (int i = 0; i < COUNT; i++)
        alive += *((unsigned char *)owners[i]->slots[1] - offset + 95) == 0x55;
    return alive;
}

Test(heap, what_a_process_holds_stays) { cr_assert_eq(survivors(2, 0), 500); }

Test(heap, slots_above_the_top_keep_nothing_alive) { cr_assert_leq(survivors(1, 0), 25); }

Test(heap, interior_pointers_keep_nothing_alive) { cr_assert_leq(survivors(2, 16), 25); }

/* Fills the heap with a list of objects of this size until there is no memory; their number. */
static __attribute__((noinline)) size_t exhaust(heap *h, size_t size)
{
    size_t count = 0;
    void **list = NULL;
    for (void **object; (object = heap_alloc(h, HEAP_TRACED, size)) != NULL; count++) {
        *object = list;
        list = object;
    }
    return count;
}

Test(heap, exhausted_a_thousand_times_and_usable_after)
{
    enum { LIMIT = 8 << 20 };
    heap *h = new_heap(LIMIT);
    for (int round = 0; round < 1000; round++) {
        size_t size = round % 50 == 0 ? 48 : 3000;
        size_t bytes = exhaust(h, size) * size;
        cr_assert(bytes > LIMIT / 3 && bytes < LIMIT, "round %d: %zu bytes", round, bytes);
        /* The reserve: what a report needs is there at once. */
        for (int i = 0; i < 100; i++)
            cr_assert(heap_alloc(h, HEAP_BYTES, 200 + (size_t)i), "round %d: object %d", round, i);
        clear_stack();
    }
    heap_collect(h);
    cr_assert(heap_alloc(h, HEAP_BYTES, 1 << 20));
    cr_assert_null(heap_alloc(h, HEAP_BYTES, 100 << 20));
    cr_assert_null(heap_alloc(h, HEAP_BYTES, SIZE_MAX / 2));
}

Test(heap, a_heap_that_is_almost_full_fails_instead_of_crawling)
{
    enum { LIMIT = 32 << 20 };
    heap *h = new_heap(LIMIT);
    void **list = NULL;
    bool failed = false;
    for (int live = 0; live < LIMIT && !failed; live += 64) {
        void **object = heap_alloc(h, HEAP_TRACED, 64);
        failed = object == NULL;
        if (object) {
            *object = list;
            list = object;
        }
    }
    cr_assert(failed);
    cr_assert_lt(h->collections, 100);
}

Test(heap, small_stacks_grow_and_keep_their_contents)
{
    heap *h = new_heap(0);
    owner *o = heap_alloc(h, HEAP_PROCESS, sizeof *o);
    o->header = LIVE;
    size_t size = 64;
    uint64_t *stack = heap_stack_new(h, o, size);
    for (size_t i = 0; i < size / 8; i++)
        stack[i] = i;
    while (size < 64 << 20) {
        cr_assert(heap_stack_resize(h, o, &stack, size, 2 * size));
        cr_assert(stack && (uintptr_t)stack % 16 == 0);
        cr_assert(zeroed(stack + size / 8, size));
        for (size_t i = 0; i < 2 * size / 8; i++) {
            cr_assert(i >= size / 8 || stack[i] == i);
            stack[i] = i;
        }
        size *= 2;
    }
    cr_assert_eq(h->mapped_count, 1);
    cr_assert_geq(heap_bytes(h), size);
    while (size > 64) {
        cr_assert(heap_stack_resize(h, o, &stack, size, size / 2));
        size /= 2;
        for (size_t i = 0; i < size / 8; i++)
            cr_assert_eq(stack[i], i);
    }
    heap_stack_free(h, stack, size);
    cr_assert_eq(h->mapped_count, 0);
    cr_assert_eq(h->mapped_bytes, 0);
}

Test(heap, a_stack_shrunk_and_grown_again_is_zeroed)
{
    heap *h = new_heap(0);
    owner *o = heap_alloc(h, HEAP_PROCESS, sizeof *o);
    o->header = LIVE;
    uint64_t *stack = heap_stack_new(h, o, 800 << 10);
    memset(stack, 1, 800 << 10);
    cr_assert(heap_stack_resize(h, o, &stack, 800 << 10, (300 << 10) + 48));
    cr_assert(heap_stack_resize(h, o, &stack, (300 << 10) + 48, 900 << 10));
    cr_assert(!zeroed(stack, (300 << 10) + 48));
    cr_assert(zeroed((char *)stack + (300 << 10) + 48, (600 << 10) - 48));
}

Test(heap, the_live_part_of_a_mapped_stack_is_scanned)
{
    enum { COUNT = 200, SIZE = 512 << 10 };
    heap *h = new_heap(0);
    owner *o = heap_alloc(h, HEAP_PROCESS, sizeof *o);
    o->header = LIVE;
    void **stack = heap_stack_new(h, o, SIZE);
    for (int i = 0; i < 2 * COUNT; i++) {
        stack[i] = heap_alloc(h, HEAP_TRACED, 96);
        memset(stack[i], 0x55, 96);
    }
    o->count = COUNT * sizeof *stack;
    h->free[HEAP_TRACED][96 / 16] = NULL;
    clear_stack();
    heap_collect(h);
    for (int i = 0; i < 8 * COUNT; i++)
        memset(heap_alloc(h, HEAP_TRACED, 96), 0xaa, 96);
    int below = 0, above = 0;
    for (int i = 0; i < COUNT; i++) {
        below += ((unsigned char *)stack[i])[95] == 0x55;
        above += ((unsigned char *)stack[COUNT + i])[95] == 0x55;
    }
    cr_assert_eq(below, COUNT);
    cr_assert_leq(above, COUNT / 10);
}

Test(heap, mapped_stacks_are_freed_in_any_order_and_count_for_the_limit)
{
    enum { COUNT = 40, SIZE = 1 << 20 };
    heap *h = new_heap(64 << 20);
    owner *o = heap_alloc(h, HEAP_PROCESS, sizeof *o);
    o->header = LIVE;
    for (int round = 0; round < 50; round++) {
        uint64_t *stacks[COUNT];
        for (uint64_t i = 0; i < COUNT; i++) {
            stacks[i] = heap_stack_new(h, o, SIZE);
            cr_assert(stacks[i]);
            stacks[i][SIZE / 8 - 1] = i;
        }
        cr_assert_null(heap_stack_new(h, o, 30 << 20));
        uint64_t *first = stacks[0];
        cr_assert(!heap_stack_resize(h, o, &stacks[0], SIZE, 30 << 20));
        cr_assert_eq(stacks[0], first);
        for (int i = 0; i < COUNT; i++) {
            int at = (i * 7 + round) % COUNT;
            cr_assert_eq(stacks[at][SIZE / 8 - 1], (uint64_t)at);
            heap_stack_free(h, stacks[at], SIZE);
        }
        cr_assert_eq(h->mapped_bytes, 0);
    }
    cr_assert(heap_stack_new(h, o, 40 << 20));
    cr_assert_null(heap_stack_new(h, o, SIZE_MAX - 100));
}

Test(heap, stress_collects_at_every_allocation)
{
    heap *h = new_heap(0);
    h->stress = 1;
    void **list = NULL;
    uint64_t before = h->collections;
    for (int i = 0; i < 200; i++) {
        void **object = heap_alloc(h, HEAP_TRACED, 32);
        cr_assert(zeroed(object, 32));
        *object = list;
        object[1] = (void *)(uintptr_t)(i * 2 + 1);
        list = object;
        heap_release(h, HEAP_BYTES, heap_alloc(h, HEAP_BYTES, 32), 32);
    }
    cr_assert_geq(h->collections - before, 400);
    cr_assert_null(h->free[HEAP_TRACED][2]);
    for (int i = 199; i >= 0; i--, list = *list)
        cr_assert_eq((uintptr_t)list[1], (uintptr_t)(i * 2 + 1));
}

static void push_held(heap *h, void *user)
{
    (void)h;
    heap_push_range(user, (void **)user + 1);
}

Test(heap, roots_are_what_the_callback_pushes)
{
    static void *held;
    heap *h = heap_pinned(sizeof *h);
    cr_assert(heap_init(h, 0, mark_owner, push_held, NULL, &held));
    for (int i = 0; i < 1000; i++) {
        void **object = heap_alloc(h, HEAP_TRACED, 64);
        object[0] = held;
        object[7] = (void *)(uintptr_t)(2 * i + 1);
        held = object;
    }
    clear_stack();
    heap_collect(h);
    for (int i = 0; i < 5000; i++)
        memset(heap_alloc(h, HEAP_TRACED, 64), 0xaa, 64);
    for (int i = 999; i >= 0; i--) {
        void **object = held;
        cr_assert_eq((uintptr_t)object[7], (uintptr_t)(2 * i + 1));
        held = object[0];
    }
}

/* Lists, stacks and garbage on one thread while others collect. */
static void *churn(void *seed)
{
    cr_assert(heap_enter_thread());
    heap *h = new_heap(0);
    owner *o = heap_alloc(h, HEAP_PROCESS, sizeof *o);
    o->header = LIVE;
    for (int round = 0; round < 30; round++) {
        uint64_t *list = NULL;
        for (uint64_t i = 0; i < 20000; i++) {
            uint64_t *cell = heap_alloc(h, HEAP_TRACED, 32);
            uint64_t *leaf = heap_alloc(h, HEAP_BYTES, 32);
            leaf[0] = leaf[3] = i ^ (uintptr_t)seed;
            cell[0] = (uintptr_t)list;
            cell[1] = (uintptr_t)leaf;
            list = cell;
            if (i % 3 == 0)
                heap_release(h, HEAP_BYTES, heap_alloc(h, HEAP_BYTES, 32), 32);
        }
        size_t size = 128 << 10;
        uint64_t *stack = heap_stack_new(h, o, size);
        stack[size / 8 - 1] = 1;
        for (; size < 4 << 20; size *= 2)
            cr_assert(heap_stack_resize(h, o, &stack, size, 2 * size));
        cr_assert_eq(stack[(16 << 10) - 1], 1);
        heap_stack_free(h, stack, size);
        for (uint64_t i = 20000; i-- > 0; list = (uint64_t *)(uintptr_t)list[0]) {
            uint64_t *leaf = (uint64_t *)(uintptr_t)list[1];
            cr_assert(leaf[0] == (i ^ (uintptr_t)seed) && leaf[3] == leaf[0]);
        }
        heap_collect(h);
    }
    heap_close(h);
    opened = NULL;
    heap_unpin(h);
    return NULL;
}

Test(heap, several_heaps_on_several_threads)
{
    heap *h = new_heap(0);
    pthread_t threads[4];
    for (uintptr_t i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, churn, (void *)i), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    heap_collect(h);
    cr_assert(heap_alloc(h, HEAP_TRACED, 16));
}

Test(heap, the_first_heap_may_be_on_another_thread)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, churn, NULL), 0);
    pthread_join(thread, NULL);
    cr_assert(heap_enter_thread());
    heap *h = new_heap(0);
    for (int i = 0; i < 100000; i++)
        cr_assert(heap_alloc(h, HEAP_TRACED, 64));
    heap_collect(h);
}

static void sleep_briefly(void *done)
{
    usleep(1000);
    *(bool *)done = true;
}

Test(heap, blocking_calls_come_back)
{
    heap *h = new_heap(0);
    bool done = false;
    heap_do_blocking(sleep_briefly, &done);
    cr_assert(done);
    heap_collect(h);
}

/* So many bytes that are alive at once, and then no more. */
static __attribute__((noinline)) void peak_of(heap *h, size_t bytes)
{
    void **root = heap_pinned(sizeof *root);
    for (size_t made = 0; made < bytes; made += 64) {
        void **object = heap_alloc(h, HEAP_TRACED, 64);
        cr_assert(object);
        object[1] = *root;
        *root = object;
    }
    heap_unpin(root);
    clear_stack();
}

Test(heap, what_a_peak_has_left_behind_is_given_back)
{
    enum { PEAK = 64 << 20 };
    heap *h = new_heap(0);
    cr_assert_not(heap_is_slack(h));
    peak_of(h, PEAK);
    cr_assert(heap_is_slack(h));
    size_t peak = heap_of_all();
    unsigned times = 0;
    for (; heap_is_slack(h); times++) {
        cr_assert_lt(times, 3);
        heap_give_back(h);
    }
    cr_assert_lt(heap_of_all(), peak / 2, "%zu of %zu bytes", heap_of_all(), peak);
    peak_of(h, 1 << 20);
    cr_assert_not(heap_is_slack(h), "it is not worth it again");
}

Test(heap, the_memory_of_the_machine_is_plausible)
{
    size_t limit = heap_machine_memory();
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    cr_assert_gt(limit, 16 << 20);
    cr_assert_leq(limit, (size_t)pages * (size_t)page);
}

/* What the old array holds stays alive and whole, and what is behind it is clear. */
Test(heap, an_array_grows_and_keeps_what_it_holds)
{
    heap *h = new_heap(0);
    enum { FIRST = 3, MOST = 3 << 8 };
    uint32_t *volatile *items = NULL;
    uint32_t capacity = 0, expected = FIRST;
    for (uint32_t i = 0; i < MOST; i++) {
        if (i == capacity) {
            uint32_t *volatile *old = items;
            items = heap_grow(h, (const void *)old, &capacity, FIRST, sizeof *items);
            cr_assert(items && items != old);
            cr_assert_eq(capacity, expected);
            cr_assert(zeroed((const void *)(items + i), (capacity - i) * sizeof *items));
            for (uint32_t k = 0; k < i; k++)
                cr_assert_eq(items[k], old[k]);
            expected *= 2;
        }
        items[i] = heap_alloc(h, HEAP_BYTES, 2 * HEAP_GRANULE);
        *items[i] = i;
    }
    clear_stack();
    heap_collect(h);
    for (uint32_t i = 0; i < MOST; i++)
        cr_assert_eq(*items[i], i);
}

Test(heap, an_array_that_cannot_grow_stays_as_it_was)
{
    heap *h = new_heap(1 << 20);
    uint64_t item = 7;
    uint32_t capacity = 1u << 31;
    cr_assert_null(heap_grow(h, &item, &capacity, 1, sizeof item));
    capacity = 1u << 30;
    cr_assert_null(heap_grow(h, &item, &capacity, 1, sizeof item));
    cr_assert_eq(capacity, 1u << 30);
}

Test(heap, a_pinned_array_grows)
{
    void *(*const ways[])(const void *, uint32_t *, uint32_t, size_t) = {heap_grow_pinned,
                                                                         heap_grow_pinned_plain};
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        uint32_t capacity = 0;
        uint64_t *items = ways[way](NULL, &capacity, 2, sizeof *items);
        cr_assert(items && capacity == 2 && items[0] == 0 && items[1] == 0);
        items[0] = 1;
        items[1] = 2;
        uint64_t *more = ways[way](items, &capacity, 2, sizeof *items);
        cr_assert(more && more != items && capacity == 4);
        cr_assert(items[1] == 2 && more[0] == 1 && more[1] == 2);
        cr_assert(zeroed(more + 2, 2 * sizeof *more));
        heap_unpin(items);
        heap_unpin(more);
    }
}

/* --- roots */

enum { RANGES = 20000 };
static void **words; /* not scanned by itself */

static void push_each(heap *h, void *user)
{
    (void)h;
    (void)user;
    for (int i = 0; i < RANGES; i++)
        heap_push_range(&words[i], &words[i] + 1);
}

Test(heap, any_number_of_ranges_are_roots)
{
    heap *h = heap_pinned(sizeof *h);
    words = calloc(RANGES, sizeof *words);
    cr_assert(h && words);
    cr_assert(heap_init(h, 0, mark_owner, push_each, owner_live, NULL));
    opened = h;
    for (int i = 0; i < RANGES; i++) {
        uint64_t *held = heap_alloc(h, HEAP_BYTES, 32);
        cr_assert(held);
        held[0] = 1;
        held[1] = (uint64_t)i;
        words[i] = held;
    }
    clear_stack();
    heap_collect(h);
    for (int i = 0; i < RANGES; i++) {
        cr_assert(heap_alloc(h, HEAP_BYTES, 32));
        cr_assert_eq(((uint64_t *)words[i])[1], (uint64_t)i, "%d", i);
    }
    free(words);
    words = NULL;
}

/* A fault of a huge page takes long. */
Test(heap, who_is_in_a_hurry_has_small_pages)
{
    enum { MB = 1 << 20, STACK = 9 * MB, BLOCK = 16 * MB, BLOCKS = 6 };
    if (!has_huge_pages())
        cr_skip("the system has none");
    heap *h = new_heap(0);
    owner *o = heap_alloc(h, HEAP_TRACED, sizeof *o);
    uint64_t *stack = heap_stack_new(h, o, MB);
    cr_assert(heap_stack_resize(h, o, &stack, MB, STACK));
    void *volatile blocks[BLOCKS]; /* all of them are held, whatever is read later */
    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = heap_alloc(h, HEAP_BYTES, BLOCK);
    cr_expect(advised(stack, " hg"));
    cr_expect(advised(blocks[BLOCKS - 1], " hg"));
    heap_hurry(h, true);
    cr_expect(advised(blocks[BLOCKS - 1], " nh"));
    blocks[0] = heap_alloc(h, HEAP_BYTES, BLOCK);
    cr_expect(advised(blocks[0], " nh"));
    uint64_t *other = heap_stack_new(h, o, MB);
    cr_assert(heap_stack_resize(h, o, &other, MB, STACK));
    cr_expect(advised(other, " nh"));
    heap_hurry(h, false);
    cr_expect(advised(blocks[0], " hg"));
    heap_stack_free(h, stack, STACK);
    heap_stack_free(h, other, STACK);
}

/* The others of its OS process share the collector's heap with it. */
Test(heap, one_in_a_hurry_counts_for_all_until_it_is_closed)
{
    enum { BLOCK = 80 << 20 };
    if (!has_huge_pages())
        cr_skip("the system has none");
    heap *first = new_heap(0), *second = new_heap(0);
    void *block = heap_alloc(second, HEAP_BYTES, BLOCK);
    cr_expect(advised(block, " hg"));
    heap_hurry(first, true);
    cr_expect(advised(block, " nh"));
    heap_hurry(second, true);
    heap_hurry(second, false);
    cr_expect(advised(block, " nh"));
    heap_close(first);
    cr_expect(advised(block, " hg"));
}
