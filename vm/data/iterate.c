/* Iteration over collections. state[1] is
 *   list, tuple, bytes, buffer: the next index
 *   string:                     byte offset << 31 | index of the next character
 *   map:                        version << 32 | position, to notice keys that come and go
 *   range:                      the next int, of any size */
#include "vm/data/iterate.h"

#include "base/utf8.h"
#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/index.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/tuple.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"

enum { STRING_SHIFT = 31, MAP_SHIFT = 32 };
#define STRING_INDEX ((int64_t)0x7fffffff)
#define MAP_VERSION  0x1fffffffu
#define MAP_POSITION ((int64_t)0xffffffff)

static value map_state(const map *m, uint32_t position)
{
    return value_int((int64_t)((uint64_t)(map_version(m) & MAP_VERSION) << MAP_SHIFT | position));
}

verdict data_iterate(csp_vm *vm, process *p, value v, value *state)
{
    obj_kind kind = value_kind(v);
    if (kind != OBJ_NONE && !value_usable(p, v))
        return vm_raise_moved(vm, v);
    value start = value_int(0);
    switch (kind) {
    case OBJ_LIST:
    case OBJ_TUPLE:
    case OBJ_STRING:
    case OBJ_BYTES:
    case OBJ_BUFFER: break;
    case OBJ_MAP: start = map_state(value_map(v), 0); break;
    case OBJ_RANGE: start = ((range *)value_as_object(v))->from; break;
    default: return vm_raise_type(vm, p, v, "something that can be iterated over");
    }
    state[0] = v;
    state[1] = start;
    return VERDICT_DONE;
}

/* --- the next step of each kind: DONE with *more, or FAIL */

typedef struct step {
    value index, item;
    bool more;
} step;

static verdict next_of_items(const value *items, uint64_t count, value *state, step *s)
{
    uint64_t at = (uint64_t)value_as_int(state[1]);
    s->more = at < count;
    if (!s->more)
        return VERDICT_DONE;
    s->index = state[1];
    s->item = items[at];
    state[1] = value_int((int64_t)at + 1);
    return VERDICT_DONE;
}

static verdict next_of_bytes(const uint8_t *data, uint64_t count, value *state, step *s)
{
    uint64_t at = (uint64_t)value_as_int(state[1]);
    s->more = at < count;
    if (!s->more)
        return VERDICT_DONE;
    s->index = state[1];
    s->item = value_int(data[at]);
    state[1] = value_int((int64_t)at + 1);
    return VERDICT_DONE;
}

static verdict next_of_string(csp_vm *vm, const string *s, value *state, step *next)
{
    int64_t place = value_as_int(state[1]);
    uint32_t offset = (uint32_t)(place >> STRING_SHIFT);
    int64_t index = place & STRING_INDEX;
    next->more = offset < s->size;
    if (!next->more)
        return VERDICT_DONE;
    unsigned size = 1;
    unsigned char first = (unsigned char)s->text[offset];
    next->item = first < 0x80 ? vm->characters[first] : VALUE_ABSENT;
    if (next->item == VALUE_ABSENT) {
        utf8_decode_valid(s->text + offset, &size);
        next->item = str_new(vm, s->text + offset, size);
        if (next->item == VALUE_ABSENT)
            return vm_raise_memory(vm);
    }
    next->index = value_int(index);
    state[1] = value_int((int64_t)(offset + size) << STRING_SHIFT | (index + 1));
    return VERDICT_DONE;
}

static verdict next_of_map(csp_vm *vm, const map *m, value *state, step *s)
{
    int64_t place = value_as_int(state[1]);
    if ((uint32_t)(place >> MAP_SHIFT) != (map_version(m) & MAP_VERSION))
        return vm_raise(vm, ERR_VALUE,
                        "keys were added to the map or removed from it during the loop");
    uint32_t position = (uint32_t)(place & MAP_POSITION);
    map_entry e;
    s->more = map_next(vm, m, &position, &e);
    if (!s->more)
        return VERDICT_DONE;
    s->index = e.key;
    s->item = e.item;
    state[1] = map_state(m, position);
    return VERDICT_DONE;
}

static verdict next_of_range(csp_vm *vm, process *p, const range *r, value *state, step *s)
{
    value at = state[1];
    if (r->to != VALUE_NIL) {
        int order;
        if (value_both_int(at, r->to))
            order = (int64_t)at < (int64_t)r->to ? -1 : at != r->to;
        else
            order = num_compare(at, r->to);
        s->more = order < (r->header & RANGE_CLOSED ? 1 : 0);
        if (!s->more)
            return VERDICT_DONE;
    }
    s->more = true;
    s->item = at;
    if (value_is_int(at) && value_as_int(at) < INT_SMALL_MAX) {
        state[1] = value_int(value_as_int(at) + 1);
        return VERDICT_DONE;
    }
    return num_binary(vm, p, OPC_ADD, at, value_int(1), &state[1]);
}

static verdict next(csp_vm *vm, process *p, value *state, step *s)
{
    value v = state[0];
    if (!value_usable(p, v))
        return vm_raise_moved(vm, v);
    switch (value_kind(v)) {
    case OBJ_LIST: return next_of_items(value_list(v)->items, value_list(v)->count, state, s);
    case OBJ_TUPLE: return next_of_items(value_tuple(v)->items, value_tuple(v)->count, state, s);
    case OBJ_BYTES: return next_of_bytes(value_bytes(v)->data, value_bytes(v)->size, state, s);
    case OBJ_BUFFER:
        return next_of_bytes(((buffer *)value_as_object(v))->data,
                             ((buffer *)value_as_object(v))->size, state, s);
    case OBJ_STRING: return next_of_string(vm, value_string(v), state, s);
    case OBJ_MAP: return next_of_map(vm, value_map(v), state, s);
    /* data_iterate admits nothing else */
    default: return next_of_range(vm, p, value_as_object(v), state, s);
    }
}

verdict data_next(csp_vm *vm, process *p, value *state, value *item, bool *more)
{
    step s = {VALUE_ABSENT, VALUE_ABSENT, false};
    if (next(vm, p, state, &s) != VERDICT_DONE)
        return VERDICT_FAIL;
    *more = s.more;
    if (!s.more)
        return VERDICT_DONE;
    *item = s.item;
    if (!value_is(state[0], OBJ_MAP))
        return VERDICT_DONE;
    return vm_give(vm, tuple_new(vm, p, (value[]){s.index, s.item}, 2), item);
}

verdict data_next2(csp_vm *vm, process *p, value *state, value *first, value *second, bool *more)
{
    step s = {VALUE_ABSENT, VALUE_ABSENT, false};
    if (next(vm, p, state, &s) != VERDICT_DONE)
        return VERDICT_FAIL;
    *more = s.more;
    if (!s.more)
        return VERDICT_DONE;
    *second = s.item;
    if (!value_is(state[0], OBJ_RANGE)) {
        *first = s.index;
        return VERDICT_DONE;
    }
    return num_binary(vm, p, OPC_SUB, s.item, ((range *)value_as_object(state[0]))->from, first);
}

verdict data_extend(csp_vm *vm, process *p, list *l, value iterable)
{
    uint64_t length;
    value steps[2 + EXTEND_SLOTS] = {value_object(l), iterable}, ignored;
    if (!value_is(iterable, OBJ_CHANNEL) && data_length(vm, p, iterable, &length) == VERDICT_DONE &&
        length > long_elements(vm))
        return VERDICT_CALL;
    verdict v = data_run_extend(vm, p, steps, &ignored);
    while (v == VERDICT_YIELD)
        v = data_run_extend(vm, p, steps, &ignored);
    return v;
}

/* args: the list, an iterable; slots: iteration (2), how many are left, the growth. The elements
 * are counted first: a list may be appended to itself. */
verdict data_run_extend(csp_vm *vm, process *p, value *args, value *result)
{
    enum { STEP = 1000, PER_REDUCTION = 16 };
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
        if (length > LIST_MAX - l->count)
            return vm_raise_memory(vm);
        verdict v = list_reserve_step(vm, l, (size_t)l->count + length, &args[5]);
        if (v != VERDICT_DONE)
            return v;
        *left = value_int((int64_t)length);
    }
    int64_t todo = value_as_int(*left);
    for (unsigned i = 0; i < STEP && todo > 0; i++, todo--) {
        value item = VALUE_NIL;
        bool more;
        if (data_next(vm, p, state, &item, &more) != VERDICT_DONE)
            return VERDICT_FAIL;
        l->items[l->count++] = item;
    }
    vm_charge(vm, (uint64_t)(value_as_int(*left) - todo) / PER_REDUCTION);
    *left = value_int(todo);
    if (todo > 0)
        return VERDICT_YIELD;
    *result = args[0];
    return VERDICT_DONE;
}
