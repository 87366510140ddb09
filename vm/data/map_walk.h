/* Map operations that take long, in steps: finding a key that is long or deep, and growing. */
#ifndef CSP_VM_DATA_MAP_WALK_H
#define CSP_VM_DATA_MAP_WALK_H

#include "vm/code/native.h"

struct equal_walk;

/* An empty map with room for exactly `capacity` entries, a large number, whose index still has to
 * be cleared: from slot `at` on, one step clears as many as map_clear_index returns. NULL: out of
 * memory. */
map *map_blank(csp_vm *vm, uint64_t header, size_t capacity);
bool map_is_blank(const csp_vm *vm, const map *m, uint64_t at);
uint32_t map_clear_index(csp_vm *vm, map *m, uint64_t at);

/* The state of such an operation: an object, so that a slot can hold it. */
typedef struct map_walk {
    uint64_t header;
    uint64_t hash, cursor;
    struct equal_walk *comparing; /* compares the key with that of entry `entry`; NULL: none */
    uint32_t entry;
    bool begun, found;
    map_entry *entries; /* of the larger block while it grows: `copied` of them are there */
    uint32_t *index;    /* … its index, for `capacity` entries … */
    uint32_t used, copied, indexed, capacity, index_mask;
    size_t cleared; /* … of which this many places are cleared */
} map_walk;
/* The walk that the slot holds, made if need be; NULL: raised. */
map_walk *map_walk_in_slot(csp_vm *vm, value *slot);
/* Whether adding one more takes long. */
bool map_grows_long(const csp_vm *vm, const map *m);

/* The steps; walk.c has their slots. */
native_fn map_run_get, map_run_has, map_run_remove, map_run_put;

#endif
