#include "vm/data/structure.h"

#include "vm/data/map.h"

map *struct_keeper(csp_vm *vm) { return map_make_table(vm, OBJ_MAP, 0); }

/* The keys are ints: an address has 57 bits at most. */
static value address_key(uintptr_t at) { return value_int((int64_t)at); }

/* --- the keys within some bytes: looked for one by one, or in the whole map, whatever is less */

enum { POINTER = sizeof(void *) };

typedef struct range_walk {
    const map *of;
    uintptr_t at;
    size_t size, offset; /* of the next place to look at */
    uint32_t position;
    bool each_place;
} range_walk;

static range_walk walk_from(const map *m, const void *at, size_t size)
{
    return (range_walk){.of = m,
                        .at = (uintptr_t)at,
                        .size = size,
                        .each_place = m && size / POINTER < map_count(m)};
}

/* The next one that is there: its offset, and what it keeps; false: no more. */
static bool walk_next(csp_vm *vm, range_walk *w, size_t *offset, value *item)
{
    while (w->each_place && w->offset < w->size) {
        *offset = w->offset;
        w->offset += POINTER;
        *item = map_get(vm, w->of, address_key(w->at + *offset));
        if (*item != VALUE_ABSENT)
            return true;
    }
    for (map_entry e; w->of && !w->each_place && map_next(vm, w->of, &w->position, &e);) {
        *offset = (size_t)((uintptr_t)value_as_int(e.key) - w->at);
        *item = e.item;
        if (*offset < w->size)
            return true;
    }
    return false;
}

static void keep_nothing(csp_vm *vm, map *m, const void *at, size_t size)
{
    size_t offset;
    value item;
    range_walk w = walk_from(m, at, size);
    while (walk_next(vm, &w, &offset, &item)) {
        uint32_t used = map_used(m);
        (void)map_remove(vm, m, address_key((uintptr_t)at + offset));
        if (map_used(m) != used)
            w.position = 0; /* its entries have moved together */
    }
}

bool struct_keep_copy(csp_vm *vm, const map *from, const void *from_at, size_t size, map **to,
                      const void *to_at)
{
    if (from == *to && from_at == to_at)
        return true;
    size_t offset;
    value item;
    keep_nothing(vm, *to, to_at, size);
    range_walk w = walk_from(from, from_at, size);
    while (walk_next(vm, &w, &offset, &item)) {
        if (!*to)
            *to = struct_keeper(vm);
        if (!*to || !map_put(vm, *to, address_key((uintptr_t)to_at + offset), item))
            return false;
    }
    return true;
}

cvalue *struct_blank(csp_vm *vm, uint64_t header, const cvalue *source)
{
    cvalue *s = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *s);
    void *block = s ? heap_alloc_raw(vm_heap(vm), HEAP_BYTES, source->size) : NULL;
    if (!block)
        return NULL;
    *s = (cvalue){header, source->of, block, block, source->size, NULL};
    return struct_keep_copy(vm, source->kept, source->data, s->size, &s->kept, block) ? s : NULL;
}

bool struct_detach(csp_vm *vm, cvalue *s)
{
    if (!(s->header & STRUCT_SHARED))
        return true;
    const cvalue *own = struct_blank(vm, s->header & ~(uint64_t)STRUCT_SHARED, s);
    if (!own)
        return false;
    memcpy(own->data, s->data, s->size);
    *s = *own;
    return true;
}
