/* The part of Map that is in C. What calls functions is in map.csp. */
#include "stdlib/natives.h"
#include "vm/data/index.h"
#include "vm/data/long.h"
#include "vm/data/map_find.h"
#include "vm/native.h"
#include "vm/walk/walk.h"

enum { ENTRIES_PER_REDUCTION = 16 };

typedef enum map_part { PART_KEY, PART_ITEM, PART_BOTH } map_part;

/* args: the map; slots: the list, the position in the map. */
static verdict list_of(csp_vm *vm, process *p, value *args, map_part part, value *result)
{
    enum { SLOT_LIST = 1, SLOT_POSITION, STEP = 1024 };
    const map *m = data_map(vm, p, args[0]);
    if (!m)
        return VERDICT_FAIL;
    if (args[SLOT_LIST] == VALUE_ABSENT) {
        args[SLOT_LIST] = list_blank(vm, p, map_count(m));
        if (args[SLOT_LIST] == VALUE_ABSENT)
            return VERDICT_FAIL;
        args[SLOT_POSITION] = value_int(0);
    }
    list *l = value_list(args[SLOT_LIST]);
    uint32_t position = (uint32_t)value_as_int(args[SLOT_POSITION]), first = position;
    map_entry e;
    bool more = false;
    for (unsigned i = 0; i < STEP && (more = map_next(vm, m, &position, &e)); i++) {
        value v = part == PART_KEY ? e.key : e.item;
        if (part == PART_BOTH) {
            v = tuple_new(vm, p, (value[]){e.key, e.item}, 2);
            if (v == VALUE_ABSENT)
                return vm_raise_memory(vm);
        }
        l->items[l->count++] = v;
    }
    args[SLOT_POSITION] = value_int(position);
    vm_charge(vm, (position - first) / ENTRIES_PER_REDUCTION);
    *result = args[SLOT_LIST];
    return more ? VERDICT_YIELD : VERDICT_DONE;
}

static verdict native_keys(csp_vm *vm, process *p, value *args, value *result)
{
    return list_of(vm, p, args, PART_KEY, result);
}

static verdict native_values(csp_vm *vm, process *p, value *args, value *result)
{
    return list_of(vm, p, args, PART_ITEM, result);
}

static verdict native_items(csp_vm *vm, process *p, value *args, value *result)
{
    return list_of(vm, p, args, PART_BOTH, result);
}

/* The entry of a key of the map args[0]: DONE; CALL: `walk` is arranged to do it all, since it
 * takes long; FAIL. */
static verdict find_entry(csp_vm *vm, process *p, const map *m, const value *args, walk_kind walk,
                          uint32_t *entry)
{
    if (!m || map_key_check(vm, p, args[1]) != VERDICT_DONE)
        return VERDICT_FAIL;
    uint64_t hash;
    verdict v = map_find_quick(vm, m, args[1], &hash, entry);
    return v == VERDICT_CALL ? native_become(vm, &walk_natives[walk]) : v;
}

static verdict native_has(csp_vm *vm, process *p, value *args, value *result)
{
    uint32_t entry;
    verdict v = find_entry(vm, p, data_map(vm, p, args[0]), args, WALK_MAP_HAS, &entry);
    if (v == VERDICT_DONE)
        *result = value_bool(entry != MAP_NO_ENTRY);
    return v;
}

static verdict native_get(csp_vm *vm, process *p, value *args, value *result)
{
    uint32_t entry;
    const map *m = data_map(vm, p, args[0]);
    verdict v = find_entry(vm, p, m, args, WALK_MAP_GET, &entry);
    if (v != VERDICT_DONE)
        return v;
    if (entry != MAP_NO_ENTRY)
        *result = *map_item(m, entry);
    else
        *result = native_optional(vm, args, 2, VALUE_NIL);
    return VERDICT_DONE;
}

static verdict native_remove(csp_vm *vm, process *p, value *args, value *result)
{
    uint32_t entry;
    map *m = data_own_map(vm, p, args[0]);
    verdict v = find_entry(vm, p, m, args, WALK_MAP_REMOVE, &entry);
    if (v != VERDICT_DONE)
        return v;
    *result = VALUE_NIL;
    if (entry == MAP_NO_ENTRY)
        return VERDICT_DONE;
    *result = *map_item(m, entry);
    return map_remove_entry(vm, m, entry) ? VERDICT_DONE : vm_raise_memory(vm);
}

static verdict native_clear(csp_vm *vm, process *p, value *args, value *result)
{
    map *m = data_own_map(vm, p, args[0]);
    if (!m)
        return VERDICT_FAIL;
    *result = args[0];
    return map_clear(vm, m) ? VERDICT_DONE : vm_raise_memory(vm);
}

/* args: any number of maps as a list; slots: which of them, position in it, the result so far, what
 * puts an entry there in steps. */
static verdict native_merge(csp_vm *vm, process *p, value *args, value *result)
{
    enum { ENTRIES_PER_STEP = 500 };
    value *which = &args[1], *position = &args[2], *out = &args[3], *walk = &args[4];
    if (*which == VALUE_ABSENT) {
        *which = *position = value_int(0);
        *out = map_new(vm, p, 0);
        if (*out == VALUE_ABSENT)
            return vm_raise_memory(vm);
    }
    const list *maps = value_list(args[0]);
    *result = *out;
    for (unsigned done = 0; done < ENTRIES_PER_STEP; done++) {
        vm_charge(vm, done % 4 == 0);
        if (value_as_int(*which) == maps->count)
            return VERDICT_DONE;
        const map *m = data_map(vm, p, maps->items[value_as_int(*which)]);
        if (!m)
            return VERDICT_FAIL;
        uint32_t at = (uint32_t)value_as_int(*position);
        map_entry e;
        if (!map_next(vm, m, &at, &e)) {
            *which = value_int(value_as_int(*which) + 1);
            *position = value_int(0);
            continue;
        }
        value put[4] = {*out, e.key, e.item, *walk}, ignored;
        verdict v = *walk == VALUE_ABSENT ? data_set(vm, p, *out, e.key, e.item) : VERDICT_CALL;
        if (v == VERDICT_CALL)
            v = walk_step(vm, p, WALK_MAP_PUT, put, &ignored);
        *walk = v == VERDICT_YIELD ? put[3] : VALUE_ABSENT;
        if (v != VERDICT_DONE)
            return v;
        *position = value_int(at);
    }
    return VERDICT_YIELD;
}

const native_entry map_natives[] = {
    {"keys", "keys(m)", "the keys as a list, in the order in which they came", native_keys, 1, 1,
     2},
    {"values", "values(m)", "the values as a list, in the order of the keys", native_values, 1, 1,
     2},
    {"items", "items(m)", "the pairs (key, value) as a list", native_items, 1, 1, 2},
    {"has", "has(m, k)", "whether the map has the key", native_has, 2, 2, 0},
    {"get", "get(m, k, default = nil)", "the value of the key, or the default", native_get, 2, 3,
     0},
    {"remove", "remove(m, k)", "takes the key out and gives its value; nil where there is none",
     native_remove, 2, 2, 0},
    {"clear", "clear(m)", "takes all keys out; gives the map", native_clear, 1, 1, 0},
    {"merge", "merge(..maps)", "a map with the keys of all; of equal keys the last one's value",
     native_merge, 0, NATIVE_VARIADIC, 4},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
