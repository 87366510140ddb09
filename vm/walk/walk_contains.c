/* x in xs, for any xs. */
#include "vm/walk/walk_contains.h"

#include "vm/data/children.h"
#include "vm/data/map.h"
#include "vm/data/map_find.h"
#include "vm/data/map_walk.h"
#include "vm/data/search.h"
#include "vm/data/slice.h"
#include "vm/number/num.h"
#include "vm/walk/walk_equal.h"
#include "vm/walk/walk_state.h"

/* Bytes, or a byte, in bytes; a text in a text. slot: the search. DONE or YIELD. */
static verdict search_for(csp_vm *vm, value xs, const void *part, size_t part_size, value *slot,
                          bool *found)
{
    content in = content_of(xs);
    size_t at;
    verdict v = VERDICT_CALL;
    if (*slot == VALUE_ABSENT)
        v = search_quick(vm, in.data, in.size, 0, part, part_size, &at);
    if (v == VERDICT_CALL) {
        search *under_way = search_in_slot(vm, slot, 0);
        if (!under_way)
            return VERDICT_FAIL;
        v = search_step(vm, under_way, in.data, in.size, part, part_size, &at);
    }
    if (v == VERDICT_DONE)
        *found = at != SIZE_MAX;
    return v;
}

static verdict in_bytes(csp_vm *vm, process *p, value x, value xs, value *slot, bool *found)
{
    if (value_is(x, OBJ_BYTES))
        return search_for(vm, xs, value_bytes(x)->data, value_bytes(x)->size, slot, found);
    if (!value_is_integer(x))
        return vm_raise_type(vm, p, x, "an int or bytes to search for");
    if (!value_is_int(x) || value_as_int(x) < 0 || value_as_int(x) > 255)
        return VERDICT_DONE;
    uint8_t byte = (uint8_t)value_as_int(x);
    return search_for(vm, xs, &byte, 1, slot, found);
}

static verdict in_map(csp_vm *vm, value x, const map *m, value *slot, bool *found)
{
    uint64_t hash;
    uint32_t entry;
    verdict v = *slot == VALUE_ABSENT ? map_find_quick(vm, m, x, &hash, &entry) : VERDICT_CALL;
    if (v == VERDICT_CALL) {
        map_walk *w = map_walk_in_slot(vm, slot);
        v = w ? map_find_step(vm, w, m, x) : VERDICT_FAIL;
        *found = w && w->found;
    } else {
        *found = entry != MAP_NO_ENTRY;
    }
    return v;
}

/* What needs no walk, but perhaps a search in steps (slot); CALL: a list or tuple. */
static verdict contains_quick(csp_vm *vm, process *p, value x, value xs, value *slot, bool *found)
{
    if (value_is_object(xs) && !value_usable(p, xs))
        return vm_raise_moved(vm, xs);
    switch (value_kind(xs)) {
    case OBJ_LIST:
    case OBJ_TUPLE: return VERDICT_CALL;
    case OBJ_STRING:
        if (!value_is(x, OBJ_STRING))
            return vm_raise_type(vm, p, x, "a string to search for");
        return search_for(vm, xs, value_string(x)->text, value_string(x)->size, slot, found);
    case OBJ_BYTES:
    case OBJ_BUFFER: return in_bytes(vm, p, x, xs, slot, found);
    case OBJ_MAP:
        if (map_key_check(vm, p, x) != VERDICT_DONE)
            return VERDICT_FAIL;
        return in_map(vm, x, value_map(xs), slot, found);
    case OBJ_RANGE:
        if (value_is_number(x))
            return data_range_has(vm, value_as_object(xs), x, found);
        *found = false;
        return VERDICT_DONE;
    default: break;
    }
    return vm_raise_type(vm, p, xs, "something to search with `in`");
}

/* args: x, xs; slots: the next element's index (ABSENT at the start), the comparison or search
 * under way. */
verdict walk_run_contains(csp_vm *vm, process *p, value *args, value *result)
{
    value x = args[0], xs = args[1], *next = &args[2], *comparing = &args[3];
    bool found = false;
    if (*next == VALUE_ABSENT) {
        verdict v = contains_quick(vm, p, x, xs, comparing, &found);
        if (v != VERDICT_CALL) {
            if (v == VERDICT_DONE)
                *result = value_bool(found);
            return v;
        }
        *next = value_int(0);
    }
    if (value_is_object(x) && !value_usable(p, x))
        return vm_raise_moved(vm, x);
    int64_t budget = WALK_STEP;
    children c = children_of(xs);
    uint64_t i = (uint64_t)value_as_int(*next);
    verdict v = VERDICT_DONE;
    while (!found && budget > 0 && (i < c.count || *comparing != VALUE_ABSENT)) {
        if (*comparing == VALUE_ABSENT) {
            int equal = walk_equal_quick(vm, x, c.items[i]);
            budget -= equal < 0 ? WALK_OBJECT : 1;
            if (equal >= 0) {
                found = equal == 1;
                i++;
                continue;
            }
            struct equal_walk *w = walk_equal_new(vm);
            if (!w || !walk_equal_begin(vm, p, w, x, c.items[i]))
                return VERDICT_FAIL;
            *comparing = value_object(w);
        }
        v = walk_equal_run(vm, p, value_as_object(*comparing), &budget, &found);
        if (v != VERDICT_DONE)
            break;
        *comparing = VALUE_ABSENT;
        i++;
    }
    walk_charge(vm, budget);
    *next = value_int((int64_t)i);
    if (v == VERDICT_FAIL)
        return v;
    if (!found && (v == VERDICT_YIELD || i < c.count))
        return VERDICT_YIELD;
    *result = value_bool(found);
    return VERDICT_DONE;
}
