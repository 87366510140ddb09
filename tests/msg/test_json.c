#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_reader.h"
#include "include/csp.h"
#include "msg/message.h"

static csp_msg *read_(const char *json) { return csp_msg_json(json, strlen(json)); }

/* What is read and written again. */
static void same_size(const char *json, size_t size, const char *expected)
{
    char *exact = malloc(size ? size : 1); /* so that ASan sees a byte too many */
    memcpy(exact, json, size);
    csp_msg *m = csp_msg_json(exact, size);
    free(exact);
    cr_assert_not_null(m, "%s", json);
    size_t packed_size;
    const void *packed = csp_msg_packed(m, &packed_size);
    cr_assert(packed_check(packed, packed_size), "%s", json);
    char *text = csp_msg_to_json(m);
    cr_assert_str_eq(text, expected);
    csp_text_free(text);
    csp_msg_free(m);
}

static void same(const char *json, const char *expected)
{
    same_size(json, strlen(json), expected);
}

static void no_json_size(const char *json, size_t size)
{
    char *exact = malloc(size ? size : 1);
    memcpy(exact, json, size);
    cr_assert_null(csp_msg_json(exact, size), "%s", json);
    free(exact);
}

static void no_json(const char *json) { no_json_size(json, strlen(json)); }

Test(json_message, what_json_is)
{
    same(" [1, -2 ,\t3.5,\r\n1e2,0] ", "[1,-2,3.5,100.0,0]");
    same("{\"a\":{\"b\":[]},\"\":{}}", "{\"a\":{\"b\":[]},\"\":{}}");
    same("null", "null");
    same("[true,false,null]", "[true,false,null]");
    same("-0", "0");
    same("-0.0", "-0.0");
    same("1E+2", "100.0");
    same("1e-2", "0.01");
    same("123456789012345678901234567890", "123456789012345678901234567890");
    same("-9223372036854775808", "-9223372036854775808");
    same("-9223372036854775809", "-9223372036854775809");
    same("9223372036854775807", "9223372036854775807");
    same("18446744073709551616", "18446744073709551616");
    same("1e-400", "0.0");
    same("\"\\u0041\\n\\/\\\\\\\"\\b\\f\\t\\r\"",
         "\"A\\u000a/\\\\\\\"\\u0008\\u000c\\u0009\\u000d\"");
    same("\"\\ud834\\udd1e\"", "\"\xf0\x9d\x84\x9e\"");
    same("\"\\u0000\"", "\"\\u0000\"");
    same("\"\xc3\xa9\"", "\"\xc3\xa9\"");
    same("\"\\uFFFF\xf4\x8f\xbf\xbf\"", "\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\"");
}

Test(json_message, what_json_is_not)
{
    static const char *const all[] = {"",
                                      " ",
                                      "[",
                                      "]",
                                      "[1",
                                      "[1,",
                                      "[1,]",
                                      "[,1]",
                                      "[1,,2]",
                                      "[1 2]",
                                      "{",
                                      "{\"a\"",
                                      "{\"a\":",
                                      "{\"a\":1",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "{a:1}",
                                      "{1:1}",
                                      "{'a':1}",
                                      "{\"a\" 1}",
                                      "{\"a\":1 \"b\":2}",
                                      "[1}",
                                      "{\"a\":1]",
                                      "1 2",
                                      "[] []",
                                      "nul",
                                      "nulll",
                                      "True",
                                      "NaN",
                                      "Infinity",
                                      "-Infinity",
                                      "+1",
                                      "-",
                                      "--1",
                                      "01",
                                      "-01",
                                      "1.",
                                      ".5",
                                      "1.e1",
                                      "1e",
                                      "1e+",
                                      "1e1.5",
                                      "0x10",
                                      "1_000",
                                      "1a",
                                      "1e400",
                                      "-1e400",
                                      "\"",
                                      "\"a",
                                      "\"\\",
                                      "\"\\\"",
                                      "\"\\a\"",
                                      "\"\\x41\"",
                                      "\"\\u\"",
                                      "\"\\u12\"",
                                      "\"\\u12g4\"",
                                      "\"\\ud800\"",
                                      "\"\\udc00\"",
                                      "\"\\ud800\\u0041\"",
                                      "\"\\ud800x\"",
                                      "\"\\udc00\\ud800\"",
                                      "\"\\ud834\\udd\"",
                                      "\"a\nb\"",
                                      "\"\t\"",
                                      "\"\x01\"",
                                      "'a'",
                                      "\"\xff\"",
                                      "\"\xc0\x80\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xe2\x82\"",
                                      "\xef\xbb\xbf"
                                      "1",
                                      "[1]\x0b",
                                      "\xc2\xa0"
                                      "1",
                                      "/**/1",
                                      "1//",
                                      "[1]#",
                                      "\"a\" \"b\"",
                                      "{\"a\":1}}",
                                      "[1]]",
                                      "{\"a\":}",
                                      "{:1}",
                                      "[-]",
                                      "[1.5.5]",
                                      "\"\xf4\x90\x80\x80\"",
                                      "{\"a\",1}",
                                      "[\"a\":1]",
                                      "nan",
                                      "[tru]",
                                      "undefined",
                                      "\xff"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        no_json(all[i]);
    no_json_size("[\0]", 3);
    no_json_size("\"\0\"", 3);
    no_json_size("1\0", 2);
    no_json_size("\0", 1);
    cr_assert_null(csp_msg_json(NULL, 0));
    cr_assert_null(csp_msg_json(NULL, 5));
}

static char *repeated(const char *piece, size_t times, size_t *size)
{
    size_t length = strlen(piece);
    char *text = malloc(length * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * length, piece, length);
    *size = length * times;
    return text;
}

Test(json_message, arrays_and_objects_stand_at_most_512_deep)
{
    for (size_t depth = 511; depth <= 513; depth++) {
        char text[2 * 513 + 1];
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        csp_msg *m = csp_msg_json(text, 2 * depth);
        cr_assert_eq(m != NULL, depth <= 512);
        csp_msg_free(m);
    }
    size_t size;
    char *text = repeated("{\"\":", 100000, &size);
    no_json_size(text, size);
    free(text);
    text = repeated("[", 100000, &size);
    no_json_size(text, size);
    free(text);
}

Test(json_message, the_last_of_equal_names_counts)
{
    same("{\"a\":1,\"b\":2,\"a\":3}", "{\"b\":2,\"a\":3}");
    same("{\"a\":1,\"\\u0061\":[{\"a\":1,\"a\":2}]}", "{\"a\":[{\"a\":2}]}");
    same("{\"a\":[[1,2],{\"x\":1,\"x\":2}],\"a\":[5]}", "{\"a\":[5]}");
    same("{\"a\":1,\"a\":{},\"a\":3,\"b\":{\"a\":4}}", "{\"a\":3,\"b\":{\"a\":4}}");
    size_t size;
    char *text = repeated("\"a\":[1],", 100000, &size), *all = malloc(size + 8);
    int length = sprintf(all, "{%.*s\"a\":0}", (int)size, text);
    same_size(all, (size_t)length, "{\"a\":0}");
    free(text);
    free(all);
}

Test(json_message, many_names_are_told_apart)
{
    enum { MANY = 20000 };
    char *text = malloc(MANY * 32), *at = text;
    *at++ = '{';
    for (int i = 0; i < MANY; i++)
        at += sprintf(at, "\"%s%d\":%d,", i % 2 ? "\\u006e" : "n", i, i);
    at[-1] = '}';
    csp_msg *m = csp_msg_json(text, (size_t)(at - text));
    cr_assert_eq(csp_msg_length(m), MANY);
    for (int i = 0; i < MANY; i++) {
        char name[16];
        int64_t n;
        sprintf(name, "n%d", i);
        cr_assert(csp_msg_as_int(csp_msg_field(m, name), &n) && n == i);
    }
    csp_msg_free(m);
    free(text);
}

Test(json_message, floats_read_back_and_the_locale_does_not_matter)
{
    static const double all[] = {0.1, 1e300, -5e-324, 1.0 / 3, 1e16, 123456789.125, 1, 0x1p-1022};
    cr_assert(setlocale(LC_ALL, "de_DE.UTF-8") || true); /* where there is such a one */
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        csp_msg *m = csp_msg_float(all[i]);
        char *text = csp_msg_to_json(m);
        csp_msg *again = read_(text);
        double d;
        cr_assert(csp_msg_as_float(again, &d) && d == all[i], "%s", text);
        cr_assert_eq(csp_msg_type(again), CSP_T_FLOAT);
        csp_text_free(text);
        csp_msg_free(again);
        csp_msg_free(m);
    }
}

static char *written(packer *p)
{
    csp_msg *m = message_of(p);
    cr_assert_not_null(m);
    char *text = csp_msg_to_json(m);
    csp_msg_free(m);
    return text;
}

static packer begun(void)
{
    packer p = {0};
    pack_head(&p);
    return p;
}

#define WRITES(p, expected)               \
    do {                                  \
        char *text = written(p);          \
        cr_assert_str_eq(text, expected); \
        csp_text_free(text);              \
    } while (0)

Test(json_message, what_json_has_not_is_written_all_the_same)
{
    packer p = begun();
    pack_open(&p, PACKED_TUPLE, true, 6);
    pack_block(&p, PACKED_BYTES, "hello", 5);
    pack_block(&p, PACKED_BYTES, "hell", 4);
    pack_block(&p, PACKED_BYTES, "hel", 3);
    pack_open(&p, PACKED_RANGE, false, 2);
    pack_int(&p, 1);
    pack_tag(&p, PACKED_NIL);
    pack_block(&p, PACKED_BYTES, "", 0);
    pack_open(&p, PACKED_ERROR, true, 4);
    pack_block(&p, PACKED_STRING, "k", 1);
    pack_block(&p, PACKED_STRING, "m", 1);
    pack_int(&p, 5);
    pack_tag(&p, PACKED_NIL);
    WRITES(&p, "[\"aGVsbG8=\",\"aGVsbA==\",\"aGVs\",{\"start\":1,\"end\":null},\"\","
               "{\"kind\":\"k\",\"message\":\"m\",\"data\":5,\"cause\":null}]");
    p = begun();
    pack_open(&p, PACKED_MAP, false, 5);
    pack_int(&p, 12);
    pack_int(&p, 1);
    pack_float(&p, 1.5);
    pack_int(&p, 2);
    pack_tag(&p, PACKED_TRUE);
    pack_int(&p, 3);
    pack_open(&p, PACKED_TUPLE, true, 2);
    pack_int(&p, 1);
    pack_block(&p, PACKED_STRING, "x", 1);
    pack_int(&p, 4);
    pack_block(&p, PACKED_BYTES, "hel", 3);
    pack_int(&p, 5);
    WRITES(&p, "{\"12\":1,\"1.5\":2,\"true\":3,\"[1,\\\"x\\\"]\":4,\"aGVs\":5}");
}

Test(json_message, what_has_no_json_is_null)
{
    csp_msg *m = csp_msg_float(NAN);
    cr_assert_null(csp_msg_to_json(m));
    csp_msg_free(m);
    m = csp_msg_float(-INFINITY);
    cr_assert_null(csp_msg_to_json(m));
    csp_msg_free(m);
    packer p = begun();
    pack_open(&p, PACKED_LIST, false, 1);
    pack_reference(&p, 0);
    cr_assert_null(written(&p));
    p = begun();
    pack_open(&p, PACKED_LIST, false, 2); /* shared, and no cycle */
    pack_open(&p, PACKED_LIST, false, 0);
    pack_reference(&p, 1);
    WRITES(&p, "[[],[]]");
    cr_assert_null(csp_msg_to_json(NULL));
}

Test(json_reader, it_says_what_should_have_stood_where)
{
    static const struct {
        const char *text, *expected;
        size_t at;
    } all[] = {{"[1 2]", "`,` or `]`", 3},     {"{\"a\":1;}", "`,` or `}`", 6},
               {"[1,]", "a value", 3},         {"[}", "a value or `]`", 1},
               {"{\"a\":nope}", "a value", 5}, {"{1}", "a name in quotes or `}`", 1},
               {"1x", "nothing more", 1},      {"-x", "a digit", 1},
               {"\"a\xff\"", "UTF-8", 2},      {"\"\\q\"", "an escape", 1}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        json_reader r;
        json_token token;
        json_read(&r, all[i].text, strlen(all[i].text));
        while ((token = json_next(&r)) != JSON_BAD)
            cr_assert_neq(token, JSON_END, "%s", all[i].text);
        cr_assert_str_eq(r.expected, all[i].expected);
        cr_assert_eq(r.at, all[i].at, "%s: %zu", all[i].text, r.at);
        cr_assert_eq(json_next(&r), JSON_BAD);
    }
}
