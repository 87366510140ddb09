/* lexer/source.c, lexer/diag.c, lexer/diag_render.c, lexer/suggest.c */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "lexer/diag.h"
#include "tests/support/support.h"

static src_text src;
static diag_list list;

static void source(const char *text)
{
    src_free(&src);
    src_init(&src, "a.csp", text, strlen(text));
    diag_free(&list);
    diag_init(&list, &src);
}

static void setup(void)
{
    src_init(&src, "a.csp", "", 0);
    diag_init(&list, &src);
}

static void teardown(void)
{
    diag_free(&list);
    src_free(&src);
}

TestSuite(diag, .init = setup, .fini = teardown);

static src_span span(uint32_t start, uint32_t end) { return (src_span){start, end}; }

static void assert_renders(diag_style style, const char *expected)
{
    char *text = diag_render(&list, style);
    cr_assert_str_eq(text, expected);
    free(text);
}

static void assert_at(uint32_t offset, uint32_t line, uint32_t column)
{
    src_position position = src_locate(&src, offset);
    cr_assert_eq(position.line, line, "offset %u: line %u, expected %u", offset, position.line,
                 line);
    cr_assert_eq(position.column, column, "offset %u: column %u, expected %u", offset,
                 position.column, column);
}

/* ---- positions ---- */

Test(diag, columns_count_code_points)
{
    source("ab\n\xc3\xa9\xe6\xbc\xa2x\r\n\nz");
    assert_at(0, 1, 1);
    assert_at(2, 1, 3);
    assert_at(3, 2, 1);
    assert_at(5, 2, 2);
    assert_at(8, 2, 3);
    assert_at(11, 3, 1);
    assert_at(12, 4, 1);
    assert_at(13, 4, 2);
    assert_at(999, 4, 2);
}

Test(diag, a_byte_order_mark_has_no_column)
{
    source("\xef\xbb\xbfx");
    assert_at(3, 1, 1);
}

Test(diag, lines_are_numbered_from_the_first_line)
{
    source("a\nb");
    src.first_line = 10;
    assert_at(2, 11, 1);
}

/* ---- text ---- */

Test(diag, an_error_shows_its_line_with_a_caret_under_the_span)
{
    source("let x = 1\nlet y == 2\n");
    diag *d = diag_error(&list, span(16, 18), "expected `%s`", "=");
    diag_hint(d, "`=` binds");
    assert_renders(DIAG_TEXT, "a.csp:2:7: error: expected `=`\n"
                              "let y == 2\n"
                              "      ^^\n"
                              "hint: `=` binds\n");
}

Test(diag, tabs_are_kept_and_wide_characters_counted)
{
    source("\t\"\xe6\xbc\xa2"
           "e\xcc\x81\" x");
    diag_warning(&list, span(10, 11), "unused");
    assert_renders(DIAG_TEXT, "a.csp:1:8: warning: unused\n"
                              "\t\"\xe6\xbc\xa2"
                              "e\xcc\x81\" x\n"
                              "\t      ^\n");
    source("\xe6\xbc\xa2\xe6\xbc\xa2");
    diag_error(&list, span(0, 3), "wide");
    assert_renders(DIAG_TEXT, "a.csp:1:1: error: wide\n\xe6\xbc\xa2\xe6\xbc\xa2\n^^\n");
}

Test(diag, an_empty_span_has_a_caret_too)
{
    source("x =");
    diag_error(&list, span(3, 3), "nothing here");
    assert_renders(DIAG_TEXT, "a.csp:1:4: error: nothing here\nx =\n   ^\n");
}

Test(diag, a_span_of_several_lines_ends_with_its_first)
{
    source("if x {\n}\n");
    diag_error(&list, span(3, 8), "long");
    assert_renders(DIAG_TEXT, "a.csp:1:4: error: long\nif x {\n   ^^^\n");
}

Test(diag, the_second_place_is_a_note)
{
    source("f(1\n");
    diag *d = diag_error(&list, span(1, 2), "this `(` is never closed");
    diag_related(d, span(3, 3), "the input ends here");
    assert_renders(DIAG_TEXT, "a.csp:1:2: error: this `(` is never closed\nf(1\n ^\n"
                              "a.csp:1:4: note: the input ends here\nf(1\n   ^\n");
}

Test(diag, what_a_terminal_must_not_see_is_replaced)
{
    source("a\x1b[2J\xff\xe2\x80\xae b\r\n");
    diag_error(&list, span(10, 11), "here");
    assert_renders(DIAG_TEXT, "a.csp:1:9: error: here\n"
                              "a\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd b\n"
                              "        ^\n");
}

Test(diag, a_long_line_is_cut_around_the_span)
{
    char *before = support_repeat("x", 500), *after = support_repeat("y", 500);
    char *text = support_format("%s!%s", before, after);
    source(text);
    diag_error(&list, span(500, 501), "here");
    char *shown = diag_render(&list, DIAG_TEXT);
    char *line = strchr(shown, '\n') + 1, *carets = strchr(line, '\n') + 1;
    cr_assert_eq(strncmp(line, "\xe2\x80\xa6xxx", 6), 0);
    cr_assert_eq(strncmp(carets - 5, "y\xe2\x80\xa6\n", 5), 0);
    cr_assert_lt(carets - line, 130);
    /* `…` is one column in three bytes. */
    cr_assert_eq(strchr(line, '!') - line - 2, strchr(carets, '^') - carets);
    free(shown);
    free(text);
    free(before);
    free(after);
}

Test(diag, entries_come_in_order_of_position)
{
    source("abc");
    diag_error(&list, span(2, 3), "third");
    diag_error(&list, span(0, 1), "first");
    diag_warning(&list, span(0, 1), "second");
    assert_renders(DIAG_TEXT, "a.csp:1:1: error: first\nabc\n^\n"
                              "a.csp:1:1: warning: second\nabc\n^\n"
                              "a.csp:1:3: error: third\nabc\n  ^\n");
}

Test(diag, nothing_reported_renders_as_nothing)
{
    assert_renders(DIAG_TEXT, "");
    assert_renders(DIAG_JSON, "");
}

Test(diag, colours_change_nothing_else)
{
    source("let x");
    diag_hint(diag_error(&list, span(4, 5), "bad"), "mend it");
    char *plain = diag_render(&list, DIAG_TEXT), *coloured = diag_render(&list, DIAG_COLOUR);
    cr_assert_not_null(strstr(coloured, "\033[1;31m"));
    char *out = coloured;
    for (const char *in = coloured; *in != '\0'; in++) {
        if (*in == '\033')
            in = strchr(in, 'm');
        else
            *out++ = *in;
    }
    *out = '\0';
    cr_assert_str_eq(coloured, plain);
    free(plain);
    free(coloured);
}

/* ---- JSON ---- */

Test(diag, json_is_an_object_on_a_line_for_each)
{
    source("ab\ncd");
    diag_hint(diag_error(&list, span(1, 5), "a \"quoted\"\ttext\\"), "\xff!\x01");
    diag_warning(&list, span(4, 5), "\xc3\xa9");
    assert_renders(DIAG_JSON,
                   "{\"file\":\"a.csp\",\"line\":1,\"column\":2,\"end_line\":2,\"end_column\":3,"
                   "\"severity\":\"error\","
                   "\"message\":\"a \\\"quoted\\\"\\u0009text\\\\\",\"hint\":\"\\ufffd!\\u0001\"}\n"
                   "{\"file\":\"a.csp\",\"line\":2,\"column\":2,\"end_line\":2,\"end_column\":3,"
                   "\"severity\":\"warning\","
                   "\"message\":\"\xc3\xa9\",\"hint\":null}\n");
}

Test(diag, the_name_of_its_kind_is_shown_behind_the_message)
{
    source("ab");
    diag_warning(&list, span(0, 1), "odd")->name = "oddity";
    assert_renders(DIAG_TEXT, "a.csp:1:1: warning: odd [oddity]\nab\n^\n");
    assert_renders(
        DIAG_JSON,
        "{\"file\":\"a.csp\",\"line\":1,\"column\":1,\"end_line\":1,\"end_column\":2,"
        "\"severity\":\"warning\",\"message\":\"odd\",\"name\":\"oddity\",\"hint\":null}\n");
}

/* ---- the list ---- */

Test(diag, nothing_is_said_about_muted_pieces)
{
    static const src_span muted[] = {{1, 3}, {5, 6}};
    source("abcdefgh");
    list.muted = muted;
    list.muted_count = 2;
    for (uint32_t i = 0; i < 8; i++)
        diag_error(&list, span(i, i + 1), "error %u", i);
    cr_assert_eq(list.errors, 5);
    for (uint32_t i = 0; i < list.count; i++)
        cr_assert_null(strpbrk(list.items[i].message, "125"));
}

Test(diag, the_same_is_said_once)
{
    source("abc");
    diag_error(&list, span(0, 1), "again");
    diag_hint(diag_error(&list, span(0, 1), "again"), "lost");
    diag_warning(&list, span(0, 1), "again");
    diag_error(&list, span(0, 2), "again");
    cr_assert_eq(list.errors, 2);
    cr_assert_eq(list.warnings, 1);
    cr_assert_null(list.items[0].hint);
}

Test(diag, those_beyond_the_limit_are_counted)
{
    source("abc");
    for (uint32_t i = 0; i < DIAG_MAX + 3; i++)
        diag_hint(diag_error(&list, span(0, 0), "error %u", i), "hint %u", i);
    diag_warning(&list, span(1, 1), "kept all the same");
    cr_assert_eq(list.errors, DIAG_MAX + 3);
    char *text = diag_render(&list, DIAG_TEXT);
    cr_assert_not_null(strstr(text, "error 19"));
    cr_assert_null(strstr(text, "error 20"));
    cr_assert_not_null(strstr(text, "kept all the same"));
    cr_assert_str_eq(strstr(text, "\xe2\x80\xa6"), "\xe2\x80\xa6 and 3 more errors\n");
    free(text);
    text = diag_render(&list, DIAG_JSON);
    cr_assert_not_null(strstr(text, "and 3 more errors"));
    free(text);
}

Test(diag, a_later_hint_replaces_an_earlier_one)
{
    source("abc");
    diag *d = diag_error(&list, span(0, 1), "x");
    diag_hint(d, "one");
    diag_hint(d, "two");
    cr_assert_str_eq(d->hint, "two");
}
