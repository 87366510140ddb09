/* The part of List that is in C: what changes a list in place, and what is much faster here. The rest is in
 * list.csp. */
#include "stdlib/list_sort.h"
#include "stdlib/natives.h"
#include "vm/data_check.h"
#include "vm/num_long.h"

enum { ELEMENTS_PER_REDUCTION = 32, ELEMENTS_PER_STEP = 1000 };

static verdict native_push(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    if (!list_push(vm, l, args[1]))
        return vm_raise_memory(vm);
    *result = args[0];
    return VERDICT_DONE;
}

static verdict native_pop(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    if (l->count == 0)
        return vm_raise(vm, ERR_INDEX, "pop from an empty list");
    *result = list_remove(vm, l, l->count - 1);
    return VERDICT_DONE;
}

static verdict native_insert(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
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

static verdict native_remove(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    list *l = data_own_list(vm, p, args[0]);
    uint64_t at = 0;
    if (!l || data_index(vm, p, args[1], l->count, "list", &at) != VERDICT_DONE)
        return VERDICT_FAIL;
    vm_charge(vm, list_moved(l, (uint32_t)at) / (4 * ELEMENTS_PER_REDUCTION));
    *result = list_remove(vm, l, (uint32_t)at);
    return VERDICT_DONE;
}

static verdict native_clear(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    list_clear(l);
    *result = args[0];
    return VERDICT_DONE;
}

/* args: the list, an iterable; slots: iteration (2), how many are left. Counted ahead: a list may be appended to
 * itself. */
static verdict native_extend(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    value *state = &args[2], *left = &args[4];
    list *l = data_own_list(vm, p, args[0]);
    if (!l)
        return VERDICT_FAIL;
    if (*left == VALUE_ABSENT) {
        uint64_t length = 0;
        if (data_iterate(vm, p, args[1], state) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (data_length(vm, p, args[1], &length) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (length > LIST_MAX - l->count || !list_reserve(vm, l, (size_t)l->count + length))
            return vm_raise_memory(vm);
        *left = value_int((int64_t)length);
    }
    int64_t todo = value_as_int(*left);
    for (unsigned i = 0; i < ELEMENTS_PER_STEP && todo > 0; i++, todo--) {
        value item;
        bool more;
        if (data_next(vm, p, state, &item, &more) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (!list_push(vm, l, item))
            return vm_raise_memory(vm);
    }
    vm_charge(vm, (uint64_t)(value_as_int(*left) - todo) / ELEMENTS_PER_REDUCTION);
    *left = value_int(todo);
    if (todo > 0)
        return VERDICT_YIELD;
    *result = args[0];
    return VERDICT_DONE;
}

/* args: an iterable of numbers; slots: iteration (2), the result so far, whether the next one is made elsewhere. */
static verdict fold(csp_vm *vm, process *p, value *args, opcode op, value start, value *result)
{
    value *state = &args[1], *sum = &args[3], *elsewhere = &args[4];
    if (*sum == VALUE_ABSENT) {
        uint64_t length; /* of an open range there is none */
        if (data_iterate(vm, p, args[0], state) != VERDICT_DONE || data_length(vm, p, args[0], &length) != VERDICT_DONE)
            return VERDICT_FAIL;
        *sum = start;
    }
    if (*elsewhere != VALUE_ABSENT) {
        *sum = *vm_native_result(vm, p);
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
            verdict v = num_binary(vm, p, op, *sum, item, sum);
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

static verdict native_sum(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return fold(vm, p, args, OPC_ADD, value_int(0), result);
}

static verdict native_product(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return fold(vm, p, args, OPC_MUL, value_int(1), result);
}

/* A new list with room for exactly `count` elements, or NULL: raised. */
static list *list_of_size(csp_vm *vm, process *p, uint64_t count, value *result)
{
    *result = list_new(vm, p, NULL, 0);
    if (*result == VALUE_ABSENT || !list_reserve(vm, value_list(*result), count)) {
        vm_raise_memory(vm);
        return NULL;
    }
    vm_charge(vm, count / ELEMENTS_PER_REDUCTION);
    return value_list(*result);
}

static verdict native_reverse(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    list *l = list_of_size(vm, p, 0, result);
    if (!l || data_extend(vm, p, l, args[0]) != VERDICT_DONE)
        return VERDICT_FAIL;
    vm_charge(vm, l->count / ELEMENTS_PER_REDUCTION);
    for (uint32_t i = 0; i < l->count / 2; i++) {
        value front = l->items[i];
        l->items[i] = l->items[l->count - 1 - i];
        l->items[l->count - 1 - i] = front;
    }
    return VERDICT_DONE;
}

static verdict native_concat(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < argc; i++) {
        const list *l = data_list(vm, p, args[i]);
        if (!l)
            return VERDICT_FAIL;
        total += l->count;
    }
    list *all = list_of_size(vm, p, total, result);
    if (!all)
        return VERDICT_FAIL;
    for (uint32_t i = 0; i < argc; i++) {
        const list *l = value_list(args[i]);
        if (l->count > 0)
            memcpy(all->items + all->count, l->items, l->count * sizeof *l->items);
        all->count += l->count;
    }
    return VERDICT_DONE;
}

static verdict native_repeat(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    value n = args[1];
    if (!value_is_integer(n))
        return vm_raise_type(vm, p, n, "an int");
    if (num_compare(n, value_int(0)) < 0)
        return vm_raise(vm, ERR_VALUE, "a list cannot be of negative length");
    if (!value_is_int(n) || (uint64_t)value_as_int(n) > LIST_MAX)
        return vm_raise_memory(vm);
    list *l = list_of_size(vm, p, (uint64_t)value_as_int(n), result);
    if (!l)
        return VERDICT_FAIL;
    uint32_t count = (uint32_t)value_as_int(n);
    for (uint32_t i = 0; i < count; i++)
        l->items[i] = args[0];
    l->count = count;
    return VERDICT_DONE;
}

const native_entry list_natives[] = {
    {"push", "push(xs, x)", "appends x to the list; gives the list", native_push, 2, 2, 0},
    {"pop", "pop(xs)", "takes the last element out and gives it", native_pop, 1, 1, 0},
    {"insert", "insert(xs, i, x)", "puts x before element i (or at the end, with i = len(xs)); gives the list",
     native_insert, 3, 3, 0},
    {"remove", "remove(xs, i)", "takes element i out and gives it", native_remove, 2, 2, 0},
    {"extend", "extend(xs, ys)", "appends all elements of an iterable (no channel; xs itself is fine); gives the list",
     native_extend, 2, 2, 3},
    {"clear", "clear(xs)", "takes all elements out; gives the list", native_clear, 1, 1, 0},
    {"sort_in_place", "sort_in_place(xs, by = nil)", "sorts the list itself as sort does; gives the list",
     list_sort_in_place, 1, 2, LIST_SORT_SLOTS},
    {"sort", "sort(xs, by = nil)",
     "a sorted list of the elements, stable, by the key that `by` gives for each; nan comes last", list_sort, 1, 2,
     LIST_SORT_SLOTS},
    {"sum", "sum(xs)", "the sum of the numbers of an iterable (no channel); 0 for none", native_sum, 1, 1, 4},
    {"product", "product(xs)", "the product of the numbers of an iterable (no channel); 1 for none", native_product, 1,
     1, 4},
    {"reverse", "reverse(xs)", "the elements from the last to the first", native_reverse, 1, 1, 0},
    {"concat", "concat(..lists)", "the elements of all the lists, one after the other", native_concat, 0,
     NATIVE_VARIADIC, 0},
    {"repeat", "repeat(x, n)", "a list of n times x (the same x)", native_repeat, 2, 2, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
