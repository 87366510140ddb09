/* A merge sort from the bottom up over pairs of key and element, whose whole state lies in an
 * object: it can stop between any two comparisons, to yield, to have a key computed, or to have two
 * keys compared by a walk. */
#include "stdlib/list_sort.h"

#include <math.h>

#include "vm/data/children.h"
#include "vm/data/long.h"
#include "vm/native.h"
#include "vm/walk/walk.h"
#include "vm/walk/walk_compare.h"

/* Keys that are objects have to be fetched from memory: they count as several. */
enum { COMPARISONS_PER_STEP = 500, COMPARISONS_PER_REDUCTION = 2, COMPARISONS_PER_OBJECT = 8 };
enum { PAIRS_PER_STEP = 4096, PAIRS_PER_REDUCTION = 8, PAIRS_PER_COMPARISON = 4 };

typedef enum sort_phase {
    SORT_PAIRS,
    SORT_KEYS,
    SORT_KEY_CALLED,
    SORT_MERGE,
    SORT_COMPARED,
    SORT_GIVE
} sort_phase;

typedef struct keyed {
    value key, item;
} keyed;

/* Two runs, [start, middle) and [middle, end) of `from`, are merged into `to`: the next of each are
 * at left and right, the next place is at. */
typedef struct sort_walk {
    uint64_t header;
    keyed *from, *to;
    uint32_t count, width;
    uint32_t middle, end, left, right, at;
    sort_phase phase;
    bool in_order; /* the question is whether the runs are in order as they stand */
    bool settled;  /* they are: what is left of them only has to be copied */
} sort_walk;

/* What is no list or tuple is sorted as the list of its elements: that takes its place in args[0].
 * slots: as WALK_EXTEND has them. */
static verdict make_list(csp_vm *vm, process *p, value *args, value *slots)
{
    value xs = args[0];
    if (slots[0] == VALUE_ABSENT && (value_is(xs, OBJ_LIST) || value_is(xs, OBJ_TUPLE)))
        return value_usable(p, xs) ? VERDICT_DONE : vm_raise_moved(vm, xs);
    if (slots[0] == VALUE_ABSENT) {
        slots[0] = list_new(vm, p, NULL, 0);
        if (slots[0] == VALUE_ABSENT)
            return vm_raise_memory(vm);
        slots[1] = xs;
    }
    value ignored;
    verdict v = walk_step(vm, p, WALK_EXTEND, slots, &ignored);
    if (v == VERDICT_DONE) {
        args[0] = slots[0];
        slots[0] = VALUE_ABSENT;
    }
    return v;
}

/* slots: the walk, and those of make_list. */
static verdict sort_begin(csp_vm *vm, process *p, value *args, bool in_place)
{
    if (in_place && !data_own_list(vm, p, args[0]))
        return VERDICT_FAIL;
    if (!in_place) {
        verdict v = make_list(vm, p, args, args + 3);
        if (v != VERDICT_DONE)
            return v;
    }
    children c = children_of(args[0]);
    sort_walk *s = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *s);
    keyed *blocks[2] = {NULL, NULL};
    for (unsigned i = 0; i < 2 && c.count > 0; i++)
        blocks[i] = heap_alloc_raw(vm_heap(vm), HEAP_TRACED, c.count * sizeof(keyed));
    if (!s || c.count > LIST_MAX || (c.count > 0 && (!blocks[0] || !blocks[1])))
        return vm_raise_memory(vm);
    *s = (sort_walk){.header = OBJ_WALK,
                     .from = blocks[0],
                     .to = blocks[1],
                     .count = (uint32_t)c.count,
                     .phase = SORT_PAIRS};
    args[2] = value_object(s);
    return VERDICT_DONE;
}

/* The places [s->at, *stop) are this step's; charged. True: they are the last. */
static bool some_pairs(csp_vm *vm, const sort_walk *s, uint32_t *stop)
{
    *stop = s->count - s->at > PAIRS_PER_STEP ? s->at + PAIRS_PER_STEP : s->count;
    vm_charge(vm, (*stop - s->at) / PAIRS_PER_REDUCTION);
    return *stop == s->count;
}

static verdict make_pairs(csp_vm *vm, const value *args, sort_walk *s)
{
    children c = children_of(args[0]);
    uint32_t stop;
    bool last = some_pairs(vm, s, &stop);
    for (; s->at < stop; s->at++)
        s->from[s->at] = (keyed){c.items[s->at], c.items[s->at]};
    if (!last)
        return VERDICT_YIELD;
    s->at = 0;
    s->phase = args[1] != VALUE_ABSENT && args[1] != VALUE_NIL ? SORT_KEYS : SORT_MERGE;
    return VERDICT_DONE;
}

/* Asks for the next key. DONE: there are no more. */
static verdict next_key(csp_vm *vm, process *p, sort_walk *s, value by)
{
    if (s->at == s->count) {
        s->at = 0;
        s->phase = SORT_MERGE;
        return VERDICT_DONE;
    }
    s->phase = SORT_KEY_CALLED;
    return native_call(vm, p, by, 1, &s->from[s->at].item);
}

static bool is_nan(value v) { return value_is_float(v) && isnan(value_as_float(v)); }

/* Order of the two: DONE with *order, CALL: a walk was started, FAIL. A NaN, which has no order,
 * comes behind all that has one. */
static verdict compare_keys(csp_vm *vm, process *p, sort_walk *s, value a, value b, int *order)
{
    if (value_both_int(a, b)) {
        *order = (int64_t)a < (int64_t)b ? -1 : a != b;
        return VERDICT_DONE;
    }
    verdict v = walk_compare_quick(vm, p, a, b, order);
    if (v == VERDICT_DONE && *order == 2)
        *order = is_nan(a) - is_nan(b);
    if (v != VERDICT_CALL)
        return v;
    s->phase = SORT_COMPARED;
    return walk_call(vm, p, WALK_COMPARE, 2, (value[]){a, b});
}

/* Sets out to merge the two runs from `start` on, or, behind the last, begins the next pass. */
static void begin_runs(sort_walk *s, uint32_t start)
{
    if (start >= s->count) {
        keyed *sorted = s->to;
        s->to = s->from;
        s->from = sorted;
        s->width = s->width > s->count / 2 ? s->count : s->width * 2;
        start = 0;
    }
    s->at = s->left = start;
    s->middle = s->count - start > s->width ? start + s->width : s->count;
    s->right = s->middle;
    s->end = s->count - s->middle > s->width ? s->middle + s->width : s->count;
    s->in_order = true;
    s->settled = false;
}

/* One of the runs has nothing left, or nothing is left to be asked: some of what is left is copied,
 * the left run first. Gives how many comparisons that is worth. */
static int copy_some(sort_walk *s)
{
    uint32_t *next = s->left < s->middle ? &s->left : &s->right;
    uint32_t end = s->left < s->middle ? s->middle : s->end;
    uint32_t count = end - *next > PAIRS_PER_STEP ? PAIRS_PER_STEP : end - *next;
    memcpy(s->to + s->at, s->from + *next, count * sizeof *s->to);
    s->at += count;
    *next += count;
    if (s->left == s->middle && s->right == s->end)
        begin_runs(s, s->end);
    return 1 + (int)(count / PAIRS_PER_COMPARISON);
}

/* The element at right compared with the one at left: the lesser comes next, of equal ones the
 * left. */
static void take_lesser(sort_walk *s, int order)
{
    s->to[s->at++] = order == -1 ? s->from[s->right++] : s->from[s->left++];
}

/* What the comparison that was asked for (ask_order) came to. */
static void take_answer(sort_walk *s, int order)
{
    if (!s->in_order) {
        take_lesser(s, order);
    } else if (order == -1) {
        s->in_order = false;
    } else {
        s->settled = true;
    }
}

static verdict ask_order(csp_vm *vm, process *p, sort_walk *s, int *order)
{
    uint32_t left = s->in_order ? s->middle - 1 : s->left;
    return compare_keys(vm, p, s, s->from[s->right].key, s->from[left].key, order);
}

static verdict merge_runs(csp_vm *vm, process *p, sort_walk *s)
{
    if (s->width == 0) {
        s->width = 1;
        begin_runs(s, 0);
    }
    for (int budget = COMPARISONS_PER_STEP; s->width < s->count; budget--) {
        if (budget <= 0) {
            vm_charge(vm, COMPARISONS_PER_STEP / COMPARISONS_PER_REDUCTION);
            return VERDICT_YIELD;
        }
        if (s->settled || s->left == s->middle || s->right == s->end) {
            budget -= copy_some(s) - 1;
            continue;
        }
        if (value_is_object(s->from[s->right].key))
            budget -= COMPARISONS_PER_OBJECT - 1;
        int order;
        verdict v = ask_order(vm, p, s, &order);
        if (v != VERDICT_DONE)
            return v;
        take_answer(s, order);
    }
    return VERDICT_DONE;
}

/* One step; DONE: `from` is sorted. */
static verdict sort_step(csp_vm *vm, process *p, sort_walk *s, value by)
{
    switch (s->phase) {
    case SORT_KEY_CALLED:
        s->from[s->at++].key = *native_result(p);
        s->phase = SORT_KEYS;
        /* fall through */
    case SORT_KEYS: {
        verdict v = next_key(vm, p, s, by);
        if (v != VERDICT_DONE)
            return v;
        break;
    }
    case SORT_COMPARED: {
        value order = *native_result(p);
        s->phase = SORT_MERGE;
        take_answer(s, order == value_int(-1) ? -1 : 1);
        break;
    }
    case SORT_PAIRS:
    case SORT_MERGE:
    case SORT_GIVE: break;
    }
    return merge_runs(vm, p, s);
}

/* The sorted elements to their list, made by the first step in `made`, or given: DONE, YIELD or
 * FAIL. */
static verdict give_sorted(csp_vm *vm, process *p, sort_walk *s, value *made)
{
    if (*made == VALUE_ABSENT)
        *made = list_blank(vm, p, s->count);
    if (*made == VALUE_ABSENT)
        return VERDICT_FAIL;
    if (s->phase != SORT_GIVE) {
        s->phase = SORT_GIVE;
        s->at = 0;
    }
    list *l = value_list(*made);
    uint32_t stop;
    bool last = some_pairs(vm, s, &stop);
    for (; s->at < stop; s->at++)
        l->items[s->at] = s->from[s->at].item;
    if (l->count < s->at)
        l->count = s->at;
    return last ? VERDICT_DONE : VERDICT_YIELD;
}

/* DONE: all is sorted, and the walk is in its slot. */
static verdict sort_run(csp_vm *vm, process *p, value *args, bool in_place)
{
    if (args[2] == VALUE_ABSENT) {
        verdict v = sort_begin(vm, p, args, in_place);
        if (v != VERDICT_DONE)
            return v;
    }
    sort_walk *s = value_as_object(args[2]);
    if (s->phase == SORT_GIVE)
        return VERDICT_DONE;
    if (s->phase == SORT_PAIRS) {
        verdict v = make_pairs(vm, args, s);
        if (v != VERDICT_DONE)
            return v;
    }
    return sort_step(vm, p, s, args[1]);
}

verdict list_sort(csp_vm *vm, process *p, value *args, value *result)
{
    verdict v = sort_run(vm, p, args, false);
    if (v != VERDICT_DONE)
        return v;
    v = give_sorted(vm, p, value_as_object(args[2]), &args[3]);
    *result = args[3];
    return v;
}

verdict list_sort_in_place(csp_vm *vm, process *p, value *args, value *result)
{
    verdict v = sort_run(vm, p, args, true);
    if (v != VERDICT_DONE)
        return v;
    const list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    if (l->count != ((sort_walk *)value_as_object(args[2]))->count)
        return vm_raise(vm, ERR_VALUE, "the list was changed while it was sorted");
    *result = args[0];
    return give_sorted(vm, p, value_as_object(args[2]), &args[0]);
}
