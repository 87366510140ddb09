/* The part of List that is in C: what changes a list in place, and what is much faster here. The
 * rest is in list.csp. */
#include "stdlib/list_sort.h"
#include "stdlib/natives.h"
#include "vm/core/steps.h"
#include "vm/data/index.h"
#include "vm/data/iterate.h"
#include "vm/data/join.h"
#include "vm/data/long.h"
#include "vm/native.h"
#include "vm/number/arith.h"
#include "vm/number/num_long.h"
#include "vm/walk/walk.h"

enum { ELEMENTS_PER_REDUCTION = 32, ELEMENTS_PER_STEP = 1000 };

/* slot: as list_reserve_step has it. */
static verdict push_long(csp_vm *vm, process *p, value *args, value *result)
{
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    verdict v = list_reserve_step(vm, l, (size_t)l->count + 1, &args[2]);
    if (v != VERDICT_DONE)
        return v;
    l->items[l->count++] = args[1];
    *result = args[0];
    return VERDICT_DONE;
}

static __attribute__((noinline)) verdict push_growing(csp_vm *vm, list *l, value *args,
                                                      value *result)
{
    static const native_entry longer = {"push", "push(xs, x)", "", push_long, 2, 2, 1};
    if (list_grows_long(vm, l, (size_t)l->count + 1))
        return native_become(vm, &longer);
    if (!list_push(vm, l, args[1]))
        return vm_raise_memory(vm);
    *result = args[0];
    return VERDICT_DONE;
}

static verdict native_push(csp_vm *vm, process *p, value *args, value *result)
{
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    if (l->count == l->capacity)
        return push_growing(vm, l, args, result);
    l->items[l->count++] = args[1];
    *result = args[0];
    return VERDICT_DONE;
}

static verdict native_pop(csp_vm *vm, process *p, value *args, value *result)
{
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    if (l->count == 0)
        return vm_raise(vm, ERR_INDEX, "pop from an empty list");
    *result = list_remove(vm, l, l->count - 1);
    return VERDICT_DONE;
}

static verdict native_insert(csp_vm *vm, process *p, value *args, value *result)
{
    list *l = data_own_list(vm, p, args[0]);
    uint64_t at = 0;
    if (!l)
        return VERDICT_FAIL;
    if (args[1] == value_int(l->count))
        at = l->count;
    else if (data_index(vm, p, args[1], l->count, "list", &at) != VERDICT_DONE)
        return VERDICT_FAIL;
    vm_charge(vm, list_moved(l, (uint32_t)at) / (4 * ELEMENTS_PER_REDUCTION));
    if (!list_insert(vm, l, (uint32_t)at, args[2]))
        return vm_raise_memory(vm);
    *result = args[0];
    return VERDICT_DONE;
}

static verdict native_remove(csp_vm *vm, process *p, value *args, value *result)
{
    list *l = data_own_list(vm, p, args[0]);
    uint64_t at = 0;
    if (!l || data_index(vm, p, args[1], l->count, "list", &at) != VERDICT_DONE)
        return VERDICT_FAIL;
    vm_charge(vm, list_moved(l, (uint32_t)at) / (4 * ELEMENTS_PER_REDUCTION));
    *result = list_remove(vm, l, (uint32_t)at);
    return VERDICT_DONE;
}

static verdict native_clear(csp_vm *vm, process *p, value *args, value *result)
{
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    list_clear(l);
    *result = args[0];
    return VERDICT_DONE;
}

/* args: an iterable of numbers; slots: iteration (2), the result so far, whether the next one is
 * made elsewhere. */
static verdict fold(csp_vm *vm, process *p, value *args, opcode op, value start, value *result)
{
    value *state = &args[1], *sum = &args[3], *elsewhere = &args[4];
    if (*sum == VALUE_ABSENT) {
        uint64_t length; /* of an open range there is none */
        if (data_iterate(vm, p, args[0], state) != VERDICT_DONE ||
            data_length(vm, p, args[0], &length) != VERDICT_DONE)
            return VERDICT_FAIL;
        *sum = start;
    }
    if (*elsewhere != VALUE_ABSENT) {
        *sum = *native_result(p);
        *elsewhere = VALUE_ABSENT;
    }
    for (unsigned i = 0; i < ELEMENTS_PER_STEP; i++) {
        value item;
        bool more;
        if (data_next(vm, p, state, &item, &more) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (!more) {
            vm_charge(vm, i / ELEMENTS_PER_REDUCTION);
            *result = *sum;
            return VERDICT_DONE;
        }
        int64_t whole;
        if (op == OPC_ADD && value_both_int(*sum, item) &&
            !__builtin_add_overflow((int64_t)*sum, (int64_t)(item - 1), &whole))
            *sum = (value)whole;
        else {
            verdict v = op == OPC_ADD ? data_add(vm, p, *sum, item, sum)
                                      : num_binary(vm, p, op, *sum, item, sum);
            if (v == VERDICT_CALL) {
                *elsewhere = VALUE_TRUE;
                return num_long_call(vm, p, num_long_of(op), *sum, item);
            }
            if (v != VERDICT_DONE)
                return v;
        }
    }
    vm_charge(vm, ELEMENTS_PER_STEP / ELEMENTS_PER_REDUCTION);
    return VERDICT_YIELD;
}

static verdict native_sum(csp_vm *vm, process *p, value *args, value *result)
{
    return fold(vm, p, args, OPC_ADD, value_int(0), result);
}

static verdict native_product(csp_vm *vm, process *p, value *args, value *result)
{
    return fold(vm, p, args, OPC_MUL, value_int(1), result);
}

/* The elements of an iterable as a list. slots: the list, the iterable, and those of
 * WALK_EXTEND. */
enum { COLLECT_SLOTS = 2 + EXTEND_SLOTS };
static verdict collect_elements(csp_vm *vm, process *p, value iterable, value *slots)
{
    if (slots[0] == VALUE_ABSENT) {
        slots[0] = list_new(vm, p, NULL, 0);
        if (slots[0] == VALUE_ABSENT)
            return vm_raise_memory(vm);
        slots[1] = iterable;
    }
    value ignored;
    return walk_step(vm, p, WALK_EXTEND, slots, &ignored);
}

/* args: an iterable; slots: of collect_elements, and how many pairs have changed places. */
static verdict native_reverse(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 1, *done = &slots[COLLECT_SLOTS];
    if (*done == VALUE_ABSENT) {
        verdict v = collect_elements(vm, p, args[0], slots);
        if (v != VERDICT_DONE)
            return v;
        *done = value_int(0);
    }
    list *l = value_list(slots[0]);
    uint32_t half = l->count / 2, at = (uint32_t)value_as_int(*done);
    uint32_t stop = half - at > ELEMENTS_PER_STEP ? at + ELEMENTS_PER_STEP : half;
    vm_charge(vm, (stop - at) / ELEMENTS_PER_REDUCTION);
    for (; at < stop; at++) {
        value front = l->items[at];
        l->items[at] = l->items[l->count - 1 - at];
        l->items[l->count - 1 - at] = front;
    }
    *done = value_int(at);
    *result = slots[0];
    return at < half ? VERDICT_YIELD : VERDICT_DONE;
}

/* args: the lists as one; slots: which is copied, how much of it, all. */
static verdict native_concat(csp_vm *vm, process *p, value *args, value *result)
{
    const list *lists = value_list(args[0]);
    value *which = &args[1], *copied = &args[2], *all = &args[3];
    if (*all == VALUE_ABSENT) {
        uint64_t total = 0;
        for (uint32_t i = 0; i < lists->count; i++) {
            const list *l = data_list(vm, p, lists->items[i]);
            if (!l)
                return VERDICT_FAIL;
            total += l->count;
        }
        *all = list_blank(vm, p, total);
        if (*all == VALUE_ABSENT)
            return VERDICT_FAIL;
        *which = *copied = value_int(0);
    }
    list *to = value_list(*all);
    uint32_t i = (uint32_t)value_as_int(*which), first = i;
    for (; i < lists->count && i - first < ELEMENTS_PER_STEP; i++) {
        const list *l = value_list(lists->items[i]);
        size_t at = (size_t)value_as_int(*copied), before = at / sizeof(value);
        bool whole = l->count == 0 || long_copy(vm, to->items + to->count - before, l->items,
                                                l->count * sizeof(value), &at);
        to->count += (uint32_t)(at / sizeof(value) - before);
        *copied = value_int(whole ? 0 : (int64_t)at);
        if (!whole || l->count > long_elements(vm)) {
            i += whole;
            break;
        }
    }
    *which = value_int(i);
    *result = *all;
    return i < lists->count ? VERDICT_YIELD : VERDICT_DONE;
}

/* args: the element, how many; slot: the list. */
static verdict native_repeat(csp_vm *vm, process *p, value *args, value *result)
{
    value *made = &args[2];
    int64_t n;
    if (!native_int_arg(vm, p, args[1], "an int", &n))
        return VERDICT_FAIL;
    if (n < 0)
        return vm_raise(vm, ERR_VALUE, "a list cannot be of negative length");
    if ((uint64_t)n > LIST_MAX)
        return vm_raise_memory(vm);
    if (*made == VALUE_ABSENT) {
        *made = list_blank(vm, p, (size_t)n);
        if (*made == VALUE_ABSENT)
            return VERDICT_FAIL;
    }
    list *l = value_list(*made);
    uint32_t count = (uint32_t)n;
    size_t left = count - l->count;
    uint32_t stop = left > long_elements(vm) ? l->count + (uint32_t)long_elements(vm) : count;
    vm_charge(vm, (stop - l->count) / ELEMENTS_PER_REDUCTION);
    while (l->count < stop)
        l->items[l->count++] = args[0];
    *result = *made;
    return stop < count ? VERDICT_YIELD : VERDICT_DONE;
}

const native_entry list_natives[] = {
    {"push", "push(xs, x)", "appends x to the list; gives the list", native_push, 2, 2, 0},
    {"pop", "pop(xs)", "takes the last element out and gives it", native_pop, 1, 1, 0},
    {"insert", "insert(xs, i, x)",
     "puts x before element i (or at the end, with i = len(xs)); gives the list", native_insert, 3,
     3, 0},
    {"remove", "remove(xs, i)", "takes element i out and gives it", native_remove, 2, 2, 0},
    {"extend", "extend(xs, ys)",
     "appends all elements of an iterable (no channel; xs itself is fine); gives the list",
     data_run_extend, 2, 2, EXTEND_SLOTS},
    {"clear", "clear(xs)", "takes all elements out; gives the list", native_clear, 1, 1, 0},
    {"sort_in_place", "sort_in_place(xs, by = nil)",
     "sorts the list itself as sort does; gives the list", list_sort_in_place, 1, 2,
     LIST_SORT_SLOTS},
    {"sort", "sort(xs, by = nil)",
     "a sorted list of the elements, stable, by the key that `by` gives for each; nan comes last",
     list_sort, 1, 2, LIST_SORT_SLOTS},
    {"sum", "sum(xs)", "the sum of the numbers of an iterable (no channel); 0 for none", native_sum,
     1, 1, 4},
    {"product", "product(xs)", "the product of the numbers of an iterable (no channel); 1 for none",
     native_product, 1, 1, 4},
    {"reverse", "reverse(xs)", "the elements from the last to the first", native_reverse, 1, 1,
     COLLECT_SLOTS + 1},
    {"concat", "concat(..lists)", "the elements of all the lists, one after the other",
     native_concat, 0, NATIVE_VARIADIC, 3},
    {"repeat", "repeat(x, n)", "a list of n times x (the same x)", native_repeat, 2, 2, 1},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
