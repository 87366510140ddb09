#include "vm/data/structure.h"

#include "vm/data/map.h"

static bool is_within(value address, uintptr_t at, size_t size)
{
    return (uint64_t)value_as_int(address) - at < size;
}

map *struct_keeper(csp_vm *vm)
{
    map *m = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *m);
    if (m)
        m->header = OBJ_MAP;
    return m;
}

/* The keys are ints: an address has 57 bits at most. */
static value address_key(uintptr_t at) { return value_int((int64_t)at); }

static void keep_nothing(csp_vm *vm, map *m, uintptr_t at, size_t size)
{
    uint32_t position = 0;
    for (const map_entry *e; m && (e = map_next(m, &position));)
        if (is_within(e->key, at, size)) {
            uint32_t used = m->used;
            (void)map_remove(vm, m, e->key);
            if (m->used != used)
                position = 0; /* its entries have moved together */
        }
}

bool struct_keep_copy(csp_vm *vm, const map *from, const void *from_at, size_t size, map **to,
                      const void *to_at)
{
    uintptr_t source = (uintptr_t)from_at, target = (uintptr_t)to_at;
    if (from == *to && source == target)
        return true;
    keep_nothing(vm, *to, target, size);
    uint32_t position = 0;
    for (const map_entry *e; from && (e = map_next(from, &position));) {
        if (!is_within(e->key, source, size))
            continue;
        if (!*to) {
            *to = struct_keeper(vm);
            if (!*to)
                return false;
        }
        uintptr_t offset = (uintptr_t)value_as_int(e->key) - source;
        if (!map_put(vm, *to, address_key(target + offset), e->item))
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

bool struct_part(csp_vm *vm, cvalue *s)
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
