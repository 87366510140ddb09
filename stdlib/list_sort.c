/* A merge sort from the bottom up over pairs of key and element, whose whole state lies in an object: it can stop
 * between any two comparisons, to yield, to have a key computed, or to have two keys compared by a walk. */
#include "stdlib/list_sort.h"

#include <math.h>

#include "vm/data_check.h"
#include "vm/num.h"
#include "vm/walk_state.h"

enum { COMPARISONS_PER_STEP = 500, COMPARISONS_PER_REDUCTION = 8 };

typedef enum sort_phase { SORT_KEYS, SORT_KEY_CALLED, SORT_MERGE, SORT_COMPARED } sort_phase;

typedef struct keyed {
    value key, item;
} keyed;

/* Two runs, [start, middle) and [middle, end) of `from`, are merged into `to`: the next of each are at left and
 * right, the next place is at. */
typedef struct sort_walk {
    uint64_t header;
    keyed *from, *to;
    uint32_t count, width;
    uint32_t middle, end, left, right, at;
    sort_phase phase;
    bool in_order; /* the question is whether the runs are in order as they stand */
} sort_walk;

/* What is no list or tuple is sorted as the list of its elements: that takes its place in args[0]. False: raised. */
static bool make_list(csp_vm *vm, process *p, value *args)
{
    value xs = args[0];
    if (value_is(xs, OBJ_LIST) || value_is(xs, OBJ_TUPLE)) {
        if (!value_usable(p, xs))
            data_raise_moved(vm, xs);
        return value_usable(p, xs);
    }
    value all = list_new(vm, p, NULL, 0);
    if (all == VALUE_ABSENT) {
        vm_raise_memory(vm);
        return false;
    }
    args[0] = all;
    return data_extend(vm, p, value_list(all), xs) == VERDICT_DONE;
}

static sort_walk *begin(csp_vm *vm, process *p, value *args, bool in_place)
{
    if (in_place ? !data_own_list(vm, p, args[0]) : !make_list(vm, p, args))
        return NULL;
    value xs = args[0];
    walk_children c = walk_children_of(xs);
    sort_walk *s = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *s);
    keyed *blocks[2] = {NULL, NULL};
    for (unsigned i = 0; i < 2 && c.count > 0; i++)
        blocks[i] = heap_alloc(vm_heap(vm), HEAP_TRACED, c.count * sizeof(keyed));
    if (!s || c.count > LIST_MAX || (c.count > 0 && (!blocks[0] || !blocks[1]))) {
        vm_raise_memory(vm);
        return NULL;
    }
    for (uint64_t i = 0; i < c.count; i++)
        blocks[0][i] = (keyed){c.items[i], c.items[i]};
    vm_charge(vm, c.count / 64);
    *s = (sort_walk){
        .header = OBJ_WALK, .from = blocks[0], .to = blocks[1], .count = (uint32_t)c.count, .phase = SORT_MERGE};
    if (args[1] != VALUE_ABSENT && args[1] != VALUE_NIL)
        s->phase = SORT_KEYS;
    return s;
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
    return vm_native_call(vm, p, by, 1, &s->from[s->at].item);
}

static bool is_nan(value v) { return value_is_float(v) && isnan(value_as_float(v)); }

/* Order of the two: DONE with *order, CALL: a walk was started, FAIL. A NaN, which has no order, comes behind all that
 * has one. */
static verdict compare(csp_vm *vm, process *p, sort_walk *s, value a, value b, int *order)
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
    return vm_native_call(vm, p, native_value(vm, &walk_natives[WALK_COMPARE]), 2, (value[]){a, b});
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
}

static void copy_rest(sort_walk *s)
{
    uint32_t count = s->middle - s->left;
    memcpy(s->to + s->at, s->from + s->left, count * sizeof *s->to);
    memcpy(s->to + s->at + count, s->from + s->right, (s->end - s->right) * sizeof *s->to);
    begin_runs(s, s->end);
}

/* The element at right compared with the one at left: the lesser comes next, of equal ones the left. */
static void take_lesser(sort_walk *s, int order)
{
    s->to[s->at++] = order == -1 ? s->from[s->right++] : s->from[s->left++];
}

/* What the comparison that was asked for (see ask) came to. */
static void take_answer(sort_walk *s, int order)
{
    if (!s->in_order) {
        take_lesser(s, order);
    } else if (order == -1) {
        s->in_order = false;
    } else {
        copy_rest(s);
    }
}

static verdict ask(csp_vm *vm, process *p, sort_walk *s, int *order)
{
    uint32_t left = s->in_order ? s->middle - 1 : s->left;
    return compare(vm, p, s, s->from[s->right].key, s->from[left].key, order);
}

static verdict merge(csp_vm *vm, process *p, sort_walk *s)
{
    if (s->width == 0) {
        s->width = 1;
        begin_runs(s, 0);
    }
    for (int budget = COMPARISONS_PER_STEP; s->width < s->count; budget--) {
        if (s->left == s->middle || s->right == s->end) {
            copy_rest(s);
            continue;
        }
        if (budget <= 0) {
            vm_charge(vm, COMPARISONS_PER_STEP / COMPARISONS_PER_REDUCTION);
            return VERDICT_YIELD;
        }
        int order;
        verdict v = ask(vm, p, s, &order);
        if (v != VERDICT_DONE)
            return v;
        take_answer(s, order);
    }
    return VERDICT_DONE;
}

/* One step; DONE: `from` is sorted. */
static verdict step(csp_vm *vm, process *p, sort_walk *s, value by)
{
    switch (s->phase) {
    case SORT_KEY_CALLED:
        s->from[s->at++].key = *vm_native_result(vm, p);
        s->phase = SORT_KEYS;
        /* fall through */
    case SORT_KEYS: {
        verdict v = next_key(vm, p, s, by);
        if (v != VERDICT_DONE)
            return v;
        break;
    }
    case SORT_COMPARED: {
        value order = *vm_native_result(vm, p);
        s->phase = SORT_MERGE;
        take_answer(s, order == value_int(-1) ? -1 : 1);
        break;
    }
    case SORT_MERGE: break;
    }
    return merge(vm, p, s);
}

static verdict run(csp_vm *vm, process *p, value *args, bool in_place)
{
    value *slot = &args[2];
    if (*slot == VALUE_ABSENT) {
        sort_walk *fresh = begin(vm, p, args, in_place);
        if (!fresh)
            return VERDICT_FAIL;
        *slot = value_object(fresh);
    }
    return step(vm, p, value_as_object(*slot), args[1]);
}

static void copy_items(const sort_walk *s, list *l)
{
    for (uint32_t i = 0; i < s->count; i++)
        l->items[i] = s->from[i].item;
    l->count = s->count;
}

verdict list_sort(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    verdict v = run(vm, p, args, false);
    if (v != VERDICT_DONE)
        return v;
    const sort_walk *s = value_as_object(args[2]);
    *result = list_new(vm, p, NULL, 0);
    if (*result == VALUE_ABSENT || !list_reserve(vm, value_list(*result), s->count))
        return vm_raise_memory(vm);
    copy_items(s, value_list(*result));
    return VERDICT_DONE;
}

verdict list_sort_in_place(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    verdict v = run(vm, p, args, true);
    if (v != VERDICT_DONE)
        return v;
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    const sort_walk *s = value_as_object(args[2]);
    if (l->count != s->count)
        return vm_raise(vm, ERR_VALUE, "the list was changed while it was sorted");
    copy_items(s, l);
    *result = args[0];
    return VERDICT_DONE;
}
