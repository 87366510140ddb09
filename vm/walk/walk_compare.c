/* The order of whole values. Tuples and lists are compared element by element; the first difference
 * decides. Elements that are found equal at once need no order (nil and nil). A pair that is met
 * again is taken as equal (walk_assume), so comparing ends on cycles. */
#include "vm/walk/walk_compare.h"

#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/core/type.h"
#include "vm/data/children.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"
#include "vm/walk/walk_equal.h"
#include "vm/walk/walk_state.h"

enum { QUICK_ELEMENTS = 32, UNORDERED = 2 };

/* One comparison in the sense of <: DONE with *out; CALL: containers or long texts that must be
 * compared; FAIL. */
static verdict walk_compare_atoms(csp_vm *vm, process *p, value a, value b, int *out)
{
    *out = 0;
    if (value_is_number(a) && value_is_number(b)) {
        *out = num_order(vm, a, b);
        return VERDICT_DONE;
    }
    if (value_is_object(a) && !value_usable(p, a))
        return vm_raise_moved(vm, a);
    if (value_is_object(b) && !value_usable(p, b))
        return vm_raise_moved(vm, b);
    obj_kind kind = value_kind(a);
    if (kind == value_kind(b)) {
        if (kind == OBJ_STRING) {
            if (value_string(a)->size > long_bytes(vm) && value_string(b)->size > long_bytes(vm))
                return VERDICT_CALL;
            vm_charge(vm, value_string(a)->size / LONG_BYTES_PER_REDUCTION);
            *out = str_compare(value_string(a), value_string(b));
            return VERDICT_DONE;
        }
        if (kind == OBJ_TUPLE || kind == OBJ_LIST)
            return VERDICT_CALL;
    }
    const char *type = vm_type_name(a);
    if (strcmp(type, vm_type_name(b)) == 0)
        vm_raise(vm, ERR_TYPE, "values of type %s have no order", type);
    else
        vm_raise(vm, ERR_TYPE, "%s and %s have no order", vm_type_phrase(a), vm_type_phrase(b));
    return vm_blame(vm, p, a, b);
}

static int by_length(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

verdict walk_compare_quick(csp_vm *vm, process *p, value a, value b, int *out)
{
    verdict v = walk_compare_atoms(vm, p, a, b, out);
    if (v != VERDICT_CALL)
        return v;
    children x = children_of(a), y = children_of(b);
    uint64_t count = x.count < y.count ? x.count : y.count;
    if (count > QUICK_ELEMENTS || value_is(a, OBJ_STRING))
        return VERDICT_CALL;
    for (uint64_t i = 0; i < count; i++) {
        if (walk_equal_atoms(vm, p, x.items[i], y.items[i]) == 1)
            continue;
        v = walk_compare_atoms(vm, p, x.items[i], y.items[i], out);
        if (v != VERDICT_DONE || *out != 0)
            return v;
    }
    *out = by_length(x.count, y.count);
    return VERDICT_DONE;
}

typedef struct compare_walk {
    uint64_t header;
    walk_stack stack;
    walk_classes classes;
} compare_walk;
typedef struct ordered {
    value a, b;
    uint64_t index;
} ordered;
enum { ORDERED_WORDS = sizeof(ordered) / sizeof(uint64_t) };

static verdict push(csp_vm *vm, compare_walk *w, value a, value b)
{
    switch (walk_assume(vm, &w->classes, a, b)) {
    case WALK_KNOWN: return VERDICT_DONE;
    case WALK_NEW: {
        ordered *f = (ordered *)walk_push(vm, &w->stack, ORDERED_WORDS);
        if (!f)
            break;
        f->a = a;
        f->b = b;
        return VERDICT_DONE;
    }
    case WALK_NO_MEMORY: break;
    }
    return vm_raise_memory(vm);
}

/* Texts: compares one step's worth. */
static verdict step_text(csp_vm *vm, compare_walk *w, ordered *f, int64_t *budget, int *out)
{
    const string *a = value_string(f->a), *b = value_string(f->b);
    if (*budget < 0)
        return VERDICT_YIELD;
    size_t least = a->size < b->size ? a->size : b->size;
    size_t count = long_part(vm, least - f->index);
    int order = memcmp(a->text + f->index, b->text + f->index, count);
    f->index += count;
    *budget -= (int64_t)(count / LONG_BYTES_PER_REDUCTION) * WALK_UNITS_PER_REDUCTION;
    if (order == 0 && f->index < least)
        return VERDICT_DONE;
    *out = order != 0 ? (order < 0 ? -1 : 1) : by_length(a->size, b->size);
    walk_pop(&w->stack, ORDERED_WORDS);
    return VERDICT_DONE;
}

/* Works on the pair on top until it meets a container (DONE), the pair ends, or the order is known
 * (*out other than 0). */
static verdict order_items(csp_vm *vm, process *p, compare_walk *w, ordered *f, int64_t *budget,
                           int *out)
{
    children x = children_of(f->a), y = children_of(f->b);
    uint64_t count = x.count < y.count ? x.count : y.count;
    while (f->index < count) {
        if (--*budget < 0)
            return VERDICT_YIELD;
        uint64_t i = f->index++;
        if (walk_equal_atoms(vm, p, x.items[i], y.items[i]) == 1)
            continue;
        verdict v = walk_compare_atoms(vm, p, x.items[i], y.items[i], out);
        if (v == VERDICT_CALL) {
            *out = 0;
            return push(vm, w, x.items[i], y.items[i]);
        }
        if (v != VERDICT_DONE || *out != 0)
            return v;
    }
    *out = by_length(x.count, y.count);
    walk_pop(&w->stack, ORDERED_WORDS);
    return VERDICT_DONE;
}

static verdict compare_run(csp_vm *vm, process *p, compare_walk *w, int64_t *budget, int *out)
{
    *out = 0;
    while (*out == 0 && !walk_stack_empty(&w->stack)) {
        if (*budget < 0)
            return VERDICT_YIELD;
        ordered *f = (ordered *)walk_top(&w->stack, ORDERED_WORDS);
        verdict v = value_is(f->a, OBJ_STRING) ? step_text(vm, w, f, budget, out)
                                               : order_items(vm, p, w, f, budget, out);
        if (v != VERDICT_DONE)
            return v;
        *budget -= 4 * WALK_OBJECT; /* two places in a table */
    }
    return VERDICT_DONE;
}

/* Ready to run on a and b, which walk_compare_quick could not decide; NULL: raised. */
static compare_walk *compare_new(csp_vm *vm, value a, value b)
{
    compare_walk *w = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *w);
    if (!w) {
        vm_raise_memory(vm);
        return NULL;
    }
    w->header = OBJ_WALK;
    return push(vm, w, a, b) == VERDICT_DONE ? w : NULL;
}

verdict walk_run_compare(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = &args[2];
    int order = 0;
    verdict v;
    if (*slot == VALUE_ABSENT) {
        v = walk_compare_quick(vm, p, args[0], args[1], &order);
        if (v == VERDICT_CALL) {
            compare_walk *fresh = compare_new(vm, args[0], args[1]);
            if (!fresh)
                return VERDICT_FAIL;
            *slot = value_object(fresh);
            return VERDICT_YIELD;
        }
    } else {
        int64_t budget = WALK_STEP;
        v = compare_run(vm, p, value_as_object(*slot), &budget, &order);
        walk_charge(vm, budget);
    }
    if (v == VERDICT_DONE)
        *result = order == UNORDERED ? VALUE_NIL : value_int(order);
    return v;
}
