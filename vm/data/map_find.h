/* Finding a key in a map. */
#ifndef CSP_VM_DATA_MAP_FIND_H
#define CSP_VM_DATA_MAP_FIND_H

#include "vm/core/concurrency.h"

struct map_walk;

#define MAP_NO_ENTRY UINT32_MAX

/* The entries of m with hash `hash`, one after the other: *cursor starts at 0 and is opaque.
 * Returns the number of the entry, MAP_NO_ENTRY at the end. */
uint32_t map_probe(const csp_vm *vm, const map *m, uint64_t hash, uint64_t *cursor);

/* The entry of the key, whose hash that is, or MAP_NO_ENTRY; in one go, however long it takes. */
uint32_t map_find(csp_vm *vm, const map *m, value key, uint64_t hash);
/* At once if that is easy: DONE with the hash of the key and the number of the entry, or
 * MAP_NO_ENTRY. CALL: it must be done in steps. */
verdict map_find_quick(csp_vm *vm, const map *m, value key, uint64_t *hash, uint32_t *entry);
/* A step of that: DONE with w->found and w->entry, YIELD, FAIL. */
verdict map_find_step(csp_vm *vm, struct map_walk *w, const map *m, value key);

#endif
