/* Operators on values so long that they take more than a moment: walks (walk.h) that copy in
 * steps. */
#ifndef CSP_VM_DATA_LONG_H
#define CSP_VM_DATA_LONG_H

#include "vm/code/native.h"

/* Whether a + b is a case for WALK_ADD (other checks aside). */
bool long_join(const csp_vm *vm, value a, value b);
/* Whether x[r], of which [a, b) is wanted, or x[i], while the text has no table of offsets yet, is
 * a case for WALK_PART. */
bool long_slice(const csp_vm *vm, value x, uint64_t a, uint64_t b);
bool long_index(const csp_vm *vm, value x);

/* A list for the caller to fill (l->count says how many elements are set), and a tuple for
 * tuple_fill; their memory is not cleared. ABSENT: raised. */
value list_blank(csp_vm *vm, const process *p, size_t count);
value tuple_blank(csp_vm *vm, size_t count);
value buffer_blank(csp_vm *vm, const process *p, size_t size);
/* Sets the elements from `at` on. When the last one is set it is known whether all
 * are immutable. */
void tuple_fill(const process *p, tuple *t, uint64_t at, const value *items, uint64_t count);

/* The steps; walk.c has their slots. */
native_fn long_run_add, long_run_part;

#endif
