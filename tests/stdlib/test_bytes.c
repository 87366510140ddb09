/* stdlib/bytes.c, stdlib/scalar.c */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/data/list.h"
#include "vm/number/num_text.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }

static void teardown(void) { fixture_close(vm); }

TestSuite(bytes, .init = setup, .fini = teardown);

#define BYTES(name, count, ...)  fixture_call(vm, bytes_natives, name, count, __VA_ARGS__)
#define BUFFER(name, count, ...) fixture_call(vm, buffer_natives, name, count, __VA_ARGS__)

static value str(const char *utf8) { return fixture_string(vm, utf8); }

static void expect(value result, const char *wanted)
{
    char *got = result != VALUE_ABSENT ? fixture_show(vm, result) : fixture_raised(vm);
    cr_expect_str_eq(got, wanted);
    free(got);
}

Test(bytes, of)
{
    expect(BYTES("of", 1, value_int(3)), "b\"\\0\\0\\0\"");
    expect(BYTES("of", 1, str("aé")), "b\"a\\xc3\\xa9\"");
    value ints[] = {value_int(0), value_int(255)};
    process *p = fixture_process(vm);
    expect(BYTES("of", 1, list_new(vm, p, ints, 2)), "b\"\\0\\xff\"");
    expect(BYTES("of", 1, BUFFER("of", 1, str("xyz"))), "b\"xyz\"");
    expect(BYTES("of", 1, value_int(-1)), "value_error: a negative number of bytes");
    expect(BYTES("of", 1, value_int(INT_SMALL_MAX)), "out_of_memory: more than 2147483647 bytes");
    ints[1] = value_int(256);
    expect(BYTES("of", 1, list_new(vm, p, ints, 2)), "value_error: a byte is an int from 0 to 255");
}

Test(bytes, texts)
{
    expect(BYTES("hex", 1, bytes_new(vm, "\x00\xab\x7f", 3)), "\"00ab7f\"");
    static const struct {
        const char *plain, *encoded;
    } rows[] = {{"", "\"\""},
                {"f", "\"Zg==\""},
                {"fo", "\"Zm8=\""},
                {"foo", "\"Zm9v\""},
                {"foobar", "\"Zm9vYmFy\""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(BYTES("base64", 1, bytes_new(vm, rows[i].plain, strlen(rows[i].plain))),
               rows[i].encoded);
    expect(BUFFER("utf8", 1, BUFFER("of", 1, str("aé"))), "\"aé\"");
    expect(BUFFER("utf8", 1, BUFFER("of", 1, value_int(0))), "\"\"");
    expect(BYTES("utf8", 1, bytes_new(vm, "\xff", 1)),
           "error(\"value_error\", \"no UTF-8 at byte 0\")");
}

Test(bytes, numbers_come_back)
{
    static const struct {
        const char *type, *number;
    } rows[] = {
        {"i8", "-128"},
        {"u8", "255"},
        {"i16", "-32768"},
        {"u16be", "65535"},
        {"i32", "2147483647"},
        {"i32be", "-2"},
        {"u32", "4294967295"},
        {"i64", "-9223372036854775808"},
        {"i64be", "9223372036854775807"},
        {"u64", "18446744073709551615"},
        {"u64le", "4611686018427387904"},
        {"isize", "-1"},
        {"usize", "1"},
    };
    value b = BUFFER("of", 1, value_int(16));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        value number = num_parse_int(vm, rows[i].number, strlen(rows[i].number), 10);
        cr_expect(BUFFER("set", 4, b, str(rows[i].type), value_int(3), number) == b, "%s",
                  rows[i].type);
        expect(BUFFER("get", 3, b, str(rows[i].type), value_int(3)), rows[i].number);
    }
    BUFFER("set", 4, b, str("f64be"), value_int(0), value_flonum(1.5));
    expect(BUFFER("get", 2, b, str("f64be")), "1.5");
    expect(BUFFER("slice", 3, b, value_int(0), value_int(2)), "<buffer 2 bytes>");
    expect(BUFFER("hex", 1, BUFFER("slice", 3, b, value_int(0), value_int(2))), "\"3ff8\"");
    BUFFER("set", 4, b, str("f32"), value_int(-4), value_flonum(0.1));
    expect(BUFFER("get", 3, b, str("f32"), value_int(-4)), "0.10000000149011612");
    BUFFER("set", 4, b, str("bool"), value_int(1), VALUE_TRUE);
    expect(BUFFER("get", 3, b, str("bool"), value_int(1)), "true");
}

Test(bytes, numbers_that_do_not_fit)
{
    static const struct {
        const char *type, *number;
    } rows[] = {
        {"i8", "128"},
        {"i8", "-129"},
        {"u8", "256"},
        {"u8", "-1"},
        {"i32", "2147483648"},
        {"u32", "4294967296"},
        {"i64", "9223372036854775808"},
        {"i64", "-9223372036854775809"},
        {"u64", "18446744073709551616"},
        {"u64", "-9223372036854775808"},
        {"i64", "123456789012345678901234567890"},
    };
    value b = BUFFER("of", 1, value_int(16));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        value number = num_parse_int(vm, rows[i].number, strlen(rows[i].number), 10);
        cr_expect(BUFFER("set", 4, b, str(rows[i].type), value_int(0), number) == VALUE_ABSENT,
                  "%s %s", rows[i].type, rows[i].number);
        char *raised = fixture_raised(vm);
        cr_expect(strncmp(raised, "value_error: the int does not fit ", 34) == 0);
        free(raised);
    }
    expect(BUFFER("hex", 1, b), "\"00000000000000000000000000000000\"");
    expect(BUFFER("set", 4, b, str("i32"), value_int(0), value_flonum(1.5)),
           "type_error: expected an int, got a float");
    expect(BUFFER("get", 3, b, str("i32"), value_int(13)),
           "index_error: 4 bytes at offset 13 go beyond the end (16 bytes)");
    cr_expect(BUFFER("get", 3, b, str("i33"), value_int(0)) == VALUE_ABSENT);
    cr_expect(BUFFER("get", 3, b, str("u8be"), value_int(0)) == VALUE_ABSENT);
    cr_expect(BUFFER("set", 4, BYTES("of", 1, value_int(4)), str("u8"), value_int(0),
                     value_int(1)) == VALUE_ABSENT);
}
