/* Tuples, ranges and closures. Makers return VALUE_ABSENT when memory has run out. */
#ifndef CSP_VM_DATA_TUPLE_H
#define CSP_VM_DATA_TUPLE_H

#include "vm/core/concurrency.h"

/* Owned by p unless all items are immutable: then OBJ_IMMUTABLE. `items` may point into
 * p's stack. */
value tuple_new(csp_vm *vm, const process *p, const value *items, size_t count);
/* checked by the caller: range_check */
value range_new(csp_vm *vm, value from, value to, bool closed);
/* FAIL unless both are ints (`to` may be nil) */
verdict range_check(csp_vm *vm, value from, value to);
/* `captures` has c->captures values; the self capture is filled in here */
value closure_new(csp_vm *vm, const process *p, const code *c, const value *captures);
/* The name of the function, a string; NIL where it has none, or v is no closure. */
value closure_name(value v);

#endif
