/* stdlib/math.c */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "tests/support/vm_fixture.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"
#include "vm/number/num_text.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }

static void teardown(void) { fixture_close(vm); }

TestSuite(math, .init = setup, .fini = teardown);

static value number(const char *chars)
{
    value v = num_parse_int(vm, chars, strlen(chars), 10);
    return v != VALUE_NIL ? v : num_parse_float(vm, chars, strlen(chars));
}

/* The native of one or two numbers (b NULL: one) gives `wanted`, as `repr` shows it, or that
 * error. */
static void check(const char *name, const char *a, const char *b, const char *wanted)
{
    value result = fixture_call(vm, math_natives, name, b != NULL ? 2 : 1, number(a),
                                b != NULL ? number(b) : VALUE_ABSENT);
    char *got = result != VALUE_ABSENT ? fixture_show(vm, result) : fixture_raised(vm);
    cr_expect_str_eq(got, wanted, "%s(%s, %s): %s, not %s", name, a, b != NULL ? b : "", got,
                     wanted);
    free(got);
}

Test(math, floats)
{
    check("sqrt", "2", NULL, "1.4142135623730951");
    check("sqrt", "-1", NULL, "nan");
    check("cbrt", "27", NULL, "3.0");
    check("sin", "0", NULL, "0.0");
    check("cos", "0", NULL, "1.0");
    check("exp", "0", NULL, "1.0");
    check("atan2", "1", "1", "0.7853981633974483");
    check("hypot", "3", "4", "5.0");
    check("log", "1", NULL, "0.0");
    check("log", "0", NULL, "-inf");
    check("log2", "8", NULL, "3.0");
    check("log10", "1000", NULL, "3.0");
    check("pow", "2", "10", "1024");
    check("pow", "2", "0.5", "1.4142135623730951");
}

Test(math, ints_beyond_a_double)
{
    value huge = VALUE_ABSENT;
    cr_assert(num_binary(vm, fixture_process(vm), OPC_POW, value_int(10), value_int(400), &huge) ==
              VERDICT_DONE);
    value root = fixture_call(vm, math_natives, "sqrt", 1, huge);
    cr_expect_float_eq(num_as_double(root) / 1e200, 1, 1e-15);
    cr_expect_float_eq(num_as_double(fixture_call(vm, math_natives, "log10", 1, huge)), 400, 1e-12);
    cr_expect_float_eq(num_as_double(fixture_call(vm, math_natives, "log2", 1, huge)),
                       1328.771237954945, 1e-9);
    cr_expect_float_eq(num_as_double(fixture_call(vm, math_natives, "log", 1, huge)),
                       921.0340371976183, 1e-9);
}

Test(math, whole_numbers)
{
    check("floor", "2.7", NULL, "2");
    check("floor", "-2.1", NULL, "-3");
    check("ceil", "2.1", NULL, "3");
    check("ceil", "-2.7", NULL, "-2");
    check("round", "2.5", NULL, "3");
    check("round", "-2.5", NULL, "-3");
    check("round", "0.49999999999999994", NULL, "0");
    check("trunc", "-2.7", NULL, "-2");
    check("floor", "1e25", NULL, "10000000000000000905969664");
    check("floor", "123456789012345678901234567890", NULL, "123456789012345678901234567890");
    check("floor", "nan", NULL, "value_error: nan has no whole number next to it");
    check("round", "-inf", NULL, "value_error: -inf has no whole number next to it");
}

Test(math, divisors_and_roots)
{
    check("gcd", "12", "-18", "6");
    check("gcd", "0", "0", "0");
    check("gcd", "123456789012345678901234567890", "9876543210", "90");
    check("lcm", "4", "6", "12");
    check("lcm", "-4", "6", "12");
    check("lcm", "0", "6", "0");
    check("gcd", "1.5", "2", "type_error: expected an int, got a float");
    check("isqrt", "24", NULL, "4");
    check("isqrt", "25", NULL, "5");
    check("isqrt", "0", NULL, "0");
    check("isqrt", "15241578753238836750495351562536198787501905199875019052100", NULL,
          "123456789012345678901234567890");
    check("isqrt", "-1", NULL, "value_error: the root of a negative int");
}

Test(math, any_number)
{
    check("sign", "-0.5", NULL, "-1");
    check("sign", "0", NULL, "0");
    check("sign", "123456789012345678901234567890", NULL, "1");
    check("sign", "nan", NULL, "nan");
    check("is_nan", "nan", NULL, "true");
    check("is_nan", "1", NULL, "false");
    check("is_inf", "-inf", NULL, "true");
    check("is_inf", "1.5", NULL, "false");
    cr_expect(fixture_call(vm, math_natives, "clamp", 3, value_int(5), value_int(1),
                           value_int(3)) == value_int(3));
    cr_expect(fixture_call(vm, math_natives, "clamp", 3, value_int(0), value_int(1),
                           value_int(3)) == value_int(1));
    cr_expect(fixture_call(vm, math_natives, "clamp", 3, value_int(2), value_int(1),
                           value_int(3)) == value_int(2));
    cr_expect(fixture_call(vm, math_natives, "clamp", 3, value_int(2), value_int(3),
                           value_int(1)) == VALUE_ABSENT);
    cr_expect(fixture_call(vm, math_natives, "sqrt", 1, VALUE_TRUE) == VALUE_ABSENT);
}

Test(math, constants)
{
    int count = 0;
    for (const native_constant *c = math_constants; c->name != NULL; c++)
        count++;
    cr_expect_eq(count, 4);
    cr_expect_str_eq(math_constants[3].name, "pi");
    cr_expect_eq(math_constants[3].number, 3.141592653589793);
}
