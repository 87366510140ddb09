/* Maps, and access to their inside for what goes through them in steps. */
#ifndef CSP_VM_DATA_MAP_H
#define CSP_VM_DATA_MAP_H

#include "vm/core/bytecode.h"
#include "vm/core/concurrency.h"
#include "vm/data/shape.h"

/* A map owned by p. p NULL: it is in transit, until it is given to somebody or frozen. */
value map_new(csp_vm *vm, const process *p, size_t capacity);
/* The same with that header; NULL: out of memory. */
map *map_make(csp_vm *vm, uint64_t header, size_t capacity);
/* Empty, with a table. */
map *map_make_table(csp_vm *vm, uint64_t header, size_t capacity);
/* With the shape of another, which has one, and as many items: what `items` holds, or, where that
 * is NULL, all absent. They must be set before anybody else sees the map. */
map *map_make_like(csp_vm *vm, uint64_t header, const map *other, const value *items);
/* The shape of literals with these names, all different; SHAPE_NONE: they have tables. */
uint32_t map_literal_shape(csp_vm *vm, const value *names, uint64_t count);
/* A map of that shape, with its `count` items; ABSENT: out of memory. */
value map_record(csp_vm *vm, const process *p, uint32_t number, const value *items, uint32_t count);

bool map_put(csp_vm *vm, map *m, value key, value item); /* key is valid (map_key_check) */
value map_get(csp_vm *vm, const map *m, value key);      /* VALUE_ABSENT: no such key */
/* False: it was not there, or there was no memory. */
bool map_remove(csp_vm *vm, map *m, value key);
verdict map_key_check(csp_vm *vm, process *p, value key); /* FAIL: type_error for a mutable key */

/* Where the item of a key that is an interned string is, or NULL. *hint is tried first, and on
 * return says where it was found. The place is good until a key is added or removed. */
value *map_field(csp_vm *vm, const map *m, value name, field_hint *hint);

static inline bool map_has_shape(const map *m) { return m->shape != SHAPE_NONE; }
static inline uint32_t map_count(const map *m)
{
    return map_has_shape(m) ? m->fields : m->at.table->count;
}
/* The number of entries, counting those of removed keys. */
static inline uint32_t map_used(const map *m)
{
    return map_has_shape(m) ? m->fields : m->at.table->used;
}
/* It changes when keys are added or removed. A map with a shape only gets keys. */
static inline uint32_t map_version(const map *m)
{
    return map_has_shape(m) ? m->fields : m->at.table->version;
}
/* The key of entry n; ABSENT: it was removed. */
static inline value map_key(const csp_vm *vm, const map *m, uint32_t n)
{
    return map_has_shape(m) ? shape_of(vm, m->shape)->keys[n].name : m->at.table->entries[n].key;
}
/* Its item: good until a key is added or removed. */
static inline value *map_item(const map *m, uint32_t n)
{
    return map_has_shape(m) ? &m->at.items[n] : &m->at.table->entries[n].item;
}
map_entry map_entry_at(const csp_vm *vm, const map *m, uint32_t n);
/* Iteration in order of insertion: the next live entry at or after *position, which moves past it;
 * false at the end. */
bool map_next(const csp_vm *vm, const map *m, uint32_t *position, map_entry *e);

/* Checks that p may read, or change, the map; NULL: raised. */
map *data_map(csp_vm *vm, process *p, value v);
map *data_own_map(csp_vm *vm, process *p, value v);

/* Adds a key that is known to be new, with its hash. False: out of memory. */
bool map_append(csp_vm *vm, map *m, value key, value item, uint64_t hash);
bool map_add(csp_vm *vm, map *m, value key, value item); /* hashes it, too */

/* False: out of memory; only a map with a shape needs some. */
bool map_remove_entry(csp_vm *vm, map *m, uint32_t entry);
/* The size of the index for `capacity` entries. */
size_t map_index_size(size_t capacity);

/* Removes all keys. False: out of memory, as above. */
bool map_clear(csp_vm *vm, map *m);

/* map_object_size: the size of the object. map_moved: to be called when the contents of `from` have
 * been copied to `to` as bytes. */
size_t map_object_size(const map *m);
void map_moved(map *to, const map *from);

#endif
