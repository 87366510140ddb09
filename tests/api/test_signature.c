/* api/host/signature.c: the grammar of natives' signatures */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/host/signature.h"

static signature *good(const char *text)
{
    signature_fault fault;
    signature *s = signature_parse(text, strlen(text), &fault);
    cr_assert(s, "%s: %s", text, fault.what);
    return s;
}

/* The text is refused at the place of its `^`, which is left out, with this message. */
static void bad(const char *marked, const char *what)
{
    char text[512];
    size_t at = strcspn(marked, "^");
    snprintf(text, sizeof text, "%.*s%s", (int)at, marked, marked + at + 1);
    signature_fault fault;
    cr_assert_null(signature_parse(text, strlen(text), &fault), "%s", text);
    cr_expect_str_eq(fault.what, what, "%s: %s", text, fault.what);
    cr_expect_eq(fault.at, at, "%s: at %zu", text, fault.at);
}

Test(signature, without_parameters)
{
    signature *s = good("now()");
    cr_expect_str_eq(s->name, "now");
    cr_expect_eq(s->count, 0);
    cr_expect_not(s->has_rest);
    signature_free(s);
    signature_free(good("  now\t( ) -> int "));
    signature_free(NULL);
}

Test(signature, parameters_types_and_defaults)
{
    signature *s =
        good("hit(who: Enemy, damage: int = 1, how = nil, by: string|nil = \"a \\\"b\\\"\")"
             " -> bool|nil");
    cr_expect_str_eq(s->name, "hit");
    cr_assert_eq(s->count, 4);
    cr_expect_eq(s->required, 1);
    cr_expect_str_eq(s->params[0].name, "who");
    cr_expect_eq(s->params[0].types, SIGNATURE_CLASS);
    cr_assert_eq(s->params[0].class_count, 1);
    cr_expect_str_eq(s->classes[s->params[0].first_class].name, "Enemy");
    cr_expect_eq(s->classes[s->params[0].first_class].at, 9);
    cr_expect_eq(s->params[1].types, SIGNATURE_INT);
    cr_expect_eq(s->params[1].fallback, SIGNATURE_DEFAULT_INT);
    cr_expect_eq(s->params[1].as.number, 1);
    cr_expect_eq(s->params[2].types, SIGNATURE_ANY);
    cr_expect_eq(s->params[2].fallback, SIGNATURE_DEFAULT_NIL);
    cr_expect_eq(s->params[3].types, SIGNATURE_STRING | SIGNATURE_NIL);
    cr_expect_eq(s->params[3].as.text.size, 5);
    cr_expect_str_eq(s->params[3].as.text.start, "a \"b\"");
    cr_expect_eq(s->class_count, 1);
    signature_free(s);
}

Test(signature, literals)
{
    signature *s =
        good("f(a = true, b = false, c = -12, d = -1.5, e = \"\", f = 9223372036854775807,"
             "g = -9223372036854775808, h = 0.25, i: int = \"any type\")");
    cr_assert_eq(s->count, 9);
    cr_expect_eq(s->params[0].fallback, SIGNATURE_DEFAULT_TRUE);
    cr_expect_eq(s->params[1].fallback, SIGNATURE_DEFAULT_FALSE);
    cr_expect_eq(s->params[2].as.number, -12);
    cr_expect_eq(s->params[3].fallback, SIGNATURE_DEFAULT_FLOAT);
    cr_expect(s->params[3].as.real == -1.5);
    cr_expect_eq(s->params[4].as.text.size, 0);
    cr_expect_eq(s->params[5].as.number, INT64_MAX);
    cr_expect_eq(s->params[6].as.number, INT64_MIN);
    cr_expect(s->params[7].as.real == 0.25);
    cr_expect_eq(s->params[8].fallback, SIGNATURE_DEFAULT_TEXT);
    cr_expect_eq(s->required, 0);
    signature_free(s);
}

Test(signature, rest)
{
    signature *s = good("log(level: int, ..parts: string | number)");
    cr_expect_eq(s->count, 1);
    cr_expect(s->has_rest);
    cr_expect_str_eq(s->params[1].name, "parts");
    cr_expect_eq(s->params[1].types,
                 SIGNATURE_STRING | SIGNATURE_FLOAT | SIGNATURE_INT | SIGNATURE_BIG);
    signature_free(s);
    s = good("all(.. xs)");
    cr_expect_eq(s->count, 0);
    cr_expect(s->has_rest);
    cr_expect_eq(s->params[0].types, SIGNATURE_ANY);
    signature_free(s);
}

Test(signature, every_type)
{
    signature *s =
        good("f(a: any, b: nil, c: bool, d: int, e: float, f: number, g: string, h: bytes,"
             "i: tuple, j: list, k: map, l: buffer, m: range, n: fn, o: chan, p: process,"
             "q: error, r: Größe | Enemy)");
    cr_assert_eq(s->count, 18);
    cr_expect_eq(s->class_count, 2);
    uint32_t all = 0;
    for (uint32_t i = 1; i < 17; i++) {
        cr_expect_eq(s->params[i].class_count, 0);
        all |= s->params[i].types;
    }
    cr_expect_eq(all, SIGNATURE_CLASS - 1);
    cr_expect_eq(s->params[17].class_count, 2);
    signature_free(s);
}

Test(signature, mistakes_are_named_where_they_are)
{
    bad("^", "expected the name of the native, got the end");
    bad("^(a)", "expected the name of the native, got `(`");
    bad("^_()", "expected the name of the native, got `_`");
    bad("hit^", "expected `(`, got the end");
    bad("hit ^who)", "expected `(`, got `who`");
    bad("hit(who ^Enemy)", "expected `,` or `)`, got `Enemy`");
    bad("hit(who^", "expected `,` or `)`, got the end");
    bad("hit(^,a)", "expected the name of a parameter, got `,`");
    bad("hit(a,^)", "expected the name of a parameter, got `)`");
    bad("hit(a: ^)", "expected a type, got `)`");
    bad("hit(a: int|^)", "expected a type, got `)`");
    bad("hit(a: int | ^3)", "expected a type, got `3`");
    bad("hit(a = ^)", "expected nil, true, false, a number or a \"text\", got `)`");
    bad("hit(a = ^nul)", "expected nil, true, false, a number or a \"text\", got `nul`");
    bad("hit(a = -^)", "expected a digit, got `)`");
    bad("hit(a = 1^.)", "expected `,` or `)`, got `.`");
    bad("hit(a = 1^e9)", "expected `,` or `)`, got `e9`");
    bad("hit(a = ^9223372036854775808)", "the int does not fit 64 bits");
    bad("hit(a = \"b^", "expected the text's closing quote, got the end");
    bad("hit(a = \"b\\^x\")", "expected one of `n t r \" \\` behind `\\`, got `x`");
    bad("hit(a = \"b\\^", "expected one of `n t r \" \\` behind `\\`, got the end");
    bad("hit(a = 1, ^b)", "a parameter without a default cannot follow one that has one");
    bad("hit(a, b, ^a)", "two parameters have this name");
    bad("hit(a, ..^a)", "two parameters have this name");
    bad("hit(..a^, b)", "expected `)` behind the rest, got `,`");
    bad("hit(..a ^= 1)", "expected `)` behind the rest, got `=`");
    bad("hit(..^)", "expected the name of a parameter, got `)`");
    bad("hit(a) ^bool", "expected `->` or the end, got `bool`");
    bad("hit(a) -> ^", "expected a type, got the end");
    bad("hit(a) -> bool^,", "expected `->` or the end, got `,`");
    bad("hit(a^\x01)", "expected `,` or `)`, got the byte 0x01");
    bad("hit(a^\xff)", "expected `,` or `)`, got the byte 0xff");
    bad("hit(a^“)", "expected `,` or `)`, got `“`");
}

Test(signature, a_nul_ends_nothing)
{
    signature_fault fault;
    cr_expect_null(signature_parse("f(a)\0b", 6, &fault));
    cr_expect_str_eq(fault.what, "expected `->` or the end, got the byte 0x00");
    cr_expect_eq(fault.at, 4);
    cr_expect_null(signature_parse("f(a = \"x\0\")", 11, &fault));
    cr_expect_eq(fault.at, 8);
    cr_expect_null(signature_parse("f(a = \"\xc3\")", 10, &fault));
    cr_expect_str_eq(fault.what, "the text is no UTF-8");
    cr_expect_null(signature_parse(NULL, 0, &fault));
}

/* "f(p0, p1 …)" with so many parameters. */
static char *with_params(unsigned count)
{
    char *text = malloc(count * 8 + 8), *to = text;
    to += sprintf(to, "f(");
    for (unsigned i = 0; i < count; i++)
        to += sprintf(to, "%sp%u", i ? ", " : "", i);
    sprintf(to, ")");
    return text;
}

Test(signature, so_many_parameters_and_no_more)
{
    char *most = with_params(SIGNATURE_PARAMS), *more = with_params(255);
    signature *s = good(most);
    cr_expect_eq(s->count, SIGNATURE_PARAMS);
    cr_expect_str_eq(s->params[249].name, "p249");
    signature_free(s);
    signature_fault fault;
    cr_expect_null(signature_parse(more, strlen(more), &fault));
    cr_expect_str_eq(fault.what, "there are more than 250 parameters");
    free(most);
    free(more);
}

Test(signature, up_to_64_kib)
{
    char *text = malloc(SIGNATURE_BYTES_MAX + 2);
    memset(text, 'n', SIGNATURE_BYTES_MAX + 1);
    memcpy(text + SIGNATURE_BYTES_MAX - 2, "()", 3);
    signature *s = good(text);
    cr_expect_eq(strlen(s->name), SIGNATURE_BYTES_MAX - 2);
    signature_free(s);
    signature_fault fault;
    memcpy(text + SIGNATURE_BYTES_MAX - 2, "n()", 3);
    cr_expect_null(signature_parse(text, SIGNATURE_BYTES_MAX + 1, &fault));
    cr_expect_str_eq(fault.what, "it is longer than 64 KiB");
    memset(text, '9', SIGNATURE_BYTES_MAX);
    memcpy(text, "f(a=", 4);
    cr_expect_null(signature_parse(text, SIGNATURE_BYTES_MAX, &fault));
    cr_expect_str_eq(fault.what, "the number is too long");
    free(text);
}

static void describes(const char *type, const char *phrase)
{
    char text[128], out[64];
    snprintf(text, sizeof text, "f(a: %s)", type);
    signature *s = good(text);
    signature_describe(s, &s->params[0], out, sizeof out);
    cr_expect_str_eq(out, phrase, "%s: %s", type, out);
    signature_free(s);
}

Test(signature, says_what_it_takes)
{
    describes("any", "anything");
    describes("int|any", "anything");
    describes("int", "an int");
    describes("float", "a number");
    describes("number", "a number");
    describes("int|float", "a number");
    describes("nil|int", "nil or an int");
    describes("Enemy", "an Enemy");
    describes("Door|nil", "a Door or nil");
    describes("fn | chan | process", "a function, a channel or a process");
    describes("tuple|list|map|buffer|range|bytes|string|bool|error|nil",
              "nil, a bool, a string, bytes, a tuple, a list, a map, a buffer,");
}
