/* Containers: tuples, lists, maps, ranges, closures; indexing and slicing of everything. All makers give VALUE_ABSENT
 * when memory has run out. Whatever takes a process checks that the container is its own (crash `moved`) and, to
 * change it, not frozen (crash `frozen`). */
#ifndef CSP_VM_DATA_H
#define CSP_VM_DATA_H

#include "vm/vm.h"

/* Owned by p unless all items are immutable (tuples: then OBJ_IMMUTABLE). `items` may point into p's stack. */
value tuple_new(csp_vm *vm, const process *p, const value *items, size_t count);
value list_new(csp_vm *vm, const process *p, const value *items, size_t count);
value map_new(csp_vm *vm, const process *p, size_t capacity);
value range_new(csp_vm *vm, value from, value to, bool closed); /* checked by the caller: range_check */
verdict range_check(csp_vm *vm, value from, value to);          /* FAIL unless ints (or `to` nil) */
/* c->captures of them; self_capture filled in */
value closure_new(csp_vm *vm, const process *p, const code *c, const value *captures);

/* Bare structure, no checks of owner or frozen. False: out of memory. */
bool list_push(csp_vm *vm, list *l, value v);
bool list_reserve(csp_vm *vm, list *l, size_t capacity);
/* at <= count, or < count: moves the elements before or behind it, whichever are fewer; at both ends it takes constant
 * time, amortised. */
bool list_insert(csp_vm *vm, list *l, uint32_t at, value v);
value list_remove(csp_vm *vm, list *l, uint32_t at);
void list_clear(list *l);
/* The elements that list_insert or list_remove moves there. */
static inline uint32_t list_moved(const list *l, uint32_t at) { return at < l->count - at ? at : l->count - at; }
bool map_put(csp_vm *vm, map *m, value key, value item); /* key is valid (map_key_check) */
value map_get(csp_vm *vm, const map *m, value key);      /* VALUE_ABSENT: no such key */
/* For field caches: finds an interned-string key; *entry is a hint on entry and the place on return. */
value map_get_name(csp_vm *vm, const map *m, value name, uint16_t *entry);
bool map_remove(csp_vm *vm, map *m, value key);           /* false: it was not there */
verdict map_key_check(csp_vm *vm, process *p, value key); /* FAIL: type_error for what can change */
/* Iteration in order of insertion: the next live entry at or after *position, which moves behind it; NULL at the end.
 */
map_entry *map_next(const map *m, uint32_t *position);

/* x[k], x[k] = v, x.name, x.name = v, x[a..b] on any values, with every error case. DONE or FAIL; CALL:
 * it takes long, and a walk is to do it: reading WALK_PART with the key in *out, writing WALK_MAP_PUT (walk.h). */
verdict data_get(csp_vm *vm, process *p, value container, value key, value *out);
verdict data_set(csp_vm *vm, process *p, value container, value key, value item);
/* of maps; those of errors: insn_get_field */
verdict data_get_field(csp_vm *vm, process *p, value container, value name, uint16_t *hint, value *out);
verdict data_set_field(csp_vm *vm, process *p, value container, value name, uint16_t *hint, value item);
verdict data_slice(csp_vm *vm, process *p, value container, value from, value to, value *out);
/* a + b in one go: strings, lists, tuples, bytes are joined; for all else num_binary */
verdict data_add(csp_vm *vm, process *p, value a, value b, value *out);
/* code points, elements, keys; of a range too (open: value_error) */
verdict data_length(csp_vm *vm, process *p, value v, uint64_t *length);

/* Iteration as the instructions do it: state[0] the collection, state[1] the position. data_iterate checks that v is
 * iterable (not a channel, which the interpreter handles). data_next: *item gets the next (of a map: a tuple of two),
 * false at the end. data_next2: index and element, or key and value. FAIL: a map that changed, a moved value, no
 * memory. Objects may lie in registers: `state` is a pointer into p's stack. */
verdict data_iterate(csp_vm *vm, process *p, value v, value *state);
verdict data_next(csp_vm *vm, process *p, value *state, value *item, bool *more);
verdict data_next2(csp_vm *vm, process *p, value *state, value *first, value *second, bool *more);

/* Appends every element of an iterable (no channel) to a list, in one go; CALL: there are so many that WALK_EXTEND is
 * to do it. */
verdict data_extend(csp_vm *vm, process *p, list *l, value iterable);

#endif
