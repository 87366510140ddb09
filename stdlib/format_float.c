#include "stdlib/format_float.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What the C library prints between the whole part and the fraction depends on the host's locale;
 * here it is always a point. */
static size_t make_point(char *chars, size_t size)
{
    size_t from = strspn(chars, "0123456789");
    size_t width = strcspn(chars + from, "0123456789e");
    if (from == 0 || width == 0)
        return size;
    chars[from] = '.';
    memmove(chars + from + 1, chars + from + width, size - from - width + 1);
    return size - width + 1;
}

/* The magnitude as whole + part / 2**bits, exactly, with bits small enough that ten times the part
 * fits; false: it is too large or too small for that. */
typedef struct split {
    uint64_t whole, part;
    int bits;
} split;

static bool split_exactly(double magnitude, split *s)
{
    enum { FRACTION = 52, ONE = 1023 + FRACTION, MOST_BITS = 60 };
    uint64_t word;
    memcpy(&word, &magnitude, sizeof word);
    *s = (split){.bits = 0};
    if (word == 0)
        return true;
    int exponent = (int)(word >> FRACTION);
    s->bits = ONE - exponent;
    if (exponent == 0 || s->bits < 0 || s->bits > MOST_BITS)
        return false;
    uint64_t one = (uint64_t)1 << FRACTION, mantissa = one | (word & (one - 1));
    s->whole = mantissa >> s->bits;
    s->part = mantissa & (((uint64_t)1 << s->bits) - 1);
    return true;
}

/* The digits of a number, the last `after` of them behind a point. */
static size_t put_digits(char *chars, uint64_t number, unsigned after)
{
    char digits[24];
    size_t at = sizeof digits;
    unsigned count = 0;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
        if (++count == after)
            digits[--at] = '.';
    } while (number > 0 || count <= after);
    memcpy(chars, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

/* Conversion `f` where all digits fit into a word; 0: they do not. Half goes to the even digit. */
static size_t print_short(char *chars, unsigned precision, double magnitude)
{
    enum { MOST_DIGITS = 9 };
    const uint64_t largest = (uint64_t)1000000000;
    split s;
    if (precision > MOST_DIGITS || !split_exactly(magnitude, &s) || s.whole >= largest)
        return 0;
    uint64_t number = s.whole, one = (uint64_t)1 << s.bits;
    for (unsigned i = 0; i < precision; i++) {
        s.part *= 10;
        number = number * 10 + (s.part >> s.bits);
        s.part &= one - 1;
    }
    if (2 * s.part > one || (2 * s.part == one && number % 2 != 0))
        number++;
    return put_digits(chars, number, precision);
}

size_t format_float(char *chars, char conversion, unsigned precision, double magnitude)
{
    size_t room = FORMAT_FLOAT_ROOM + precision;
    size_t quick = conversion == 'f' ? print_short(chars, precision, magnitude) : 0;
    if (quick > 0)
        return quick;
    int size = conversion == 'f'   ? snprintf(chars, room, "%.*f", (int)precision, magnitude)
               : conversion == 'e' ? snprintf(chars, room, "%.*e", (int)precision, magnitude)
                                   : snprintf(chars, room, "%.*g", (int)precision, magnitude);
    return size < 0 ? 0 : make_point(chars, (size_t)size);
}
