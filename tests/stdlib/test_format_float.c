/* stdlib/format_float.c: what C's printf writes */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "stdlib/format_float.h"

static void assert_as_printf(char conversion, unsigned precision, double number)
{
    const char pattern[] = {'%', '.', '*', conversion, '\0'};
    char wanted[FORMAT_FLOAT_ROOM + 40], found[FORMAT_FLOAT_ROOM + 40];
    snprintf(wanted, sizeof wanted, pattern, (int)precision, number);
    size_t size = format_float(found, conversion, precision, number);
    cr_assert_eq(size, strlen(wanted), "%s of %u, %a", pattern, precision, number);
    cr_assert_eq(memcmp(found, wanted, size), 0, "%s of %u: %a is %s, not %.*s", pattern, precision,
                 number, wanted, (int)size, found);
}

static void assert_all(double number)
{
    for (unsigned precision = 0; precision <= 12; precision++)
        assert_as_printf('f', precision, number);
    assert_as_printf('e', 6, number);
    assert_as_printf('g', 6, number);
}

Test(format_float, limits)
{
    const double numbers[] = {0,         0.5,        1.5,        2.5,        0.25,
                              0.125,     0.375,      0.001,      0.0005,     0x1p-8,
                              0x1p-9,    0x1.8p-8,   999999999,  0x1p30,     1e9,
                              1e9 - 0.5, 0x1p53,     1e15 + 0.3, 1e22,       1.7976931348623157e308,
                              0x1p-1074, 0x1p-1022,  0.1,        0.3,        2.675,
                              1.005,     9.99999999, 0.99999999, 99999.9995, 4503599627370496.5};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_all(numbers[i]);
        assert_all(nextafter(numbers[i], INFINITY));
        if (numbers[i] > 0)
            assert_all(nextafter(numbers[i], 0));
    }
}

/* Half of a last digit, exactly, goes to the even one. */
Test(format_float, ties)
{
    for (unsigned i = 0; i < 2000; i++)
        for (unsigned bits = 1; bits <= 10; bits++)
            for (unsigned precision = 0; precision < 10; precision++)
                assert_as_printf('f', precision, ldexp((double)i, -(int)bits));
}

Test(format_float, any_numbers)
{
    uint64_t state = 88172645463325252;
    for (unsigned i = 0; i < 60000; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        double number = ldexp((double)(state >> 11), -(int)(state % 90));
        assert_as_printf('f', (unsigned)(state >> 5 & 15), number);
    }
}
