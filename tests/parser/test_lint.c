/* parser/lint*.c: what is warned of, and what looks like it but is fine */
#include "parser/lint.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "parser/resolve.h"
#include "tests/support/parse_fixture.h"
#include "tests/support/support.h"

static parse_fixture fixture;

static void setup(void) { parse_fixture_open(&fixture); }

static void teardown(void) { parse_fixture_close(&fixture); }

TestSuite(lint, .init = setup, .fini = teardown);

/* ---- a small world ---- */

static const char prelude[] = " print len str chan fail now self type list ";

static resolve_status world_global(void *user, const char *name, resolve_symbol *out)
{
    (void)user;
    char *word = support_format(" %s ", name);
    bool known = strstr(prelude, word) != NULL;
    free(word);
    *out = (resolve_symbol){.kind = RESOLVE_FUNCTION, .word = 8, .max = UINT32_MAX};
    return known ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
}

static resolve_status world_module(void *user, const char *name)
{
    (void)user;
    return strcmp(name, "Os") == 0 ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
}

static resolve_status world_member(void *user, const char *module, const char *name,
                                   resolve_symbol *out)
{
    (void)user;
    (void)module;
    *out = (resolve_symbol){.kind = RESOLVE_FUNCTION, .word = 16, .max = UINT32_MAX};
    return strcmp(name, "exit") == 0 ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
}

static void world_candidates(void *user, const char *module, suggestion *s)
{
    (void)user;
    (void)module;
    (void)s;
}

static bool world_import(void *user, const char *path, size_t length, src_span at, diag_list *diags,
                         resolve_import *out)
{
    (void)user;
    (void)path;
    (void)length;
    (void)at;
    (void)diags;
    *out = (resolve_import){.home = "somewhere", .loaded = 8};
    return true;
}

static resolve_status world_imported(void *user, const void *home, const char *name,
                                     resolve_symbol *out)
{
    (void)home;
    return world_global(user, name, out);
}

static bool world_foreign(void *user, const ast_extern *block, diag_list *diags, const void **home)
{
    (void)user;
    (void)block;
    (void)diags;
    *home = "a library";
    return true;
}

static resolve_status world_library(void *user, const void *home, resolve_symbol *out)
{
    (void)user;
    *out = (resolve_symbol){.kind = RESOLVE_CONSTANT, .word = 8};
    return strcmp(home, "a library") == 0 ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
}

static void lint(const char *text)
{
    static const resolve_world world = {.global = world_global,
                                        .module = world_module,
                                        .member = world_member,
                                        .candidates = world_candidates,
                                        .import = world_import,
                                        .imported = world_imported,
                                        .foreign = world_foreign,
                                        .library = world_library};
    const ast_module *ast = parse_fixture_text(&fixture, text);
    cr_assert_eq(fixture.list.errors, 0, "%s does not parse", text);
    resolve_module(ast, &world, false, &fixture.list);
    lint_module(ast, &fixture.list);
}

/* No error, and no warning. */
static void assert_fine(const char *text)
{
    lint(text);
    char *said = diag_render(&fixture.list, DIAG_TEXT);
    cr_assert_eq(fixture.list.count, 0, "%s\n%s", text, said);
    free(said);
}

/* One warning, of this name, at the marked piece of the text: `print([[x]])` marks x. */
static void assert_warned(const char *name, const char *marked)
{
    src_span piece;
    char *text = parse_fixture_marked(marked, &piece);
    lint(text);
    char *said = diag_render(&fixture.list, DIAG_TEXT);
    cr_assert_eq(fixture.list.count, 1, "%s: %u findings\n%s", text, fixture.list.count, said);
    const diag *d = &fixture.list.items[0];
    cr_assert_eq(d->severity, DIAG_WARNING, "%s\n%s", text, said);
    cr_assert_str_eq(d->name, name, "%s\n%s", text, said);
    cr_assert(d->span.start == piece.start && d->span.end == piece.end, "%s: at %u to %u\n%s", text,
              d->span.start, d->span.end, said);
    free(said);
    free(text);
}

static void each_warned(const char *name, const char *const *marked)
{
    for (; *marked; marked++)
        assert_warned(name, *marked);
}

static void each_fine(const char *const *texts)
{
    for (; *texts; texts++)
        assert_fine(*texts);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- names ---- */

Test(lint, unused_variables)
{
    each_warned("unused-variable",
                TEXTS("let [[x]] = 1", "var [[x]] = 1", "fn f() { let [[x]] = 1; 2 }",
                      "let (a, [[b]]) = (1, 2); print(a)", "let (_, ..[[rest]]) = list(); print(1)",
                      "let {name: [[n]]} = list(); print(1)", "let c = chan(); c ? [[x]]; print(1)",
                      "for [[i]] in 0..3 { print(1) }", "for k, [[v]] in list() { print(k) }",
                      "match list() { (a, [[b]]) => print(a) }",
                      "let c = chan(); alt { c ? [[x]] => print(1) }",
                      "par for [[i]] in 0..3 { print(1) }",
                      "match list() { (1, [[x]]) | (2, x) => print(1) }",
                      "let x = 1; { let [[x]] = 2 }; print(x)"));
    each_fine(TEXTS(
        "let _x = 1", "let _ = list()", "for _ in 0..3 { print(1) }", "let x = 1; print(\"${x}\")",
        "let x = 1; let f = fn() => x; print(f)", "let x = list(); x[0] = 1",
        "let x = list(); x.f = 1", "let c = chan(); c ? x; spawn { print(x) }",
        "match list() { [x, ..] if x > 1 => 1; _ => 2 }",
        "let x = 1; { let x = 2; print(x) }; print(x)",
        "match list() { (1, x) | (2, x) => print(x) }", "let n = 3; par for _ in 0..n { print(1) }",
        "let x = 1; let x = x + 1; print(x)"));
}

Test(lint, unused_parameters)
{
    each_warned("unused-parameter",
                TEXTS("fn f([[x]]) => 1", "fn f(a, [[b]]) { a }", "fn f([[..xs]]) => 1",
                      "fn g() { fn f([[x]]) => 1; f(2) }"));
    each_fine(TEXTS("fn f(_) => 1", "fn f(_x, _y) { 1 }", "fn f(a, b = a) => b",
                    "let f = fn(x) => 1; print(f)", "fn f(x) { fn() => x }", "fn f(.._) => 1"));
}

Test(lint, unused_functions_constants_imports)
{
    each_warned("unused-function",
                TEXTS("fn [[f]]() => 1\nprint(1)", "fn [[_f]]() => 1",
                      "fn f() { fn [[g]]() => 1; 2 }", "fn [[f]](n) => f(n - 1)\nprint(1)",
                      "fn g() { fn [[f]](n) => f(n - 1); 2 }"));
    each_fine(TEXTS("fn f() => 1", "fn f() => _g()\nfn _g() => 1", "fn f() => 1\nprint(f)",
                    "fn f() => 1\ntest \"f\" { f() }",
                    "fn f() { fn g() => 1; spawn { print(g()) } }", "fn print() => 1"));
    each_warned("unused-constant", TEXTS("const [[N]] = 1\nprint(1)", "const [[_N]] = 1"));
    each_fine(TEXTS("const N = 1", "const N = 1\nfn f() => N\nprint(f())",
                    "const A = 1\nconst _B = A\nfn f() => _B"));
    each_warned("unused-import",
                TEXTS("[[import \"lib/list\"]]", "[[import \"lib/list\" as l]]\nprint(1)"));
    each_fine(TEXTS("import \"lib/list\" as _list", "import \"lib/list\"\nprint(list.len(1))",
                    "import \"lib/list\" as l\nfn f() => l.len(2)"));
    each_warned("unused-import", TEXTS("extern \"c\" as [[c]] { fn len(x: i32) }\nprint(1)",
                                       "extern \"c\" as [[c]] { }"));
    each_fine(TEXTS("extern \"c\" as _c { fn len(x: i32) }",
                    "fn f() => c.len(2)\nextern \"c\" as c { }", "extern \"c\" as c { }\nprint(c)",
                    "extern \"c\" as c { fn len(x: i32) }\nprint(c.len(1))"));
}

Test(lint, variables_that_do_not_vary)
{
    each_warned("never-read", TEXTS("var [[n]] = 0; for x in list() { n += x }",
                                    "fn f() { var [[n]] = 0; n = 1; 2 }"));
    each_warned("never-assigned",
                TEXTS("var [[n]] = 0; print(n)", "fn f() { var [[xs]] = list(); xs[0] = 1 }"));
    each_fine(TEXTS("var n = 0; n += 1; print(n)", "var n = 0; while n < 3 { n += 1 }",
                    "var n = 0; n = n + 1",
                    "let c = chan(); var n = 0; alt { c ? x => n = x }; print(n)"));
}

Test(lint, receives_that_hide)
{
    each_warned("hiding-receive",
                TEXTS("let c = chan(); let x = 1; if x > 0 { c ? [[x]]; print(x) }",
                      "fn f(c, x) { while x { c ? ([[x]], _); print(x) } }",
                      "let c = chan(); let x = 1; alt { c ? [[x]] => print(x) }; print(x)",
                      "let c = chan(); var x = 1; x = 2; alt { c ? [[x]] => print(x) }; print(x)"));
    each_fine(TEXTS("let c = chan(); c ? x; print(x); c ? x; print(x)",
                    "let c = chan(); let x = 1; print(x); c ? x; print(x)",
                    "let x = 1; print(x); spawn { let c = chan(); c ? x; print(x) }",
                    "fn x(c) { c ? x; x }",
                    "let c = chan(); { c ? x; print(x) }; alt { c ? x => print(x) }",
                    "let x = 1; { let x = 2; print(x) }; print(x)"));
}

/* ---- what is never reached ---- */

Test(lint, unreachable_code)
{
    each_warned("unreachable-code",
                TEXTS("fn f() { return 1; [[print(2)]] }", "while list() { break; [[print(1)]] }",
                      "for x in list() { print(x); continue; [[print(1)]]; print(2) }",
                      "fail(\"x\"); [[print(1)]]", "Os.exit(1); [[print(1)]]",
                      "loop { print(1) }; [[print(2)]]",
                      "fn f(x) { if x { return 1 } else { fail(\"x\") }; [[print(2)]] }",
                      "fn f(x) { match x { 1 => return 2; _ => return 3 }; [[print(2)]] }",
                      "while true { for x in list() { print(x); break } }; [[print(2)]]",
                      "fn f(c) { alt { c ? x => return x; after 1s => return nil }; [[print(2)]] }",
                      "fn f() { { return 1 }; [[print(2)]] }",
                      "loop { spawn { loop { break } } }; [[print(2)]]"));
    each_fine(TEXTS(
        "fn f(x) { if x { return 1 }; print(2) }",
        "loop { print(1); if list() { break } }; print(2)", "loop { catch { break } }; print(2)",
        "loop { match list() { 1 => break; _ => nil } }; print(2)",
        "let r = catch { fail(\"x\") }; print(r)", "while list() { print(1) }; print(2)",
        "fn f(c) { for alt { c ? x => return x }; print(2) }",
        "fn f(c) { alt { c ? x => return x; after 1s => nil }; print(2) }",
        "f(); Os.exit(0)\nfn f() => 1", "fn f(fail) { fail(1); print(2) }",
        "fn f() { defer { fail(1) }; print(2) }", "loop { alt { after 1s => break } }; print(2)"));
}

Test(lint, unreachable_arms)
{
    each_warned(
        "unreachable-arm",
        TEXTS("match list() { _ => 1; [[2]] => 3 }", "match list() { x => x; [[_]] => 3 }",
              "match list() { 1 => 1; 2 => 2; [[1]] => 3 }",
              "match list() { \"a\" => 1; b\"a\" => 2; [[\"a\"]] => 3 }",
              "match list() { 1 | 2 => 1; [[2]] => 2; _ => 3 }",
              "match list() { 1 => 1; 2 | [[1]] => 2 }", "match list() { 1 | 2 | [[1]] => 1 }",
              "match list() { (a, _) => a; [[(1, b)]] => b }",
              "match list() { [a, ..] => a; [[[1, b]]] => b }",
              "match list() { {n} => n; [[{n, m}]] => n + m }",
              "match list() { error(_) => 1; [[error(\"x\", m)]] => m }",
              "match list() { 0x10 => 1; [[16]] => 2 }", "match list() { (1 | [[1]], 2) => 1 }",
              "match list() { 1.0 => 1; [[1.0]] => 2 }",
              "match list() { 1 => 1; [[1]] if list() => 2 }",
              "let (1 | [[1]], x) = list(); print(x)",
              "match list() { nil | true => 1; false => 2; [[true]] => 3 }"));
    each_fine(TEXTS(
        "match list() { x if x > 1 => 1; _ => 3 }",
        "match list() { 1 => 1; 1.0 => 2; \"1\" => 3; true => 4 }",
        "match list() { 1 if list() => 1; 1 => 2 }", "match list() { (1, b) => b; (a, _) => a }",
        "match list() { [a] => a; [a, b] => a + b; [a, ..] => a; [] => 0 }",
        "match list() { {n, m} => n + m; {n} => n }",
        "match list() { error(\"x\", m) => m; error(k) => k }",
        "match list() { (1, 2) | (2, 1) => 1; (1, 1) => 2 }",
        "match list() { (a, b) => a + b; [a, b] => a * b }",
        "match list() { error(_, _) => 1; error(_) => 2 }", "match list() { -1 => 1; 1 => 2 }"));
}

Test(lint, a_long_table_takes_no_time)
{
    enum { ARMS = 100000 };
    size_t size;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);
    fputs("match list() {\n", out);
    for (int i = 0; i < ARMS; i++)
        fprintf(out, "%d => 1\n", i);
    fputs("7 => 2\n}\n", out);
    fclose(out);
    lint(text);
    cr_assert_eq(fixture.list.warnings, 1);
    cr_assert_str_eq(fixture.list.items[0].name, "unreachable-arm");
    free(text);
}

/* ---- values ---- */

Test(lint, comparisons_that_are_no_question)
{
    each_warned("constant-comparison",
                TEXTS("print([[1 == \"1\"]])", "print([[nil != 0]])",
                      "let x = list(); print([[x == x]])", "let x = list(); print([[x != x]])",
                      "let x = list(); print([[x < x]])", "print([[1 is int]])",
                      "print([[\"a\" is int]])", "print([[len(\"a\") == \"1\"]])",
                      "let s = \"1\"; print([[s == 1]])", "print([[str(1) == 1]])",
                      "let x = list(); print([[type(x) == list]])", "print([[[1] == (1,)]])",
                      "fn f(x) { if [[x >= x]] { 1 } }", "let x = 1; spawn { print([[x == x]]) }"));
    each_fine(TEXTS("print(1 == 1.0)", "print([1] == [2])", "let x = list(); print(x == 1)",
                    "let x = list(); print(x is int)", "let x = list(); let y = x; print(x == y)",
                    "print(len(\"a\") == 1)", "var s = \"1\"; s = 2; print(s == 1)",
                    "print(str(1) == \"1\")", "let x = list(); print(x[0] == x[1])",
                    "print(list() == list())", "print(now() - 1 == 2.0)",
                    "let x = list(); print(type(x) == \"list\")"));
}

Test(lint, interpolation_of_other_languages)
{
    each_warned("foreign-interpolation", TEXTS("let n = 1; print([[\"n is #{n}\"]], n)"));
    each_fine(TEXTS("print(\"#{}\", \"# {n}\", \"#n\")"));
}

Test(lint, statements_without_effect)
{
    each_warned("no-effect",
                TEXTS("var x = 1; [[x == 2]]; x = 3; print(x)", "let a = 1; [[a + 1]]; print(a)",
                      "print(1); [[\"text\"]]; print(2)", "fn f() => 1\n[[f]]; print(f())",
                      "for x in list() { [[x == 1]] }", "for x in list() { [[x]] }",
                      "let x = list(); if x { [[x == 1]] }; print(x)", "[[-list()]]; print(1)",
                      "[[fn() => 1]]; print(1)", "let m = list(); [[m.f]]; print(m)",
                      "[[list() and 1]]; print(1)", "fn f(x) { defer { [[x + 1]] }; x }"));
    each_fine(TEXTS(
        "let a = 1; a + 1", "fn f(a) { a + 1 }", "fn f(a) { a == 1 }\nprint(f(1))",
        "list() and list(); print(1)", "match list() { 1 => print(1); _ => nil }; print(2)",
        "if list() { print(1) } else { nil }; print(2)",
        "let r = if list() { 1 == 2 } else { false }; print(r)", "let c = chan(); ?c; print(1)",
        "let c = chan(); c ! 1; print(1)", "spawn { 1 + 1 }; print(1)",
        "let x = par { 1 + 1; 2 + 2 }; print(x)", "let c = chan(); for alt { c ? x => x }"));
}

/* ---- beside errors ---- */

Test(lint, many_changes_take_no_time)
{
    enum { MANY = 100000 };
    size_t size;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);
    fputs("let m = list()\nspawn {\n", out);
    for (int i = 0; i < MANY; i++)
        fprintf(out, i % 1000 == 0 ? "print(m[%d])\n" : "m[%d] = 1\n", i);
    fputs("}\nprint(m)\n", out);
    fclose(out);
    lint(text);
    cr_assert_eq(fixture.list.warnings, 999, "those behind the last look");
    cr_assert_str_eq(fixture.list.items[0].name, "lost-change");
    free(text);
}

Test(lint, errors_of_names_do_not_stop_it)
{
    lint("let x = nowhere\nfn f(a) { a = 1; missing(a) }\nlet y = 2\n");
    cr_assert_eq(fixture.list.errors, 3);
    cr_assert_eq(fixture.list.warnings, 3, "%u", fixture.list.warnings);
}
