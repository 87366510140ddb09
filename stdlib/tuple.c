/* Tuple: made from what can be iterated over. */
#include "stdlib/natives.h"
#include "vm/core/steps.h"
#include "vm/data/index.h"
#include "vm/data/iterate.h"
#include "vm/data/long.h"
#include "vm/native.h"

enum { ELEMENTS_PER_REDUCTION = 32, ELEMENTS_PER_STEP = 1000 };

/* A step of making the tuple of the list's elements. */
static verdict fill_step(csp_vm *vm, process *p, const list *l, tuple *t, value *filled,
                         value *result)
{
    uint64_t at = (uint64_t)value_as_int(*filled);
    uint64_t count = l->count - at < long_elements(vm) ? l->count - at : long_elements(vm);
    tuple_fill(p, t, at, l->items + at, count);
    vm_charge(vm, count / LONG_ELEMENTS_PER_REDUCTION);
    *filled = value_int((int64_t)(at + count));
    *result = value_object(t);
    return at + count < l->count ? VERDICT_YIELD : VERDICT_DONE;
}

/* args: an iterable; slots: iteration (2), the elements so far as a list; where they are many: the
 * tuple, how many of them are in it, the list's growth. */
static verdict native_of(csp_vm *vm, process *p, value *args, value *result)
{
    value *state = &args[1], *all = &args[3];
    if (*all == VALUE_ABSENT) {
        uint64_t length; /* of an open range there is none */
        if (data_iterate(vm, p, args[0], state) != VERDICT_DONE ||
            data_length(vm, p, args[0], &length) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (length > LIST_MAX)
            return vm_raise_memory(vm);
        *all = list_new(vm, p, NULL, 0);
        if (*all == VALUE_ABSENT)
            return vm_raise_memory(vm);
    }
    list *l = value_list(*all);
    value *tuple_slot = &args[4], *filled = &args[5];
    if (*tuple_slot != VALUE_ABSENT)
        return fill_step(vm, p, l, value_tuple(*tuple_slot), filled, result);
    for (unsigned i = 0; i < ELEMENTS_PER_STEP; i++) {
        value item;
        bool more;
        if (list_grows_long(vm, l, (size_t)l->count + 1)) {
            verdict v = list_reserve_step(vm, l, (size_t)l->count + 1, &args[6]);
            if (v != VERDICT_DONE)
                return v;
        }
        if (data_next(vm, p, state, &item, &more) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (!more) {
            vm_charge(vm, i / ELEMENTS_PER_REDUCTION);
            if (l->count <= long_elements(vm)) {
                return vm_give(vm, tuple_new(vm, p, l->items, l->count), result);
            }
            *tuple_slot = tuple_blank(vm, l->count);
            *filled = value_int(0);
            return *tuple_slot == VALUE_ABSENT ? VERDICT_FAIL : VERDICT_YIELD;
        }
        if (!list_push(vm, l, item))
            return vm_raise_memory(vm);
    }
    vm_charge(vm, ELEMENTS_PER_STEP / ELEMENTS_PER_REDUCTION);
    return VERDICT_YIELD;
}

const native_entry tuple_natives[] = {
    {"of", "of(xs)", "the elements of an iterable (no channel) as a tuple", native_of, 1, 1, 6},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
