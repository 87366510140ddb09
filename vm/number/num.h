/* Numbers: ints of any size (GMP on limbs kept in the collected heap) and floats; arithmetic beyond
 * the interpreter's fast paths. */
#ifndef CSP_VM_NUMBER_NUM_H
#define CSP_VM_NUMBER_NUM_H

#include "vm/core/bytecode.h"
#include "vm/core/object.h"

/* All makers return VALUE_ABSENT when memory has run out. */
value num_int(csp_vm *vm, int64_t n);
value num_uint(csp_vm *vm, uint64_t n);
value num_float(csp_vm *vm, double d);
/* How many bits an int of this VM may have; never 0. */
uint64_t num_max_bits(const csp_vm *vm);

static inline bool value_is_float(value v) { return value_is_flonum(v) || value_is(v, OBJ_FLOAT); }
static inline bool value_is_integer(value v) { return value_is_int(v) || value_is(v, OBJ_BIGINT); }
static inline bool value_is_number(value v)
{
    return value_is_int(v) || value_is_flonum(v) || value_is(v, OBJ_BIGINT) ||
           value_is(v, OBJ_FLOAT);
}
double num_as_double(value number); /* of any number; a bigint is rounded to nearest, or ±inf */
static inline double value_as_float(value v)
{
    return value_is_flonum(v) ? value_as_flonum(v) : ((boxed_float *)value_as_object(v))->number;
}

/* Compares two numbers exactly (an int with a float too, without rounding): -1, 0, 1, or 2 if one
 * of them is a NaN. */
int num_compare(value a, value b);
/* Equal numbers have equal hashes (1 and 1.0, bigints and floats alike). */
uint64_t num_hash(value number, uint64_t seed);

/* A float truncated to an int; VALUE_NIL for inf and nan. */
value num_truncate(csp_vm *vm, double d);

#endif
