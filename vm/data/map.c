/* Maps (object.h says what they are made of). A removed entry of a table keeps its place, and that
 * in the index (with the key VALUE_ABSENT), until the entries are compacted. No live entry stands
 * before number `first`, so a map can be used as a queue. */
#include "vm/data/map.h"

#include "vm/core/vm.h"
#include "vm/data/map_find.h"
#include "vm/data/map_hash.h"

enum { TABLE_WORDS = sizeof(map_table) / sizeof(value) };
_Static_assert(TABLE_WORDS * sizeof(value) == sizeof(map_table),
               "a table takes the place of items");

/* --- tables */

/* The smallest index that stays at most two thirds full with `capacity` entries. */
size_t map_index_size(size_t capacity)
{
    size_t size = 16;
    while (size / 3 * 2 < capacity)
        size *= 2;
    return size;
}

/* Gives an empty table its blocks. */
static bool add_blocks(csp_vm *vm, map_table *t, size_t capacity)
{
    if (capacity > LIST_MAX)
        return false;
    t->entries = heap_alloc(vm_heap(vm), HEAP_TRACED, capacity * sizeof *t->entries);
    size_t size = capacity > MAP_LINEAR ? map_index_size(capacity) : 0;
    if (size > 0)
        t->index = heap_alloc(vm_heap(vm), HEAP_BYTES, size * sizeof *t->index);
    t->capacity = (uint32_t)capacity;
    t->index_mask = size > 0 ? (uint32_t)(size - 1) : 0;
    return t->entries && (size == 0 || t->index);
}

static void index_add(map_table *t, uint32_t entry)
{
    uint32_t slot = (uint32_t)t->entries[entry].hash & t->index_mask;
    while (t->index[slot] != 0)
        slot = (slot + 1) & t->index_mask;
    t->index[slot] = entry + 1;
}

/* There is room. */
static void add_entry(map_table *t, value key, value item, uint64_t hash)
{
    t->entries[t->used] = (map_entry){key, item, hash};
    if (t->index)
        index_add(t, t->used);
    t->used++;
}

/* Moves the live entries into a block of `capacity` and rebuilds the index. */
static bool rebuild(csp_vm *vm, map_table *t, size_t capacity)
{
    map_table made = {.count = t->count, .version = t->version};
    if (!add_blocks(vm, &made, capacity))
        return false;
    for (uint32_t i = 0; i < t->used; i++)
        if (t->entries[i].key != VALUE_ABSENT)
            add_entry(&made, t->entries[i].key, t->entries[i].item, t->entries[i].hash);
    if (t->entries)
        heap_release(vm_heap(vm), HEAP_TRACED, t->entries, t->capacity * sizeof *t->entries);
    if (t->index)
        heap_release(vm_heap(vm), HEAP_BYTES, t->index,
                     ((size_t)t->index_mask + 1) * sizeof *t->index);
    *t = made;
    return true;
}

/* Makes room for one more: if a quarter or more has been removed, compacting is enough. */
static bool grow(csp_vm *vm, map_table *t)
{
    size_t capacity = t->capacity;
    if (t->count > capacity / 4 * 3 || capacity < 4)
        capacity = capacity < 4 ? 4 : capacity * 2;
    return rebuild(vm, t, capacity);
}

/* --- made */

static size_t words(size_t count) { return count * sizeof(value); }

/* An object's size is a multiple of two words, so there is room for an odd number of items. */
static map *make_shaped(csp_vm *vm, uint64_t header, uint32_t number, size_t count)
{
    size_t room = count | 1;
    map *m = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *m + words(room));
    if (!m)
        return NULL;
    m->header = header;
    m->shape = number;
    m->room = (uint16_t)room;
    m->at.items = m->inside;
    return m;
}

map *map_make_table(csp_vm *vm, uint64_t header, size_t capacity)
{
    map *m = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *m + sizeof(map_table));
    if (!m)
        return NULL;
    m->header = header;
    m->shape = SHAPE_NONE;
    m->at.table = (map_table *)(void *)m->inside;
    return capacity == 0 || add_blocks(vm, m->at.table, capacity) ? m : NULL;
}

/* With at least so much room that a table fits there, too: it may well get one. */
map *map_make(csp_vm *vm, uint64_t header, size_t capacity)
{
    if (capacity > SHAPE_KEYS)
        return map_make_table(vm, header, capacity);
    return make_shaped(vm, header, SHAPE_EMPTY, capacity > TABLE_WORDS ? capacity : TABLE_WORDS);
}

map *map_make_like(csp_vm *vm, uint64_t header, const map *other, const value *items)
{
    map *m = make_shaped(vm, header, other->shape, other->fields);
    if (!m)
        return NULL;
    m->fields = other->fields;
    if (items)
        memcpy(m->inside, items, words(m->fields));
    return m;
}

static uint64_t header_for(const process *p)
{
    return OBJ_MAP | (p ? process_owner(p) : OWNER_TRANSIT);
}

value map_new(csp_vm *vm, const process *p, size_t capacity)
{
    map *m = map_make(vm, header_for(p), capacity);
    return m ? value_object(m) : VALUE_ABSENT;
}

uint32_t map_literal_shape(csp_vm *vm, const value *names, uint64_t count)
{
    uint32_t number = SHAPE_EMPTY;
    for (uint64_t i = 0; i < count && number != SHAPE_NONE; i++)
        number = shape_with(vm, number, names[i], map_hash(vm, names[i]), true);
    return number;
}

value map_record(csp_vm *vm, const process *p, uint32_t number, const value *items, uint32_t count)
{
    map *m = make_shaped(vm, header_for(p), number, count);
    if (!m)
        return VALUE_ABSENT;
    memcpy(m->inside, items, words(count));
    m->fields = (uint16_t)count;
    return value_object(m);
}

/* --- from shape to table */

/* Of items that stand no longer in the map. */
static void release_items(csp_vm *vm, const map *m, value *items, size_t room)
{
    if (items != m->inside)
        heap_release(vm_heap(vm), HEAP_TRACED, items, words(room));
}

static bool become_table(csp_vm *vm, map *m)
{
    uint32_t count = m->fields;
    size_t capacity = m->room > TABLE_WORDS ? m->room : count < MAP_LINEAR / 2 ? 4 : MAP_LINEAR;
    map_table made = {.count = count, .version = count};
    if (!add_blocks(vm, &made, capacity))
        return false;
    bool fits = m->at.items == m->inside && m->room >= TABLE_WORDS;
    map_table *t = fits ? (void *)m->inside : heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *t);
    if (!t)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        map_entry e = map_entry_at(vm, m, i);
        add_entry(&made, e.key, e.item, e.hash);
    }
    value *items = m->at.items;
    size_t room = m->room;
    *t = made;
    m->shape = SHAPE_NONE;
    m->room = m->fields = 0;
    m->at.table = t;
    release_items(vm, m, items, room);
    return true;
}

/* --- entries */

map_entry map_entry_at(const csp_vm *vm, const map *m, uint32_t n)
{
    if (!map_has_shape(m))
        return m->at.table->entries[n];
    const shape_key *k = &shape_of(vm, m->shape)->keys[n];
    return (map_entry){k->name, m->at.items[n], k->hash};
}

bool map_next(const csp_vm *vm, const map *m, uint32_t *position, map_entry *e)
{
    if (map_has_shape(m)) {
        if (*position >= m->fields)
            return false;
        *e = map_entry_at(vm, m, (*position)++);
        return true;
    }
    const map_table *t = m->at.table;
    if (*position < t->first)
        *position = t->first;
    while (*position < t->used) {
        *e = t->entries[(*position)++];
        if (e->key != VALUE_ABSENT)
            return true;
    }
    return false;
}

value map_get(csp_vm *vm, const map *m, value key)
{
    if (map_count(m) == 0)
        return VALUE_ABSENT;
    uint32_t entry = map_find(vm, m, key, map_hash(vm, key));
    return entry == MAP_NO_ENTRY ? VALUE_ABSENT : *map_item(m, entry);
}

value *map_field(csp_vm *vm, const map *m, value name, field_hint *hint)
{
    uint32_t n = hint->place;
    if (map_has_shape(m)) {
        if (m->fields == 0)
            return NULL;
        if (hint->shape != m->shape)
            n = shape_find(shape_of(vm, m->shape), name);
    } else if (n >= m->at.table->used || m->at.table->entries[n].key != name) {
        n = MAP_NO_ENTRY;
    }
    /* another string may say the same */
    if (n == MAP_NO_ENTRY && map_count(m) > 0)
        n = map_find(vm, m, name, map_hash(vm, name));
    if (n == MAP_NO_ENTRY)
        return NULL;
    *hint = (field_hint){map_has_shape(m) ? m->shape : 0, n};
    return map_item(m, n);
}

/* Makes room for one more item. */
static bool grow_items(csp_vm *vm, map *m)
{
    uint32_t room = m->room < MAP_LINEAR ? MAP_LINEAR : m->room * 2u;
    value *items = heap_alloc(vm_heap(vm), HEAP_TRACED, words(room));
    if (!items)
        return false;
    memcpy(items, m->at.items, words(m->fields));
    value *old = m->at.items;
    size_t old_room = m->room;
    m->at.items = items;
    m->room = (uint16_t)room;
    release_items(vm, m, old, old_room);
    return true;
}

bool map_append(csp_vm *vm, map *m, value key, value item, uint64_t hash)
{
    if (map_has_shape(m)) {
        uint32_t number = shape_with(vm, m->shape, key, hash, false);
        if (number != SHAPE_NONE) {
            if (m->fields == m->room && !grow_items(vm, m))
                return false;
            m->at.items[m->fields++] = item;
            m->shape = number;
            return true;
        }
        if (!become_table(vm, m))
            return false;
    }
    map_table *t = m->at.table;
    if (t->used == t->capacity && !grow(vm, t))
        return false;
    add_entry(t, key, item, hash);
    t->count++;
    t->version++;
    return true;
}

bool map_add(csp_vm *vm, map *m, value key, value item)
{
    return map_append(vm, m, key, item, map_hash(vm, key));
}

bool map_put(csp_vm *vm, map *m, value key, value item)
{
    uint64_t hash = map_hash(vm, key);
    uint32_t entry = map_find(vm, m, key, hash);
    if (entry == MAP_NO_ENTRY)
        return map_append(vm, m, key, item, hash);
    *map_item(m, entry) = item;
    return true;
}

/* --- removal */

/* Closes the gaps without allocating. */
static void compact(map_table *t)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < t->used; i++)
        if (t->entries[i].key != VALUE_ABSENT)
            t->entries[used++] = t->entries[i];
    memset(t->entries + used, 0, (t->used - used) * sizeof *t->entries);
    t->used = used;
    t->first = 0;
    if (!t->index)
        return;
    memset(t->index, 0, ((size_t)t->index_mask + 1) * sizeof *t->index);
    for (uint32_t i = 0; i < used; i++)
        index_add(t, i);
}

bool map_remove(csp_vm *vm, map *m, value key)
{
    if (map_count(m) == 0)
        return false;
    uint32_t entry = map_find(vm, m, key, map_hash(vm, key));
    return entry != MAP_NO_ENTRY && map_remove_entry(vm, m, entry);
}

bool map_remove_entry(csp_vm *vm, map *m, uint32_t entry)
{
    if (map_has_shape(m) && !become_table(vm, m))
        return false;
    map_table *t = m->at.table;
    t->entries[entry].key = VALUE_ABSENT;
    t->entries[entry].item = VALUE_ABSENT;
    t->count--;
    t->version++;
    while (t->first < t->used && t->entries[t->first].key == VALUE_ABSENT)
        t->first++;
    if (t->used >= 2 * MAP_LINEAR ? t->count < t->used / 4 : t->count == 0)
        compact(t);
    return true;
}

bool map_clear(csp_vm *vm, map *m)
{
    if (map_has_shape(m) && m->fields == 0)
        return true;
    if (map_has_shape(m) && !become_table(vm, m))
        return false;
    map_table *t = m->at.table;
    *t = (map_table){.version = t->version + (t->count > 0)};
    return true;
}

/* --- moving */

size_t map_object_size(const map *m)
{
    if (m->at.items != m->inside)
        return sizeof *m;
    return sizeof *m + (map_has_shape(m) ? words(m->room) : sizeof(map_table));
}

void map_moved(map *to, const map *from)
{
    if (from->at.items == from->inside)
        to->at.items = to->inside;
}

/* --- for programs */

verdict map_key_check(csp_vm *vm, process *p, value key)
{
    if (value_is_immutable(key))
        return VERDICT_DONE;
    return vm_raise_type(vm, p, key,
                         value_is(key, OBJ_HOSTED) ? "a map key that cannot change"
                                                   : "a map key that cannot change (freeze it)");
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
