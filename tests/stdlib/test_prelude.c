/* stdlib/prelude.c: what neither waits nor walks. The rest is tested by scripts. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/data/list.h"
#include "vm/data/tuple.h"
#include "vm/number/num.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }

static void teardown(void) { fixture_close(vm); }

TestSuite(prelude, .init = setup, .fini = teardown);

#define CALL(name, count, ...) fixture_call(vm, prelude_natives, name, count, __VA_ARGS__)

static void expect(value result, const char *wanted)
{
    char *got = result != VALUE_ABSENT ? fixture_show(vm, result) : fixture_raised(vm);
    cr_expect_str_eq(got, wanted, "%s, not %s", got, wanted);
    free(got);
}

static value str(const char *utf8) { return fixture_string(vm, utf8); }

Test(prelude, len)
{
    expect(CALL("len", 1, str("héé")), "3");
    expect(CALL("len", 1, bytes_new(vm, "ab", 2)), "2");
    expect(CALL("len", 1, list_new(vm, fixture_process(vm), NULL, 0)), "0");
    expect(CALL("len", 1, range_new(vm, value_int(0), value_int(9), true)), "10");
    expect(CALL("len", 1, range_new(vm, value_int(0), VALUE_NIL, false)),
           "value_error: an open range has no length");
    expect(CALL("len", 1, value_int(1)),
           "type_error: expected something that has a length, got an int");
}

Test(prelude, type)
{
    expect(CALL("type", 1, VALUE_NIL), "\"nil\"");
    expect(CALL("type", 1, VALUE_TRUE), "\"bool\"");
    expect(CALL("type", 1, value_int(1)), "\"int\"");
    expect(CALL("type", 1, num_uint(vm, UINT64_MAX)), "\"int\"");
    expect(CALL("type", 1, num_float(vm, 1e300)), "\"float\"");
    expect(CALL("type", 1, str("")), "\"string\"");
    expect(CALL("type", 1, vm->empty_tuple), "\"tuple\"");
}

Test(prelude, int_of_text)
{
    const char *const good[][2] = {{"0", "0"},
                                   {"-12", "-12"},
                                   {"+7", "7"},
                                   {"007", "7"},
                                   {"99999999999999999999", "99999999999999999999"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect(CALL("int", 1, str(good[i][0])), good[i][1]);
    expect(CALL("int", 2, str("ff"), value_int(16)), "255");
    expect(CALL("int", 2, str("Zz"), value_int(36)), "1295");
    expect(CALL("int", 2, str("-101"), value_int(2)), "-5");
    const char *const bad[] = {"", " 1", "1 ", "-", "+", "--1", "1_000", "0x10", "1.0", "1e3", "٣"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(value_is(CALL("int", 1, str(bad[i])), OBJ_ERROR), "%s", bad[i]);
    expect(CALL("int", 2, str("1"), value_int(1)), "value_error: a base is from 2 to 36");
    expect(CALL("int", 2, value_int(1), value_int(10)),
           "type_error: expected a string, as a base is given, got an int");
}

Test(prelude, int_and_float_of_numbers)
{
    expect(CALL("int", 1, num_float(vm, -3.9)), "-3");
    expect(CALL("int", 1, num_float(vm, 1e20)), "100000000000000000000");
    cr_expect(value_is(CALL("int", 1, num_float(vm, (double)__builtin_inff())), OBJ_ERROR));
    cr_expect(value_is(CALL("int", 1, VALUE_TRUE), OBJ_ERROR));
    expect(CALL("float", 1, value_int(3)), "3.0");
    expect(CALL("float", 1, str("1e3")), "1000.0");
    expect(CALL("float", 1, str("-inf")), "-inf");
    cr_expect(value_is(CALL("float", 1, str("0x1p3")), OBJ_ERROR));
    cr_expect(value_is(CALL("float", 1, str("1 ")), OBJ_ERROR));
    cr_expect(value_is(CALL("float", 1, VALUE_NIL), OBJ_ERROR));
}

Test(prelude, min_max_abs)
{
    expect(CALL("min", 3, value_int(2), num_float(vm, 1.5), value_int(7)), "1.5");
    expect(CALL("max", 2, str("a"), str("b")), "\"b\"");
    expect(CALL("max", 2, value_int(1), num_float(vm, (double)__builtin_nanf(""))), "nan");
    expect(CALL("min", 1, value_int(1)), "1");
    expect(CALL("min", 2, value_int(1), str("a")), "type_error: a string and an int have no order");
    expect(CALL("abs", 1, num_int(vm, INT64_MIN)), "9223372036854775808");
    expect(CALL("abs", 1, num_float(vm, -0.5)), "0.5");
    expect(CALL("abs", 1, str("a")), "type_error: expected a number, got a string");
}

Test(prelude, failures)
{
    expect(CALL("error", 2, str("k"), str("m")), "error(\"k\", \"m\")");
    expect(CALL("error", 1, value_int(1)),
           "type_error: expected a string as an error's kind, got an int");
    expect(CALL("fail", 1, str("no")), "fail: no");
    expect(CALL("fail", 1, CALL("error", 2, str("k"), str("m"))), "k: m");
    expect(CALL("fail", 1, value_int(1)), "type_error: expected a string or an error, got an int");
    expect(CALL("assert", 1, VALUE_TRUE), "nil");
    expect(CALL("assert", 1, VALUE_FALSE), "assert_error: assertion failed");
    expect(CALL("assert", 2, VALUE_NIL, str("no")), "assert_error: no");
}
