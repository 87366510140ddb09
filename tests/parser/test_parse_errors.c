/* parser/parse_report.c, parser/habits.c, and what the parser does with what is no program */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "parser/chain.h"
#include "tests/support/ast_dump.h"
#include "tests/support/parse_fixture.h"
#include "tests/support/support.h"

static parse_fixture fixture;

static void setup(void) { parse_fixture_open(&fixture); }

static void teardown(void) { parse_fixture_close(&fixture); }

TestSuite(parse_errors, .init = setup, .fini = teardown);

static ast_module *parse(const char *text) { return parse_fixture_text(&fixture, text); }

static void assert_error(const char *text, uint32_t start, uint32_t end, const char *message,
                         const char *hint)
{
    parse_fixture_error(&fixture, text, start, end, message, hint);
}

static void assert_errors(const char *text, uint32_t count, const char *const expected[])
{
    parse_fixture_errors(&fixture, text, count, expected);
}

/* ---- errors ---- */

Test(parse_errors, other_languages_habits_are_explained)
{
    static const struct {
        const char *text;
        uint32_t start, end;
        const char *message, *hint;
    } habits[] = {
        {"if a && b { }", 5, 7, "there is no `&&`", "`and`"},
        {"if a || b { }", 5, 7, "there is no `||`", "`or`"},
        {"if !a { }", 3, 4, "expected an expression, found `!`", "`not x`"},
        {"x = <-c", 4, 5, "expected an expression", "`?c`"},
        {"c <- v", 2, 4, "there is no `<-`", "`c ! v`"},
        {"x++", 1, 3, "there is no `++`", "x += 1"},
        {"x--\ny", 1, 3, "there is no `--`", "x -= 1"},
        {"a ++ b", 2, 4, "there is no `++`", "`+`"},
        {"x := 1", 2, 4, "there is no `:=`", "let x = e"},
        {"a, b = b, a", 1, 2, "expected the end of the line", "(a, b) = (b, a)"},
        {"let a, b = f()", 5, 6, "expected `=`", "(a, b)"},
        {"let x: int = 1", 5, 6, "expected `=`", "no type"},
        {"let x == 1", 6, 8, "expected `=`", "binds"},
        {"if x = 1 { }", 5, 6, "expected `{`", "`==` compares"},
        {"if a { } elif b { }", 9, 13, "expected the end of the line", "else if"},
        {"if a { }\nelif b { }", 14, 15, "expected the end of the line", "else if"},
        {"func f() { }", 5, 6, "expected the end of the line", "fn name"},
        {"def f():", 4, 5, "expected the end of the line", "fn name"},
        {"function(x) { }", 12, 13, "expected the end of the line", "fn name"},
        {"go f()", 3, 4, "expected the end of the line", "spawn f(x)"},
        {"select { }", 7, 8, "expected the end of the line", "alt"},
        {"switch x { }", 7, 8, "expected the end of the line", "match"},
        {"print \"hi\"", 6, 10, "expected the end of the line", "print(…)"},
        {"x = 'a b'", 4, 9, "not in `'`", "\"a b\""},
        {"// note", 0, 2, "expected an expression", "starts with `#`"},
        {"x = 1 // the rest", 13, 17, "expected the end of the line", "starts with `#`"},
        {"/* note */ x", 0, 2, "comments", "starts with `#`"},
        {"x = c ? a : b", 6, 7, "expected the end of the line", "if c { a } else { b }"},
        {"c ? a : b", 6, 7, "expected the end of the line", "if c { a } else { b }"},
        {"a === b", 2, 5, "there is no `===`", "`==`"},
        {"a !== b", 2, 5, "there is no `!==`", "`!=`"},
        {"fn f(x) -> int { }", 8, 10, "expected `{` or `=>`", "no types"},
        {"fn f(x: int) { }", 6, 7, "expected `,` or `)`", "no type"},
        {"fn f(x) = x", 8, 9, "expected `{` or `=>`", "=> e"},
        {"fn f()\n{ }", 6, 6, "expected `{` or `=>`, found the end of the line", "same line"},
        {"match x { 1 -> 2 }", 12, 14, "there is no `->`", "`=>`"},
        {"match x { 1 => 2, 3 => 4 }", 16, 17, "expected the end of the arm", "newline or `;`"},
        {"match x { case 1: y }", 10, 14, "starts with its pattern", "_ =>"},
        {"match x { else => y }", 10, 14, "expected a pattern", "_ =>"},
        {"match x { 0..9 => y }", 11, 13, "expected `=>`", "in 0..10"},
        {"alt { case x := <-c: y }", 6, 10, "receives or sends", "c ? x =>"},
        {"alt { default: y }", 6, 13, "receives or sends", "else =>"},
        {"alt { x = ?c => y }", 8, 9, "expected `?` or `!`", "c ? x =>"},
        {"for (i = 0; i < 3; i++) { }", 7, 8, "expected `,` or `)`", NULL},
        {"for i = 0; i < 3; i++ { }", 6, 7, "expected `in`", "for i in 0..n"},
        {"while x: y", 7, 8, "expected `{`", "braces"},
        {"f(x = 1)", 4, 5, "expected `,` or `)`", "x: value"},
        {"try { f() }", 4, 5, "after `try`", "catch"},
        {"x is not 5", 9, 10, "after `is not`", "!="},
        {"x is \"a\"", 5, 8, "after `is`", "=="},
        {"x is not in xs", 9, 11, "after `is not`", "not in"},
        {"x is not int is not int", 13, 15, "do not chain", "parenthesise"},
        {"1 + catch f()", 4, 9, "expected an expression", "parentheses"},
        {"a == not b", 5, 8, "expected an expression", "parentheses"},
        {"_ = f()", 0, 1, "expected an expression", "let _ = e"},
        {"f(let x = 1)", 2, 5, "expected an expression", "statement"},
    };
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
        assert_error(habits[i].text, habits[i].start, habits[i].end, habits[i].message,
                     habits[i].hint);
}

Test(parse_errors, an_unclosed_bracket_is_reported_at_its_place)
{
    static const struct {
        const char *text;
        uint32_t at, found;
        const char *message;
    } unclosed[] = {
        {"f(1, 2", 1, 6, "this `(` is never closed"},
        {"x = [1, 2\n", 4, 9, "this `[` is never closed"},
        {"fn f() {\n  x\n", 7, 12, "this `{` is never closed"},
        {"x = {a: 1", 4, 9, "this `{` is never closed"},
        {"fn f() {\n  g(1, [2\n}\nfn h() { }", 16, 19, "this `[` is never closed"},
        {"f(1\nlet x = 2\nx", 1, 4, "this `(` is never closed"},
        {"(a}", 0, 2, "this `(` is never closed"},
    };
    for (size_t i = 0; i < sizeof unclosed / sizeof unclosed[0]; i++) {
        assert_error(unclosed[i].text, unclosed[i].at, unclosed[i].at + 1, unclosed[i].message,
                     NULL);
        cr_assert_eq(fixture.list.items[0].related.start, unclosed[i].found, "%s: %u",
                     unclosed[i].text, fixture.list.items[0].related.start);
        cr_assert_not_null(fixture.list.items[0].related_message);
    }
}

Test(parse_errors, several_errors_in_one_go_and_no_cascades)
{
    static const char *const three[] = {"a.csp:1:9: error", "a.csp:3:9: error",
                                        "a.csp:6:14: error"};
    assert_errors(
        "let x = * 2\nlet y = 3\nprint(y y)\nfn f() {\n    let z = 1\n    return 1 2\n}\nlet w = 4",
        3, three);
    static const char *const inner[] = {"a.csp:2:5", "a.csp:3:7"};
    assert_errors("fn f() {\n  a b\n  g(1 2)\n}\nf()", 2, inner);
    static const char *const arms[] = {"a.csp:2:10", "a.csp:4:3"};
    assert_errors("match x {\n  1 => a b\n  2 => c\n  * => d\n}\ny", 2, arms);
    static const char *const strings[] = {"a.csp:1:9", "a.csp:3:9"};
    assert_errors("let x = \"abc\nlet y = 1\nlet z = \"a ${f(x}\n", 2, strings);
}

Test(parse_errors, what_follows_an_error_is_parsed)
{
    ast_module *module = parse("f(a b\nlet x = 1\nfoo(1, {b: [2 3]})\ny = 2");
    char *dump = ast_dump_module(module);
    cr_assert_not_null(strstr(dump, "(let x 1)"), "%s", dump);
    cr_assert_not_null(strstr(dump, "(set y 2)"), "%s", dump);
    cr_assert_eq(fixture.list.errors, 2);
    free(dump);
}

/* ---- incomplete input ---- */

Test(parse_errors, input_that_more_text_would_mend_is_incomplete)
{
    static const char *const incomplete[] = {
        "f(",
        "f(1,",
        "f(1",
        "[1",
        "x = {",
        "{",
        "fn f() {",
        "fn f() {\n  x\n",
        "if a {",
        "if a {\nb\n} else {",
        "match x {",
        "match x {\n1 =>",
        "alt {\nc ? x => {",
        "1 +",
        "x =",
        "let x =\n",
        "x and",
        "not",
        "c !",
        "c ?",
        "x |>",
        "a.",
        "fn f(x) =>",
        "\"\"\"abc",
        "\"\"\"abc ${",
        "\"\"\"abc ${x",
        "fn f() { g(",
        "spawn {",
        "par {",
        "(fn() {",
        "let s = \"\"\"\n  a\n",
        "x ==\n# comment\n",
    };
    for (size_t i = 0; i < sizeof incomplete / sizeof incomplete[0]; i++) {
        parse(incomplete[i]);
        cr_assert_gt(fixture.list.errors, 0, "%s", incomplete[i]);
        cr_assert(fixture.list.incomplete, "%s", incomplete[i]);
    }
}

Test(parse_errors, input_that_nothing_mends_is_not_incomplete)
{
    static const char *const complete[] = {
        "",          "x",     "f(1)", "2..", "let x", "let x\n", "fn f()", "if a", "\"abc",
        "\"abc ${x", "f(1 2", "(a}",  "x)",  "}",     "* 2\nf(", "catch",  "fn",   "let 5x = (",
    };
    for (size_t i = 0; i < sizeof complete / sizeof complete[0]; i++) {
        parse(complete[i]);
        cr_assert_not(fixture.list.incomplete, "%s", complete[i]);
    }
}

/* ---- bad input ---- */

Test(parse_errors, what_is_no_utf8_is_one_error_with_its_offset)
{
    parse_fixture_bytes(&fixture, "let x = 1\n\xff\xfe\n", 13);
    cr_assert_eq(fixture.list.errors, 1);
    cr_assert_not_null(strstr(fixture.list.items[0].message, "byte 0xff at offset 10"));
    cr_assert_eq(fixture.list.items[0].span.start, 10);
}

Test(parse_errors, empty_input_is_an_empty_module)
{
    cr_assert_eq(parse("")->items.count, 0);
    cr_assert_eq(parse("\xef\xbb\xbf")->items.count, 0);
    cr_assert_eq(parse("# only a comment")->items.count, 0);
    cr_assert_eq(fixture.list.errors, 0);
}

/* `opening` so often that it is too deep: one error, whatever follows. */
static void assert_too_deep(const char *before, const char *opening)
{
    char *deep = support_repeat(opening, 100000);
    char *text = support_format("%s%s", before, deep);
    parse(text);
    cr_assert_eq(fixture.list.errors, 1, "%s%s…", before, opening);
    cr_assert_not_null(strstr(fixture.list.items[0].message, "nested too deeply"), "%s%s…: %s",
                       before, opening, fixture.list.items[0].message);
    cr_assert_not(fixture.list.incomplete);
    free(text);
    free(deep);
}

Test(parse_errors, nesting_is_limited)
{
    static const char *const openings[] = {
        "(",
        "[",
        "{",
        "f(",
        "a[",
        "-",
        "not ",
        "?",
        "\"${",
        "if a {",
        "while a {",
        "fn() { ",
        "fn() => ",
        "catch ",
        "spawn {",
        "par {",
        "match x { _ => ",
        "alt { c ? x => ",
        "defer {",
        "2 ** ",
        "a + (",
        "[{[",
        "a or b and c == d | e ^ f & g << h + i * (",
    };
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++)
        assert_too_deep("", openings[i]);
    assert_too_deep("x = ", "{a: ");
    assert_too_deep("let ", "[");
    assert_too_deep("let ", "{a: ");
    assert_too_deep("match x { ", "error(");
    assert_too_deep("extern \"x\" as y { fn f(a: ", "fn(");
}

Test(parse_errors, what_leans_to_the_right_is_nesting)
{
    assert_too_deep("a", " ** a");
    assert_too_deep("a", " + (a");
    assert_too_deep("a", " |> f(b");
}

Test(parse_errors, chains_are_no_nesting)
{
    static const char *const pieces[] = {
        " + a", " * a - b",   " and a",     " or a and b", ".b",         "()",
        "[0]",  "[1..]",      " |> f()",    ".b(c)[d]",    " & a << b",  " |> m.f(b)",
        " ^ a", " == a or b", " is c or d", " in c and d", "()[0].b + c"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        char *links = support_repeat(pieces[i], 100000);
        char *text = support_format("a%s", links);
        ast_module *module = parse(text);
        cr_assert_eq(fixture.list.errors, 0, "%s: %s", pieces[i],
                     fixture.list.errors > 0 ? fixture.list.items[0].message : "");
        cr_assert_eq(module->items.count, 1);
        ast_chain chain;
        cr_assert(ast_chain_of(&fixture.memory, module->items.items[0], &chain));
        cr_assert_geq(chain.count, 100000, "%s", pieces[i]);
        cr_assert_null(ast_left(chain.first));
        cr_assert(chain.links[chain.count - 1] == module->items.items[0]);
        free(text);
        free(links);
    }
}

Test(parse_errors, else_if_is_no_nesting)
{
    char *links = support_repeat(" else if b { 2 }", 100000);
    char *text = support_format("if a { 1 }%s else { 3 }", links);
    ast_module *module = parse(text);
    cr_assert_eq(fixture.list.errors, 0);
    uint32_t count = 0;
    const ast_node *node = module->items.items[0];
    for (; node->kind == AST_IF; node = node->as.branch.otherwise, count++)
        cr_assert_eq(node->span.end, strlen(text));
    cr_assert_eq(count, 100001);
    cr_assert_eq(node->kind, AST_BLOCK);
    free(text);
    free(links);
}

static uint32_t height_of(const char *before, const char *piece, size_t count, const char *middle,
                          const char *after)
{
    char *left = support_repeat(piece, count), *right = support_repeat(after, count);
    char *text = support_format("%s%s%s%s", before, left, middle, right);
    ast_module *module = parse(text);
    cr_assert_eq(fixture.list.errors, 0, "%s: %s", piece,
                 fixture.list.errors > 0 ? fixture.list.items[0].message : "");
    uint32_t height = ast_height(module->items.items[0]);
    free(text);
    free(left);
    free(right);
    return height;
}

Test(parse_errors, what_is_allowed_is_not_higher_than_promised)
{
    cr_assert_leq(height_of("", "[", 900, "a", "]"), 1000);
    cr_assert_leq(height_of("", "f(", 900, "a", ")"), 1000);
    cr_assert_leq(height_of("", "{ ", 900, "a", "}"), 1000);
    cr_assert_leq(height_of("", "if a { ", 400, "a", "}"), 1000);
    cr_assert_leq(height_of("a", "()", 900, "", ""), 1000);
    cr_assert_leq(height_of("a", " |> f(b)", 900, "", ""), 1000);
    cr_assert_leq(height_of("", "a + (b * ", 490, "a", ")"), PARSE_MAX_DEPTH + PARSE_MAX_OPERANDS);
}

Test(parse_errors, wide_input_is_no_deep_input)
{
    char *items = support_repeat("a + f(b)[1], ", 100000);
    char *text = support_format("[%s]\n%s", items, "x = 1");
    ast_module *module = parse(text);
    cr_assert_eq(fixture.list.errors, 0);
    cr_assert_eq(module->items.items[0]->as.list.count, 100000);
    free(text);
    free(items);
}

Test(parse_errors, absurd_input_ends_soon)
{
    static const char *const pieces[] = {
        "(",     ")",  "{",       "}",  "\"", "\"\"\"", "\"${",  "+-*/", "!",
        "a b\n", "\n", "'",       "/*", "..", "\r",     "\x01",  "#",    "f(a b\n",
        "\\",    "a;", "\"\\q\"", "0x", "1.", "else ",  "alt {", "=>"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        char *text = support_repeat(pieces[i], 1000000 / strlen(pieces[i]));
        parse(text);
        free(diag_render(&fixture.list, DIAG_TEXT));
        cr_assert_leq(fixture.memory.total, 60u * 1000000u, "%s", pieces[i]);
        free(text);
    }
}

/* Every prefix of a program ends in a program or in diagnostics, and no AST_ERROR is without
 * one. */
Test(parse_errors, every_prefix_of_a_program)
{
    static const char program[] =
        "## doc\nfn f(a, b = {x: 1}, ..c) { for i, (k, v) in a { c ? [x, ..y]; out ! \"a${x + "
        "\"b${y}\"}c\" } }\n"
        "match v { {name, age: -1 | 2.5} if x is error => 1; error(k, _) => catch { g() } }\n"
        "alt { for i, c in cs, when ok, c ? r => r; after 1.5s => 2; closed => break; else => nil "
        "}\n"
        "let s = \"\"\"\n   a ${b}\n   \"\"\" |> M.f(..xs, by: fn(x) => x[1..])\n"
        "extern \"m\" as m { blocking fn f(a: b*, ...): fn(c): d\n struct s { a: b } }\n"
        "par for x in 0..=9 { spawn { defer c ! move z.y } }; import \"a/b\" as c; test \"t\" { x "
        "**= 2 }";
    for (size_t length = 0; length < sizeof program; length++) {
        /* of exactly this length, so that reading beyond it is seen */
        char *prefix = malloc(length + 1);
        memcpy(prefix, program, length);
        ast_module *module = parse_fixture_bytes(&fixture, prefix, length);
        char *dump = ast_dump_module(module);
        if (fixture.list.errors == 0)
            cr_assert_null(strstr(dump, "<error>"), "%.*s", (int)length, program);
        free(dump);
        teardown();
        setup();
        free(prefix);
    }
}
