/* Numbers: ints of any size (GMP on limbs kept in the collected heap) and floats; arithmetic beyond the interpreter's
 * fast paths. */
#ifndef CSP_VM_NUM_H
#define CSP_VM_NUM_H

#include "vm/vm.h"

/* All makers: VALUE_ABSENT where memory has run out. */
value num_int(csp_vm *vm, int64_t n);
value num_uint(csp_vm *vm, uint64_t n);
value num_float(csp_vm *vm, double d);
/* Digits (no sign, no `_`) in base 2, 8, 10 or 16, of any length; the caller has checked them. VALUE_NIL: more bits
 * than an int may have. */
value num_from_digits(csp_vm *vm, const char *digits, size_t length, int base, bool negative);
/* How many bits an int of this VM may have; never 0. */
uint64_t num_max_bits(const csp_vm *vm);

static inline bool value_is_float(value v) { return value_is_flonum(v) || value_is(v, OBJ_FLOAT); }
static inline bool value_is_integer(value v) { return value_is_int(v) || value_is(v, OBJ_BIGINT); }
static inline bool value_is_number(value v)
{
    return value_is_int(v) || value_is_flonum(v) || value_is(v, OBJ_BIGINT) || value_is(v, OBJ_FLOAT);
}
double num_as_double(value number); /* of any number; a bigint is rounded to nearest, or ±inf */
static inline double value_as_float(value v)
{
    return value_is_flonum(v) ? value_as_flonum(v) : ((boxed_float *)value_as_object(v))->number;
}

/* One arithmetic instruction on any operands (OPC_ADD … OPC_SHR, as the register form): numbers; what else can be
 * added, data_add does. DONE with *out, or FAIL (type_error, zero_division, value_error,
 * out_of_memory, the limit on bits). The work is charged. CALL:
 * it takes too long to be done at once; whoever multiplies, divides or raises to a power lets num_long.h do it. */
verdict num_binary(csp_vm *vm, process *p, opcode op, value a, value b, value *out);
verdict num_unary(csp_vm *vm, opcode op /* OPC_NEG, OPC_BNOT */, value a, value *out);

/* Compares two numbers exactly (also int with float, without rounding): -1, 0, 1, or 2 where a NaN is among them. */
int num_compare(value a, value b);
/* Equal numbers have equal hashes (1 and 1.0, bigints and floats alike). */
uint64_t num_hash(value number, uint64_t seed);

/* Text: a float as the shortest text that reads back, always with `.` or `e` (or inf, nan, -inf). Returns the length;
 * out holds 40 bytes. */
size_t num_format_float(double d, char *out);
/* Appends an integer's digits (bigints too, in base 2..36) to the text builder; false: out of memory. */
struct text;
bool num_format_int(struct text *t, value integer, int base);
/* Text to number as `int(text, base)` and `float(text)` do: surrounding white space refused, sign optional, digits
 * only; VALUE_NIL: no number. */
value num_parse_int(csp_vm *vm, const char *chars, size_t size, int base);
/* The parts of that: whether there is a digit and nothing else; bits that so many digits may need. */
bool num_all_digits(const char *chars, size_t size, int base);
uint64_t num_digits_bits(size_t length, int base);
/* The error value for what is shown as that, at most NUM_SHOWN bytes of it, and of which `what` ("a number") cannot be
 * made; ABSENT: out of memory. */
enum { NUM_SHOWN = 80 };
value num_unreadable(csp_vm *vm, const struct text *shown, const char *what);
value num_parse_float(csp_vm *vm, const char *chars, size_t size);
/* A float truncated to an int; VALUE_NIL for inf and nan. */
value num_truncate(csp_vm *vm, double d);

#endif
