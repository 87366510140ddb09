/* Single numbers in raw memory, by the names of C's types: "i8" … "i64", "u8" … "u64", "isize",
 * "usize", "f32", "f64", "bool". Those of several bytes may end with "be" or "le" for an order of
 * bytes other than the machine's own. */
#ifndef CSP_STDLIB_SCALAR_H
#define CSP_STDLIB_SCALAR_H

#include "vm/native.h"

typedef enum scalar_class {
    SCALAR_SIGNED,
    SCALAR_UNSIGNED,
    SCALAR_FLOAT,
    SCALAR_BOOL
} scalar_class;

typedef struct scalar {
    scalar_class class;
    uint8_t size; /* bytes: 1, 2, 4 or 8 */
    bool swapped; /* against the machine's order */
} scalar;

/* FAIL: v is no string that names a type. */
verdict scalar_parse(csp_vm *vm, process *p, value v, scalar *out);

/* The number at `from`, of any alignment. VALUE_ABSENT: out of memory. */
value scalar_read(csp_vm *vm, scalar type, const uint8_t *from);

/* Writes v; FAIL: type_error, or value_error where an int does not fit. */
verdict scalar_write(csp_vm *vm, process *p, scalar type, value v, uint8_t *to);

#endif
