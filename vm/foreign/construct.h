/* Making a struct's value from a map of its fields, and its fields one by one. */
#ifndef CSP_VM_FOREIGN_CONSTRUCT_H
#define CSP_VM_FOREIGN_CONSTRUCT_H

#include "ffi/ctype.h"
#include "vm/core/concurrency.h"

/* c.timeval({sec: 1}), c.timeval(): what is missing is 0; c.timeval(t): a copy, of a view too.
 * FAIL: arity_error, type_error, key_error, and as conversions. */
verdict struct_construct(csp_vm *vm, process *p, const cstruct *of, uint32_t argc,
                         const value *args, value *out);

#endif
