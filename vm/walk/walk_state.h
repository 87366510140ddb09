/* What walks are made of: an explicit stack, a table from objects to words, classes of values
 * taken as equal, and a queue. All of it lies in the collected heap and belongs to an OBJ_WALK
 * that a slot of the native frame holds. No operation takes more than a bounded time, however much
 * it holds. */
#ifndef CSP_VM_WALK_WALK_STATE_H
#define CSP_VM_WALK_WALK_STATE_H

#include "vm/core/vm.h"

/* In the header of an object in transit: it was moved, so its former owner may still have names for
 * it. The adopter makes an object of its own from the contents, and this one stays behind, in
 * transit for ever: any use of it is the crash `moved`. */
enum { WALK_MOVED = 1 << 13 };

/* In the header of a list or map in transit that was copied for its receiver: nothing inside is
 * mutable. So its owner is all that changes when it is adopted. */
enum { WALK_FLAT = 1 << 12 };

/* Work units that one step may use: about one for a plain element, WALK_OBJECT for a container, and
 * WALK_RETURN for going on with one, which has left the processor's cache meanwhile: on the way up
 * from what is deep there is nothing else to count. */
enum { WALK_STEP = 1024, WALK_OBJECT = 8, WALK_RETURN = 8, WALK_UNITS_PER_REDUCTION = 8 };

/* A stack of frames of a fixed number of words (at most 16): chunks linked downwards. */
typedef struct walk_chunk {
    struct walk_chunk *below;
    uint32_t used, capacity;
    uint64_t words[];
} walk_chunk;
typedef struct walk_stack {
    walk_chunk *top, *spare;
} walk_stack;

uint64_t *walk_push(csp_vm *vm, walk_stack *s, uint32_t words); /* zeroed; NULL: out of memory */
void walk_pop(walk_stack *s, uint32_t words);
static inline bool walk_stack_empty(const walk_stack *s) { return !s->top || s->top->used == 0; }
static inline uint64_t *walk_top(const walk_stack *s, uint32_t words)
{
    return s->top->words + s->top->used - words;
}

/* From words (addresses of objects) to values, by extendible hashing: a full bucket is split, and
 * nothing else is touched. */
typedef struct walk_table {
    void *root; /* a bucket while depth is 0, else the directory of 2^depth buckets */
    uint32_t depth;
    uint32_t count;
} walk_table;

/* The place of the key's value; NULL: it is not in the table. Valid until the table changes. */
value *walk_find(const csp_vm *vm, const walk_table *t, uint64_t key);
/* Adds a key that is not in the table; NULL: out of memory. */
value *walk_insert(csp_vm *vm, walk_table *t, uint64_t key);
void walk_remove(const csp_vm *vm, walk_table *t, uint64_t key);

/* Classes of values that are taken to be equal, because they were found equal or are being compared
 * (union by size). Comparing thus ends on cycles and takes linear time on shared parts; it is right
 * as long as the first difference ends it. What is guessed on a trail can be undone. */
typedef struct walk_classes {
    walk_table members;
    walk_stack trail;
    uint64_t trail_length;
    bool trailing;
} walk_classes;
typedef enum walk_known { WALK_NEW, WALK_KNOWN, WALK_NO_MEMORY } walk_known;
/* Takes a and b as equal. KNOWN: they already were; NEW: they must be compared. */
walk_known walk_assume(csp_vm *vm, walk_classes *c, value a, value b);
/* Forgets what was assumed since the trail had this length. */
void walk_undo(const csp_vm *vm, walk_classes *c, uint64_t length);

/* A queue of values in chunks; chunks that have been read are dropped unless `first` keeps them. */
typedef struct walk_link {
    struct walk_link *next;
    uint64_t used;
    value items[62];
} walk_link;
typedef struct walk_queue {
    walk_link *last, *at;
    uint32_t position;
} walk_queue;
bool walk_enqueue(csp_vm *vm, walk_queue *q, value v); /* false: out of memory */
/* The value at the head, VALUE_ABSENT if the queue is empty. */
static inline value walk_head(const walk_queue *q)
{
    return q->at && q->position < q->at->used ? q->at->items[q->position] : VALUE_ABSENT;
}
void walk_dequeue(walk_queue *q);

/* Charges for the units that a step has used. */
static inline void walk_charge(csp_vm *vm, int64_t left)
{
    vm_charge(vm, (uint64_t)((WALK_STEP - left) / WALK_UNITS_PER_REDUCTION));
}

#endif
