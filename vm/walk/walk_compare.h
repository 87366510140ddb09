/* Order. */
#ifndef CSP_VM_WALK_WALK_COMPARE_H
#define CSP_VM_WALK_WALK_COMPARE_H

#include "vm/code/native.h"

/* Order: numbers with numbers and strings with strings at once; *out is -1, 0, 1, or 2 (unordered:
 * NaN). VERDICT_CALL: tuples or lists, which a walk must compare. FAIL: type_error. */
verdict walk_compare_quick(csp_vm *vm, process *p, value a, value b, int *out);

/* The steps; walk.c has their slots. */
native_fn walk_run_compare;

#endif
