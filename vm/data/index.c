/* x[k], x[k] = v and the length of anything. */
#include "vm/data/index.h"

#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/list.h"
#include "vm/data/long.h"
#include "vm/data/map.h"
#include "vm/data/map_find.h"
#include "vm/data/map_walk.h"
#include "vm/data/slice.h"
#include "vm/number/num.h"

static verdict raise_index(csp_vm *vm, value index, uint64_t count, const char *what)
{
    if (!value_is_int(index))
        return vm_raise(vm, ERR_INDEX, "index outside a %s of length %llu", what,
                        (unsigned long long)count);
    return vm_raise(vm, ERR_INDEX, "index %lld outside a %s of length %llu",
                    (long long)value_as_int(index), what, (unsigned long long)count);
}

verdict data_index(csp_vm *vm, process *p, value v, uint64_t count, const char *what, uint64_t *at)
{
    if (!value_is_int(v)) {
        if (value_is(v, OBJ_BIGINT))
            return raise_index(vm, v, count, what);
        return vm_raise_type(vm, p, v, "an int as an index");
    }
    int64_t index = value_as_int(v);
    uint64_t place = index < 0 ? (uint64_t)index + count : (uint64_t)index;
    if (place >= count)
        return raise_index(vm, v, count, what);
    *at = place;
    return VERDICT_DONE;
}

verdict data_length(csp_vm *vm, process *p, value v, uint64_t *length)
{
    if (value_is_object(v) && !value_usable(p, v))
        return vm_raise_moved(vm, v);
    switch (value_kind(v)) {
    case OBJ_STRING: *length = value_string(v)->length; return VERDICT_DONE;
    case OBJ_BYTES: *length = value_bytes(v)->size; return VERDICT_DONE;
    case OBJ_TUPLE: *length = value_tuple(v)->count; return VERDICT_DONE;
    case OBJ_LIST: *length = value_list(v)->count; return VERDICT_DONE;
    case OBJ_MAP: *length = map_count(value_map(v)); return VERDICT_DONE;
    case OBJ_BUFFER: *length = ((buffer *)value_as_object(v))->size; return VERDICT_DONE;
    case OBJ_RANGE: return data_range_length(vm, p, value_as_object(v), length);
    default: break;
    }
    return vm_raise_type(vm, p, v, "something that has a length");
}

static verdict get_element(csp_vm *vm, process *p, value key, uint64_t count, const value *items,
                           const char *what, value *out)
{
    uint64_t at = 0;
    if (data_index(vm, p, key, count, what, &at) != VERDICT_DONE)
        return VERDICT_FAIL;
    *out = items[at];
    return VERDICT_DONE;
}

static verdict get_key(csp_vm *vm, process *p, const map *m, value key, value *out)
{
    if (map_key_check(vm, p, key) != VERDICT_DONE)
        return VERDICT_FAIL;
    uint64_t hash;
    uint32_t entry;
    verdict v = map_find_quick(vm, m, key, &hash, &entry);
    if (v == VERDICT_CALL)
        *out = key;
    else
        *out = entry == MAP_NO_ENTRY ? VALUE_NIL : *map_item(m, entry);
    return v;
}

verdict data_get(csp_vm *vm, process *p, value container, value key, value *out)
{
    obj_kind kind = value_kind(container);
    if (kind != OBJ_NONE && !value_usable(p, container))
        return vm_raise_moved(vm, container);
    if (kind == OBJ_MAP)
        return get_key(vm, p, value_map(container), key, out);
    if (value_is(key, OBJ_RANGE))
        return data_slice_range(vm, p, container, value_as_object(key), out);
    uint64_t at = 0;
    switch (kind) {
    case OBJ_LIST:
        return get_element(vm, p, key, value_list(container)->count, value_list(container)->items,
                           "list", out);
    case OBJ_TUPLE:
        return get_element(vm, p, key, value_tuple(container)->count, value_tuple(container)->items,
                           "tuple", out);
    case OBJ_STRING:
        if (data_index(vm, p, key, value_string(container)->length, "string", &at) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (value_string(container)->size > long_bytes(vm) && long_index(vm, container)) {
            *out = value_int((int64_t)at);
            return VERDICT_CALL;
        }
        return vm_give(vm, str_at(vm, value_string(container), (uint32_t)at), out);
    case OBJ_BYTES:
        if (data_index(vm, p, key, value_bytes(container)->size, "bytes", &at) != VERDICT_DONE)
            return VERDICT_FAIL;
        *out = value_int(value_bytes(container)->data[at]);
        return VERDICT_DONE;
    case OBJ_BUFFER: {
        buffer *b = value_as_object(container);
        if (data_index(vm, p, key, b->size, "buffer", &at) != VERDICT_DONE)
            return VERDICT_FAIL;
        *out = value_int(b->data[at]);
        return VERDICT_DONE;
    }
    case OBJ_RANGE: return data_range_at(vm, p, value_as_object(container), key, out);
    default: break;
    }
    return vm_raise_type(vm, p, container, "something with elements");
}

static verdict set_byte(csp_vm *vm, process *p, buffer *b, value key, value item)
{
    uint64_t at = 0;
    if (data_index(vm, p, key, b->size, "buffer", &at) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (!value_is_integer(item))
        return vm_raise_type(vm, p, item, "an int from 0 to 255");
    if (!value_is_int(item) || value_as_int(item) < 0 || value_as_int(item) > 255)
        return vm_raise(vm, ERR_VALUE, "a byte is an int from 0 to 255");
    b->data[at] = (uint8_t)value_as_int(item);
    return VERDICT_DONE;
}

verdict data_set(csp_vm *vm, process *p, value container, value key, value item)
{
    obj_kind kind = value_kind(container);
    if (kind != OBJ_NONE && !value_usable(p, container))
        return vm_raise_moved(vm, container);
    if (value_is(key, OBJ_RANGE) && (kind == OBJ_LIST || kind == OBJ_BUFFER))
        return vm_raise(vm, ERR_TYPE,
                        "a slice is a copy and cannot be assigned: assign element by element");
    if (kind == OBJ_LIST) {
        list *l = data_own_list(vm, p, container);
        uint64_t at = 0;
        if (!l || data_index(vm, p, key, l->count, "list", &at) != VERDICT_DONE)
            return VERDICT_FAIL;
        l->items[at] = item;
        return VERDICT_DONE;
    }
    if (kind == OBJ_MAP) {
        map *m = data_own_map(vm, p, container);
        if (!m || map_key_check(vm, p, key) != VERDICT_DONE)
            return VERDICT_FAIL;
        uint64_t hash;
        uint32_t entry;
        verdict v = map_find_quick(vm, m, key, &hash, &entry);
        if (v == VERDICT_CALL || (entry == MAP_NO_ENTRY && map_grows_long(vm, m)))
            return VERDICT_CALL;
        if (entry == MAP_NO_ENTRY)
            return map_append(vm, m, key, item, hash) ? VERDICT_DONE : vm_raise_memory(vm);
        *map_item(m, entry) = item;
        return VERDICT_DONE;
    }
    if (kind == OBJ_BUFFER)
        return set_byte(vm, p, value_as_object(container), key, item);
    return vm_raise_type(vm, p, container,
                         "something whose elements can be assigned (a list, map or buffer)");
}
