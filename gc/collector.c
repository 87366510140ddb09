#include "gc/collector.h"

#include <pthread.h>
#include <stdlib.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gc/account.h"
#include "gc/pause.h"

enum {
    /* Collect when as much has been allocated as is live, as Go does. Measured with trees of
     * 32-byte nodes: 0.59 s and 63 MB; 2: 0.85 s and 46 MB; 3, Boehm's default: 0.91 s and 39 MB;
     * 4: 1.15 s and 32 MB. A million processes take the same memory with each of them. */
    FREE_SPACE_DIVISOR = 1,
    /* A small heap need not be collected more often than this. A text that grows to 100 kB by
     * appends takes 0.64 s and 6.1 MB with 512 kB, 0.47 and 8.3 with 1 MB, 0.38 and 8.6 with this,
     * 0.36 and 13.4 with 4 MB. */
    MIN_ALLOCATED = 2 << 20,
    SHARED_SLACK = 64 << 20,
    /* Less is not worth a collection to somebody who idles. */
    SLACK = 8 << 20
};
#define NO_LIMIT ((size_t)1 << 40) /* sums of these do not overflow */

/* The registry. `lock` guards the start. The list of heaps is also read by the collector's hooks,
 * so it changes only under the collector's allocation lock. */
static struct {
    pthread_mutex_t lock;
    bool started, ours;
    bool shared;      /* collector_is_shared; atomic */
    int threads;      /* known to the collector; atomic */
    bool outside;     /* the only one of them is in C, directly (heap_leave); atomic */
    int to_count;     /* collections under way that are to count a heap */
    int on_purpose;   /* collections under way that somebody asked for */
    size_t limit;     /* the sum of the limits of all heaps; 0: one of them has none */
    heap_share all;   /* of all heaps together */
    uint32_t without; /* so many of them have no limit */
    int kinds[HEAP_KINDS];
    int anchor_kind;
    heap_mark_fn *mark_process;
    heap *heaps;
    pthread_key_t thread; /* set in threads that we registered: its destructor unregisters them */
    GC_push_other_roots_proc old_push;
    GC_on_heap_resize_proc old_resize;
    GC_on_collection_event_proc old_event;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct heap_marker {
    struct GC_ms_entry *top, *limit;
    void **source;
};

void heap_mark(heap_marker *m, uint64_t word)
{
    if (word % HEAP_GRANULE == 0)
        m->top = GC_MARK_AND_PUSH((void *)(uintptr_t)word, m->top, m->limit, m->source);
}

/* Boehm's mark procedure for objects of kind HEAP_PROCESS. An object on a free list, ours or
 * Boehm's, has an even word 0: the address of the next one. It must be followed, or the rest of our
 * list would be reclaimed and handed out twice. */
static struct GC_ms_entry *mark_process(GC_word *object, struct GC_ms_entry *top,
                                        struct GC_ms_entry *limit, GC_word env)
{
    (void)env;
    heap_marker m = {top, limit, (void **)object};
    if (object[0] % 2 == 0)
        heap_mark(&m, object[0]);
    else
        registry.mark_process(&m, object);
    return m.top;
}

static struct GC_ms_entry *mark_anchor(GC_word *object, struct GC_ms_entry *top,
                                       struct GC_ms_entry *limit, GC_word env)
{
    (void)env;
    heap_marker m = {top, limit, (void **)object};
    watch_mark(&m, object);
    return m.top;
}

void heap_push_range(const void *from, const void *to)
{
    /* At once: GC_push_all takes a place of the mark stack, and where none is left (4,096 VMs,
     * modules or large stacks) it ends the program. */
    if (from < to)
        GC_push_all_eager((void *)(uintptr_t)from, (void *)(uintptr_t)to);
}

/* Free objects without pointers are not traced, so their list would not be kept beyond its head. */
static void mark_free_bytes(heap *h)
{
    for (int i = 0; i < HEAP_LISTS; i++)
        for (void *object = h->free[HEAP_BYTES][i]; object; object = *(void **)object)
            GC_set_mark_bit(object);
}

static void GC_CALLBACK push_roots(void)
{
    if (registry.old_push)
        registry.old_push();
    for (heap *h = registry.heaps; h; h = h->next) {
        heap_push_range(h, h + 1);
        mark_free_bytes(h);
        mapped_push(h);
        watch_push(h);
        if (h->roots)
            h->roots(h, h->user);
    }
}

static void GC_CALLBACK on_resize(GC_word size)
{
    if (registry.old_resize)
        registry.old_resize(size);
    pages_grown(size);
}

/* When a heap is almost at its limit, collections follow each other with little allocated in
 * between, and the program would crawl. So the limit is soft in its last tenth: after two
 * collections in a row before which less than that was allocated, one allocation fails. (A single
 * one may be the first after much was dropped.) */
static bool is_short(void)
{
    size_t near = registry.limit - registry.limit / 8;
    return registry.limit != 0 && GC_get_heap_size() + registry.all.mapped >= near &&
           GC_get_bytes_since_gc() < registry.limit / 10;
}

static void begin_collection(void)
{
    bool counts = __atomic_load_n(&registry.on_purpose, __ATOMIC_RELAXED) == 0 && !registry.shared,
         low = counts && is_short();
    for (heap *h = registry.heaps; h; h = h->next) { /* their threads still run */
        __atomic_add_fetch(&h->collections, 1, __ATOMIC_RELAXED);
        if (!low && counts)
            __atomic_store_n(&h->tight, 0, __ATOMIC_RELAXED);
        else if (low)
            __atomic_add_fetch(&h->tight, 1, __ATOMIC_RELAXED);
        account_begin(h);
    }
}

static void GC_CALLBACK on_event(GC_EventType event)
{
    if (registry.old_event)
        registry.old_event(event);
    switch (event) {
    case GC_EVENT_START:
        pause_begin();
        begin_collection();
        break;
    case GC_EVENT_END: pause_end(); break;
    case GC_EVENT_MARK_START: /* anchors may be marked before push_roots is called */
        watch_begin();
        for (heap *h = registry.heaps; h; h = h->next)
            h->watching = h->armed && !h->found;
        break;
    case GC_EVENT_MARK_END:
        for (heap *h = registry.heaps; h; h = h->next) {
            account_marked(h);
            watch_marked(h);
        }
        break;
    case GC_EVENT_RECLAIM_END:
        if (registry.shared || registry.to_count)
            account_end(registry.kinds);
        break;
    default: break;
    }
}

static void *GC_CALLBACK on_exhaustion(size_t size)
{
    (void)size;
    return NULL;
}

/* Whether this thread is known to the collector. */
_Thread_local bool heap_knows_thread __attribute__((tls_model("initial-exec")));

static void thread_ends(void *key)
{
    (void)key;
    heap_knows_thread = false;
    GC_unregister_my_thread();
    __atomic_sub_fetch(&registry.threads, 1, __ATOMIC_RELAXED);
}

/* Where the main thread's stack begins, if that is what we are on (after a fork it need not be):
 * the collector would read the process' memory map to find it. */
static bool main_stack(struct GC_stack_base *base)
{
#ifdef __GLIBC__
    enum { LARGE = 1 << 20 };
    extern void *__libc_stack_end;
    base->mem_base = __libc_stack_end;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), begin = (uintptr_t)base->mem_base;
    return here < begin && begin - here < LARGE;
#else
    (void)base;
    return false;
#endif
}

/* As GC_INIT does; but a reference to GC_init is how we know others (others.c). */
static void initialize(void)
{
    struct GC_stack_base base;
    bool is_main = getpid() == gettid();
    /* on another thread it would take the caller's stack for the main thread's */
    if (is_main ? main_stack(&base) : GC_get_stack_base(&base) == GC_SUCCESS)
        GC_set_stackbottom(NULL, &base);
    GC_free(GC_malloc(1));
}

static void start_ours(void)
{
    GC_set_all_interior_pointers(0);
    GC_set_no_dls(1);
    GC_set_dont_precollect(1);
    /* One marker thread: more would add to the start of every script, and a collection of a small
     * heap is over before they have woken. */
    GC_set_markers_count(1);
    initialize();
    registry.threads = 1;
    GC_clear_roots();
    GC_set_warn_proc(GC_ignore_warn_proc);
    GC_set_oom_fn(on_exhaustion);
    GC_set_free_space_divisor(FREE_SPACE_DIVISOR);
    GC_set_min_bytes_allocd(MIN_ALLOCATED);
}

/* Valgrind reports every word that the conservative scan reads, so collections are off under it.
 * Its header may be missing where we are built, but it preloads a library into what it runs. */
static bool under_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "vgpreload") != NULL;
}

static bool start(void)
{
    bool started = GC_is_init_called() != 0;
    registry.ours = !started && !others_use_collector();
    if (registry.ours)
        start_ours();
    else if (!started)
        initialize();
    GC_allow_register_threads();
    if (pthread_key_create(&registry.thread, thread_ends) != 0)
        return false;
    if (registry.ours && getpid() != gettid() &&
        pthread_setspecific(registry.thread, &registry) != 0)
        return false;
    registry.kinds[HEAP_TRACED] = (int)GC_new_kind(GC_new_free_list(), 0 | GC_DS_LENGTH, 1, 1);
    registry.kinds[HEAP_BYTES] = (int)GC_new_kind(GC_new_free_list(), 0 | GC_DS_LENGTH, 0, 1);
    registry.kinds[HEAP_TRACED_RAW] = (int)GC_new_kind(GC_new_free_list(), 0 | GC_DS_LENGTH, 1, 0);
    registry.kinds[HEAP_BYTES_RAW] = (int)GC_new_kind(GC_new_free_list(), 0 | GC_DS_LENGTH, 0, 0);
    registry.kinds[HEAP_PROCESS] =
        (int)GC_new_kind(GC_new_free_list(), GC_MAKE_PROC(GC_new_proc(mark_process), 0), 0, 1);
    registry.anchor_kind =
        (int)GC_new_kind(GC_new_free_list(), GC_MAKE_PROC(GC_new_proc(mark_anchor), 0), 0, 1);
    registry.old_push = GC_get_push_other_roots();
    GC_set_push_other_roots(push_roots);
    registry.old_resize = GC_get_on_heap_resize();
    GC_set_on_heap_resize(on_resize);
    registry.old_event = GC_get_on_collection_event();
    GC_set_on_collection_event(on_event);
    if (under_valgrind())
        GC_disable();
    return true;
}

/* Whatever other threads have stored so far is seen from now on, as if each had executed a fence:
 * so that those who are in C all the time need none. */
static void fence_everywhere(void)
{
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0 &&
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0)
        return;
    const struct timespec long_enough = {.tv_nsec = 1000000};
    nanosleep(&long_enough, NULL);
}

/* A thread that is in C directly cannot be stopped: its stack pointer is elsewhere. Before another
 * thread can collect, that call must have come back; later ones are made in another way. */
static void wait_for_outside(void)
{
    const struct timespec pause = {.tv_nsec = 50000};
    fence_everywhere();
    while (__atomic_load_n(&registry.outside, __ATOMIC_ACQUIRE))
        nanosleep(&pause, NULL);
}

/* The lock is held. */
static bool register_thread(void)
{
    if (heap_knows_thread || GC_thread_is_registered()) {
        heap_knows_thread = true;
        return true;
    }
    struct GC_stack_base base;
    if (GC_get_stack_base(&base) != GC_SUCCESS)
        return false;
    __atomic_add_fetch(&registry.threads, 1, __ATOMIC_RELAXED);
    wait_for_outside();
    if (GC_register_my_thread(&base) == GC_NO_MEMORY) {
        __atomic_sub_fetch(&registry.threads, 1, __ATOMIC_RELAXED);
        return false;
    }
    heap_knows_thread = true;
    return pthread_setspecific(registry.thread, &registry) == 0;
}

bool collector_start(void)
{
    pthread_mutex_lock(&registry.lock);
    if (!registry.started)
        registry.started = start();
    bool started = registry.started && register_thread();
    pthread_mutex_unlock(&registry.lock);
    return started;
}

bool heap_add_thread(void) { return collector_start(); }

struct blocking {
    void (*fn)(void *);
    void *data;
};

static void *GC_CALLBACK call_blocking(void *data)
{
    const struct blocking *b = data;
    b->fn(b->data);
    return NULL;
}

void heap_do_blocking(void (*fn)(void *), void *data)
{
    if (!heap_knows_thread) { /* it waits for nobody, and nobody for it */
        fn(data);
        return;
    }
    struct blocking b = {fn, data};
    GC_do_blocking(call_blocking, &b);
}

bool heap_leave(void)
{
    if (!heap_knows_thread || !registry.ours)
        return false;
    __atomic_store_n(&registry.outside, true, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* see fence_everywhere */
    if (__atomic_load_n(&registry.threads, __ATOMIC_RELAXED) == 1)
        return true;
    heap_come_back();
    return false;
}

void heap_come_back(void) { __atomic_store_n(&registry.outside, false, __ATOMIC_RELEASE); }

int collector_kind(heap_kind kind) { return registry.kinds[kind]; }

int collector_anchor_kind(void) { return registry.anchor_kind; }

bool collector_is_shared(void) { return __atomic_load_n(&registry.shared, __ATOMIC_RELAXED); }

/* From one heap to several, or back. Labels are true while the heap is shared; alone, blocks that
 * are freed keep theirs. */
static void set_shared(void)
{
    heap *first = registry.heaps;
    bool shared = !registry.ours || (first && first->next);
    if (shared == registry.shared)
        return;
    if (shared)
        account_check(registry.kinds);
    for (heap *h = first; h; h = h->next) {
        if (shared)
            __atomic_store_n(&h->held, account_alone(h), __ATOMIC_RELAXED);
        h->total = GC_get_total_bytes();
    }
    __atomic_store_n(&registry.shared, shared, __ATOMIC_RELAXED);
}

bool collector_add(heap *h, heap_mark_fn *mark)
{
    GC_alloc_lock();
    bool added = account_add(h, registry.kinds);
    if (added) {
        if (!registry.mark_process)
            registry.mark_process = mark;
        h->total = GC_get_total_bytes();
        h->next = registry.heaps;
        if (h->next)
            h->next->previous = h;
        registry.heaps = h;
        h->registered = true;
        set_shared();
    }
    GC_alloc_unlock();
    collector_apply_limits(h);
    return added;
}

void collector_remove(heap *h)
{
    heap_hurry(h, false);
    GC_alloc_lock();
    if (h->next)
        h->next->previous = h->previous;
    if (h->previous)
        h->previous->next = h->next;
    else
        registry.heaps = h->next;
    h->registered = false;
    watch_close(h);
    account_remove(h);
    set_shared();
    GC_alloc_unlock();
    collector_apply_limits(h);
}

/* Overwrites what earlier calls left behind. On the C stack the collector's own frames cover most
 * of it, but leave holes, and one stale pointer there can hold a long list. In the vector registers
 * memcpy leaves the last words that it copied, and the dynamic linker spills them to the stack when
 * a function is called for the first time. */
__attribute__((noinline)) void heap_clear_stack(void)
{
    char hole[16 << 10];
    explicit_bzero(hole, sizeof hole);
    for (volatile size_t size = 64; size <= sizeof hole / 2; size *= 2) {
        memcpy(hole, hole + sizeof hole / 2, size);
        __asm__ volatile("" : : "r"(hole) : "memory");
    }
}

static void collect_by(void (*how)(void))
{
    heap_clear_stack();
    __atomic_add_fetch(&registry.on_purpose, 1, __ATOMIC_RELAXED);
    how();
    __atomic_sub_fetch(&registry.on_purpose, 1, __ATOMIC_RELAXED);
}

void collector_collect(void) { collect_by(GC_gcollect); }

void collector_unmap(void) { collect_by(GC_gcollect_and_unmap); }

bool collector_is_slack(uint64_t unused)
{
    return registry.ours && !registry.shared && unused >= SLACK && unused >= GC_get_heap_size() / 8;
}

/* What the collector may take if each heap is counted for itself: blocks that are partly used, and
 * garbage, are not counted. */
static size_t with_slack(size_t sum)
{
    return sum < (SIZE_MAX - SHARED_SLACK) / 2 ? 2 * sum + SHARED_SLACK : 0;
}

/* There may be thousands of heaps, so the sums follow the changes of each. */
static void count_share(heap *h)
{
    heap_share *all = &registry.all;
    registry.without -= h->share.limit == NO_LIMIT;
    all->limit -= h->share.limit;
    all->mapped -= h->share.mapped;
    bool limited = h->max_bytes > 0 && h->max_bytes < NO_LIMIT;
    h->share = (heap_share){0};
    if (h->registered)
        h->share = (heap_share){limited ? h->max_bytes : NO_LIMIT, h->mapped_bytes};
    registry.without += h->share.limit == NO_LIMIT;
    all->limit += h->share.limit;
    all->mapped += h->share.mapped;
}

void collector_apply_limits(heap *h)
{
    GC_alloc_lock();
    count_share(h);
    size_t sum = registry.all.limit, mapped = registry.all.mapped;
    bool unlimited = registry.without > 0 || !registry.heaps;
    registry.limit = unlimited ? 0 : sum;
    if (registry.ours)
        GC_set_max_heap_size(unlimited         ? 0
                             : registry.shared ? with_slack(sum)
                             : sum > mapped    ? sum - mapped
                                               : 1);
    GC_alloc_unlock();
}

void collector_count(heap *h, int why)
{
    GC_alloc_lock();
    h->count = (uint8_t)why;
    registry.to_count++;
    GC_alloc_unlock();
    collector_collect();
    GC_alloc_lock();
    registry.to_count--;
    GC_alloc_unlock();
}
