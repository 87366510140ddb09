/* lexer/lexer.c, lexer/word.c, lexer/number.c, lexer/string.c, lexer/utf8.c */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lexer/lexer.h"
#include "tests/support/support.h"

static arena memory;
static src_text src;
static diag_list list;
static lexer lx;

static void start_with(const char *text, size_t length)
{
    diag_free(&list);
    arena_free(&memory);
    src_init(&src, "a.csp", text, length);
    diag_init(&list, &src);
    lex_init(&lx, &memory, &list);
}

static void start(const char *text) { start_with(text, strlen(text)); }

static void setup(void)
{
    arena_init(&memory);
    diag_init(&list, &src);
}

static void teardown(void)
{
    diag_free(&list);
    arena_free(&memory);
}

TestSuite(lexer, .init = setup, .fini = teardown);

/* The kinds of all tokens of a text, by their text in token.def, separated by blanks; `\n` before
 * those that a newline precedes. */
static void assert_kinds(const char *text, const char *expected)
{
    start(text);
    char *all = strdup("");
    for (lex_token token = lex_next(&lx); token.kind != TOK_END; token = lex_next(&lx)) {
        char *longer = support_format("%s%s%s%s", all, all[0] == '\0' ? "" : " ",
                                      token.newline_before ? "\n" : "", lex_kind_text(token.kind));
        free(all);
        all = longer;
    }
    cr_assert_str_eq(all, expected);
    free(all);
}

static void assert_no_errors(void)
{
    cr_assert_eq(list.errors, 0, "%s", list.errors == 0 ? "" : list.items[0].message);
}

static void assert_error(const char *text, uint32_t at, uint32_t end, const char *message)
{
    start(text);
    while (lex_next(&lx).kind != TOK_END)
        ;
    cr_assert_eq(list.errors, 1, "%s: %u errors", text, list.errors);
    cr_assert_not_null(strstr(list.items[0].message, message), "%s: %s", text,
                       list.items[0].message);
    cr_assert_eq(list.items[0].span.start, at, "%s: starts at %u", text, list.items[0].span.start);
    cr_assert_eq(list.items[0].span.end, end, "%s: ends at %u", text, list.items[0].span.end);
}

/* ---- words and operators ---- */

Test(lexer, the_longest_operator_wins)
{
    assert_kinds("!= ..= .. . **= ** //= // <<= << <= => == = |> |= | ! ?",
                 "!= ..= .. . **= ** //= // <<= << <= => == = |> |= | ! ?");
    assert_kinds("a!=b", "a name != a name");
    assert_kinds("1..2", "an integer .. an integer");
    assert_kinds("1.5..=x", "a float ..= a name");
    assert_kinds(">>=>>>=>", ">>= >> >= >");
    assert_kinds("%= ^= &= -= += *= /= ~ :", "%= ^= &= -= += *= /= ~ :");
}

Test(lexer, every_keyword_is_one_and_every_operator_is_read_back)
{
    for (unsigned kind = 0; kind < LEX_KINDS; kind++) {
        if ((lex_kind_flags((lex_kind)kind) & LEX_CLASS) || kind == TOK_STRING_MIDDLE ||
            kind == TOK_STRING_END)
            continue;
        start(lex_kind_text((lex_kind)kind));
        cr_assert_eq(lex_next(&lx).kind, kind, "%s", lex_kind_text((lex_kind)kind));
        cr_assert_eq(lex_next(&lx).kind, TOK_END);
        assert_no_errors();
    }
}

Test(lexer, contextual_words_are_names)
{
    assert_kinds("pri after closed test as error blocking struct",
                 "a name a name a name a name a name a name a name a name");
    assert_kinds("lets iff Let _x x_ _ r b", "a name a name a name a name a name _ a name a name");
}

Test(lexer, names_are_unicode)
{
    assert_kinds("\xc3\xa9t\xc3\xa9 \xe5\x90\x8d\xe5\x89\x8d x\xcc\x81 \xd0\xb9_1",
                 "a name a name a name a name");
    assert_no_errors();
    assert_error("\xe2\x82\xac", 0, 3, "unexpected character `\xe2\x82\xac` (U+20AC)");
    assert_error("a \xf0\x9f\x98\x80\xf0\x9f\x98\x80 b", 2, 10, "U+1F600");
}

Test(lexer, tokens_know_the_newline_before_them)
{
    assert_kinds("a # comment\nb\r\n\n c", "a name \na name \na name");
    assert_kinds("#!/usr/bin/env csp\na", "\na name");
    assert_kinds("\xef\xbb\xbf"
                 "a",
                 "a name");
}

Test(lexer, spans_are_exact)
{
    start("  let  x1");
    lex_token token = lex_next(&lx);
    cr_assert_eq(token.span.start, 2);
    cr_assert_eq(token.span.end, 5);
    token = lex_next(&lx);
    cr_assert_eq(token.span.start, 7);
    cr_assert_eq(token.span.end, 9);
    token = lex_next(&lx);
    cr_assert_eq(token.span.start, 9);
}

Test(lexer, stray_characters_are_named)
{
    assert_error("a @ b", 2, 3, "`@` (U+0040)");
    assert_error("\x01\x02", 0, 2, "U+0001");
    assert_error("a\rb\rc", 1, 2, "carriage return");
    start_with("a\0\0b", 4);
    cr_assert_eq(lex_next(&lx).kind, TOK_NAME);
    cr_assert_eq(lex_next(&lx).kind, TOK_ERROR);
    cr_assert_eq(lex_next(&lx).kind, TOK_NAME);
    cr_assert_eq(list.errors, 1);
}

Test(lexer, other_languages_are_explained)
{
    assert_error("/* x */ a", 0, 2, "comments");
    assert_error("'text'", 0, 6, "not in `'`");
    cr_assert_str_eq(list.items[0].hint, "write `\"text\"`");
    assert_kinds("a && b || c -> d := e === f !== g ++",
                 "a name && a name || a name -> a name := a name === a name !== a name ++");
}

/* ---- doc comments ---- */

static char *doc_before(const char *text, lex_kind kind)
{
    start(text);
    lex_token token = lex_next(&lx);
    while (token.kind != kind)
        token = lex_next(&lx);
    if (token.doc.end == token.doc.start)
        return strdup("");
    uint32_t length;
    const char *doc = lex_doc(&lx, token.doc, &length);
    return strndup(doc, length);
}

static void assert_doc(const char *text, lex_kind kind, const char *expected)
{
    char *doc = doc_before(text, kind);
    cr_assert_str_eq(doc, expected);
    free(doc);
}

Test(lexer, doc_comments_belong_to_what_follows)
{
    assert_doc("## one\n##two \n##\n##   four\r\nfn", TOK_FN, "one\ntwo\n\n  four");
    assert_doc("x\n  ## one\n  # plain\n  ## two\n  fn", TOK_FN, "one\ntwo");
    assert_doc("## apart\n\nfn", TOK_FN, "");
    assert_doc("x ## behind\nfn", TOK_FN, "");
    assert_doc("### line\nfn", TOK_FN, "");
    start("## of the module\n\nfn ## other\n\n x");
    while (lex_next(&lx).kind != TOK_END)
        ;
    cr_assert_eq(lx.module_doc.start, 0);
    cr_assert_eq(lx.module_doc.end, 16);
}

/* ---- numbers ---- */

static lex_integer integer(const char *text, lex_kind kind)
{
    lex_integer value;
    start(text);
    lex_token token = lex_next(&lx);
    cr_assert_eq(token.kind, kind, "%s is %s", text, lex_kind_text(token.kind));
    cr_assert(lex_integer_value(&lx, &token, &value));
    cr_assert_eq(strlen(value.digits), value.length);
    cr_assert_eq(lex_next(&lx).kind, TOK_END);
    return value;
}

static void assert_integer(const char *text, int64_t expected, const char *digits, uint8_t base)
{
    lex_integer value = integer(text, TOK_INT);
    assert_no_errors();
    cr_assert(value.fits);
    cr_assert_eq(value.value, expected, "%s", text);
    cr_assert_str_eq(value.digits, digits);
    cr_assert_eq(value.base, base);
}

Test(lexer, integers_have_four_bases)
{
    assert_integer("0", 0, "0", 10);
    assert_integer("42", 42, "42", 10);
    assert_integer("1_000_000", 1000000, "1000000", 10);
    assert_integer("007", 7, "007", 10);
    assert_integer("0xfF_00", 0xff00, "fF00", 16);
    assert_integer("0o17", 15, "17", 8);
    assert_integer("0b10_10", 10, "1010", 2);
    assert_integer("4611686018427387903", ((int64_t)1 << 62) - 1, "4611686018427387903", 10);
}

Test(lexer, integers_have_any_size)
{
    lex_integer value = integer("4611686018427387904", TOK_INT);
    cr_assert_not(value.fits);
    cr_assert_str_eq(value.digits, "4611686018427387904");
    value = integer("0xffff_ffff_ffff_ffff_ffff", TOK_INT);
    cr_assert_not(value.fits);
    cr_assert_str_eq(value.digits, "ffffffffffffffffffff");
    cr_assert_eq(value.base, 16);
    char *nines = support_repeat("9", 100000);
    value = integer(nines, TOK_INT);
    cr_assert_eq(value.length, 100000);
    free(nines);
    assert_no_errors();
}

Test(lexer, malformed_numbers_are_one_error_each)
{
    assert_error("x 1_ y", 2, 4, "`_` stands between digits");
    assert_error("1__0", 0, 4, "`_` stands between digits");
    assert_error("0x", 0, 2, "digits are missing");
    assert_error("0x_1", 0, 4, "`_` stands between digits");
    assert_error("0xfg", 0, 4, "does not belong");
    assert_error("0b12", 0, 4, "too large for its base");
    assert_error("0o8", 0, 3, "too large for its base");
    assert_error("12abc", 0, 5, "does not go on with a name");
    assert_error("1e", 0, 2, "exponent has no digits");
    assert_error("1. + 2", 0, 2, "a digit must follow the point");
    assert_error("5min", 0, 4, "does not go on with a name");
    assert_error("1e3s", 0, 4, "no exponent");
    assert_error("0X1F", 0, 4, "does not go on");
}

static void assert_float(const char *text, double expected)
{
    start(text);
    lex_token token = lex_next(&lx);
    cr_assert_eq(token.kind, TOK_FLOAT, "%s", text);
    cr_assert_eq(lex_float_value(&lx, &token), expected, "%s", text);
    cr_assert_eq(lex_next(&lx).kind, TOK_END);
    assert_no_errors();
}

Test(lexer, floats)
{
    assert_float("3.14", 3.14);
    assert_float("1e9", 1e9);
    assert_float("2.5e-3", 2.5e-3);
    assert_float("1E+2", 100.0);
    assert_float("1_0.2_5", 10.25);
    assert_float("1e-400", 0.0);
    assert_float("0.1000000000000000055511151231257827021181583404541015625", 0.1);
    start("1e400");
    lex_token token = lex_next(&lx);
    cr_assert_eq(lex_float_value(&lx, &token), 0.0);
    cr_assert_not_null(strstr(list.items[0].message, "too large"));
}

Test(lexer, a_point_that_no_digit_follows_is_no_part_of_the_number)
{
    assert_kinds("1.x", "an integer . a name");
    assert_kinds("2..", "an integer ..");
    assert_kinds("1.5.x", "a float . a name");
}

static void assert_duration(const char *text, int64_t ns)
{
    lex_integer value = integer(text, TOK_DURATION);
    assert_no_errors();
    cr_assert_eq(value.value, ns, "%s is %lld", text, (long long)value.value);
    char *digits = support_format("%lld", (long long)ns);
    cr_assert_str_eq(value.digits, digits);
    free(digits);
}

Test(lexer, durations_are_whole_nanoseconds)
{
    assert_duration("10ns", 10);
    assert_duration("5us", 5000);
    assert_duration("20ms", 20000000);
    assert_duration("1.5s", 1500000000);
    assert_duration("3m", 180000000000);
    assert_duration("2h", 7200000000000);
    assert_duration("0.000001ms", 1);
    assert_duration("1.50000000000000000000s", 1500000000);
    assert_duration("1_000ms", 1000000000);
    assert_duration("0.0000000000025h", 9);
}

static void assert_bad_duration(const char *text, const char *message)
{
    integer(text, TOK_DURATION);
    cr_assert_eq(list.errors, 1, "%s", text);
    cr_assert_not_null(strstr(list.items[0].message, message), "%s", list.items[0].message);
}

Test(lexer, durations_that_are_none_are_refused)
{
    assert_bad_duration("1.5ns", "no whole number");
    assert_bad_duration("0.0000000001s", "no whole number");
    assert_bad_duration("0.000000000000000000000000000001h", "no whole number");
    assert_bad_duration("99999999999999999999999999999999999h", "too long");
    assert_bad_duration("9999999h", "too long");
}

/* ---- strings ---- */

/* All pieces of the first string, interpolations as `${}`; fails on errors unless some are
 * expected. */
static char *text_of(const char *text)
{
    start(text);
    lex_token pieces[20];
    uint32_t count = 0;
    for (lex_token token = lex_next(&lx); token.kind != TOK_END; token = lex_next(&lx))
        if (token.kind == TOK_STRING || token.kind == TOK_STRING_START ||
            token.kind == TOK_STRING_MIDDLE || token.kind == TOK_STRING_END ||
            token.kind == TOK_BYTES)
            pieces[count++] = token;
    uint32_t margin = LEX_NO_MARGIN;
    for (uint32_t i = 0; i < count; i++)
        margin = lex_margin(&lx, &pieces[i], margin);
    char *all = strdup("");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length;
        const char *piece = lex_text(&lx, &pieces[i], margin, &length);
        cr_assert_eq(piece[length], '\0');
        char *longer = support_format("%s%s%s", all, i > 0 ? "${}" : "", piece);
        free(all);
        all = longer;
    }
    return all;
}

static void assert_text(const char *text, const char *expected)
{
    char *found = text_of(text);
    assert_no_errors();
    cr_assert_str_eq(found, expected);
    free(found);
}

Test(lexer, strings_and_their_escapes)
{
    assert_text("\"\"", "");
    assert_text("\"a b\"", "a b");
    assert_text("\"\\n\\r\\t\\\\\\\"\\$\"", "\n\r\t\\\"$");
    assert_text("\"\\x41\\xe9\\u{e9}\\u{1F600}\"", "A\xc3\xa9\xc3\xa9\xf0\x9f\x98\x80");
    assert_text("\"$ $5 $x \\${x}\"", "$ $5 $x ${x}");
    assert_text("r\"\\n${x}\"", "\\n${x}");
    start("\"a\\0b\"");
    lex_token token = lex_next(&lx);
    uint32_t length;
    cr_assert_eq(memcmp(lex_text(&lx, &token, LEX_NO_MARGIN, &length), "a\0b", 4), 0);
    cr_assert_eq(length, 3);
}

Test(lexer, bytes_and_their_escapes)
{
    start("b\"\\x00\\xff\\u{e9}\xc3\xa9$ ${x}\"");
    lex_token token = lex_next(&lx);
    cr_assert_eq(token.kind, TOK_BYTES);
    uint32_t length;
    const char *bytes = lex_text(&lx, &token, LEX_NO_MARGIN, &length);
    cr_assert_eq(length, 12);
    cr_assert_eq(memcmp(bytes, "\0\xff\xc3\xa9\xc3\xa9$ ${x}", 12), 0);
    cr_assert_eq(lex_next(&lx).kind, TOK_END);
    assert_no_errors();
}

Test(lexer, wrong_escapes_are_reported_at_their_place)
{
    static const struct {
        const char *text;
        uint32_t start, end;
    } wrong[] = {
        {"\"a\\qb\"", 2, 4},     {"\"\\x4\"", 1, 3},       {"\"\\xzz\"", 1, 3},
        {"\"\\u41\"", 1, 3},     {"\"\\u{}\"", 1, 3},      {"\"\\u{110000}\"", 1, 11},
        {"\"\\u{d800}\"", 1, 9}, {"\"\\\xc3\xa9\"", 1, 4}, {"\"\\u{1234567}\"", 1, 12},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        free(text_of(wrong[i].text));
        cr_assert_eq(list.errors, 1, "%s", wrong[i].text);
        cr_assert_eq(list.items[0].span.start, wrong[i].start, "%s", wrong[i].text);
        cr_assert_eq(list.items[0].span.end, wrong[i].end, "%s: %u", wrong[i].text,
                     list.items[0].span.end);
    }
}

Test(lexer, interpolation_nests)
{
    assert_kinds("\"a${x}b\"", "a string a name }");
    assert_kinds("\"${x}${y}\" z", "a string a name } a name } a name");
    assert_kinds("\"${ {a: \"}\"} }\" z", "a string { a name : a string } } a name");
    assert_kinds("\"a${\"b${\"c${d}\"}\"}\" z", "a string a string a string a name } } } a name");
    assert_text("\"a${x}b${y}c\"", "a${}b${}c");
    assert_kinds("\"\"\"${\n{\n}\n}\n\"\"\" z", "a string \n{ \n} \n} a name");
}

Test(lexer, triple_strings_lose_their_indentation)
{
    assert_text("\"\"\"\n    a\n      b\n    \"\"\"", "a\n  b\n");
    assert_text("\"\"\"\n    a\n  \"\"\"", "  a\n");
    assert_text("\"\"\"\n    a\n\n   \n    b\"\"\"", "a\n\n\nb");
    assert_text("\"\"\"\n\ta\n\t\tb\n\t\"\"\"", "a\n\tb\n");
    assert_text("\"\"\"  a \"b\" \"\"\"", "  a \"b\" ");
    assert_text("\"\"\"a\n    b\n    \"\"\"", "a\nb\n");
    assert_text("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb\n");
    assert_text("\"\"\"\n  a${x}\n    ${y} b\n  \"\"\"", "a${}\n  ${} b\n");
    assert_text("\"\"\"\n  \\n  \\x41\n\"\"\"", "  \n  A\n");
    assert_text("\"\"\"\"\"\"", "");
    assert_text("\"\"\"\n\"\"\"", "");
    assert_text("\"\"\"\n\n\"\"\"", "\n");
}

Test(lexer, strings_without_an_end_are_reported_at_their_start)
{
    assert_error("x \"abc\ny", 2, 3, "does not end on its line");
    assert_error("r\"abc\ny", 0, 2, "does not end on its line");
    assert_error("\"a\\\ny", 0, 1, "does not end on its line");
    assert_error("x \"a${y\nz", 2, 3, "does not end on its line");
    assert_error("\"a${\"b${\"c\nz", 8, 9, "does not end on its line");
    assert_error("\"a${x}b", 0, 1, "does not end on its line");
    assert_error("x \"\"\"abc\ny", 2, 5, "no closing `\"\"\"`");
    cr_assert_eq(lx.mendable, 1);
    assert_error("\"", 0, 1, "does not end on its line");
    cr_assert_eq(lx.mendable, 0);
    assert_kinds("\"abc\nx", "something unreadable \na name");
}

Test(lexer, a_colon_behind_a_string_is_seen_ahead)
{
    static const struct {
        const char *text;
        bool found;
    } cases[] = {
        {"\"a${x}b\": 1", true}, {"\"a${\"${y}\"}b${z}\"\n: 1", true}, {"\"a${x}b\" + 1", false},
        {"\"a${x", false},       {"\"a${ \"k\": }\"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start(cases[i].text);
        lex_next(&lx);
        uint32_t at = lx.at;
        cr_assert_eq(lex_colon_after_string(&lx), cases[i].found, "%s", cases[i].text);
        cr_assert_eq(lx.at, at);
        assert_no_errors();
    }
}

Test(lexer, strings_nest_to_a_limit)
{
    char *deep = support_repeat("\"${", 300);
    start(deep);
    while (lex_next(&lx).kind != TOK_END)
        ;
    cr_assert_eq(list.errors, 1);
    cr_assert_not_null(strstr(list.items[0].message, "nested too deeply"));
    free(deep);
}

/* ---- UTF-8 ---- */

Test(lexer, names_are_recognised)
{
    start("");
    cr_assert(lex_is_name(&lx, "geometry", 8));
    cr_assert(lex_is_name(&lx, "_x", 2));
    cr_assert_not(lex_is_name(&lx, "_", 1));
    cr_assert_not(lex_is_name(&lx, "", 0));
    cr_assert_not(lex_is_name(&lx, "a-b", 3));
    cr_assert_not(lex_is_name(&lx, "1a", 2));
    cr_assert_not(lex_is_name(&lx, "match", 5));
}
