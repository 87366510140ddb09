/* vm/number/num.c, vm/number/num_text.c, vm/number/arith.c */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/text.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"
#include "vm/number/num_text.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }

static void teardown(void) { fixture_close(vm); }

TestSuite(num, .init = setup, .fini = teardown);

/* A number as a program writes it. */
static value number(const char *chars)
{
    value v = num_parse_int(vm, chars, strlen(chars), 10);
    return v != VALUE_NIL ? v : num_parse_float(vm, chars, strlen(chars));
}

static char *shown(value v)
{
    text t;
    text_init(&t, vm);
    if (value_is_integer(v)) {
        cr_assert(num_format_int(&t, v, 10));
        return support_format("%.*s", (int)t.used, t.block);
    }
    char chars[40];
    cr_assert(value_is_float(v));
    size_t size = num_format_float(value_as_float(v), chars);
    cr_assert_eq(size, strlen(chars));
    return support_format("%s", chars);
}

/* "a op b" is the number `wanted`, or the error "kind: message" (as far as `wanted` goes). */
static void check(const char *a, opcode op, const char *b, const char *wanted)
{
    value out = VALUE_ABSENT;
    verdict v = num_binary(vm, fixture_process(vm), op, number(a), number(b), &out);
    char *got = v == VERDICT_DONE ? shown(out) : fixture_raised(vm);
    cr_expect(strncmp(got, wanted, v == VERDICT_DONE ? strlen(got) + 1 : strlen(wanted)) == 0,
              "%s op%d %s: %s, not %s", a, (int)op, b, got, wanted);
    if (v == VERDICT_DONE && value_is_integer(out) && !value_is_int(out))
        cr_expect(strlen(got) >= 19, "%s fits a word", got);
    free(got);
}

Test(num, sums_and_products_grow)
{
    check("4611686018427387903", OPC_ADD, "1", "4611686018427387904");
    check("-4611686018427387904", OPC_SUB, "1", "-4611686018427387905");
    check("4611686018427387904", OPC_SUB, "1", "4611686018427387903");
    check("-4611686018427387904", OPC_MUL, "-1", "4611686018427387904");
    check("3037000500", OPC_MUL, "3037000500", "9223372037000250000");
    check("123456789012345678901234567890", OPC_MUL, "987654321",
          "121932631124828532112482853211126352690");
    check("123456789012345678901234567890", OPC_SUB, "123456789012345678901234567890", "0");
    check("1", OPC_ADD, "0.5", "1.5");
    check("1180591620717411303424", OPC_ADD, "1.5", "1.1805916207174113e21");
}

Test(num, division_floors)
{
    static const char *const rows[][4] = {
        {"7", "2", "3", "1"},
        {"-7", "2", "-4", "1"},
        {"7", "-2", "-4", "-1"},
        {"-7", "-2", "3", "-1"},
        {"-6", "3", "-2", "0"},
        {"123456789012345678901234567890", "987654321", "124999998873437499901", "574845669"},
        {"-123456789012345678901234567890", "987654321", "-124999998873437499902", "412808652"},
        {"123456789012345678901234567890", "-987654321", "-124999998873437499902", "-412808652"},
        {"-4611686018427387904", "-1", "4611686018427387904", "0"},
        {"7.5", "2", "3.0", "1.5"},
        {"-7.5", "2", "-4.0", "0.5"},
        {"7.5", "-2", "-4.0", "-0.5"},
        {"-5.0", "inf", "-1.0", "inf"},
        {"1.0", "0.1", "9.0", "0.09999999999999995"},
        {"1.0", "0", "inf", "nan"},
        {"0.0", "0", "nan", "nan"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(rows[i][0], OPC_IDIV, rows[i][1], rows[i][2]);
        check(rows[i][0], OPC_MOD, rows[i][1], rows[i][3]);
    }
    check("1", OPC_IDIV, "0", "zero_division: ");
    check("123456789012345678901234567890", OPC_MOD, "0", "zero_division: ");
}

Test(num, quotients_are_rounded_once)
{
    check("6", OPC_DIV, "3", "2.0");
    check("1", OPC_DIV, "0", "zero_division: division by zero");
    check("-1", OPC_DIV, "0.0", "-inf");
    check("1000000000000000000000000000000", OPC_DIV, "1000000000000000000000000000", "1000.0");
    check("-9007199254740993", OPC_DIV, "1", "-9007199254740992.0");
    check("9007199254740995", OPC_DIV, "1", "9007199254740996.0");
    check("27021597764222979", OPC_DIV, "3", "9007199254740992.0");
    /* 10 ** 400 / 10 ** 399, and the other way into the smallest doubles */
    char *zeros = support_repeat("0", 400);
    char *large = support_format("1%s", zeros);
    char *shorter = support_format("1%s", zeros + 1);
    char *tiny = support_format("5%s", zeros + 324);
    char *denominator = support_format("1%s", zeros + 1);
    check(large, OPC_DIV, shorter, "10.0");
    check(large, OPC_DIV, "1", "inf");
    check("1", OPC_DIV, large, "0.0");
    check("-3", OPC_DIV, large, "-0.0");
    check(tiny, OPC_DIV, denominator, "5e-323");
    free(zeros);
    free(large);
    free(shorter);
    free(tiny);
    free(denominator);
}

/* The reference: long double is exact for the quotient's first 64 bits, but rounds twice; so only
 * those far from a tie are compared. */
Test(num, quotients_against_long_double)
{
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        int64_t a = (int64_t)(state >> (2 + i % 20));
        state = state * 6364136223846793005U + 1442695040888963407U;
        int64_t b = (int64_t)(state >> (2 + i % 31)) | 1;
        value out = VALUE_ABSENT;
        cr_assert(num_binary(vm, fixture_process(vm), OPC_DIV, num_int(vm, a), num_int(vm, b),
                             &out) == VERDICT_DONE);
        long double exact = (long double)a / (long double)b;
        long double off = fabsl(exact - (long double)num_as_double(out));
        long double ulp =
            (long double)nextafter((double)exact, HUGE_VAL) - (long double)(double)exact;
        cr_assert(off <= ulp * 0.5001L, "%lld / %lld", (long long)a, (long long)b);
    }
}

Test(num, powers)
{
    check("2", OPC_POW, "100", "1267650600228229401496703205376");
    check("-2", OPC_POW, "3", "-8");
    check("3", OPC_POW, "50", "717897987691852588770249");
    check("2", OPC_POW, "-2", "0.25");
    check("-1", OPC_POW, "123456789012345678901234567891", "-1");
    check("-1", OPC_POW, "123456789012345678901234567890", "1");
    check("0", OPC_POW, "123456789012345678901234567890", "0");
    check("0", OPC_POW, "0", "1");
    check("0", OPC_POW, "-1", "zero_division: 0 to a negative power");
    check("0.0", OPC_POW, "-1", "inf");
    check("2", OPC_POW, "0.5", "1.4142135623730951");
    check("2", OPC_POW, "1048576", "out_of_memory: an integer of more than 1048576 bits");
    check("2", OPC_POW, "123456789012345678901234567890",
          "out_of_memory: an integer of more than 1048576 bits");
    check("12345678901234567890", OPC_POW, "4611686018427387903",
          "out_of_memory: an integer of more than 1048576 bits");
}

Test(num, bits)
{
    check("36893488147419103232", OPC_BOR, "1", "36893488147419103233");
    check("36893488147419103237", OPC_BAND, "7", "5");
    check("1180591620717411303424", OPC_BXOR, "1180591620717411303424", "0");
    check("-1", OPC_BAND, "36893488147419103232", "36893488147419103232");
    check("36893488147419103232", OPC_BOR, "-1", "-1");
    check("-256", OPC_BOR, "1", "-255");
    check("-1", OPC_BXOR, "5", "-6");
    check("1", OPC_BAND, "1.0", "type_error: cannot apply `&` to an int and a float");
    value out = VALUE_ABSENT;
    cr_assert(num_unary(vm, OPC_BNOT, number("18446744073709551616"), &out) == VERDICT_DONE);
    char *got = shown(out);
    cr_expect_str_eq(got, "-18446744073709551617");
    free(got);
}

Test(num, shifts)
{
    check("1", OPC_SHL, "100", "1267650600228229401496703205376");
    check("-3", OPC_SHL, "2", "-12");
    check("1", OPC_SHL, "62", "4611686018427387904");
    check("-1", OPC_SHL, "62", "-4611686018427387904");
    check("1", OPC_SHL, "-1", "value_error: a negative shift");
    check("1", OPC_SHR, "-123456789012345678901234567890", "value_error: a negative shift");
    check("1", OPC_SHL, "1048576", "out_of_memory: an integer of more than 1048576 bits");
    check("1", OPC_SHL, "123456789012345678901234567890",
          "out_of_memory: an integer of more than 1048576 bits");
    check("0", OPC_SHL, "123456789012345678901234567890", "0");
    check("-7", OPC_SHR, "1", "-4");
    check("-5", OPC_SHR, "100", "-1");
    check("5", OPC_SHR, "123456789012345678901234567890", "0");
    check("1267650600228229401496703205376", OPC_SHR, "95", "32");
    check("-1180591620717411303425", OPC_SHR, "68", "-5");
    check("-1180591620717411303425", OPC_SHR, "71", "-1");
}

Test(num, products_stop_at_the_limit)
{
    value big = VALUE_ABSENT;
    value out = VALUE_ABSENT;
    process *p = fixture_process(vm);
    cr_assert(num_binary(vm, p, OPC_SHL, value_int(1), value_int(FIXTURE_INT_BITS - 1), &big) ==
              VERDICT_DONE);
    cr_expect(num_binary(vm, p, OPC_MUL, big, value_int(1), &out) == VERDICT_DONE);
    cr_expect(num_binary(vm, p, OPC_MUL, big, value_int(2), &out) == VERDICT_FAIL);
    cr_expect(num_binary(vm, p, OPC_MUL, big, big, &out) == VERDICT_FAIL);
    cr_expect(num_binary(vm, p, OPC_ADD, big, big, &out) == VERDICT_FAIL);
    cr_expect(num_binary(vm, p, OPC_SUB, big, value_int(1), &out) == VERDICT_DONE);
    char *nines = support_repeat("9", FIXTURE_INT_BITS);
    cr_expect(num_parse_int(vm, nines, FIXTURE_INT_BITS, 10) == VALUE_ABSENT);
    free(nines);
}

Test(num, wrong_operands)
{
    value out = VALUE_ABSENT;
    process *p = fixture_process(vm);
    static const struct {
        opcode op;
        value a, b;
        const char *error;
    } rows[] = {
        {OPC_ADD, VALUE_TRUE, (1 << 1) | 1, "type_error: cannot add a bool and an int"},
        {OPC_SUB, VALUE_NIL, (1 << 1) | 1, "type_error: cannot subtract an int from nil"},
        {OPC_MUL, VALUE_TRUE, VALUE_TRUE, "type_error: cannot multiply a bool by a bool"},
        {OPC_MOD, VALUE_TRUE, VALUE_NIL, "type_error: cannot take a bool modulo nil"},
        {OPC_POW, (2 << 1) | 1, VALUE_NIL, "type_error: cannot raise an int to the power of nil"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect(num_binary(vm, p, rows[i].op, rows[i].a, rows[i].b, &out) == VERDICT_FAIL);
        char *got = fixture_raised(vm);
        cr_expect_str_eq(got, rows[i].error);
        free(got);
    }
    cr_expect(num_binary(vm, p, OPC_ADD, value_int(1), fixture_string(vm, "1"), &out) ==
              VERDICT_FAIL);
    char *hint = fixture_raised(vm);
    cr_expect_str_eq(
        hint,
        "type_error: cannot add an int and a string: str(x) or \"${x}\" makes text of a value");
    free(hint);
    cr_expect(num_unary(vm, OPC_NEG, VALUE_TRUE, &out) == VERDICT_FAIL);
    cr_expect(num_unary(vm, OPC_BNOT, value_flonum(1.5), &out) == VERDICT_FAIL);
}

Test(num, order_is_exact)
{
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {
        {"1", "1.0", 0},
        {"1", "1.5", -1},
        {"-1", "-1.5", 1},
        {"9007199254740993", "9007199254740992.0", 1},
        {"0", "-0.0", 0},
        {"9007199254740992", "9007199254740993.0", 0},
        {"4611686018427387903", "4611686018427387904.0", -1},
        {"4611686018427387904", "4611686018427387904.0", 0},
        {"123456789012345678901234567890", "inf", -1},
        {"-123456789012345678901234567890", "-inf", 1},
        {"1", "nan", 2},
        {"123456789012345678901234567890", "nan", 2},
        {"nan", "nan", 2},
        {"123456789012345678901234567890", "1e29", 1},
        {"5", "-123456789012345678901234567890", 1},
        {"0", "5e-324", -1},
        {"1267650600228229401496703205376", "1267650600228229401496703205376.0", 0},
        {"-4611686018427387904", "-4611686018427387904.0", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        value a = number(rows[i].a);
        value b = number(rows[i].b);
        cr_expect_eq(num_compare(a, b), rows[i].order, "%s and %s", rows[i].a, rows[i].b);
        cr_expect_eq(num_compare(b, a), rows[i].order == 2 ? 2 : -rows[i].order);
        if (rows[i].order == 0)
            cr_expect_eq(num_hash(a, vm->hash_seed), num_hash(b, vm->hash_seed),
                         "hash of %s and %s", rows[i].a, rows[i].b);
    }
    cr_expect_neq(num_hash(value_int(1), 1), num_hash(value_int(1), 2));
    cr_expect_neq(num_hash(number("1180591620717411303424"), 1),
                  num_hash(number("-1180591620717411303424"), 1));
}

Test(num, equal_large_numbers_hash_alike)
{
    for (int e = 53; e < 1024; e++) {
        double d = ldexp(0x1.123456789abcdp0, e);
        value whole = num_truncate(vm, d);
        cr_assert_eq(num_compare(whole, num_float(vm, d)), 0);
        cr_assert_eq(num_hash(whole, 7), num_hash(num_float(vm, d), 7), "2 ** %d", e);
        cr_assert_eq(num_as_double(whole), d);
    }
}

Test(num, bigints_become_the_nearest_double)
{
    cr_expect_eq(num_as_double(number("18446744073709551615")), 18446744073709551616.0);
    cr_expect_eq(num_as_double(number("36893488147419107329")),
                 36893488147419111424.0); /* 2 ** 65 + 2 ** 12 + 1: above the tie */
    /* the tie: to even */
    cr_expect_eq(num_as_double(number("36893488147419107328")), 36893488147419103232.0);
    cr_expect_eq(num_as_double(number("-36893488147419107329")), -36893488147419111424.0);
}

Test(num, floats_as_text)
{
    static const struct {
        double d;
        const char *text;
    } rows[] = {
        {2, "2.0"},
        {-0.0, "-0.0"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e20, "1e20"},
        {1.5e-7, "1.5e-7"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e16"},
        {123456789.125, "123456789.125"},
        {0.0001, "0.0001"},
        {0.00001, "1e-5"},
        {1.0 / 3, "0.3333333333333333"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {5.684341886080802e-14, "5.684341886080802e-14"},
        {9007199254740993.0, "9007199254740992.0"},
        {-2.5, "-2.5"},
        {1e300, "1e300"},
        {1.25e21, "1.25e21"},
        {100, "100.0"},
        {HUGE_VAL, "inf"},
        {-HUGE_VAL, "-inf"},
        {(double)NAN, "nan"},
        {123456.789, "123456.789"},
        {0.000123, "0.000123"},
        {2251799813685248.5, "2251799813685248.5"},
        {999999999999999.9, "999999999999999.9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[40];
        num_format_float(rows[i].d, got);
        cr_expect_str_eq(got, rows[i].text);
    }
}

Test(num, floats_read_back)
{
    uint64_t state = 42;
    for (int i = 0; i < 50000; i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        uint64_t bits = state ^ state >> 29;
        double d;
        memcpy(&d, &bits, sizeof d);
        if (isnan(d))
            continue;
        char got[40];
        size_t size = num_format_float(d, got);
        cr_assert(size < sizeof got);
        value back = num_parse_float(vm, got, size);
        cr_assert(value_is_float(back) && value_as_float(back) == d, "%a: %s", d, got);
    }
}

Test(num, powers_of_two_read_back)
{
    for (int e = -1074; e < 1024; e++) {
        char got[40];
        size_t size = num_format_float(ldexp(1, e), got);
        value back = num_parse_float(vm, got, size);
        cr_assert(value_is_float(back) && value_as_float(back) == ldexp(1, e), "2 ** %d: %s", e,
                  got);
    }
}

Test(num, ints_from_text)
{
    static const struct {
        const char *text;
        int base;
        const char *wanted;
    } rows[] = {
        {"12", 10, "12"},
        {"-12", 10, "-12"},
        {"+7", 10, "7"},
        {"ff", 16, "255"},
        {"FF", 16, "255"},
        {"-101", 2, "-5"},
        {"zz", 36, "1295"},
        {"zzzzzzzzzzzz", 36, "4738381338321616895"},
        {"zzzzzzzzzzzzz", 36, "170581728179578208255"},
        {"000000000000000000000000000000000000012", 10, "12"},
        {"-4611686018427387905", 10, "-4611686018427387905"},
        {"777777777777777777777777", 8, "4722366482869645213695"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        value v = num_parse_int(vm, rows[i].text, strlen(rows[i].text), rows[i].base);
        char *got = shown(v);
        cr_expect_str_eq(got, rows[i].wanted);
        free(got);
    }
    static const char *const wrong[] = {"",     "-",     "+",   " 1", "1 ", "1.5",
                                        "0x10", "1_000", "--1", "zz", "12a"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect(num_parse_int(vm, wrong[i], strlen(wrong[i]), 10) == VALUE_NIL, "'%s'", wrong[i]);
    cr_expect(num_parse_int(vm, "2", 1, 2) == VALUE_NIL);
}

Test(num, floats_from_text)
{
    static const struct {
        const char *text;
        double d;
    } rows[] = {
        {"2.5", 2.5},
        {"-0.25", -0.25},
        {"3", 3},
        {"1e3", 1000},
        {"1E-3", 0.001},
        {".5", 0.5},
        {"5.", 5},
        {"+1.5e+2", 150},
        {"1e400", HUGE_VAL},
        {"1e-400", 0},
        {"-inf", -HUGE_VAL},
        {"1e99999999999999999999", HUGE_VAL},
        {"0e99999999999999999999", 0},
        {"1e-99999999999999999999", 0},
        {"0.1", 0.1},
        {"179769313486231570000000000000000000000e270", 1.7976931348623157e308},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        value v = num_parse_float(vm, rows[i].text, strlen(rows[i].text));
        cr_expect(value_is_float(v) && value_as_float(v) == rows[i].d, "'%s'", rows[i].text);
    }
    static const char *const wrong[] = {"",   ".",    "-",     "e5",       "1e",   "1e+", " 1",
                                        "1 ", "0x10", "1.5.5", "infinity", "1e5x", "--1", "1,5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect(num_parse_float(vm, wrong[i], strlen(wrong[i])) == VALUE_NIL, "'%s'", wrong[i]);
    char *zeros = support_repeat("0", 5000);
    char *tiny = support_format("0.%s1e5001", zeros);
    value v = num_parse_float(vm, tiny, strlen(tiny));
    cr_expect(value_is_float(v) && value_as_float(v) == 1);
    free(zeros);
    free(tiny);
}

Test(num, bases)
{
    text t;
    text_init(&t, vm);
    num_format_int(&t, value_int(255), 16);
    text_put(&t, ' ');
    num_format_int(&t, value_int(-5), 2);
    text_put(&t, ' ');
    num_format_int(&t, value_int(INT_SMALL_MIN), 10);
    text_put(&t, ' ');
    num_format_int(&t, number("-170581728179578208255"), 36);
    cr_expect_str_eq(fixture_text(text_string(&t)), "ff -101 -4611686018427387904 -zzzzzzzzzzzzz");
}

Test(num, truncation)
{
    cr_expect(num_truncate(vm, 3.9) == value_int(3));
    cr_expect(num_truncate(vm, -3.9) == value_int(-3));
    cr_expect(num_truncate(vm, HUGE_VAL) == VALUE_NIL);
    cr_expect(num_truncate(vm, (double)NAN) == VALUE_NIL);
    char *got = shown(num_truncate(vm, 1e25));
    cr_expect_str_eq(got, "10000000000000000905969664");
    free(got);
    cr_expect(num_truncate(vm, -0x1p62) == value_int(INT_SMALL_MIN));
}
