/* What walks are made of: an explicit stack, a table from objects to words, classes of values taken as equal, a
 * queue. All of it lies in the collected heap and hangs off an OBJ_WALK that a slot of the native frame holds.
 * Nothing takes more than a bounded time at once, however much it holds. */
#ifndef CSP_VM_WALK_STATE_H
#define CSP_VM_WALK_STATE_H

#include "vm/children.h"
#include "vm/data.h"
#include "vm/walk.h"

/* In the header of an object in transit: it was moved, so that its former owner may still have names for it. Who
 * adopts it makes an object of its own of what is inside, and this one stays behind, in transit for ever: any use of
 * it is the crash `moved`. */
enum { WALK_MOVED = 1 << 13 };

/* Work units that one step may do: about one for a plain element, WALK_OBJECT for a container. */
enum { WALK_STEP = 1024, WALK_OBJECT = 8, WALK_UNITS_PER_REDUCTION = 8 };

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
static inline uint64_t *walk_top(const walk_stack *s, uint32_t words) { return s->top->words + s->top->used - words; }

/* From words (objects' addresses) to values, by extendible hashing: a full bucket is split, nothing else is touched. */
typedef struct walk_table {
    void *root; /* a bucket while depth is 0, else the directory of 2^depth buckets */
    uint32_t depth;
    uint32_t count;
} walk_table;

/* The place of key's value, NULL where it is not in the table. Good until the table is changed. */
value *walk_find(const csp_vm *vm, const walk_table *t, uint64_t key);
/* Adds a key that is not in it; NULL: out of memory. */
value *walk_insert(csp_vm *vm, walk_table *t, uint64_t key);
void walk_remove(const csp_vm *vm, walk_table *t, uint64_t key);

/* Classes of values that are taken to be equal, since they were found so or are being compared (union by size). So
 * comparing ends on cycles, takes linear time on shared parts, and is right as long as the first difference ends it.
 * What is guessed on a trail can be undone. */
typedef struct walk_classes {
    walk_table members;
    walk_stack trail;
    uint64_t trail_length;
    bool trailing;
} walk_classes;
typedef enum walk_known { WALK_NEW, WALK_KNOWN, WALK_NO_MEMORY } walk_known;
/* Takes a and b as equal. KNOWN: they already were; NEW: they are to be compared. */
walk_known walk_assume(csp_vm *vm, walk_classes *c, value a, value b);
/* Forgets what was assumed since the trail had this length. */
void walk_undo(const csp_vm *vm, walk_classes *c, uint64_t length);

/* A queue of values in chunks; those read are dropped unless `first` keeps them. */
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
/* The value at the head, VALUE_ABSENT when there is none. */
static inline value walk_head(const walk_queue *q)
{
    return q->at && q->position < q->at->used ? q->at->items[q->position] : VALUE_ABSENT;
}
void walk_dequeue(walk_queue *q);

/* Elements alone, in the sense of ==: 1 equal, 0 not, -1: containers, or long texts or bytes, of the same kind and size
 * that must be compared. p NULL: no check of owners. */
int walk_equal_atoms(const process *p, value a, value b);
/* One comparison in the sense of <: DONE with *out, CALL: containers or long texts that must be compared, FAIL. */
verdict walk_compare_atoms(csp_vm *vm, process *p, value a, value b, int *out);

/* Charges for the units used of a step. */
static inline void walk_charge(csp_vm *vm, int64_t left)
{
    vm_charge(vm, (uint64_t)((WALK_STEP - left) / WALK_UNITS_PER_REDUCTION));
}

/* Equality under way, for what searches (CONTAINS): NULL: raised. */
struct equal_walk;
struct equal_walk *walk_equal_new(csp_vm *vm);
/* Begins to compare a with b, which walk_equal_quick could not tell. False: raised. */
bool walk_equal_begin(csp_vm *vm, process *p, struct equal_walk *w, value a, value b);
/* DONE with *equal, YIELD when *budget is used up, FAIL. */
verdict walk_equal_run(csp_vm *vm, process *p, struct equal_walk *w, int64_t *budget, bool *equal);

/* Text under way: `parts` (a tuple or list) one after the other, as by STR, or the first as by REPR. NULL: raised. */
struct show_walk;
struct show_walk *walk_text_new(csp_vm *vm, bool repr, const char *separator);
const struct text *walk_text_of(const struct show_walk *w);
/* In a resumable native, which gives what this gives but for DONE, when the text is complete: YIELD, CALL, FAIL. */
verdict walk_text_step(csp_vm *vm, process *p, struct show_walk *w, value parts);
/* When it is: adds `end`, and makes the text one block, as walk_text_of gives it. DONE, YIELD, FAIL. */
verdict walk_text_finish(csp_vm *vm, struct show_walk *w, const char *end);

/* The steps of the walks (walk.c has their slots). STR, REPR, COPY and FREEZE are functions of the language, too. */
native_fn walk_run_equal, walk_run_compare, walk_run_contains;
native_fn walk_run_str, walk_run_repr, walk_run_join;
native_fn walk_run_copy, walk_run_outcome, walk_run_message, walk_run_freeze;
enum { EXTEND_SLOTS = 4 };
native_fn long_run_add, long_run_part, data_run_extend;
native_fn map_run_get, map_run_has, map_run_remove, map_run_put;
native_fn walk_run_move, walk_run_unmove, walk_run_adopt, walk_run_freeze_move;

#endif
