/* The part of Map that is in C. What calls functions is in map.csp. */
#include "stdlib/natives.h"
#include "vm/data_check.h"
#include "vm/map_probe.h"

enum { ENTRIES_PER_REDUCTION = 16 };

typedef enum map_part { PART_KEY, PART_ITEM, PART_BOTH } map_part;

static verdict list_of(csp_vm *vm, process *p, value of, map_part part, value *result)
{
    const map *m = data_map(vm, p, of);
    if (!m)
        return VERDICT_FAIL;
    *result = list_new(vm, p, NULL, 0);
    if (*result == VALUE_ABSENT || !list_reserve(vm, value_list(*result), m->count))
        return vm_raise_memory(vm);
    list *l = value_list(*result);
    uint32_t position = 0;
    map_entry *e;
    while ((e = map_next(m, &position))) {
        value v = part == PART_KEY ? e->key : e->item;
        if (part == PART_BOTH) {
            v = tuple_new(vm, p, (value[]){e->key, e->item}, 2);
            if (v == VALUE_ABSENT)
                return vm_raise_memory(vm);
        }
        l->items[l->count++] = v;
    }
    vm_charge(vm, m->used / ENTRIES_PER_REDUCTION);
    return VERDICT_DONE;
}

static verdict native_keys(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return list_of(vm, p, args[0], PART_KEY, result);
}

static verdict native_values(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return list_of(vm, p, args[0], PART_ITEM, result);
}

static verdict native_items(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return list_of(vm, p, args[0], PART_BOTH, result);
}

static verdict native_has(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const map *m = data_map(vm, p, args[0]);
    if (!m || map_key_check(vm, p, args[1]) != VERDICT_DONE)
        return VERDICT_FAIL;
    *result = value_bool(map_get(vm, m, args[1]) != VALUE_ABSENT);
    return VERDICT_DONE;
}

static verdict native_get(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    const map *m = data_map(vm, p, args[0]);
    if (!m || map_key_check(vm, p, args[1]) != VERDICT_DONE)
        return VERDICT_FAIL;
    *result = map_get(vm, m, args[1]);
    if (*result == VALUE_ABSENT)
        *result = argc > 2 && args[2] != VALUE_ABSENT ? args[2] : VALUE_NIL;
    return VERDICT_DONE;
}

static verdict native_remove(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    map *m = data_own_map(vm, p, args[0]);
    if (!m || map_key_check(vm, p, args[1]) != VERDICT_DONE)
        return VERDICT_FAIL;
    *result = map_get(vm, m, args[1]);
    if (*result == VALUE_ABSENT)
        *result = VALUE_NIL;
    else
        map_remove(vm, m, args[1]);
    return VERDICT_DONE;
}

static verdict native_clear(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    map *m = data_own_map(vm, p, args[0]);
    if (!m)
        return VERDICT_FAIL;
    map_clear(m);
    *result = args[0];
    return VERDICT_DONE;
}

/* args: any number of maps as a list; slots: which of them, position in it, the result so far. */
static verdict native_merge(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    enum { ENTRIES_PER_STEP = 500 };
    value *which = &args[1], *position = &args[2], *out = &args[3];
    if (*which == VALUE_ABSENT) {
        *which = *position = value_int(0);
        *out = map_new(vm, p, 0);
        if (*out == VALUE_ABSENT)
            return vm_raise_memory(vm);
    }
    const list *maps = value_list(args[0]);
    unsigned done = 0;
    for (int64_t i = value_as_int(*which); i < maps->count; i++) {
        const map *m = data_map(vm, p, maps->items[i]);
        if (!m)
            return VERDICT_FAIL;
        uint32_t at = (uint32_t)value_as_int(*position);
        map_entry *e;
        while (done < ENTRIES_PER_STEP && (e = map_next(m, &at))) {
            if (!map_put(vm, value_map(*out), e->key, e->item))
                return vm_raise_memory(vm);
            done++;
        }
        if (done == ENTRIES_PER_STEP) {
            *which = value_int(i);
            *position = value_int(at);
            vm_charge(vm, done / 4);
            return VERDICT_YIELD;
        }
        *position = value_int(0);
    }
    vm_charge(vm, done / 4);
    *result = *out;
    return VERDICT_DONE;
}

const native_entry map_natives[] = {
    {"keys", "keys(m)", "the keys as a list, in the order in which they came", native_keys, 1, 1, 0},
    {"values", "values(m)", "the values as a list, in the order of the keys", native_values, 1, 1, 0},
    {"items", "items(m)", "the pairs (key, value) as a list", native_items, 1, 1, 0},
    {"has", "has(m, k)", "whether the map has the key", native_has, 2, 2, 0},
    {"get", "get(m, k, default = nil)", "the value of the key, or the default", native_get, 2, 3, 0},
    {"remove", "remove(m, k)", "takes the key out and gives its value; nil where there is none", native_remove, 2, 2,
     0},
    {"clear", "clear(m)", "takes all keys out; gives the map", native_clear, 1, 1, 0},
    {"merge", "merge(..maps)", "a map with the keys of all; of equal keys the last one's value", native_merge, 0,
     NATIVE_VARIADIC, 3},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
