/* The inside of maps, for the walks that compare and copy them in slices. */
#ifndef CSP_VM_MAP_PROBE_H
#define CSP_VM_MAP_PROBE_H

#include "vm/data.h"

#define MAP_NO_ENTRY UINT32_MAX

/* The entries of m whose hash is `hash`, one after the other: *cursor starts at 0 and is opaque. Gives the entry's
 * number, MAP_NO_ENTRY at the end. */
uint32_t map_probe(const map *m, uint64_t hash, uint64_t *cursor);

/* Room for `capacity` entries in all. False: out of memory. */
bool map_reserve(csp_vm *vm, map *m, size_t capacity);

/* Room for exactly `capacity` entries, many of them, in an empty map whose index still has to be cleared: from slot
 * `at` on so many as one step clears, which is given. False: out of memory. */
bool map_blank(csp_vm *vm, map *m, size_t capacity);
uint32_t map_clear_index(map *m, uint64_t at);

/* Adds a key that is known to be new, with its hash. False: out of memory. */
bool map_append(csp_vm *vm, map *m, value key, value item, uint64_t hash);

/* What takes long with a map, in steps: finding a key that is long or deep, and growing. An object, for a slot to
 * hold. */
typedef struct map_walk {
    uint64_t header;
    uint64_t hash, cursor;
    struct equal_walk *comparing; /* the key with that of entry `entry`; NULL: none */
    uint32_t entry;
    bool begun, found;
    map_entry *entries; /* while it grows: of the larger block as many as `copied` are there */
    uint32_t *index;    /* … and of its index, `capacity` entries' … */
    uint32_t used, copied, indexed, capacity, index_mask;
    size_t cleared; /* … so many are cleared */
} map_walk;
/* The walk that the slot holds, made if need be; NULL: raised. */
map_walk *map_walk_in_slot(csp_vm *vm, value *slot);
/* Looks for the key: DONE with w->found and w->entry, YIELD, FAIL. */
verdict map_find_step(csp_vm *vm, map_walk *w, const map *m, value key);
/* Puts a value to the key, that map_find_step has looked for: DONE, YIELD, FAIL. */
verdict map_put_step(csp_vm *vm, map_walk *w, map *m, value key, value item);
void map_remove_entry(map *m, uint32_t entry);
/* At once where that is easy: DONE with the key's hash and the entry's number, or MAP_NO_ENTRY; CALL: to be done in
 * steps. */
verdict map_find_quick(csp_vm *vm, const map *m, value key, uint64_t *hash, uint32_t *entry);
/* Whether to add one more takes long. */
bool map_grows_long(const map *m);

/* The size of the index for `capacity` entries. */
size_t map_index_size(size_t capacity);

/* Takes all keys out. */
void map_clear(map *m);

#endif
