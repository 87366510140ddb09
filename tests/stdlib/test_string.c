/* stdlib/string*.c, stdlib/format.c. What needs a walk (containers in String.format) is tested by
 * scripts. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/data/list.h"
#include "vm/data/tuple.h"
#include "vm/number/num.h"
#include "vm/number/num_text.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }

static void teardown(void) { fixture_close(vm); }

TestSuite(string, .init = setup, .fini = teardown);

static value str(const char *utf8) { return fixture_string(vm, utf8); }

/* The result as `repr` shows it, or the error, is `wanted`. */
static void expect(value result, const char *wanted)
{
    char *got = result != VALUE_ABSENT ? fixture_show(vm, result) : fixture_raised(vm);
    cr_expect_str_eq(got, wanted);
    free(got);
}

#define CALL(name, count, ...) fixture_call(vm, string_natives, name, count, __VA_ARGS__)

Test(string, split)
{
    expect(CALL("split", 2, str("a,b,,c"), str(",")), "[\"a\", \"b\", \"\", \"c\"]");
    expect(CALL("split", 2, str(""), str(",")), "[\"\"]");
    expect(CALL("split", 2, str(",a,"), str(",")), "[\"\", \"a\", \"\"]");
    expect(CALL("split", 2, str("a--é--"), str("--")), "[\"a\", \"é\", \"\"]");
    expect(CALL("split", 2, str("aaa"), str("aa")), "[\"\", \"a\"]");
    expect(CALL("split", 2, str("abc"), str("abcd")), "[\"abc\"]");
    expect(CALL("split", 2, str("a"), str("")),
           "value_error: the separator is empty (String.chars gives the characters)");
    expect(CALL("split", 2, value_int(1), str(",")), "type_error: expected a string, got an int");
}

Test(string, split_goes_in_slices)
{
    enum { PARTS = 100000 };
    char *many = support_repeat("ab ", PARTS);
    value parts = CALL("split", 2, str(many), str(" "));
    cr_assert(value_is(parts, OBJ_LIST));
    cr_expect_eq(value_list(parts)->count, PARTS + 1);
    for (int i = 0; i < PARTS; i++)
        cr_assert_str_eq(fixture_text(value_list(parts)->items[i]), "ab");
    value joined = CALL("join", 2, parts, str(" "));
    cr_expect_str_eq(fixture_text(joined), many);
    free(many);
}

Test(string, lines)
{
    expect(CALL("lines", 1, str("a\nb\r\n\nc")), "[\"a\", \"b\", \"\", \"c\"]");
    expect(CALL("lines", 1, str("a\n")), "[\"a\"]");
    expect(CALL("lines", 1, str("\n")), "[\"\"]");
    expect(CALL("lines", 1, str("\r\n")), "[\"\"]");
    expect(CALL("lines", 1, str("")), "[]");
    expect(CALL("lines", 1, str("a\r")), "[\"a\\r\"]");
}

Test(string, join)
{
    value items[] = {str("a"), str("é"), str("")};
    value three = list_new(vm, fixture_process(vm), items, 3);
    expect(CALL("join", 2, three, str(", ")), "\"a, é, \"");
    expect(CALL("join", 1, three), "\"aé\"");
    expect(CALL("join", 2, tuple_new(vm, fixture_process(vm), items, 2), str("-")), "\"a-é\"");
    expect(CALL("join", 2, list_new(vm, fixture_process(vm), NULL, 0), str("-")), "\"\"");
    value mixed[] = {str("a"), value_int(1)};
    expect(CALL("join", 2, list_new(vm, fixture_process(vm), mixed, 2), str("-")),
           "type_error: expected a string, got an int");
    expect(CALL("join", 2, str("abc"), str("-")),
           "type_error: expected a list or a tuple of strings, got a string");
}

Test(string, case_of_letters)
{
    expect(CALL("upper", 1, str("Hello 1")), "\"HELLO 1\"");
    expect(CALL("lower", 1, str("Hello 1")), "\"hello 1\"");
    expect(CALL("upper", 1, str("größe éд")), "\"GRÖSSE ÉД\"");
    expect(CALL("lower", 1, str("GRÖẞE ÉД")), "\"größe éд\"");
    expect(CALL("upper", 1, str("")), "\"\"");
}

Test(string, trim)
{
    expect(CALL("trim", 1, str(" \t\n a b \r\n\u3000")), "\"a b\"");
    expect(CALL("trim_start", 1, str("  a ")), "\"a \"");
    expect(CALL("trim_end", 1, str("  a ")), "\"  a\"");
    expect(CALL("trim", 1, str(" \n ")), "\"\"");
    expect(CALL("trim_end", 1, str(" \n ")), "\"\"");
    expect(CALL("trim", 1, str("é")), "\"é\"");
}

Test(string, searching)
{
    expect(CALL("contains", 2, str("hello"), str("ell")), "true");
    expect(CALL("contains", 2, str("hello"), str("")), "true");
    expect(CALL("contains", 2, str("hello"), str("z")), "false");
    expect(CALL("starts_with", 2, str("hello"), str("he")), "true");
    expect(CALL("starts_with", 2, str("he"), str("hello")), "false");
    expect(CALL("ends_with", 2, str("hello"), str("llo")), "true");
    expect(CALL("ends_with", 2, str("llo"), str("hello")), "false");
    expect(CALL("index", 2, str("日本日本"), str("本")), "1");
    expect(CALL("index", 3, str("日本日本"), str("本"), value_int(2)), "3");
    expect(CALL("index", 3, str("日本日本"), str("本"), value_int(-1)), "3");
    expect(CALL("index", 3, str("日本日本"), str("本"), value_int(4)), "nil");
    expect(CALL("index", 3, str("abc"), str("a"), value_int(99)), "nil");
    expect(CALL("index", 3, str("abc"), str("a"), value_int(-99)), "0");
    expect(CALL("index", 2, str("abc"), str("z")), "nil");
    expect(CALL("compare", 2, str("a"), str("b")), "-1");
    expect(CALL("compare", 2, str("é"), str("é")), "0");
}

Test(string, replace)
{
    expect(CALL("replace", 3, str("a.b.c"), str("."), str("--")), "\"a--b--c\"");
    expect(CALL("replace", 3, str("aaa"), str("aa"), str("b")), "\"ba\"");
    expect(CALL("replace", 3, str("abc"), str("z"), str("b")), "\"abc\"");
    expect(CALL("replace", 3, str("abc"), str("abc"), str("")), "\"\"");
    expect(CALL("replace", 3, str("abc"), str(""), str("x")),
           "value_error: the text to replace is empty");
}

Test(string, repeat)
{
    expect(CALL("repeat", 2, str("aé"), value_int(3)), "\"aéaéaé\"");
    expect(CALL("repeat", 2, str("ab"), value_int(0)), "\"\"");
    expect(CALL("repeat", 2, str(""), value_int(1000000000)), "\"\"");
    expect(CALL("repeat", 2, str("ab"), value_int(-1)),
           "value_error: a negative number of repetitions");
    expect(CALL("repeat", 2, str("ab"), value_int(INT_SMALL_MAX)),
           "out_of_memory: a string of more than 2147483647 bytes");
    expect(CALL("repeat", 2, str("ab"), num_parse_int(vm, "99999999999999999999", 20, 10)),
           "out_of_memory: a string of more than 2147483647 bytes");
}

Test(string, padding)
{
    expect(CALL("pad_start", 2, str("7"), value_int(3)), "\"  7\"");
    expect(CALL("pad_start", 3, str("7"), value_int(3), str("0")), "\"007\"");
    expect(CALL("pad_end", 3, str("é"), value_int(6), str("日b")), "\"é日b日b日\"");
    expect(CALL("pad_start", 2, str("long"), value_int(3)), "\"long\"");
    expect(CALL("pad_start", 2, str("long"), value_int(-3)), "\"long\"");
    expect(CALL("pad_end", 3, str("a"), value_int(3), str("")),
           "value_error: the text to fill with is empty");
    expect(CALL("pad_end", 2, str("a"), value_int(INT_SMALL_MAX)),
           "out_of_memory: a string of more than 2147483647 bytes");
}

Test(string, characters)
{
    expect(CALL("chars", 1, str("aé🙂")), "[\"a\", \"é\", \"🙂\"]");
    expect(CALL("chars", 1, str("")), "[]");
    expect(CALL("graphemes", 1, str("ae\u0301👨‍👩‍👧🇩🇪🇫🇷\r\nx")),
           "[\"a\", \"e\u0301\", \"👨‍👩‍👧\", \"🇩🇪\", \"🇫🇷\", \"\\r\\n\", "
           "\"x\"]");
    expect(CALL("reverse", 1, str("abe\u0301c")), "\"ce\u0301ba\"");
    expect(CALL("width", 1, str("abc")), "3");
    expect(CALL("width", 1, str("日本")), "4");
    expect(CALL("width", 1, str("e\u0301")), "1");
    expect(CALL("width", 1, str("👨‍👩‍👧🇩🇪❤️")), "6");
}

Test(string, bytes)
{
    value b = CALL("bytes", 1, str("aé"));
    expect(b, "b\"a\\xc3\\xa9\"");
    expect(CALL("from_bytes", 1, b), "\"aé\"");
    expect(CALL("from_bytes", 1, bytes_new(vm, "ab\xff", 3)),
           "error(\"value_error\", \"no UTF-8 at byte 2\")");
    expect(CALL("from_bytes", 1, str("a")), "type_error: expected bytes or a buffer, got a string");
}

Test(string, format_ints)
{
    expect(CALL("format", 2, str("%d"), value_int(-5)), "\"-5\"");
    expect(CALL("format", 4, str("[%5d|%-5d|%05d]"), value_int(42), value_int(42), value_int(-42)),
           "\"[   42|42   |-0042]\"");
    expect(CALL("format", 3, str("%+d % d"), value_int(1), value_int(1)), "\"+1  1\"");
    expect(CALL("format", 6, str("%x %X %o %b %#x"), value_int(255), value_int(-255), value_int(8),
                value_int(5), value_int(255)),
           "\"ff -FF 10 101 0xff\"");
    expect(
        CALL("format", 2, str("%d"), num_parse_int(vm, "123456789012345678901234567890", 30, 10)),
        "\"123456789012345678901234567890\"");
    expect(CALL("format", 2, str("%d"), value_flonum(1.5)),
           "type_error: expected an int for %d, got a float");
    expect(CALL("format", 2, str("%x"), str("a")),
           "type_error: expected an int for %x, got a string");
}

Test(string, format_floats)
{
    expect(CALL("format", 2, str("%5.2f"), value_flonum(3.14159)), "\" 3.14\"");
    expect(CALL("format", 2, str("%.9f"), value_flonum(-0.169075164)), "\"-0.169075164\"");
    expect(CALL("format", 4, str("%.0f %f %08.3f"), value_flonum(2.5), value_int(1),
                value_flonum(-1.5)),
           "\"2 1.000000 -001.500\"");
    expect(CALL("format", 4, str("%e %.1e %g"), value_flonum(12345.678), value_int(5),
                value_flonum(0.0001)),
           "\"1.234568e+04 5.0e+00 0.0001\"");
    expect(CALL("format", 3, str("%06f %f"), num_float(vm, __builtin_inf()),
                num_float(vm, __builtin_nan(""))),
           "\"   inf nan\"");
    expect(CALL("format", 2, str("%f"), str("1")),
           "type_error: expected a number for %f, got a string");
    value huge = CALL("format", 2, str("%.2000f"), num_float(vm, 1.7976931348623157e308));
    cr_expect_eq(value_string(huge)->size, 309 + 1 + 2000);
}

Test(string, format_text)
{
    expect(CALL("format", 3, str("%s is %s"), str("é"), value_flonum(2)), "\"é is 2.0\"");
    expect(CALL("format", 4, str("[%5s|%-5s|%.2s]"), str("日本"), str("日本"), str("日本語")),
           "\"[   日本|日本   |日本]\"");
    expect(CALL("format", 2, str("%q"), str("a\"b")), "\"\\\"a\\\\\\\"b\\\"\"");
    expect(CALL("format", 3, str("%c%c"), value_int(0x1f642), str("é")), "\"🙂é\"");
    expect(CALL("format", 1, str("100%%")), "\"100%\"");
    expect(CALL("format", 1, str("")), "\"\"");
    expect(CALL("format", 2, str("%c"), value_int(0xd800)), "value_error: no code point for %c");
    expect(CALL("format", 2, str("%c"), str("ab")),
           "type_error: expected an int or a string of one character for %c, got a string");
}

Test(string, format_refuses)
{
    static const char known[] = "there are %d %x %X %o %b %f %e %g %s %q %c %%";
    static const struct {
        const char *format, *directive;
    } rows[] = {{"a %y", "%y"}, {"%", "%"}, {"%5", "%5"}, {"%-", "%-"}, {"%é", "%é"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *wanted = support_format("value_error: the format has no conversion `%s`: %s",
                                      rows[i].directive, known);
        expect(CALL("format", 2, str(rows[i].format), value_int(1)), wanted);
        free(wanted);
    }
    expect(CALL("format", 1, str("%d")),
           "value_error: the format takes more values than the 0 given");
    expect(CALL("format", 3, str("%d"), value_int(1), value_int(2)),
           "value_error: the format takes 1 value, not the 2 given");
    expect(CALL("format", 2, str("%.2d"), value_int(1)),
           "value_error: a precision goes with %f %e %g and %s only, not with %d");
    expect(CALL("format", 2, str("%99999999999999999999d"), value_int(1)),
           "value_error: a format's width and precision are at most 100000");
    expect(CALL("format", 2, value_int(1), value_int(1)),
           "type_error: expected a string, got an int");
}
