/* Maps, and access to their inside for what goes through them in steps. */
#ifndef CSP_VM_DATA_MAP_H
#define CSP_VM_DATA_MAP_H

#include "vm/core/concurrency.h"

/* p NULL: it is in transit, until it is given to somebody or frozen. */
value map_new(csp_vm *vm, const process *p, size_t capacity);
bool map_put(csp_vm *vm, map *m, value key, value item); /* key is valid (map_key_check) */
value map_get(csp_vm *vm, const map *m, value key);      /* VALUE_ABSENT: no such key */
/* For field caches: finds an interned-string key; *entry is a hint on entry and the place
 * on return. */
value map_get_name(csp_vm *vm, const map *m, value name, uint16_t *entry);
bool map_remove(csp_vm *vm, map *m, value key);           /* false: it was not there */
verdict map_key_check(csp_vm *vm, process *p, value key); /* FAIL: type_error for a mutable key */
/* Iteration in order of insertion: the next live entry at or after *position, which moves past it;
 * NULL at the end. */
map_entry *map_next(const map *m, uint32_t *position);

/* Checks that p may read, or change, the map; NULL: raised. */
map *data_map(csp_vm *vm, process *p, value v);
map *data_own_map(csp_vm *vm, process *p, value v);

#define MAP_NO_ENTRY UINT32_MAX

/* The entries of m with hash `hash`, one after the other: *cursor starts at 0 and is opaque.
 * Returns the number of the entry, MAP_NO_ENTRY at the end. */
uint32_t map_probe(const map *m, uint64_t hash, uint64_t *cursor);

/* Makes room for `capacity` entries in all. False: out of memory. */
bool map_reserve(csp_vm *vm, map *m, size_t capacity);

/* Adds a key that is known to be new, with its hash. False: out of memory. */
bool map_append(csp_vm *vm, map *m, value key, value item, uint64_t hash);

void map_remove_entry(map *m, uint32_t entry);
/* At once if that is easy: DONE with the hash of the key and the number of the entry, or
 * MAP_NO_ENTRY. CALL: it must be done in steps. */
verdict map_find_quick(csp_vm *vm, const map *m, value key, uint64_t *hash, uint32_t *entry);
/* The size of the index for `capacity` entries. */
size_t map_index_size(size_t capacity);

/* Removes all keys. */
void map_clear(map *m);

#endif
