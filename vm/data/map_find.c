/* Finding a key: by its hash, then by comparing. A key may be a container, and to compare those is
 * a walk: the only thing of the room above that this one needs. */
#include "vm/data/map_find.h"

#include "vm/core/vm.h"
#include "vm/data/map.h"
#include "vm/data/map_hash.h"
#include "vm/data/map_walk.h"
#include "vm/walk/walk_equal.h"
#include "vm/walk/walk_state.h"

static uint32_t table_probe(const map_table *t, uint64_t hash, uint64_t *cursor)
{
    if (!t->index) {
        for (uint64_t i = *cursor; i < t->used; i++) {
            if (t->entries[i].hash == hash && t->entries[i].key != VALUE_ABSENT) {
                *cursor = i + 1;
                return (uint32_t)i;
            }
        }
        *cursor = t->used;
        return MAP_NO_ENTRY;
    }
    for (uint64_t step = *cursor;; step++) {
        uint32_t number = t->index[((uint32_t)hash + (uint32_t)step) & t->index_mask];
        if (number == 0) {
            *cursor = step;
            return MAP_NO_ENTRY;
        }
        const map_entry *e = &t->entries[number - 1];
        if (e->hash == hash && e->key != VALUE_ABSENT) {
            *cursor = step + 1;
            return number - 1;
        }
    }
}

uint32_t map_probe(const csp_vm *vm, const map *m, uint64_t hash, uint64_t *cursor)
{
    if (!map_has_shape(m))
        return table_probe(m->at.table, hash, cursor);
    return m->fields > 0 ? shape_probe(shape_of(vm, m->shape), hash, cursor) : MAP_NO_ENTRY;
}

/* Identical words are equal keys, unless there may be a nan inside. */
static bool same_word(value a, value b)
{
    if (a != b)
        return false;
    obj_kind kind = value_kind(a);
    return kind == OBJ_NONE || (kind != OBJ_FLOAT && obj_nature_of(kind) == NATURE_CONSTANT);
}

uint32_t map_find(csp_vm *vm, const map *m, value key, uint64_t hash)
{
    uint64_t cursor = 0;
    uint32_t entry;
    while ((entry = map_probe(vm, m, hash, &cursor)) != MAP_NO_ENTRY) {
        value other = map_key(vm, m, entry);
        if (same_word(other, key) || walk_equal_keys(vm, other, key))
            return entry;
    }
    return MAP_NO_ENTRY;
}

verdict map_find_quick(csp_vm *vm, const map *m, value key, uint64_t *hash, uint32_t *entry)
{
    enum { LARGE = 1 << 14, REDUCTIONS_PER_MISS = 8 }; /* the cache does not hold it */
    *entry = MAP_NO_ENTRY;
    *hash = map_hash(vm, key);
    if (map_used(m) > LARGE)
        vm_charge(vm, REDUCTIONS_PER_MISS);
    if (map_count(m) == 0)
        return VERDICT_DONE;
    uint64_t cursor = 0;
    uint32_t at;
    while ((at = map_probe(vm, m, *hash, &cursor)) != MAP_NO_ENTRY) {
        value other = map_key(vm, m, at);
        int equal = same_word(other, key) ? 1 : walk_equal_atoms(vm, NULL, other, key);
        if (equal < 0)
            return VERDICT_CALL;
        if (equal == 1) {
            *entry = at;
            return VERDICT_DONE;
        }
    }
    return VERDICT_DONE;
}

verdict map_find_step(csp_vm *vm, map_walk *w, const map *m, value key)
{
    if (!w->begun) {
        w->begun = true;
        w->hash = map_hash(vm, key);
        w->entry = MAP_NO_ENTRY;
    }
    int64_t budget = WALK_STEP;
    while (!w->found) {
        if (!w->comparing) {
            w->entry = map_count(m) > 0 ? map_probe(vm, m, w->hash, &w->cursor) : MAP_NO_ENTRY;
            if (w->entry == MAP_NO_ENTRY)
                break;
            value other = map_key(vm, m, w->entry);
            int equal = walk_equal_atoms(vm, NULL, other, key);
            if (equal >= 0) {
                w->found = equal == 1;
                continue;
            }
            w->comparing = walk_equal_new(vm);
            if (!w->comparing || !walk_equal_begin(vm, NULL, w->comparing, other, key))
                return VERDICT_FAIL;
        }
        bool equal = false;
        verdict v = walk_equal_run(vm, NULL, w->comparing, &budget, &equal);
        if (v != VERDICT_DONE) {
            walk_charge(vm, budget);
            return v;
        }
        w->comparing = NULL;
        w->found = equal;
    }
    walk_charge(vm, budget);
    return VERDICT_DONE;
}
