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

/* Adds a key that is known to be new, with its hash. False: out of memory. */
bool map_append(csp_vm *vm, map *m, value key, value item, uint64_t hash);

/* Takes all keys out. */
void map_clear(map *m);

#endif
