/* Maps: entries in order of insertion, and from MAP_LINEAR entries on an index by hash with linear
 * probing. A removed entry keeps its place in both (with the key VALUE_ABSENT) until the entries
 * are compacted. No live entry stands before number `first`, so a map can be used as a queue. */
#include "vm/data/map.h"

#include "vm/core/vm.h"
#include "vm/walk/walk_equal.h"
#include "vm/walk/walk_hash.h"

static map_entry *entry_block(csp_vm *vm, size_t capacity)
{
    return heap_alloc(vm_heap(vm), HEAP_TRACED, capacity * sizeof(map_entry));
}

/* The smallest index that stays at most two thirds full with `capacity` entries. */
size_t map_index_size(size_t capacity)
{
    size_t size = 16;
    while (size / 3 * 2 < capacity)
        size *= 2;
    return size;
}

static void index_add(map *m, uint32_t entry)
{
    uint32_t slot = (uint32_t)m->entries[entry].hash & m->index_mask;
    while (m->index[slot] != 0)
        slot = (slot + 1) & m->index_mask;
    m->index[slot] = entry + 1;
}

/* Moves the live entries into a block of `capacity` and rebuilds the index. */
static bool rebuild(csp_vm *vm, map *m, size_t capacity)
{
    if (capacity > LIST_MAX)
        return false;
    map_entry *entries = entry_block(vm, capacity);
    if (!entries)
        return false;
    uint32_t *index = NULL;
    size_t size = capacity > MAP_LINEAR ? map_index_size(capacity) : 0;
    if (size > 0) {
        index = heap_alloc(vm_heap(vm), HEAP_BYTES, size * sizeof *index);
        if (!index)
            return false;
    }
    uint32_t used = 0;
    for (uint32_t i = 0; i < m->used; i++)
        if (m->entries[i].key != VALUE_ABSENT)
            entries[used++] = m->entries[i];
    if (m->entries)
        heap_release(vm_heap(vm), HEAP_TRACED, m->entries, m->capacity * sizeof *entries);
    if (m->index)
        heap_release(vm_heap(vm), HEAP_BYTES, m->index,
                     ((size_t)m->index_mask + 1) * sizeof *index);
    m->entries = entries;
    m->used = used;
    m->capacity = (uint32_t)capacity;
    m->index = index;
    m->index_mask = size > 0 ? (uint32_t)(size - 1) : 0;
    m->first = 0;
    if (index)
        for (uint32_t i = 0; i < used; i++)
            index_add(m, i);
    return true;
}

bool map_reserve(csp_vm *vm, map *m, size_t capacity)
{
    return capacity <= m->capacity || rebuild(vm, m, capacity);
}

/* Makes room for one more: if a quarter or more has been removed, compacting is enough. */
static bool grow(csp_vm *vm, map *m)
{
    size_t capacity = m->capacity;
    if (m->count > capacity / 4 * 3 || capacity < 4)
        capacity = capacity < 4 ? 4 : capacity * 2;
    return rebuild(vm, m, capacity);
}

value map_new(csp_vm *vm, const process *p, size_t capacity)
{
    map *m = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *m);
    if (!m)
        return VALUE_ABSENT;
    m->header = OBJ_MAP | (p ? process_owner(p) : OWNER_TRANSIT);
    if (capacity > 0 && !rebuild(vm, m, capacity))
        return VALUE_ABSENT;
    return value_object(m);
}

uint32_t map_probe(const map *m, uint64_t hash, uint64_t *cursor)
{
    if (!m->index) {
        for (uint64_t i = *cursor; i < m->used; i++) {
            if (m->entries[i].hash == hash && m->entries[i].key != VALUE_ABSENT) {
                *cursor = i + 1;
                return (uint32_t)i;
            }
        }
        *cursor = m->used;
        return MAP_NO_ENTRY;
    }
    for (uint64_t step = *cursor;; step++) {
        uint32_t number = m->index[((uint32_t)hash + (uint32_t)step) & m->index_mask];
        if (number == 0) {
            *cursor = step;
            return MAP_NO_ENTRY;
        }
        const map_entry *e = &m->entries[number - 1];
        if (e->hash == hash && e->key != VALUE_ABSENT) {
            *cursor = step + 1;
            return number - 1;
        }
    }
}

/* Identical words are equal keys, unless there may be a nan inside. */
static bool same_word(value a, value b)
{
    if (a != b)
        return false;
    obj_kind kind = value_kind(a);
    return kind == OBJ_NONE || (kind != OBJ_FLOAT && obj_nature_of(kind) == NATURE_CONSTANT);
}

static uint32_t find_entry(csp_vm *vm, const map *m, value key, uint64_t hash)
{
    uint64_t cursor = 0;
    uint32_t entry;
    while ((entry = map_probe(m, hash, &cursor)) != MAP_NO_ENTRY) {
        value other = m->entries[entry].key;
        if (same_word(other, key) || walk_equal_keys(vm, other, key))
            return entry;
    }
    return MAP_NO_ENTRY;
}

verdict map_find_quick(csp_vm *vm, const map *m, value key, uint64_t *hash, uint32_t *entry)
{
    enum { LARGE = 1 << 14, REDUCTIONS_PER_MISS = 8 }; /* the cache does not hold it */
    *entry = MAP_NO_ENTRY;
    *hash = walk_hash(vm, key);
    if (m->used > LARGE)
        vm_charge(vm, REDUCTIONS_PER_MISS);
    if (m->count == 0)
        return VERDICT_DONE;
    uint64_t cursor = 0;
    uint32_t at;
    while ((at = map_probe(m, *hash, &cursor)) != MAP_NO_ENTRY) {
        value other = m->entries[at].key;
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

value map_get(csp_vm *vm, const map *m, value key)
{
    if (m->count == 0)
        return VALUE_ABSENT;
    uint32_t entry = find_entry(vm, m, key, walk_hash(vm, key));
    return entry == MAP_NO_ENTRY ? VALUE_ABSENT : m->entries[entry].item;
}

value map_get_name(csp_vm *vm, const map *m, value name, uint16_t *entry)
{
    uint32_t hint = *entry;
    if (hint < m->used && m->entries[hint].key == name)
        return m->entries[hint].item;
    if (m->count == 0)
        return VALUE_ABSENT;
    uint32_t found = find_entry(vm, m, name, walk_hash(vm, name));
    if (found == MAP_NO_ENTRY)
        return VALUE_ABSENT;
    if (found < UINT16_MAX)
        *entry = (uint16_t)found;
    return m->entries[found].item;
}

bool map_append(csp_vm *vm, map *m, value key, value item, uint64_t hash)
{
    if (m->used == m->capacity && !grow(vm, m))
        return false;
    m->entries[m->used] = (map_entry){key, item, hash};
    if (m->index)
        index_add(m, m->used);
    m->used++;
    m->count++;
    m->version++;
    return true;
}

bool map_put(csp_vm *vm, map *m, value key, value item)
{
    uint64_t hash = walk_hash(vm, key);
    uint32_t entry = find_entry(vm, m, key, hash);
    if (entry == MAP_NO_ENTRY)
        return map_append(vm, m, key, item, hash);
    m->entries[entry].item = item;
    return true;
}

/* Closes the gaps without allocating. */
static void compact(map *m)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < m->used; i++)
        if (m->entries[i].key != VALUE_ABSENT)
            m->entries[used++] = m->entries[i];
    memset(m->entries + used, 0, (m->used - used) * sizeof *m->entries);
    m->used = used;
    m->first = 0;
    if (!m->index)
        return;
    memset(m->index, 0, ((size_t)m->index_mask + 1) * sizeof *m->index);
    for (uint32_t i = 0; i < used; i++)
        index_add(m, i);
}

bool map_remove(csp_vm *vm, map *m, value key)
{
    if (m->count == 0)
        return false;
    uint32_t entry = find_entry(vm, m, key, walk_hash(vm, key));
    if (entry == MAP_NO_ENTRY)
        return false;
    map_remove_entry(m, entry);
    return true;
}

void map_remove_entry(map *m, uint32_t entry)
{
    m->entries[entry].key = VALUE_ABSENT;
    m->entries[entry].item = VALUE_ABSENT;
    m->count--;
    m->version++;
    while (m->first < m->used && m->entries[m->first].key == VALUE_ABSENT)
        m->first++;
    if (m->used >= 2 * MAP_LINEAR ? m->count < m->used / 4 : m->count == 0)
        compact(m);
}

void map_clear(map *m)
{
    if (m->count > 0)
        m->version++;
    m->entries = NULL;
    m->index = NULL;
    m->count = m->used = m->capacity = m->index_mask = m->first = 0;
}

verdict map_key_check(csp_vm *vm, process *p, value key)
{
    if (value_is_immutable(key))
        return VERDICT_DONE;
    return vm_raise_type(vm, p, key,
                         value_is(key, OBJ_HOSTED) ? "a map key that cannot change"
                                                   : "a map key that cannot change (freeze it)");
}

map_entry *map_next(const map *m, uint32_t *position)
{
    if (*position < m->first)
        *position = m->first;
    while (*position < m->used) {
        map_entry *e = &m->entries[(*position)++];
        if (e->key != VALUE_ABSENT)
            return e;
    }
    return NULL;
}

map *data_map(csp_vm *vm, process *p, value v)
{
    if (value_is(v, OBJ_MAP) && value_usable(p, v))
        return value_map(v);
    vm_raise_type(vm, p, v, "a map");
    return NULL;
}

map *data_own_map(csp_vm *vm, process *p, value v)
{
    if (value_is_object(v) && obj_header(v) == (process_owner(p) | OBJ_MAP))
        return value_map(v);
    if (value_is(v, OBJ_MAP) && (obj_header(v) & OBJ_FROZEN))
        vm_raise_frozen(vm, v);
    else
        vm_raise_type(vm, p, v, "a map");
    return NULL;
}
