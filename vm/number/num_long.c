#include "vm/number/num_long.h"

#include <stdlib.h>

#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/core/text.h"
#include "vm/number/bigint.h"
#include "vm/number/num.h"
#include "vm/number/num_text.h"
#include "vm/outside/request.h"

/* --- what takes long */

enum {
    LONG_NS = 200000, /* about what a slice takes */
    /* of a linear operation: the length of the shorter operand; at most 5 ms at 2^26 bits */
    LINEAR_LIMBS = 8,
    NS_PER_REDUCTION = 16,
    LIMB_BITS = 64
};

static uint64_t limbs_of(value integer) { return (num_bits(integer) + LIMB_BITS - 1) / LIMB_BITS; }

/* The time in ns of a product of so many limbs. Measured (GMP 6.2, this machine, 2^k limbs each):
 * ns per limb of the longer factor, by k = log2 of the shorter. */
static uint64_t product_ns(uint64_t a, uint64_t b)
{
    static const uint16_t per_limb[] = {1,  1,   2,   3,   6,   14,  30,  47, 62,
                                        84, 134, 150, 190, 340, 325, 325, 457};
    enum { LAST = sizeof per_limb / sizeof *per_limb - 1 };
    uint64_t longer = a > b ? a : b, shorter = a > b ? b : a;
    unsigned k = shorter ? 63 - (unsigned)__builtin_clzll(shorter) : 0;
    return longer * per_limb[k < LAST ? k : LAST];
}

/* 256 limbs: 206 us, where their product takes 16. */
static uint64_t gcd_ns(uint64_t a, uint64_t b)
{
    uint64_t shorter = a > b ? b : a;
    return 3 * product_ns(a, shorter) + 15 * product_ns(shorter, shorter);
}

/* 2048 limbs by 1024: 341 us, where a product of 1024 limbs takes 137. */
static uint64_t division_ns(uint64_t a, uint64_t b)
{
    return a < b ? a : 5 * product_ns(a - b + 1, b) / 2;
}

/* Digits in bases that are powers of two are read off at 35 ns a limb; otherwise 512 limbs take 113
 * us, their product 43. */
static uint64_t format_ns(uint64_t n, int64_t base)
{
    return (base & -base) == llabs(base) ? 35 * n : 5 * product_ns(n, n) / 2;
}

/* 1024 limbs: 171 us, their product 137; in addition each character is looked at. */
static uint64_t parse_ns(uint64_t size, int64_t base)
{
    uint64_t limbs = size / 19 + 1;
    return 2 * size + ((base & (base - 1)) == 0 ? 0 : 3 * product_ns(limbs, limbs) / 2);
}

/* The number of bits of the result, at most. */
static uint64_t power_bits(value a, value b) { return num_bits(a) * (uint64_t)value_as_int(b); }

static uint64_t cost_ns(num_long op, value a, value b)
{
    switch (op) {
    case NUM_MUL: return product_ns(limbs_of(a), limbs_of(b));
    case NUM_FLOOR_DIV:
    case NUM_MOD: return division_ns(limbs_of(a), limbs_of(b));
    case NUM_POW: return product_ns(power_bits(a, b) / LIMB_BITS, power_bits(a, b) / LIMB_BITS);
    case NUM_GCD:
    case NUM_LCM: return gcd_ns(limbs_of(a), limbs_of(b));
    case NUM_ISQRT: return product_ns(limbs_of(a), limbs_of(a)) / 2; /* 2048 limbs: 151 us */
    case NUM_FORMAT: return format_ns(limbs_of(a), value_as_int(b));
    case NUM_PARSE: return parse_ns(value_string(a)->size, value_as_int(b));
    }
    return 0;
}

static bool is_power_of_two(value small)
{
    int64_t n = value_as_int(small);
    return (n & -n) == n || (n & -n) == -n;
}

/* One operand is so short, or so simple, that the operation is linear. */
static bool is_linear(num_long op, value a, value b)
{
    if (op == NUM_POW)
        return value_is_int(a) && is_power_of_two(a);
    if (op == NUM_MUL)
        return limbs_of(a) < LINEAR_LIMBS || limbs_of(b) < LINEAR_LIMBS;
    if (op == NUM_FLOOR_DIV || op == NUM_MOD)
        return limbs_of(b) < 2;
    return false;
}

bool num_is_long(num_long op, value a, value b)
{
    if (value_is_int(a) && (op != NUM_POW && (op == NUM_FORMAT || value_is_int(b))))
        return false;
    return cost_ns(op, a, b) >= LONG_NS && !is_linear(op, a, b);
}

num_long num_long_of(opcode op)
{
    return op == OPC_MUL    ? NUM_MUL
           : op == OPC_IDIV ? NUM_FLOOR_DIV
           : op == OPC_MOD  ? NUM_MOD
                            : NUM_POW;
}

void num_compute(num_long op, mpz_ptr result, mpz_srcptr a, mpz_srcptr b)
{
    switch (op) {
    case NUM_MUL: mpz_mul(result, a, b); break;
    case NUM_FLOOR_DIV: mpz_fdiv_q(result, a, b); break;
    case NUM_MOD: mpz_fdiv_r(result, a, b); break;
    case NUM_POW: mpz_pow_ui(result, a, mpz_get_ui(b)); break;
    case NUM_GCD: mpz_gcd(result, a, b); break;
    case NUM_LCM: mpz_lcm(result, a, b); break;
    case NUM_ISQRT: mpz_sqrt(result, a); break;
    case NUM_FORMAT:
    case NUM_PARSE: break; /* no arithmetic */
    }
}

/* --- the request */

typedef enum long_outcome { LONG_OK, LONG_NO_MEMORY, LONG_NO_NUMBER, LONG_TOO_LONG } long_outcome;

typedef struct long_request {
    request base;
    num_long op;
    num_view a, b;    /* of limbs in the collected heap, which are pinned */
    const char *text; /* PARSE: pinned, too */
    size_t size;      /* of that, or of the digits */
    int radix;
    uint64_t max_bits;
    mpz_t result;
    char *digits; /* FORMAT */
    long_outcome outcome;
} long_request;

static long_outcome format(long_request *l)
{
    l->digits = malloc(mpz_sizeinbase(l->a.z, abs(l->radix)) + 2);
    if (!l->digits)
        return LONG_NO_MEMORY;
    mpz_get_str(l->digits, l->radix, l->a.z);
    l->size = strlen(l->digits);
    return LONG_OK;
}

static long_outcome parse(long_request *l)
{
    const char *digits = l->text;
    size_t size = l->size;
    bool negative = *digits == '-';
    if (negative || *digits == '+') {
        digits++;
        size--;
    }
    if (!num_all_digits(digits, size, l->radix))
        return LONG_NO_NUMBER;
    while (size > 1 && *digits == '0') {
        digits++;
        size--;
    }
    if (num_digits_bits(size, l->radix) > l->max_bits)
        return LONG_TOO_LONG;
    mpz_set_str(l->result, digits, l->radix); /* a NUL stands behind them */
    if (negative)
        mpz_neg(l->result, l->result);
    return LONG_OK;
}

/* On a worker. */
static void work(request *r)
{
    long_request *l = (long_request *)r;
    if (l->op == NUM_FORMAT)
        l->outcome = format(l);
    else if (l->op == NUM_PARSE)
        l->outcome = parse(l);
    else
        num_compute(l->op, l->result, l->a.z, l->b.z);
}

static void drop(request *r)
{
    long_request *l = (long_request *)r;
    mpz_clear(l->result);
    free(l->digits);
    free(l);
}

/* GMP cannot be interrupted. */
static const request_kind long_kind = {
    .what = "a computation with large ints", .work = work, .drop = drop};

/* Roughly what GMP takes meanwhile: the result, and a few times the operands. */
static size_t memory_of(num_long op, value a, value b)
{
    enum { TIMES = 4 };
    if (op == NUM_PARSE)
        return 2 * (size_t)value_string(a)->size;
    uint64_t bits = num_bits(a);
    if (op == NUM_POW)
        bits = power_bits(a, b);
    else if (op != NUM_ISQRT && op != NUM_FORMAT)
        bits += num_bits(b);
    return bits / 8 * TIMES;
}

static verdict begin(csp_vm *vm, process *p, num_long op, value a, value b)
{
    long_request *l = calloc(1, sizeof *l);
    if (!l)
        return vm_raise_memory(vm);
    l->base.kind = &long_kind;
    l->op = op;
    mpz_init(l->result);
    if (op == NUM_PARSE) {
        l->text = value_string(a)->text;
        l->size = value_string(a)->size;
        l->max_bits = num_max_bits(vm);
    } else {
        num_view_of(&l->a, a);
        num_view_of(&l->b, op == NUM_ISQRT ? a : b);
    }
    if (op == NUM_PARSE || op == NUM_FORMAT)
        l->radix = (int)value_as_int(b);
    vm_charge(vm, cost_ns(op, a, b) / NS_PER_REDUCTION);
    return request_start(vm, p, &l->base, (const value[]){a, b}, 2, memory_of(op, a, b));
}

static value unreadable(csp_vm *vm, const string *given)
{
    text shown;
    text_init(&shown, vm);
    text_quote_start(&shown, given, NUM_SHOWN);
    return num_unreadable(vm, &shown, "a whole number");
}

static verdict finish(csp_vm *vm, long_request *l, value given, value *result)
{
    switch (l->outcome) {
    case LONG_NO_MEMORY: return vm_raise_memory(vm);
    case LONG_NO_NUMBER: return vm_give(vm, unreadable(vm, value_string(given)), result);
    case LONG_TOO_LONG: return num_check_bits(vm, UINT64_MAX);
    case LONG_OK: break;
    }
    verdict v = num_give(vm, l->result, result);
    mpz_init(l->result);
    return v;
}

/* One step of making a string of the digits: DONE, YIELD or FAIL. slots: the string, how many of
 * its bytes are there. */
static verdict give_digits(csp_vm *vm, const long_request *l, value *slots, value *result)
{
    if (slots[0] == VALUE_ABSENT) {
        string *all = l->size <= STRING_MAX ? str_blank(vm, l->size, l->size) : NULL;
        if (!all)
            return vm_raise_memory(vm);
        slots[0] = value_object(all);
        slots[1] = value_int(0);
    }
    size_t at = (size_t)value_as_int(slots[1]);
    bool all = long_copy(vm, value_string(slots[0])->text, l->digits, l->size, &at);
    slots[1] = value_int((int64_t)at);
    return all ? vm_give(vm, slots[0], result) : VERDICT_YIELD;
}

/* --- the native */

/* slots: whether it has begun, and those of give_digits. */
static verdict run_long(csp_vm *vm, process *p, value *args, value *result)
{
    if (args[3] == VALUE_ABSENT) {
        args[3] = VALUE_TRUE;
        return begin(vm, p, (num_long)value_as_int(args[0]), args[1], args[2]);
    }
    const long_request *l = (const long_request *)request_arrived_for(p);
    if (l && l->op == NUM_FORMAT && l->outcome == LONG_OK) {
        verdict v = give_digits(vm, l, args + 4, result);
        if (v == VERDICT_YIELD)
            return v;
        request_dispose(vm, request_take(vm, p));
        return v;
    }
    request *r = request_take(vm, p);
    verdict v = finish(vm, (long_request *)r, args[1], result);
    request_dispose(vm, r);
    return v;
}

const native_entry num_long_native = {
    "long", "long(op, a, b)", "arithmetic that takes long", run_long, 3, 3, 3};

verdict num_long_call(csp_vm *vm, process *p, num_long op, value a, value b)
{
    value fn = native_value(vm, &num_long_native);
    return fn == VALUE_ABSENT ? vm_raise_memory(vm)
                              : native_call(vm, p, fn, 3, (const value[]){value_int(op), a, b});
}

verdict num_long_become(csp_vm *vm, num_long op, value a, value b)
{
    return native_become_with(vm, &num_long_native, 3, (const value[]){value_int(op), a, b});
}
