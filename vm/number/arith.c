/* Arithmetic beyond the interpreter's fast paths: ints of any size, floats, mixtures, and the
 * errors of other operands.
 *
 * The interpreter has tried small ints and flonums already, so nothing here is the hot path; still,
 * results that fit 64 bits are made without GMP. */
#include "vm/number/arith.h"

#include <math.h>
#include <stdio.h>

#include "vm/core/type.h"
#include "vm/core/vm.h"
#include "vm/number/bigint.h"
#include "vm/number/num.h"
#include "vm/number/num_long.h"

typedef verdict int_operation(csp_vm *vm, value a, value b, value *out);
typedef double float_operation(double a, double b);
typedef void gmp_operation(mpz_ptr result, mpz_srcptr a, mpz_srcptr b);

/* of what GMP goes through once, and the result takes */
enum { BITS_PER_REDUCTION = 128 };

static bool is_zero(value integer) { return integer == value_int(0); }

static bool is_negative(value integer)
{
    return value_is_int(integer) ? value_as_int(integer) < 0
                                 : ((bigint *)value_as_object(integer))->size < 0;
}

/* Two operands and a result for GMP. */
typedef struct operands {
    num_view a, b;
    mpz_t result;
} operands;

static void operands_begin(operands *o, value a, value b)
{
    num_view_of(&o->a, a);
    num_view_of(&o->b, b);
    mpz_init(o->result);
}

/* The cost of going once through so many bits. */
static void charge_bits(csp_vm *vm, uint64_t bits) { vm_charge(vm, bits / BITS_PER_REDUCTION); }

/* The cost of multiplying and dividing numbers of so many bits, in units of about 10 ns: the
 * schoolbook method first, about n log n later. */
static void charge_product(csp_vm *vm, uint64_t bits_a, uint64_t bits_b)
{
    uint64_t longer = (bits_a > bits_b ? bits_a : bits_b) / 64;
    uint64_t shorter = (bits_a > bits_b ? bits_b : bits_a) / 64;
    if (longer < 8)
        return;
    if (shorter <= 64)
        vm_charge(vm, longer * (shorter + 1) / 8);
    else
        vm_charge(vm, longer * 2 * (uint64_t)(63 - __builtin_clzll(shorter)));
}

static void charge_sum(csp_vm *vm, value a, value b)
{
    if (!value_is_int(a) || !value_is_int(b))
        charge_bits(vm, num_bits(a) + num_bits(b));
}

int num_order(csp_vm *vm, value a, value b)
{
    if (value_is(a, OBJ_BIGINT) && value_is(b, OBJ_BIGINT) && num_bits(a) == num_bits(b))
        charge_bits(vm, num_bits(a));
    return num_compare(a, b);
}

uint64_t num_key_hash(csp_vm *vm, value number)
{
    if (value_is(number, OBJ_BIGINT))
        charge_bits(vm, num_bits(number));
    return num_hash(number, vm->hash_seed);
}

/* By one of GMP's functions that go once through both operands. Inlined so that none of them is
 * looked up before it is called. */
static inline __attribute__((always_inline)) verdict linear(csp_vm *vm, gmp_operation *fn, value a,
                                                            value b, value *out)
{
    charge_sum(vm, a, b);
    operands o;
    operands_begin(&o, a, b);
    fn(o.result, o.a.z, o.b.z);
    return num_give(vm, o.result, out);
}

/* At once, or CALL: it takes too long for that. */
static verdict compute(csp_vm *vm, num_long op, value a, value b, value *out)
{
    if (num_is_long(op, a, b))
        return VERDICT_CALL;
    charge_product(vm, num_bits(a), op == NUM_ISQRT ? 0 : num_bits(b));
    operands o;
    operands_begin(&o, a, b);
    num_compute(op, o.result, o.a.z, o.b.z);
    return num_give(vm, o.result, out);
}

/* --- ints */

static verdict int_add(csp_vm *vm, value a, value b, value *out)
{
    if (value_both_int(a, b))
        return vm_give(vm, num_int(vm, value_as_int(a) + value_as_int(b)), out);
    return linear(vm, mpz_add, a, b, out);
}

static verdict int_sub(csp_vm *vm, value a, value b, value *out)
{
    if (value_both_int(a, b))
        return vm_give(vm, num_int(vm, value_as_int(a) - value_as_int(b)), out);
    return linear(vm, mpz_sub, a, b, out);
}

static verdict int_mul(csp_vm *vm, value a, value b, value *out)
{
    int64_t product;
    if (value_both_int(a, b) && !__builtin_mul_overflow(value_as_int(a), value_as_int(b), &product))
        return vm_give(vm, num_int(vm, product), out);
    uint64_t bits_a = num_bits(a);
    uint64_t bits_b = num_bits(b);
    if (num_check_bits(vm, bits_a + bits_b - 1) == VERDICT_FAIL)
        return VERDICT_FAIL;
    return compute(vm, NUM_MUL, a, b, out);
}

/* The magnitude of a / b, rounded to nearest. The quotient is computed to two bits more than a
 * double has (down to the place of the smallest double), and its last bit is set if the division
 * leaves a remainder, so later rounding cannot go wrong. */
static double divide_magnitudes(mpz_srcptr a, mpz_srcptr b)
{
    enum { WANTED = 55, LOWEST = -1076, HIGHEST = 1030 };
    int64_t difference = (int64_t)mpz_sizeinbase(a, 2) - (int64_t)mpz_sizeinbase(b, 2);
    if (difference > HIGHEST)
        return HUGE_VAL;
    if (difference < LOWEST - 1)
        return 0;
    int64_t shift = difference - WANTED;
    if (shift < LOWEST)
        shift = LOWEST;
    mpz_t quotient;
    mpz_t other;
    mpz_init(quotient);
    mpz_init(other);
    if (shift < 0) {
        mpz_mul_2exp(other, a, (mp_bitcnt_t)-shift);
        mpz_tdiv_qr(quotient, other, other, b);
    } else {
        mpz_mul_2exp(other, b, (mp_bitcnt_t)shift);
        mpz_tdiv_qr(quotient, other, a, other);
    }
    uint64_t bits = mpz_getlimbn(quotient, 0);
    if (mpz_sgn(other) != 0)
        bits |= 1;
    mpz_clear(quotient);
    mpz_clear(other);
    return ldexp((double)bits, (int)shift);
}

static verdict int_div(csp_vm *vm, value a, value b, value *out)
{
    if (is_zero(b))
        return vm_raise(vm, ERR_ZERO_DIVISION, "division by zero");
    /* Ints up to 53 bits are exact as doubles, so the quotient is rounded once. */
    uint64_t bits_a = num_bits(a);
    uint64_t bits_b = num_bits(b);
    if (bits_a <= 53 && bits_b <= 53)
        return vm_give(vm, num_float(vm, num_as_double(a) / num_as_double(b)), out);
    charge_product(vm, bits_a, bits_b);
    num_view x;
    num_view y;
    num_view_of(&x, a);
    num_view_of(&y, b);
    mpz_t absolute_a;
    mpz_t absolute_b;
    double quotient =
        divide_magnitudes(mpz_roinit_n(absolute_a, mpz_limbs_read(x.z), (mp_size_t)mpz_size(x.z)),
                          mpz_roinit_n(absolute_b, mpz_limbs_read(y.z), (mp_size_t)mpz_size(y.z)));
    return vm_give(vm, num_float(vm, is_negative(a) != is_negative(b) ? -quotient : quotient), out);
}

static verdict int_floor_div(csp_vm *vm, value a, value b, value *out)
{
    if (is_zero(b))
        return vm_raise(vm, ERR_ZERO_DIVISION, "division by zero");
    if (value_both_int(a, b)) {
        int64_t x = value_as_int(a);
        int64_t y = value_as_int(b);
        int64_t quotient = x / y;
        if (x % y != 0 && (x < 0) != (y < 0))
            quotient--;
        return vm_give(vm, num_int(vm, quotient), out);
    }
    return compute(vm, NUM_FLOOR_DIV, a, b, out);
}

static verdict int_mod(csp_vm *vm, value a, value b, value *out)
{
    if (is_zero(b))
        return vm_raise(vm, ERR_ZERO_DIVISION, "modulo by zero");
    if (value_both_int(a, b)) {
        int64_t y = value_as_int(b);
        int64_t rest = value_as_int(a) % y;
        if (rest != 0 && (rest < 0) != (y < 0))
            rest += y;
        return vm_give(vm, value_int(rest), out);
    }
    return compute(vm, NUM_MOD, a, b, out);
}

/* a ** b for |a| <= 1, which needs no power and allows any exponent. */
static int64_t trivial_power(int64_t a, value b)
{
    num_view exponent;
    num_view_of(&exponent, b);
    if (a == -1)
        return mpz_even_p(exponent.z) ? 1 : -1;
    return a == 1 || is_zero(b) ? 1 : 0;
}

static verdict int_pow(csp_vm *vm, value a, value b, value *out)
{
    if (is_negative(b)) {
        if (is_zero(a))
            return vm_raise(vm, ERR_ZERO_DIVISION, "0 to a negative power");
        return vm_give(vm, num_float(vm, pow(num_as_double(a), num_as_double(b))), out);
    }
    uint64_t bits = num_bits(a);
    if (bits <= 1)
        return vm_give(vm, value_int(trivial_power(value_as_int(a), b)), out);
    uint64_t exponent = value_is_int(b) ? (uint64_t)value_as_int(b) : UINT64_MAX;
    uint64_t least; /* bits of the result: at least this many, at most about twice as many */
    if (__builtin_mul_overflow(bits - 1, exponent, &least))
        least = UINT64_MAX;
    if (num_check_bits(vm, least) == VERDICT_FAIL)
        return VERDICT_FAIL;
    charge_bits(vm, least);
    return compute(vm, NUM_POW, a, b, out);
}

static verdict int_and(csp_vm *vm, value a, value b, value *out)
{
    if (value_both_int(a, b))
        return vm_give(vm, a & b, out);
    return linear(vm, mpz_and, a, b, out);
}

static verdict int_or(csp_vm *vm, value a, value b, value *out)
{
    if (value_both_int(a, b))
        return vm_give(vm, a | b, out);
    return linear(vm, mpz_ior, a, b, out);
}

static verdict int_xor(csp_vm *vm, value a, value b, value *out)
{
    if (value_both_int(a, b))
        return vm_give(vm, value_int(value_as_int(a) ^ value_as_int(b)), out);
    return linear(vm, mpz_xor, a, b, out);
}

/* The shift distance; what is beyond all integers is UINT64_MAX / 2. */
static verdict shift_distance(csp_vm *vm, value b, uint64_t *distance)
{
    if (is_negative(b))
        return vm_raise(vm, ERR_VALUE, "a negative shift");
    *distance = value_is_int(b) ? (uint64_t)value_as_int(b) : UINT64_MAX / 2;
    return VERDICT_DONE;
}

static verdict int_shift_left(csp_vm *vm, value a, value b, value *out)
{
    uint64_t distance = 0;
    if (shift_distance(vm, b, &distance) == VERDICT_FAIL)
        return VERDICT_FAIL;
    if (is_zero(a))
        return vm_give(vm, a, out);
    uint64_t bits = num_bits(a) + distance;
    if (bits < 63)
        return vm_give(vm, value_int((int64_t)((uint64_t)value_as_int(a) << distance)), out);
    if (num_check_bits(vm, bits) == VERDICT_FAIL)
        return VERDICT_FAIL;
    charge_bits(vm, bits);
    operands o;
    operands_begin(&o, a, b);
    mpz_mul_2exp(o.result, o.a.z, distance);
    return num_give(vm, o.result, out);
}

static verdict int_shift_right(csp_vm *vm, value a, value b, value *out)
{
    uint64_t distance = 0;
    if (shift_distance(vm, b, &distance) == VERDICT_FAIL)
        return VERDICT_FAIL;
    if (distance >= num_bits(a))
        return vm_give(vm, value_int(is_negative(a) ? -1 : 0), out);
    if (value_is_int(a))
        return vm_give(vm, value_int(value_as_int(a) >> distance), out);
    charge_bits(vm, num_bits(a));
    operands o;
    operands_begin(&o, a, b);
    mpz_fdiv_q_2exp(o.result, o.a.z, distance);
    return num_give(vm, o.result, out);
}

/* --- beyond the operators */

static verdict compute_or_become(csp_vm *vm, num_long op, value a, value b, value *out)
{
    verdict v = compute(vm, op, a, b, out);
    return v == VERDICT_CALL ? num_long_become(vm, op, a, b) : v;
}

verdict num_gcd(csp_vm *vm, value a, value b, value *out)
{
    return compute_or_become(vm, NUM_GCD, a, b, out);
}

verdict num_lcm(csp_vm *vm, value a, value b, value *out)
{
    uint64_t bits_a = num_bits(a);
    uint64_t bits_b = num_bits(b);
    /* The least common multiple of two numbers can be far shorter than their product, but the
     * product must be possible. */
    if (bits_a > 0 && bits_b > 0 && num_check_bits(vm, bits_a + bits_b - 1) == VERDICT_FAIL)
        return VERDICT_FAIL;
    return compute_or_become(vm, NUM_LCM, a, b, out);
}

verdict num_isqrt(csp_vm *vm, value n, value *out)
{
    return compute_or_become(vm, NUM_ISQRT, n, value_int(0), out);
}

/* --- floats */

static double float_add(double a, double b) { return a + b; }

static double float_sub(double a, double b) { return a - b; }

static double float_mul(double a, double b) { return a * b; }

static double float_div(double a, double b) { return a / b; }

/* The exact remainder, with the divisor's sign. */
static double float_mod(double a, double b)
{
    double rest = fmod(a, b);
    if (rest == 0)
        return copysign(0, b);
    return (rest < 0) != (b < 0) ? rest + b : rest;
}

/* Not floor(a / b): a quotient rounded up to a whole number would be one too large, and disagree
 * with `%`. */
static double float_floor_div(double a, double b)
{
    if (b == 0 || !isfinite(a))
        return floor(a / b);
    double rest = fmod(a, b);
    double quotient = (a - rest) / b;
    if (rest != 0 && (rest < 0) != (b < 0))
        quotient -= 1;
    if (quotient == 0)
        return copysign(0, a / b);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

/* --- all operators */

/* "cannot <verb> <a> <joint> <b>", or with the operands swapped. */
static const struct operation {
    const char *verb, *joint;
    bool swapped;
    int_operation *ints;
    float_operation *floats; /* NULL: for ints only */
} operations[] = {
    [0] = {"add", "and", false, int_add, float_add},
    [OPC_SUB - OPC_ADD] = {"subtract", "from", true, int_sub, float_sub},
    [OPC_MUL - OPC_ADD] = {"multiply", "by", false, int_mul, float_mul},
    [OPC_DIV - OPC_ADD] = {"divide", "by", false, int_div, float_div},
    [OPC_IDIV - OPC_ADD] = {"divide", "by", false, int_floor_div, float_floor_div},
    [OPC_MOD - OPC_ADD] = {"take", "modulo", false, int_mod, float_mod},
    [OPC_POW - OPC_ADD] = {"raise", "to the power of", false, int_pow, pow},
    [OPC_BAND - OPC_ADD] = {"apply `&` to", "and", false, int_and, NULL},
    [OPC_BOR - OPC_ADD] = {"apply `|` to", "and", false, int_or, NULL},
    [OPC_BXOR - OPC_ADD] = {"apply `^` to", "and", false, int_xor, NULL},
    [OPC_SHL - OPC_ADD] = {"shift", "by", false, int_shift_left, NULL},
    [OPC_SHR - OPC_ADD] = {"shift", "by", false, int_shift_right, NULL},
};
_Static_assert(sizeof operations / sizeof *operations == OPC_SHR - OPC_ADD + 1,
               "one entry for each operator");

static verdict refuse_operands(csp_vm *vm, process *p, opcode op, value a, value b)
{
    if (!value_usable(p, a) || !value_usable(p, b))
        return vm_raise_type(vm, p, value_usable(p, a) ? b : a, "a number");
    const struct operation *operation = &operations[op - OPC_ADD];
    const char *hint = "";
    value left = a, right = b;
    if (op == OPC_ADD && (value_is(a, OBJ_STRING) || value_is(b, OBJ_STRING)))
        hint = ": str(x) or \"${x}\" makes text of a value";
    if (operation->swapped) {
        left = b;
        right = a;
    }
    vm_raise(vm, ERR_TYPE, "cannot %s %s %s %s%s", operation->verb, vm_type_phrase(left),
             operation->joint, vm_type_phrase(right), hint);
    return vm_blame(vm, p, a, b);
}

verdict num_binary(csp_vm *vm, process *p, opcode op, value a, value b, value *out)
{
    const struct operation *operation = &operations[op - OPC_ADD];
    if (value_is_integer(a) && value_is_integer(b))
        return operation->ints(vm, a, b, out);
    if (value_is_number(a) && value_is_number(b) && operation->floats != NULL)
        return vm_give(vm, num_float(vm, operation->floats(num_as_double(a), num_as_double(b))),
                       out);
    return refuse_operands(vm, p, op, a, b);
}

verdict num_unary(csp_vm *vm, opcode op, value a, value *out)
{
    if (value_is_integer(a)) {
        if (op == OPC_NEG)
            return int_sub(vm, value_int(0), a, out);
        return int_sub(vm, value_int(-1), a, out); /* ~a == -1 - a */
    }
    if (op == OPC_NEG && value_is_float(a))
        return vm_give(vm, num_float(vm, -value_as_float(a)), out);
    process *p = vm->sched.running;
    if (!value_usable(p, a))
        return vm_raise_type(vm, p, a, "a number");
    vm_raise(vm, ERR_TYPE, op == OPC_NEG ? "cannot negate %s" : "cannot apply `~` to %s",
             vm_type_phrase(a));
    return vm_blame(vm, p, a, VALUE_NIL);
}
