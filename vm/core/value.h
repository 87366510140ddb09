/* Values: one 64-bit word each.
 *
 *   …1    a 63-bit integer, shifted left by one
 *   …10   a double with one of the usual exponents ("flonum", an idea of Ruby's: rotated left by 3,
 *         tag in the low 2 bits)
 *   …100  an immediate: nil, false, true, and marks that no program sees
 *   …000  a pointer to an object (object.h), never into one
 *   0     VALUE_ABSENT: no value at all (an argument that was not given); no program sees it
 *
 * Integers that do not fit are OBJ_BIGINT, doubles that do not fit are OBJ_FLOAT. The
 * representation is canonical: what fits a word is in a word. No integer or float looks like the
 * base address of an object, so the collector's conservative scan is in effect precise. */
#ifndef CSP_VM_CORE_VALUE_H
#define CSP_VM_CORE_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t value;

#define VALUE_ABSENT ((value)0)
#define VALUE_FALSE  ((value)0x04)
#define VALUE_NIL    ((value)0x0c)
#define VALUE_TRUE   ((value)0x14)
/* in a frame that is unwound by a kill: there is no error to propagate */
#define VALUE_KILLED ((value)0x1c)

#define INT_SMALL_MAX ((int64_t)(INT64_MAX >> 1))
#define INT_SMALL_MIN ((int64_t)(INT64_MIN >> 1))

static inline bool value_is_int(value v) { return (v & 1) != 0; }
static inline bool value_is_flonum(value v) { return (v & 3) == 2; }
static inline bool value_is_object(value v) { return (v & 7) == 0 && v != 0; }
/* nil, true or false */
static inline bool value_is_immediate(value v) { return (v & 7) == 4; }
static inline bool value_both_int(value a, value b) { return (a & b & 1) != 0; }
static inline bool value_both_flonum(value a, value b) { return (((a - 2) | (b - 2)) & 3) == 0; }
static inline bool value_all_flonum(value a, value b, value c)
{
    return (((a - 2) | (b - 2) | (c - 2)) & 3) == 0;
}
static inline bool value_fits_int(int64_t n) { return n >= INT_SMALL_MIN && n <= INT_SMALL_MAX; }

/* n must fit: value_fits_int */
static inline value value_int(int64_t n) { return (value)n << 1 | 1; }
static inline int64_t value_as_int(value v) { return (int64_t)v >> 1; }
static inline value value_bool(bool b) { return b ? VALUE_TRUE : VALUE_FALSE; }
static inline value value_object(const void *object) { return (value)(uintptr_t)object; }
static inline void *value_as_object(value v) { return (void *)(uintptr_t)v; }

/* Adding 1 to the top three bits of the exponent makes the usual exponents, 011 and 100, begin with
 * 10; after rotation by 3 those two bits are the tag. The one word left over for 0.0, whose
 * exponent is not among them, is that of 2**-254, which is boxed. */
#define FLONUM_ZERO  ((value)2)
#define FLONUM_SHIFT ((uint64_t)1 << 60)

/* FLONUM_SHIFT, but gcc does not know it: it stays in a register for all floats of an instruction,
 * where the constant, and its negative, would be loaded anew for each. */
static inline uint64_t flonum_shift(void)
{
    uint64_t shift = FLONUM_SHIFT;
    __asm__("" : "+r"(shift));
    return shift;
}

/* The double as a word, or VALUE_ABSENT if its exponent is too large or too small: then it must be
 * boxed (num_float). */
static inline value value_flonum_by(double d, uint64_t shift)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    uint64_t shifted = bits + shift, v = shifted << 3 | shifted >> 61;
    uint64_t untagged = v - FLONUM_ZERO;
    if (__builtin_expect((untagged & 3) == 0 && untagged != 0, 1))
        return v;
    return bits == 0 ? FLONUM_ZERO : VALUE_ABSENT;
}

static inline double value_as_flonum_by(value v, uint64_t shift)
{
    double d;
    uint64_t bits = __builtin_expect(v == FLONUM_ZERO, 0) ? 0 : (v >> 3 | v << 61) - shift;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static inline value value_flonum(double d) { return value_flonum_by(d, FLONUM_SHIFT); }
static inline double value_as_flonum(value v) { return value_as_flonum_by(v, FLONUM_SHIFT); }

/* Two floats, or an int and a float, whichever comes first, in their words, as doubles: an int of
 * more than 53 bits is rounded to nearest. False: they are something else. Two floats are asked for
 * first, and by one test, since loops over floats have hardly anything else. */
static inline __attribute__((always_inline)) bool value_floats(value a, value b, uint64_t shift,
                                                               double *da, double *db)
{
    if (__builtin_expect(value_both_flonum(a, b), 1)) {
        *da = value_as_flonum_by(a, shift);
        *db = value_as_flonum_by(b, shift);
        return true;
    }
    if (value_is_int(a) && value_is_flonum(b)) {
        *da = (double)value_as_int(a);
        *db = value_as_flonum_by(b, shift);
        return true;
    }
    if (value_is_flonum(a) && value_is_int(b)) {
        *da = value_as_flonum_by(a, shift);
        *db = (double)value_as_int(b);
        return true;
    }
    return false;
}

/* Whether both are doubles without being rounded. */
static inline bool value_both_exact(int64_t a, int64_t b)
{
    const uint64_t end = (uint64_t)1 << 53;
    return ((((uint64_t)a + end) | ((uint64_t)b + end)) >> 54) == 0;
}

/* A number that is in its word, as a double. False: it is something else, or would be rounded. */
static inline bool value_to_exact_double(value v, double *d)
{
    if (value_is_flonum(v)) {
        *d = value_as_flonum(v);
        return true;
    }
    if (!value_is_int(v) || !value_both_exact(value_as_int(v), 0))
        return false;
    *d = (double)value_as_int(v);
    return true;
}

#endif
