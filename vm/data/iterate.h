/* Iteration over any collection. */
#ifndef CSP_VM_DATA_ITERATE_H
#define CSP_VM_DATA_ITERATE_H

#include "vm/code/native.h"

/* Iteration as the instructions do it: state[0] is the collection, state[1] the position.
 * data_iterate checks that v is iterable (channels are the interpreter's). data_next: *item gets
 * the next element (of a map: a tuple of two); false at the end. data_next2: index and element, or
 * key and value. FAIL: a map that changed, a moved value, no memory. Objects may lie in registers:
 * `state` is a pointer into p's stack. */
verdict data_iterate(csp_vm *vm, process *p, value v, value *state);
verdict data_next(csp_vm *vm, process *p, value *state, value *item, bool *more);
verdict data_next2(csp_vm *vm, process *p, value *state, value *first, value *second, bool *more);

/* Appends every element of an iterable (not a channel) to a list, in one go. CALL: there are so
 * many that WALK_EXTEND must do it. */
verdict data_extend(csp_vm *vm, process *p, list *l, value iterable);

enum { EXTEND_SLOTS = 4 };

/* The steps; walk.c has their slots. */
native_fn data_run_extend;

#endif
