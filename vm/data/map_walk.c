/* Maps in steps: keys that take long to compare, and blocks that take long to exchange for
 * larger ones. Nobody else can change the map meanwhile, since it belongs to the process that
 * runs this native. */
#include "vm/data/map_walk.h"

#include "vm/core/steps.h"
#include "vm/data/map.h"
#include "vm/data/map_find.h"

/* An entry costs a cache miss in the index; memory that is cleared is often touched for the first
 * time. */
enum { CLEARED_PER_REDUCTION = 32 };

static uint32_t step_of(const csp_vm *vm, size_t size, size_t done, size_t part)
{
    size_t most = long_bytes(vm) / part;
    return (uint32_t)(size - done < most ? size - done : most);
}

map_walk *map_walk_in_slot(csp_vm *vm, value *slot)
{
    if (*slot == VALUE_ABSENT) {
        map_walk *w = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *w);
        if (!w) {
            vm_raise_memory(vm);
            return NULL;
        }
        w->header = OBJ_WALK;
        *slot = value_object(w);
    }
    return value_as_object(*slot);
}

/* --- growing */

bool map_grows_long(const csp_vm *vm, const map *m)
{
    if (map_has_shape(m))
        return false;
    const map_table *t = m->at.table;
    return t->used == t->capacity && t->used * sizeof *t->entries > long_bytes(vm);
}

static verdict begin_growth(csp_vm *vm, map_walk *w, const map_table *t)
{
    size_t capacity = t->count > t->capacity / 4 * 3 ? (size_t)t->capacity * 2 : t->capacity;
    if (capacity > LIST_MAX)
        return vm_raise_memory(vm);
    size_t size = map_index_size(capacity);
    w->entries = heap_alloc_raw(vm_heap(vm), HEAP_TRACED, capacity * sizeof *w->entries);
    w->index = heap_alloc_raw(vm_heap(vm), HEAP_BYTES, size * sizeof *w->index);
    if (!w->entries || !w->index)
        return vm_raise_memory(vm);
    w->capacity = (uint32_t)capacity;
    w->index_mask = (uint32_t)(size - 1);
    return VERDICT_YIELD;
}

/* One step of making the larger blocks: the index is cleared, the entries are copied and then
 * entered, and the rest is cleared. DONE: the table has the new blocks. */
static verdict grow_step(csp_vm *vm, map_walk *w, map_table *t)
{
    if (!w->entries)
        return begin_growth(vm, w, t);
    size_t size = (size_t)w->index_mask + 1;
    if (w->cleared < size) {
        size_t count = step_of(vm, size, w->cleared, sizeof *w->index);
        vm_charge(vm, count / CLEARED_PER_REDUCTION);
        memset(w->index + w->cleared, 0, count * sizeof *w->index);
        w->cleared += count;
        return VERDICT_YIELD;
    }
    if (w->copied < t->used) {
        uint32_t stop = w->copied + step_of(vm, t->used, w->copied, sizeof *w->entries);
        vm_charge(vm, stop - w->copied);
        for (; w->copied < stop; w->copied++) {
            const map_entry *e = &t->entries[w->copied];
            if (e->key == VALUE_ABSENT)
                continue;
            uint32_t slot = (uint32_t)e->hash & w->index_mask;
            while (w->index[slot] != 0)
                slot = (slot + 1) & w->index_mask;
            w->entries[w->used++] = *e;
            w->index[slot] = w->used;
        }
        w->indexed = w->used;
        return VERDICT_YIELD;
    }
    if (w->indexed < w->capacity) {
        uint32_t count = step_of(vm, w->capacity, w->indexed, sizeof *w->entries);
        memset(w->entries + w->indexed, 0, count * sizeof *w->entries);
        vm_charge(vm, count * sizeof *w->entries / LONG_BYTES_PER_REDUCTION);
        w->indexed += count;
        return VERDICT_YIELD;
    }
    heap_release(vm_heap(vm), HEAP_TRACED, t->entries, t->capacity * sizeof *t->entries);
    heap_release(vm_heap(vm), HEAP_BYTES, t->index, ((size_t)t->index_mask + 1) * sizeof *t->index);
    t->entries = w->entries;
    t->index = w->index;
    t->used = w->used;
    t->capacity = w->capacity;
    t->index_mask = w->index_mask;
    t->first = 0;
    return VERDICT_DONE;
}

/* Stores a value for the key that map_find_step has looked for: DONE, YIELD, FAIL. */
static verdict map_put_step(csp_vm *vm, map_walk *w, map *m, value key, value item)
{
    if (w->found) {
        *map_item(m, w->entry) = item;
        return VERDICT_DONE;
    }
    if (map_grows_long(vm, m)) {
        verdict v = grow_step(vm, w, m->at.table);
        return v == VERDICT_DONE ? VERDICT_YIELD : v;
    }
    return map_append(vm, m, key, item, w->hash) ? VERDICT_DONE : vm_raise_memory(vm);
}

/* --- filling */

map *map_blank(csp_vm *vm, uint64_t header, size_t capacity)
{
    map *m = map_make_table(vm, header, 0);
    if (!m)
        return NULL;
    map_table *t = m->at.table;
    size_t size = map_index_size(capacity);
    map_entry *entries = heap_alloc_raw(vm_heap(vm), HEAP_TRACED, capacity * sizeof *entries);
    uint32_t *index = heap_alloc_raw(vm_heap(vm), HEAP_BYTES, size * sizeof *index);
    if (!entries || !index)
        return NULL;
    t->entries = entries;
    t->index = index;
    t->capacity = (uint32_t)capacity;
    t->index_mask = (uint32_t)(size - 1);
    return m;
}

bool map_is_blank(const csp_vm *vm, const map *m, uint64_t at)
{
    if (map_has_shape(m))
        return false;
    const map_table *t = m->at.table;
    return t->index && t->capacity > long_elements(vm) && at <= t->index_mask;
}

uint32_t map_clear_index(csp_vm *vm, map *m, uint64_t at)
{
    map_table *t = m->at.table;
    uint32_t count = step_of(vm, (size_t)t->index_mask + 1, at, sizeof *t->index);
    memset(t->index + at, 0, count * sizeof *t->index);
    return count;
}

/* --- as walks */

/* m[key] = item. slot: the walk. */
verdict map_run_put(csp_vm *vm, process *p, value *args, value *result)
{
    map *m = data_own_map(vm, p, args[0]);
    map_walk *w = m ? map_walk_in_slot(vm, &args[3]) : NULL;
    if (!w)
        return VERDICT_FAIL;
    *result = args[0];
    verdict v = w->begun && !w->comparing ? VERDICT_DONE : map_find_step(vm, w, m, args[1]);
    return v == VERDICT_DONE ? map_put_step(vm, w, m, args[1], args[2]) : v;
}

/* What is wanted of a key: its value (or the default in args[2]), whether it is there, or
 * its removal. */
typedef enum asked { ASKED_GET, ASKED_HAS, ASKED_REMOVE } asked;

static verdict ask(csp_vm *vm, process *p, value *args, value *slot, asked what, value *result)
{
    map *m = what == ASKED_REMOVE ? data_own_map(vm, p, args[0]) : data_map(vm, p, args[0]);
    map_walk *w = m ? map_walk_in_slot(vm, slot) : NULL;
    verdict v = w ? map_find_step(vm, w, m, args[1]) : VERDICT_FAIL;
    if (v != VERDICT_DONE)
        return v;
    *result = w->found ? *map_item(m, w->entry) : VALUE_NIL;
    if (what == ASKED_HAS)
        *result = value_bool(w->found);
    else if (what == ASKED_GET && !w->found && args[2] != VALUE_ABSENT)
        *result = args[2];
    else if (what == ASKED_REMOVE && w->found && !map_remove_entry(vm, m, w->entry))
        return vm_raise_memory(vm);
    return VERDICT_DONE;
}

verdict map_run_get(csp_vm *vm, process *p, value *args, value *result)
{
    return ask(vm, p, args, &args[3], ASKED_GET, result);
}

verdict map_run_has(csp_vm *vm, process *p, value *args, value *result)
{
    return ask(vm, p, args, &args[2], ASKED_HAS, result);
}

verdict map_run_remove(csp_vm *vm, process *p, value *args, value *result)
{
    return ask(vm, p, args, &args[2], ASKED_REMOVE, result);
}
