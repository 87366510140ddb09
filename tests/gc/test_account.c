/* Heaps beside each other in one collector: each is counted, and limited, for itself. */
#include "gc/account.h"

#include <criterion/criterion.h>
#include <pthread.h>

#include "gc/heap.h"

enum { MB = 1 << 20 };

static void mark_nothing(heap_marker *m, void *object)
{
    (void)m;
    (void)object;
}

static size_t no_stack(void *owner)
{
    (void)owner;
    return 0;
}

static heap *new_heap(size_t limit)
{
    heap *h = heap_pinned(sizeof *h);
    cr_assert(h && heap_init(h, limit, mark_nothing, NULL, no_stack, NULL));
    return h;
}

static void free_heap(heap *h)
{
    heap_close(h);
    heap_unpin(h);
}

/* A chain of objects of so many bytes; word 0 leads to the next one, word 1 is odd. */
static void **extend(heap *h, void **chain, size_t size)
{
    void **link = heap_alloc(h, HEAP_TRACED, size);
    if (link) {
        link[0] = chain;
        link[1] = (void *)1;
    }
    return link;
}

/* So many bytes of them; NULL: the limit came first. */
static void **make(heap *h, size_t bytes, size_t size)
{
    void **chain = NULL;
    for (size_t made = 0; made < bytes; made += size) {
        void **longer = extend(h, chain, size);
        if (!longer)
            return NULL;
        chain = longer;
    }
    return chain;
}

/* How many bytes a chain may have before memory is refused. */
static size_t until_refused(heap *h, size_t size)
{
    void **volatile chain = NULL;
    for (size_t made = 0;; made += size) {
        void **longer = extend(h, chain, size);
        if (!longer)
            return made;
        chain = longer;
        cr_assert_lt(made, (size_t)1 << 30);
    }
}

static const size_t sizes[] = {16, 32, 48, 160, 512, 600, 1300, 2000, 5000, 100000};

Test(account, a_limit_is_of_one_heap)
{
    heap *idle = new_heap(1024 * (size_t)MB);
    void **kept = heap_pinned(sizeof *kept);
    kept[0] = make(idle, 150 * MB, 32);
    cr_assert(kept[0]);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        heap *h = new_heap(64 * MB);
        size_t bytes = until_refused(h, sizes[i]);
        cr_expect(bytes >= 48 * MB && bytes <= 80 * MB, "of %zu bytes: %zu MB", sizes[i],
                  bytes / MB);
        cr_assert(make(idle, MB, sizes[i]), "the other heap does not notice");
        heap_clear_stack();
        free_heap(h);
    }
}

Test(account, garbage_is_no_memory)
{
    heap *idle = new_heap(0), *h = new_heap(16 * MB);
    void **kept = heap_pinned(2 * sizeof *kept);
    kept[0] = make(idle, 30 * MB, 48);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int round = 0; round < 10; round++)
            cr_assert(kept[1] = make(h, 5 * MB, sizes[i]), "%zu bytes, round %d", sizes[i], round);
}

/* What is dropped by one heap between what stays: its blocks are not used by the other. */
Test(account, counts_are_exact)
{
    enum { LINK = 64, COUNT = 100000 };
    heap *a = new_heap(0), *b = new_heap(0);
    void **kept = heap_pinned(2 * COUNT * sizeof *kept);
    for (int i = 0; i < COUNT; i++) {
        kept[2 * i] = heap_alloc(a, HEAP_TRACED, LINK);
        kept[2 * i + 1] = heap_alloc(b, HEAP_BYTES, LINK);
    }
    heap_count(a);
    heap_count(b);
    cr_assert_eq(heap_memory(a), LINK * COUNT);
    cr_assert_eq(heap_memory(b), LINK * COUNT);
    for (int i = 0; i < COUNT; i++)
        if (i % 4)
            kept[2 * i] = NULL;
    heap_clear_stack();
    heap_count(a);
    cr_assert_eq(heap_memory(a), LINK * COUNT / 4);
    for (int i = 0; i < COUNT; i++)
        if (i % 4)
            kept[2 * i] = heap_alloc(b, HEAP_TRACED, LINK);
    size_t estimate = heap_memory(b);
    heap_count(a);
    heap_count(b);
    cr_assert_eq(heap_memory(a), LINK * COUNT / 4);
    cr_assert_eq(heap_memory(b), LINK * COUNT + LINK * COUNT / 4 * 3);
    cr_assert_leq(heap_memory(b), estimate + MB);
    free_heap(b);
    cr_assert_eq(heap_memory(a), LINK * COUNT / 4, "alone again");
    heap_count(a);
    cr_assert_eq(heap_memory(a), LINK * COUNT / 4);
    void *more = make(a, 2 * MB, LINK);
    cr_assert(more);
    cr_assert_geq(heap_memory(a) + MB, LINK * COUNT / 4 + 2 * MB);
}

Test(account, labels_are_used_again)
{
    heap *first = new_heap(0);
    void **kept = heap_pinned(sizeof *kept);
    kept[0] = make(first, MB, 32);
    uint32_t largest = 0;
    for (int i = 0; i < 10000; i++) {
        heap *h = new_heap(0);
        cr_assert(heap_alloc(h, HEAP_TRACED, 32) && heap_alloc(h, HEAP_BYTES, 3000));
        largest = h->label > largest ? h->label : largest;
        free_heap(h);
    }
    cr_assert_leq(largest, 1000u);
    heap_count(first);
    cr_assert_eq(heap_memory(first), MB);
}

/* ---- Several threads: each one's count is its own ---- */

enum { THREADS = 4, ROUNDS = 40, CHAIN = 2 * MB };

/* In a frame of its own, which is cleared behind it. */
static __attribute__((noinline)) void make_and_drop(heap *h, void **kept)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = sizes[(size_t)round % 8];
        kept[0] = make(h, CHAIN, size);
        cr_assert(kept[0], "round %d", round);
        if (round % 3 == 0)
            kept[1] = make(h, CHAIN / 2, size); /* between what is dropped */
        cr_assert(kept[1]);
    }
}

static size_t count(heap *h)
{
    heap_clear_stack();
    heap_count(h);
    return heap_memory(h);
}

static void *churn(void *unused)
{
    (void)unused;
    cr_assert(heap_enter_thread());
    heap *h = new_heap(16 * MB);
    void **kept = heap_pinned(2 * sizeof *kept);
    make_and_drop(h, kept);
    kept[1] = NULL;
    size_t memory = count(h);
    /* A stale word on this stack may keep one of the others; on the stack of another thread, which
     * has had free objects of ours in its hands, some of them, but not for long. */
    for (int again = 0; again < 10 && memory > 2 * CHAIN; again++)
        memory = count(h);
    cr_expect(memory >= CHAIN && memory <= 2 * CHAIN, "%zu", memory);
    heap_unpin(kept);
    free_heap(h);
    return NULL;
}

Test(account, several_threads)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, churn, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}
