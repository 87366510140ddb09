/* Numbers: making, converting, comparing, hashing. */
#include "vm/number/num.h"

#include <math.h>

#include "base/hash.h"
#include "vm/core/vm.h"
#include "vm/number/bigint.h"

/* If the host sets no limit, an integer still has to fit GMP's counts and our own; 512 MiB is far
 * from both. */
enum { LIMB_BITS = 64 };
static const uint64_t max_bits = (uint64_t)1 << 32;

__extension__ typedef unsigned __int128 uint128;

/* Doubles from -small_end up to, but not including, small_end are small ints once truncated: 2
 * ** 62. */
static const double small_end = 4611686018427387904.0;

static bigint *value_bigint(value v) { return (bigint *)value_as_object(v); }

static size_t limb_count(const bigint *b)
{
    return (size_t)(b->size < 0 ? -(int64_t)b->size : b->size);
}

void num_view_of(num_view *view, value integer)
{
    if (value_is_int(integer)) {
        int64_t n = value_as_int(integer);
        view->limb = n < 0 ? (mp_limb_t)-n : (mp_limb_t)n;
        mpz_roinit_n(view->z, &view->limb, n < 0 ? -1 : n > 0);
    } else {
        const bigint *b = value_bigint(integer);
        mpz_roinit_n(view->z, (const mp_limb_t *)b->limbs, b->size);
    }
}

uint64_t num_bits(value integer)
{
    if (value_is_int(integer)) {
        int64_t n = value_as_int(integer);
        return n == 0 ? 0
                      : (uint64_t)(LIMB_BITS - __builtin_clzll(n < 0 ? (uint64_t)-n : (uint64_t)n));
    }
    const bigint *b = value_bigint(integer);
    size_t count = limb_count(b);
    return count * LIMB_BITS - (uint64_t)__builtin_clzll(b->limbs[count - 1]);
}

uint64_t num_max_bits(const csp_vm *vm)
{
    uint64_t limit = vm->limits.int_bits;
    return limit == 0 || limit > max_bits ? max_bits : limit;
}

verdict num_check_bits(csp_vm *vm, uint64_t bits)
{
    uint64_t limit = num_max_bits(vm);
    if (bits <= limit)
        return VERDICT_DONE;
    return vm_raise(vm, ERR_OUT_OF_MEMORY, "an integer of more than %llu bits",
                    (unsigned long long)limit);
}

static value bigint_new(csp_vm *vm, const uint64_t *limbs, size_t count, bool negative)
{
    bigint *b = heap_alloc(vm_heap(vm), HEAP_BYTES, sizeof *b + count * sizeof *limbs);
    if (b == NULL)
        return VALUE_ABSENT;
    b->header = OBJ_BIGINT | OBJ_IMMUTABLE;
    b->size = negative ? -(int32_t)count : (int32_t)count;
    memcpy(b->limbs, limbs, count * sizeof *limbs);
    return value_object(b);
}

value num_int(csp_vm *vm, int64_t n)
{
    if (value_fits_int(n))
        return value_int(n);
    uint64_t magnitude = n < 0 ? -(uint64_t)n : (uint64_t)n;
    return bigint_new(vm, &magnitude, 1, n < 0);
}

value num_uint(csp_vm *vm, uint64_t n)
{
    return n <= (uint64_t)INT_SMALL_MAX ? value_int((int64_t)n) : bigint_new(vm, &n, 1, false);
}

value num_float(csp_vm *vm, double d)
{
    value v = value_flonum(d);
    if (v != VALUE_ABSENT)
        return v;
    boxed_float *box = heap_alloc(vm_heap(vm), HEAP_BYTES, sizeof *box);
    if (box == NULL)
        return VALUE_ABSENT;
    box->header = OBJ_FLOAT | OBJ_IMMUTABLE;
    box->number = d;
    return value_object(box);
}

value num_from_mpz(csp_vm *vm, mpz_srcptr z)
{
    if (mpz_fits_slong_p(z))
        return num_int(vm, mpz_get_si(z));
    return bigint_new(vm, (const uint64_t *)mpz_limbs_read(z), mpz_size(z), mpz_sgn(z) < 0);
}

verdict num_give(csp_vm *vm, mpz_ptr z, value *out)
{
    verdict v = num_check_bits(vm, mpz_sizeinbase(z, 2));
    if (v == VERDICT_DONE)
        v = vm_give(vm, num_from_mpz(vm, z), out);
    mpz_clear(z);
    return v;
}

value num_truncate(csp_vm *vm, double d)
{
    if (!isfinite(d))
        return VALUE_NIL;
    if (d >= -small_end && d < small_end)
        return value_int((int64_t)d);
    mpz_t z;
    mpz_init_set_d(z, d);
    value v = num_from_mpz(vm, z);
    mpz_clear(z);
    return v;
}

/* The highest 64 bits of a bigint of several limbs. The lowest of them is set if anything below is
 * not zero, so that rounding to the 53 bits of a double goes the right way. */
static uint64_t top_bits(const bigint *b)
{
    size_t count = limb_count(b);
    uint64_t high = b->limbs[count - 1];
    uint64_t low = b->limbs[count - 2];
    int shift = __builtin_clzll(high);
    if (shift > 0) {
        high = high << shift | low >> (LIMB_BITS - shift);
        low <<= shift;
    }
    for (size_t i = 0; low == 0 && i + 2 < count; i++)
        low = b->limbs[i];
    return low == 0 ? high : high | 1;
}

double num_split(value integer, int64_t *exponent)
{
    *exponent = (int64_t)num_bits(integer);
    if (value_is_int(integer) || limb_count(value_bigint(integer)) == 1)
        return ldexp(num_as_double(integer), -(int)*exponent);
    const bigint *b = value_bigint(integer);
    double mantissa = ldexp((double)top_bits(b), -LIMB_BITS);
    return b->size < 0 ? -mantissa : mantissa;
}

double num_as_double(value number)
{
    if (value_is_int(number))
        return (double)value_as_int(number);
    if (value_is_float(number))
        return value_as_float(number);
    const bigint *b = value_bigint(number);
    if (limb_count(b) == 1)
        return b->size < 0 ? -(double)b->limbs[0] : (double)b->limbs[0];
    int64_t exponent;
    double mantissa = num_split(number, &exponent);
    return ldexp(mantissa, exponent > 2000 ? 2000 : (int)exponent);
}

static int sign_of(int64_t n) { return (n > 0) - (n < 0); }

static int compare_int_float(value a, double b)
{
    if (isnan(b))
        return 2;
    if (!value_is_int(a)) {
        num_view view;
        num_view_of(&view, a);
        return sign_of(mpz_cmp_d(view.z, b));
    }
    if (b >= small_end)
        return -1;
    if (b < -small_end)
        return 1;
    int64_t n = value_as_int(a);
    int64_t whole = (int64_t)b;
    if (n != whole)
        return n < whole ? -1 : 1;
    double rest = b - (double)whole;
    return (rest < 0) - (rest > 0);
}

int num_compare(value a, value b)
{
    if (value_both_int(a, b))
        return ((int64_t)a > (int64_t)b) - ((int64_t)a < (int64_t)b);
    if (value_is_float(a)) {
        if (!value_is_float(b)) {
            int order = compare_int_float(b, value_as_float(a));
            return order == 2 ? 2 : -order;
        }
        double x = value_as_float(a);
        double y = value_as_float(b);
        return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
    }
    if (value_is_float(b))
        return compare_int_float(a, value_as_float(b));
    num_view x;
    num_view y;
    num_view_of(&x, a);
    num_view_of(&y, b);
    return sign_of(mpz_cmp(x.z, y.z));
}

/* Multiplies and folds: every bit of the result depends on every bit of h, and on the
 * secret seed. */
static uint64_t mix(uint64_t h)
{
    uint128 product = (uint128)h * HASH_FACTOR;
    h = (uint64_t)product ^ (uint64_t)(product >> 64);
    h ^= h >> 32;
    product = (uint128)h * 0xe7037ed1a0b428dbU;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_small(int64_t n, uint64_t seed) { return mix((uint64_t)n ^ seed); }

static uint64_t hash_limbs(const uint64_t *limbs, size_t count, bool negative, uint64_t seed)
{
    uint64_t h = negative ? ~seed : seed;
    for (size_t i = 0; i < count; i++)
        h = mix(h ^ limbs[i]) + i;
    return h;
}

/* A whole number beyond the small ints hashes like the bigint that it is equal to. */
static uint64_t hash_large_float(double d, uint64_t seed)
{
    enum { LIMBS = 16 + 1 }; /* 2 ** 1024, and what the shift adds */
    uint64_t limbs[LIMBS] = {0};
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(d), &exponent), 53);
    unsigned shift = (unsigned)(exponent - 53);
    size_t at = shift / LIMB_BITS;
    shift %= LIMB_BITS;
    limbs[at] = mantissa << shift;
    if (shift > 0)
        limbs[at + 1] = mantissa >> (LIMB_BITS - shift);
    size_t count = LIMBS;
    while (limbs[count - 1] == 0)
        count--;
    return hash_limbs(limbs, count, d < 0, seed);
}

uint64_t num_hash(value number, uint64_t seed)
{
    if (value_is_int(number))
        return hash_small(value_as_int(number), seed);
    if (!value_is_float(number)) {
        const bigint *b = value_bigint(number);
        return hash_limbs(b->limbs, limb_count(b), b->size < 0, seed);
    }
    double d = value_as_float(number);
    if (d >= -small_end && d < small_end) {
        int64_t whole = (int64_t)d;
        if ((double)whole == d)
            return hash_small(whole, seed);
    } else if (isfinite(d)) {
        return hash_large_float(d, seed);
    }
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return mix(mix(bits ^ seed) ^ seed);
}
