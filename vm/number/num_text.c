/* Numbers and text: formatting and parsing. What the C library prints and reads depends on
 * the locale, which belongs to the host, so we exchange only digits with it and set the
 * point ourselves. */
#include "vm/number/num_text.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "vm/core/text.h"
#include "vm/core/vm.h"
#include "vm/number/bigint.h"
#include "vm/number/num.h"

/* --- floats to text */

/* A decimal number: digits * 10 ** exponent. */
typedef struct decimal {
    uint64_t digits;
    int exponent;
} decimal;

static double decimal_value(decimal n)
{
    char scientific[40];
    snprintf(scientific, sizeof scientific, "%llue%d", (unsigned long long)n.digits, n.exponent);
    return strtod(scientific, NULL);
}

/* d > 0, finite, rounded to `count` significant digits. */
static decimal decimal_rounded(double d, int count)
{
    char scientific[40];
    snprintf(scientific, sizeof scientific, "%.*e", count - 1, d);
    decimal n = {0, 0};
    const char *at = scientific;
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            n.digits = n.digits * 10 + (uint64_t)(*at - '0');
    n.exponent = atoi(at + 1) - (count - 1);
    return n;
}

static decimal decimal_trimmed(decimal n)
{
    while (n.digits % 10 == 0) {
        n.digits /= 10;
        n.exponent++;
    }
    return n;
}

/* Most floats in programs have few digits. If m / 10^k gives d exactly, as a quotient of two exact
 * doubles, m * 10^-k reads back as d. No two decimals of at most 15 digits read as the same double,
 * so the smallest k gives the shortest text. */
static bool decimal_short(double d, decimal *out)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    for (int k = 0; k < (int)(sizeof powers / sizeof *powers); k++) {
        double scaled = rint(d * powers[k]);
        if (scaled >= 1e15)
            return false;
        if (scaled >= 1 && scaled / powers[k] == d) {
            *out = (decimal){(uint64_t)scaled, -k};
            return true;
        }
    }
    return false;
}

/* The shortest decimal that reads back as d > 0. 15 digits survive a trip through a (normal)
 * double, so if 15 do not read back, fewer do not either. The doubles around a power of two
 * lie closer below than above: there the nearest decimal may be too low where the next one
 * reads back. */
static decimal decimal_shortest(double d)
{
    decimal n;
    if (decimal_short(d, &n))
        return decimal_trimmed(n);
    int exponent;
    bool power_of_two = frexp(d, &exponent) == 0.5;
    for (int count = d < DBL_MIN ? 1 : DBL_DIG; count < DBL_DECIMAL_DIG; count++) {
        n = decimal_rounded(d, count);
        if (decimal_value(n) == d)
            return decimal_trimmed(n);
        n.digits++;
        if (power_of_two && decimal_value(n) == d)
            return decimal_trimmed(n);
    }
    return decimal_trimmed(decimal_rounded(d, DBL_DECIMAL_DIG));
}

size_t num_format_float(double d, char *out)
{
    enum { ROOM = 40 };
    if (isnan(d))
        return (size_t)snprintf(out, ROOM, "nan");
    const char *sign = signbit(d) ? "-" : "";
    if (isinf(d))
        return (size_t)snprintf(out, ROOM, "%sinf", sign);
    if (d == 0)
        return (size_t)snprintf(out, ROOM, "%s0.0", sign);
    decimal n = decimal_shortest(fabs(d));
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n.digits);
    int point = count + n.exponent; /* digits before the point */
    int length;
    if (point > 16 || point < -3) {
        if (count == 1)
            length = snprintf(out, ROOM, "%s%se%d", sign, digits, point - 1);
        else
            length = snprintf(out, ROOM, "%s%c.%se%d", sign, digits[0], digits + 1, point - 1);
    } else if (point <= 0) {
        length = snprintf(out, ROOM, "%s0.%.*s%s", sign, -point, "000", digits);
    } else if (point >= count) {
        length = snprintf(out, ROOM, "%s%s%.*s.0", sign, digits, point - count, "0000000000000000");
    } else {
        length = snprintf(out, ROOM, "%s%.*s.%s", sign, point, digits, digits + point);
    }
    return (size_t)length;
}

/* --- ints to text */

static const char digit_names[] = "0123456789abcdefghijklmnopqrstuvwxyz";

bool num_format_int(text *t, value integer, int base)
{
    if (value_is_int(integer)) {
        char digits[65];
        size_t at = sizeof digits;
        int64_t n = value_as_int(integer);
        uint64_t rest = n < 0 ? (uint64_t)-n : (uint64_t)n;
        do {
            digits[--at] = digit_names[rest % (unsigned)base];
            rest /= (unsigned)base;
        } while (rest > 0);
        if (n < 0)
            digits[--at] = '-';
        return text_add(t, digits + at, sizeof digits - at);
    }
    num_view view;
    num_view_of(&view, integer);
    size_t room = mpz_sizeinbase(view.z, base) + 2;
    uint64_t limbs = mpz_size(view.z);
    vm_charge(t->vm, limbs * (limbs < 64 ? limbs : 64) / 4);
    char *digits = heap_alloc(vm_heap(t->vm), HEAP_BYTES, room);
    if (digits == NULL) {
        t->failed = true;
        return false;
    }
    mpz_get_str(digits, base, view.z);
    bool added = text_add(t, digits, strlen(digits));
    heap_release(vm_heap(t->vm), HEAP_BYTES, digits, room);
    return added;
}

/* --- text to ints */

/* 36 and more: not a digit. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A') + 10;
    return 36;
}

static value big_from_digits(csp_vm *vm, const char *digits, size_t length, int base, bool negative)
{
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return VALUE_ABSENT;
    memcpy(copy, digits, length);
    copy[length] = '\0';
    mpz_t z;
    mpz_init(z);
    mpz_set_str(z, copy, base);
    free(copy);
    if (negative)
        mpz_neg(z, z);
    value v = mpz_sizeinbase(z, 2) > num_max_bits(vm) ? VALUE_NIL : num_from_mpz(vm, z);
    mpz_clear(z);
    return v;
}

bool num_all_digits(const char *chars, size_t size, int base)
{
    for (size_t i = 0; i < size; i++)
        if (digit_value(chars[i]) >= (unsigned)base)
            return false;
    return size > 0;
}

uint64_t num_digits_bits(size_t length, int base)
{
    return (uint64_t)(log2(base) * (double)(length - 1)) + 1;
}

value num_unreadable(csp_vm *vm, const text *shown, const char *what)
{
    if (shown->failed)
        return VALUE_ABSENT;
    return error_make(vm, ERR_VALUE, "%.*s is not %s", (int)shown->used,
                      shown->used ? shown->block : "", what);
}

value num_from_digits(csp_vm *vm, const char *digits, size_t length, int base, bool negative)
{
    while (length > 1 && *digits == '0') {
        digits++;
        length--;
    }
    /* Eleven digits in any base up to 36 fit 63 bits. */
    size_t safe = base <= 10 ? 18 : 11;
    if (length <= safe) {
        int64_t n = 0;
        for (size_t i = 0; i < length; i++)
            n = n * base + (int64_t)digit_value(digits[i]);
        return value_int(negative ? -n : n);
    }
    if (num_digits_bits(length, base) > num_max_bits(vm))
        return VALUE_NIL;
    return big_from_digits(vm, digits, length, base, negative);
}

/* Skips a sign. */
static bool parse_sign(const char **chars, size_t *size)
{
    bool negative = *size > 0 && **chars == '-';
    if (negative || (*size > 0 && **chars == '+')) {
        ++*chars;
        --*size;
    }
    return negative;
}

value num_parse_int(csp_vm *vm, const char *chars, size_t size, int base)
{
    bool negative = parse_sign(&chars, &size);
    if (!num_all_digits(chars, size, base))
        return VALUE_NIL;
    vm_charge(vm, size / 8 * (size < 1000 ? size / 32 : 32));
    value v = num_from_digits(vm, chars, size, base, negative);
    return v == VALUE_NIL ? VALUE_ABSENT : v;
}

/* --- text to floats */

static bool is_word(const char *chars, size_t size, const char *word)
{
    return size == strlen(word) && memcmp(chars, word, size) == 0;
}

static size_t digits_at(const char *chars, size_t size)
{
    size_t n = 0;
    while (n < size && chars[n] >= '0' && chars[n] <= '9')
        n++;
    return n;
}

/* The sign and digits of an exponent. What is far beyond every double stays there whatever the
 * length of the mantissa, since texts are shorter than the bound. */
static bool parse_exponent(const char *chars, size_t size, int64_t *exponent)
{
    static const int64_t bound = (int64_t)1 << 40;
    bool negative = parse_sign(&chars, &size);
    if (size == 0 || digits_at(chars, size) != size)
        return false;
    int64_t n = 0;
    for (size_t i = 0; i < size && n < bound; i++)
        n = n * 10 + (chars[i] - '0');
    *exponent = negative ? -n : n;
    return true;
}

/* digits * 10 ** exponent, the digits in two pieces; there is at least one. */
static value float_from_parts(csp_vm *vm, const char *whole, size_t wholes, const char *rest,
                              size_t rests, int64_t exponent, bool negative)
{
    char local[128];
    size_t room = wholes + rests + 32;
    char *copy = room <= sizeof local ? local : malloc(room);
    if (copy == NULL)
        return VALUE_ABSENT;
    memcpy(copy, whole, wholes);
    memcpy(copy + wholes, rest, rests);
    snprintf(copy + wholes + rests, 32, "e%lld", (long long)(exponent - (int64_t)rests));
    double d = strtod(copy, NULL);
    if (copy != local)
        free(copy);
    return num_float(vm, negative ? -d : d);
}

value num_parse_float(csp_vm *vm, const char *chars, size_t size)
{
    bool negative = parse_sign(&chars, &size);
    if (is_word(chars, size, "inf"))
        return num_float(vm, negative ? -HUGE_VAL : HUGE_VAL);
    if (is_word(chars, size, "nan"))
        return num_float(vm, (double)NAN);
    size_t wholes = digits_at(chars, size);
    const char *rest = chars + wholes;
    size_t left = size - wholes;
    size_t rests = 0;
    if (left > 0 && *rest == '.') {
        rest++;
        left--;
        rests = digits_at(rest, left);
        left -= rests;
    }
    int64_t exponent = 0;
    const char *end = rest + rests;
    if (left > 0 && (*end != 'e' && *end != 'E'))
        return VALUE_NIL;
    if (wholes + rests == 0 || (left > 0 && !parse_exponent(end + 1, left - 1, &exponent)))
        return VALUE_NIL;
    return float_from_parts(vm, chars, wholes, rest, rests, exponent, negative);
}
