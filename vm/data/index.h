/* x[k], x[k] = v and the length of anything, with every error case. */
#ifndef CSP_VM_DATA_INDEX_H
#define CSP_VM_DATA_INDEX_H

#include "vm/core/concurrency.h"

/* DONE or FAIL. CALL: it takes long and a walk must do it: for reading WALK_PART with the key in
 * *out, for writing WALK_MAP_PUT (walk.h). */
verdict data_get(csp_vm *vm, process *p, value container, value key, value *out);
verdict data_set(csp_vm *vm, process *p, value container, value key, value item);
/* code points, elements, keys; also of a range (open: value_error) */
verdict data_length(csp_vm *vm, process *p, value v, uint64_t *length);

/* Turns an index into `count` elements, negative from the end, into *at. FAIL: type_error unless v
 * is an int; index_error out of bounds (naming `what`, "list" …). */
verdict data_index(csp_vm *vm, process *p, value v, uint64_t count, const char *what, uint64_t *at);

#endif
