/* The collected heap: the only room that knows the Boehm collector.
 *
 * Allocation goes through free lists per VM, size class and kind, refilled in bulk (5 ns an object
 * against 13 for GC_malloc). An object on a free list has the address of the next one in word 0 and
 * zeroes after it; heap_alloc zeroes word 0, so all memory comes zeroed. Objects start with an odd
 * header (vm/core/object.h), so a mark procedure can tell a live object from one on a free list.
 *
 * Interior pointers keep nothing alive: whoever needs an object holds its base address. The roots,
 * scanned conservatively, are the C stack of the thread that runs the VM, `heap` itself, and
 * everything from heap_pinned. Malloc'ed memory is not scanned.
 *
 * Limits: when the collector cannot give memory, allocation collects once, tries again, and then
 * returns NULL. The caller turns that into the crash `out_of_memory` of its process. A reserve is
 * set aside so that the crash itself can be reported.
 *
 * Weak references: what is in plain memory or in heap_pinned_plain keeps nothing alive. A heap that
 * watches (heap_watch) is called at the end of each marking, and can bring back to life whatever it
 * finds unmarked, with everything reachable from it.
 *
 * Several VMs may live in one host process, each on its own thread. The only locked registry is in
 * collector.c: kinds, hooks and the collector's settings, made once. If the host started the
 * collector before us, its settings stand: interior pointers may then keep objects alive, and
 * limits are kept by accounting alone. */
#ifndef CSP_GC_HEAP_H
#define CSP_GC_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum heap_kind {
    HEAP_TRACED,     /* scanned conservatively in full */
    HEAP_BYTES,      /* holds no pointers */
    HEAP_PROCESS,    /* marked by the procedure given to heap_init */
    HEAP_TRACED_RAW, /* large blocks of heap_alloc_raw */
    HEAP_BYTES_RAW,
    HEAP_KINDS
} heap_kind;

enum {
    HEAP_GRANULE = 16,
    HEAP_BLOCK = 4096,             /* what a free list is refilled with, or less */
    HEAP_CLASSES = 33,             /* sizes 16, 32 … 512 by free list … */
    HEAP_LISTS = 39,               /* … and a few up to 2048, looked for in heap_refill */
    HEAP_LISTED = HEAP_PROCESS + 1 /* kinds that have free lists */
};

typedef struct heap_marker heap_marker; /* a mark procedure's connection to the collector */

/* Marks from an object of kind HEAP_PROCESS. It runs on any thread while the world is stopped: it
 * must be pure and must not allocate. */
typedef void heap_mark_fn(heap_marker *m, void *object);
/* Marks what may be a pointer; anything that is not the base address of an object is ignored. */
void heap_mark(heap_marker *m, uint64_t word);

/* What counts for the collector's limit; 1 TiB is none. */
typedef struct heap_share {
    size_t limit, mapped;
} heap_share;

/* An object that was brought back to life, and what its owner noted of it then. */
typedef struct heap_found {
    void *object;
    uint64_t note;
} heap_found;

/* All of them: an array of so many bytes, mapped; a root. */
typedef struct heap_revived {
    heap_found *items;
    size_t count, bytes;
} heap_revived;

typedef struct heap {
    void *free[HEAP_KINDS][HEAP_LISTS]; /* heads of the free lists; [kind][size / 16] */
    /* account.c: lists that other heaps have put aside for this one; the next of them in word 1 */
    void *aside[HEAP_LISTED][HEAP_LISTS];
    bool has_aside;
    uint8_t count; /* heap_count: what the collection under way is to find out */
    uint32_t label;
    /* What has been handed out and not freed by hand, with what was alive at the last count;
     * where the collector's heap is this heap's alone, as of the moment when the collector had
     * given out `total` bytes. */
    size_t held, total;
    uint64_t refilled; /* bytes that heap_refill has given: what allocating has cost */
    /* heap_give_back: `refilled` as of the latest one, and how many are to follow */
    uint64_t given_back;
    uint8_t to_give_back;
    size_t handed; /* of that since the last count; as a negative number: more has been freed */
    size_t listed; /* bytes on the free lists at the last count: part of `held`, but not in use */
    size_t marked; /* while it is counted */
    /* large stacks outside the collector: base, size, owner */
    struct heap_mapped *mapped;
    size_t mapped_count, mapped_capacity;
    size_t mapped_bytes;   /* of those, and of what is reserved outside */
    size_t max_bytes;      /* objects and mapped stacks together; 0: no limit */
    void *reserve;         /* given back when memory runs out */
    uint64_t reserve_lost; /* the collection after which it was given back */
    /* how many collections in a row freed almost nothing: at 2 a slow allocation fails; atomic */
    uint32_t tight;
    /* collect at every nth allocation and bypass the free lists; 0: off (tests) */
    uint32_t stress;
    uint32_t stress_count;
    /* full collections since its beginning, in the whole host process: heap_collections */
    uint64_t collections;
    /* Called at each collection while the world is stopped, to push roots that are not objects
     * (heap_push_range) … */
    void (*roots)(struct heap *h, void *user);
    /* … and to tell how many bytes of a mapped stack are live. */
    size_t (*stack_live)(void *owner);
    void *user;
    /* heap_watch: */
    bool (*unreached)(struct heap *h, void *user);
    void (*keep)(heap_marker *m, void *user);
    struct heap_anchor *anchor;   /* brings objects back */
    struct heap_revived revived;  /* what it brought back, until that is taken */
    bool armed;                   /* the anchor can be used */
    bool watching;                /* `unreached` is called at the end of the marking under way */
    bool found;                   /* there is, or soon will be, something in `revived` */
    struct heap *next, *previous; /* in the registry … */
    bool registered;              /* … while it is there */
    bool hurried;                 /* heap_hurry */
    heap_share share;             /* what is counted of it there */
} heap;

/* Starts the collector if nobody has yet, and registers the calling thread, the heap and its hooks.
 * `h` must not move until heap_close; it is scanned wherever it lies. There is one mark procedure
 * for the whole host process: the first caller's. False: out of memory. */
bool heap_init(heap *h, size_t max_bytes, heap_mark_fn *mark_process, void (*roots)(heap *, void *),
               size_t (*stack_live)(void *), void *user);
extern _Thread_local bool heap_knows_thread __attribute__((tls_model("initial-exec")));
bool heap_add_thread(void);
/* Makes the calling thread known to the collector, before a heap is used on a thread other than the
 * one of heap_init. It is undone when the thread ends. False: no memory. */
static inline bool heap_enter_thread(void) { return heap_knows_thread || heap_add_thread(); }
/* removes it from the registry and frees mapped stacks; its objects become garbage */
void heap_close(heap *h);

/* Usable before any heap exists: zeroed memory that is scanned and never collected; NULL: out of
 * memory. Starts the collector if need be. */
void *heap_pinned(size_t size);
void heap_unpin(void *memory); /* frees it; NULL: nothing */

/* The same, but it is not scanned: pointers in it keep nothing alive. */
void *heap_pinned_plain(size_t size);

/* From now on `unreached(h, user)` is called at the end of each marking, with the world stopped;
 * heap_is_marked tells what is alive. It calls heap_revive for each object to bring back, and says
 * whether there was one. It must not allocate.
 *
 * If it brings something back, or the marking does not watch, keep(m, user) is called to mark what
 * is held weakly beside the objects that are brought back. That may be while the world runs: it
 * may only read what changes in heap_locked. False: out of memory. */
bool heap_watch(heap *h, bool (*unreached)(heap *h, void *user),
                void (*keep)(heap_marker *m, void *user));
/* In the roots callback: whether `unreached` will be called at the end of this marking. If not,
 * the objects that it brings back must be pushed like any other root. */
static inline bool heap_watches(const heap *h) { return h->watching; }
/* In `unreached`: whether the object with this base address is alive. */
bool heap_is_marked(const void *object);
/* There: brings the object back, one of at most `most`, with all that can be reached from it.
 * `note` tells later whether it is still as it was found. If there is no memory to tell of it, it
 * only stays alive. */
void heap_revive(heap *h, void *object, uint64_t note, size_t most);
/* There, and in the roots callback: the object, in which there are no pointers, stays alive in this
 * collection, whether it is reached or not. */
void heap_keep(void *kept);
/* Overwrites what earlier calls have left below the caller's frame. To be called after handling
 * objects that must be found unreachable later. */
void heap_clear_stack(void);
/* At a safe point: the objects that were brought back, `*count` of them; NULL: none. They stay
 * alive until heap_forget_revived. */
const heap_found *heap_get_revived(heap *h, size_t *count);
void heap_forget_revived(heap *h);

/* Counts malloc'ed memory of this heap, outside the collector's heap, against its limit. False: it
 * would be too much. */
bool heap_reserve_outside(heap *h, size_t bytes);
void heap_return_outside(heap *h, size_t bytes);

/* The size in bytes of the object that begins at this address, 0 if none does: a stale word may
 * be anything. */
size_t heap_object_size(uint64_t word);

/* The slow path of heap_alloc: refills a free list, or allocates a large object; NULL: out
 * of memory. */
void *heap_refill(heap *h, heap_kind kind, size_t size);

/* Takes the first object of a list that is not empty. */
static inline void *heap_take(void **first)
{
    void **taken = *first, *next = *taken;
    *first = next;
    __builtin_prefetch(next, 1);
    /* Another thread may collect at any instruction: the head must move on before the link is
     * cut. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    *taken = NULL;
    return taken;
}

/* Zeroed memory of at least `size` bytes, aligned to 16; NULL: out of memory. May collect. */
static inline void *heap_alloc(heap *h, heap_kind kind, size_t size)
{
    size_t class = (size + HEAP_GRANULE - 1) / HEAP_GRANULE;
    if (__builtin_expect(class < HEAP_CLASSES && h->free[kind][class] != NULL, 1))
        return heap_take(&h->free[kind][class]);
    return heap_refill(h, kind, size);
}

/* The same for traced memory or bytes, but the contents of a large block (more than 64 KB; bytes:
 * 2 KB) are undefined: clearing it would take long, and the caller fills it, in slices if need be.
 * Old contents may keep anything alive that was once there. It is freed as the kind that was asked
 * for. */
void *heap_alloc_raw(heap *h, heap_kind kind, size_t size);

/* For a full array of `*capacity` items of `size` bytes: gives a traced one with room for twice as
 * many, or for `first` where *capacity is 0. It holds the same items with zeroes behind them, and
 * *capacity is set to its own. The old array stays as it was: a thread that collects finds whatever
 * the caller names whole at every moment. NULL: out of memory, and nothing has changed. May
 * collect. */
void *heap_grow(heap *h, const void *items, uint32_t *capacity, uint32_t first, size_t size);
/* The same for heap_pinned and heap_pinned_plain. The caller frees the old array once nothing names
 * it any more. */
void *heap_grow_pinned(const void *items, uint32_t *capacity, uint32_t first, size_t size);
void *heap_grow_pinned_plain(const void *items, uint32_t *capacity, uint32_t first, size_t size);

/* Frees an object of `size` bytes (as allocated) at once, and zeroes it. The caller knows that
 * nobody has a pointer to it. */
void heap_release(heap *h, heap_kind kind, void *object, size_t size);

/* Stacks of processes: plain words that only the mark procedure of their process looks at
 * (HEAP_BYTES). From HEAP_MAP_STACK bytes on they are mmap'ed and grown by mremap. `owner` is the
 * process, passed to stack_live. All sizes are in bytes, multiples of 16; new memory is zeroed.
 * heap_stack_resize moves the contents and stores the new address in *stack, where the mark
 * procedure and the hooks look for it, before the old one is gone: another thread may collect at
 * any instruction. For the same reason the caller lowers the size that they see before it shrinks a
 * stack, and raises it after it has grown one. False: out of memory, and nothing has changed. A
 * mapped stack is scanned (as much as stack_live says) until it is freed. */
enum { HEAP_MAP_STACK = 256 << 10 };
void *heap_stack_new(heap *h, void *owner, size_t size);
bool heap_stack_resize(heap *h, void *owner, uint64_t **stack, size_t old_size, size_t new_size);
void heap_stack_free(heap *h, void *stack, size_t size);

/* From the roots callback: scan [from, to) conservatively as roots. */
void heap_push_range(const void *from, const void *to);

void heap_collect(heap *h); /* a full collection now */

/* Whether so much may be unused since a peak of memory that somebody who has had nothing to do for
 * a while should give some back to the system. That is a full collection, and takes three of them
 * in all, since the collector keeps what has just become free; then not again before more has been
 * allocated. */
bool heap_is_slack(const heap *h);
void heap_give_back(heap *h);

/* Whether nothing that takes its memory may take long, whatever that costs in all: while there is
 * such a heap, pages are small. */
void heap_set_hurried(heap *h, bool is);
static inline void heap_hurry(heap *h, bool is)
{
    if (h->hurried != is)
        heap_set_hurried(h, is);
}

/* The number of collections so far, including those of other threads. */
static inline uint64_t heap_collections(const heap *h)
{
    return __atomic_load_n(&h->collections, __ATOMIC_RELAXED);
}

/* Raises the limit, if there is one, by so many bytes from now on; a negative number lowers
 * it again. */
void heap_lend(heap *h, ptrdiff_t size);

/* Calls fn(data) while no thread collects, to change what the callbacks read. It must not allocate
 * from any heap. */
void heap_locked(void (*fn)(void *), void *data);

/* Calls fn(data), which may wait long: meanwhile other threads can collect without stopping this
 * one. It must not touch any object. */
void heap_do_blocking(void (*fn)(void *), void *data);

/* For what is mostly short, and leaves this thread's stack meanwhile. True: no other thread is
 * known to the collector, which is ours, so it can be done directly, and then heap_come_back is
 * called; a thread that becomes known meanwhile waits for that. False: it is to be done by
 * heap_do_blocking. */
bool heap_leave(void);
void heap_come_back(void);

/* in use by the collector's heap (not counting free space in it) and by mapped stacks */
size_t heap_bytes(const heap *h);
/* In use by this heap, with its mapped stacks and what is reserved outside: exact after
 * heap_count, later an estimate, not below the truth by more than what a few hundred free lists
 * hold. */
size_t heap_memory(const heap *h);
/* A full collection that finds out what is in use. */
void heap_count(heap *h);

/* The memory of the machine or of the cgroup (v2, v1) in bytes; 0: unknown. */
size_t heap_machine_memory(void);

/* Of all collections of this OS process so far: how many, and how long they held up whoever
 * allocated, in ns. */
typedef struct heap_times {
    uint64_t collections, last, longest;
} heap_times;
heap_times heap_pauses(void);
/* The collector's heap, with what is free in it, of all VMs of this OS process. */
size_t heap_of_all(void);

#endif
