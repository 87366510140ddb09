/* Hashes of map keys. Equal keys have equal hashes, whatever their form (1 and 1.0, 0..10 and
 * 0..=9, maps in any order). At most HASH_ELEMENTS elements are looked at, breadth first, so
 * shared, cyclic and very large keys cost little. */
#include "vm/data/map_hash.h"

#include "base/hash.h"
#include "vm/core/kind.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/children.h"
#include "vm/data/map.h"
#include "vm/data/slice.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"

enum { HASH_ELEMENTS = 64, REDUCTIONS_PER_ELEMENT = 4 };

static uint64_t hash_add(uint64_t h, uint64_t x) { return hash_stir(h * HASH_FACTOR + x); }

static uint64_t hash_bytes(uint64_t h, const uint8_t *data, size_t size)
{
    while (size >= 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        h = hash_add(h, word);
        data += 8;
        size -= 8;
    }
    uint64_t rest = size;
    for (size_t i = 0; i < size; i++)
        rest = rest << 8 | data[i];
    return hash_add(h, rest);
}

/* Of very many elements the first, the last and their number count, as with texts (string.c). */
static uint64_t hash_all_bytes(uint64_t h, const bytes *b)
{
    enum { PART = 32 << 10 };
    if (b->size <= 2 * PART)
        return hash_bytes(h, b->data, b->size);
    return hash_bytes(hash_bytes(h + b->size, b->data, PART), b->data + b->size - PART, PART);
}

static uint64_t hash_range(csp_vm *vm, const range *r)
{
    uint64_t h = num_key_hash(vm, r->from);
    return hash_add(h, r->to == VALUE_NIL ? 2 : num_key_hash(vm, data_range_stop(r)));
}

/* The keys of a map, in no particular order; of a large map only their number. */
static uint64_t hash_map(csp_vm *vm, const map *m)
{
    uint64_t sum = map_count(m);
    if (sum > HASH_ELEMENTS)
        return hash_stir(sum);
    vm_charge(vm, sum);
    uint32_t position = 0;
    map_entry e;
    while (map_next(vm, m, &position, &e))
        sum += hash_stir(e.hash);
    return hash_stir(sum);
}

static uint64_t hash_string(const csp_vm *vm, string *s)
{
    return hash_add(vm->hash_seed, s->hash != 0 ? s->hash : str_hash(vm, s));
}

/* What one value contributes by itself; for a container its kind and size. */
static uint64_t hash_one(csp_vm *vm, value v)
{
    uint64_t seed = vm->hash_seed;
    if (value_is_number(v))
        return num_key_hash(vm, v);
    obj_kind kind = value_kind(v);
    uint64_t h = hash_add(seed, kind);
    switch (kind) {
    case OBJ_STRING: return hash_string(vm, value_string(v));
    case OBJ_BYTES: {
        bytes *b = value_bytes(v);
        if (b->hash == 0)
            b->hash = (uint32_t)hash_all_bytes(h, b) | 1;
        return hash_add(h, b->hash);
    }
    case OBJ_RANGE: return hash_add(h, hash_range(vm, value_as_object(v)));
    case OBJ_TUPLE: return hash_add(h, value_tuple(v)->count);
    case OBJ_LIST: return hash_add(h, value_list(v)->count);
    case OBJ_MAP: return hash_add(h, hash_map(vm, value_map(v)));
    case OBJ_ERROR: return h;
    default: break;
    }
    const kind_traits *traits = vm->kinds[kind];
    return hash_add(h, traits->identity ? traits->identity(v) : v);
}

uint64_t map_hash(csp_vm *vm, value key)
{
    if (value_is(key, OBJ_STRING)) /* as most keys are; a name has its hash already */
        return hash_string(vm, value_string(key));
    uint64_t h = hash_one(vm, key);
    obj_kind kind = value_kind(key);
    if (kind != OBJ_TUPLE && kind != OBJ_LIST && kind != OBJ_ERROR)
        return h;
    value queue[HASH_ELEMENTS];
    unsigned count = 1;
    queue[0] = key;
    for (unsigned i = 0; i < count; i++) {
        kind = value_kind(queue[i]);
        if (kind != OBJ_TUPLE && kind != OBJ_LIST && kind != OBJ_ERROR)
            continue;
        children c = children_of(queue[i]);
        uint64_t inside = kind == OBJ_ERROR ? 3 : c.count; /* kind, message and data */
        for (uint64_t j = 0; j < inside && count < HASH_ELEMENTS; j++) {
            h = hash_add(h, hash_one(vm, c.items[j]));
            queue[count++] = c.items[j];
        }
    }
    vm_charge(vm, count * REDUCTIONS_PER_ELEMENT);
    return h;
}
