/* parser/parse_extern.c, parser/parse_ctype.c, parser/parse_c.c */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/parse_fixture.h"

static parse_fixture fixture;

static void setup(void) { parse_fixture_open(&fixture); }

static void teardown(void) { parse_fixture_close(&fixture); }

TestSuite(parse_extern, .init = setup, .fini = teardown);

/* The items of a block `extern "c" as c { … }`. */
static void assert_items(const char *items, const char *expected)
{
    char text[1000], dump[1000];
    snprintf(text, sizeof text, "extern \"c\" as c { %s }", items);
    snprintf(dump, sizeof dump, "(extern \"c\" c %s)", expected);
    parse_fixture_ast(&fixture, text, dump);
}

enum { INSIDE = sizeof "extern \"c\" as c { " - 1 };

/* The only error of such items stands where `at` does, which is cut to `length` bytes for what
 * occurs before, and has this message and hint. */
static void assert_last_error(const char *items, const char *at, uint32_t length,
                              const char *message, const char *hint)
{
    char text[1000];
    snprintf(text, sizeof text, "extern \"c\" as c { %s }", items);
    const char *found = strstr(items, at);
    cr_assert_not_null(found, "%s is not in %s", at, items);
    uint32_t start = INSIDE + (uint32_t)(found - items);
    parse_fixture_error(&fixture, text, start, start + length, message, hint);
}

/* The same with all of `at`. */
static void assert_item_error(const char *items, const char *at, const char *message,
                              const char *hint)
{
    assert_last_error(items, at, (uint32_t)strlen(at), message, hint);
}

/* ---- what there is ---- */

Test(parse_extern, functions_and_structs)
{
    parse_fixture_ast(
        &fixture,
        "extern \"libc.so.6\" as c {\n"
        "    fn qsort(base: buffer, n: usize, size: usize, compare: fn(pointer, pointer): i32)\n"
        "    blocking fn usleep(u32): i32\n"
        "    struct timeval { sec: i64, usec: i64 }\n"
        "    fn gettimeofday(t: timeval*, zone: pointer): i32; fn printf(format: cstring, ...): "
        "i32\n"
        "}",
        "(extern \"libc.so.6\" c (fn qsort base:buffer n:usize size:usize compare:(fn pointer "
        "pointer -> "
        "i32)) (blocking fn usleep u32 -> i32) (struct timeval sec:i64 usec:i64)"
        " (fn gettimeofday t:timeval* zone:pointer -> i32) (fn... printf format:cstring -> i32))");
    parse_fixture_ast(&fixture, "extern \"c\" as c {}", "(extern \"c\" c)");
    parse_fixture_ast(&fixture, "extern \"c\" as c {\n\n;;\n}", "(extern \"c\" c)");
}

Test(parse_extern, a_block_may_run_on_one_thread)
{
    parse_fixture_ast(&fixture, "extern \"x\" as c on one thread { fn f() }",
                      "(extern \"x\" c on-one-thread (fn f))");
    parse_fixture_ast(&fixture, "extern \"x\" as on { fn on(on: one) }",
                      "(extern \"x\" on (fn on on:one))");
    parse_fixture_error(&fixture, "extern \"x\" as c on one { }", 23, 24, "expected `thread`",
                        "on one thread");
    parse_fixture_error(&fixture, "extern \"x\" as c on 2 threads { }", 19, 20, "expected `one`",
                        "on one thread");
}

Test(parse_extern, names_may_be_keywords)
{
    assert_items("fn move(in: i32, is: pointer): i32 owned(if)",
                 "(fn move in:i32 is:pointer -> i32 owned if)");
    assert_items("struct s { in: i32, for: u8[2] }", "(struct s in:i32 for:u8[2])");
    assert_items("fn struct(); fn blocking(); blocking fn fails(owned: i32)",
                 "(fn struct) (fn blocking) (blocking fn fails owned:i32)");
    assert_item_error("fn f(x: if)", "if", "expected a C type", "names no type");
    assert_item_error("struct for { }", "for", "expected the name of a C struct", "is a keyword");
}

Test(parse_extern, a_function_may_have_another_name_in_c)
{
    assert_items("fn open = \"open64\"(path: cstring): i32",
                 "(fn open=\"open64\" path:cstring -> i32)");
    assert_items("fn match = \"match\"()", "(fn match=\"match\")");
    assert_item_error("fn f = g()", "g", "expected the name that C has for it", "\"open64\"");
    assert_item_error("fn f = ()", "(", "expected the name that C has for it", "\"open64\"");
}

Test(parse_extern, commas_may_trail)
{
    assert_items("fn f(a: i32,); fn g(a: i32, ...,); fn h(f: fn(i32,)); struct s { a: i32, }",
                 "(fn f a:i32) (fn... g a:i32) (fn h f:(fn i32)) (struct s a:i32)");
}

Test(parse_extern, attributes_follow_the_result)
{
    assert_items("fn f(): i32 fails(-1)", "(fn f -> i32 fails -1)");
    assert_items("fn f(): cstring owned(free) fails(nil)",
                 "(fn f -> cstring fails nil owned free)");
    assert_items("fn f(): f64 fails(-0.5); fn fails(): i32\nfn owned()",
                 "(fn f -> f64 fails -0.500000) (fn fails -> i32) (fn owned)");
    assert_item_error("fn f() fails(-1)", "fails", "expected `:`", "fails(-1)");
    assert_item_error("fn f(): i32 fails;", ";", "expected `(`", "fails(nil)");
    assert_item_error("fn f(): i32 owned;", ";", "expected `(`", "owned(free)");
    assert_item_error("fn f(): i32 fails(x)", "x", "expected the result that says", NULL);
    assert_item_error("fn f(): pointer owned(\"free\")", "\"free\"",
                      "expected the function that frees", NULL);
    assert_last_error("fn f(): i32 fails(-1) fails(1)", "fails(1)", 5, "is there already", NULL);
    assert_last_error("fn f(): pointer owned(a) owned(b)", "owned(b)", 5, "is there already", NULL);
}

Test(parse_extern, callbacks_may_have_a_value_for_a_crash)
{
    assert_items("fn f(g: fn(i32): i32 else -1, h: fn(): bool else false)",
                 "(fn f g:(fn i32 -> i32 else -1) h:(fn -> bool else false))");
    assert_items("fn f(g: fn(fn(): i32 else 1) else nil)",
                 "(fn f g:(fn (fn -> i32 else 1) else nil))");
    assert_item_error("fn f(g: fn(a: i32))", "a", "have no names", "fn(pointer, pointer)");
    assert_item_error("fn f(g: fn(i32, ...))", "...", "expected the type of a parameter",
                      "fixed number");
    assert_item_error("fn f(g: fn(): i32 else x)", "x", "expected the value that C gets", NULL);
    assert_item_error("fn f(g: fn i32)", "i32", "expected `(`", NULL);
}

Test(parse_extern, fields_may_be_arrays)
{
    assert_items("struct s { a: u8[16], b: point[0x10], c: fn()[2] }",
                 "(struct s a:u8[16] b:point[16] c:(fn)[2])");
    assert_item_error("struct s { a: i32[n] }", "n", "expected the number of elements", NULL);
    assert_item_error("struct s { a: i32[-1] }", "-", "expected the number of elements", NULL);
    assert_item_error("fn f(a: i32[4])", "[", "expected `,` or `)`", "a field of a struct");
    assert_item_error("fn f(a: [i32])", "[", "expected a C type", "a field of a struct");
}

Test(parse_extern, a_star_continues_nothing)
{
    assert_items(
        "fn f(): tm*\nfn g(a: tm*,\nb: tm*): tm*; struct s {\na: tm*,\nb: i32 }\nfn h(g: fn(tm*): "
        "tm*)\n",
        "(fn f -> tm*) (fn g a:tm* b:tm* -> tm*) (struct s a:tm* b:i32) (fn h g:(fn tm* -> tm*))");
    assert_item_error("fn f(x: i8**)", "**", "a pointer to a pointer", "Ffi.read");
}

Test(parse_extern, items_end_with_their_line)
{
    assert_last_error("fn f() fn g()", "fn g", 2, "expected the end of the line", NULL);
    assert_item_error("fn f(): i32 blocking", "blocking", "expected the end of the line", NULL);
    assert_item_error("let x = 1", "let", "expected `fn`, `blocking fn` or `struct`", NULL);
    assert_item_error("blocking struct s { }", "struct", "expected `fn`", NULL);
}

Test(parse_extern, docs_are_kept)
{
    const char *text = "## The block.\nextern \"c\" as c {\n## One.\n## Two.\nblocking fn f()\n## "
                       "S.\nstruct s { }\nfn g() }";
    const ast_extern *block = parse_fixture_text(&fixture, text)->items.items[0]->as.ext;
    cr_assert_str_eq(block->doc, "The block.");
    cr_assert_str_eq(block->items[0].doc, "One.\nTwo.");
    cr_assert_str_eq(block->items[1].doc, "S.");
    cr_assert_null(block->items[2].doc);
}

static void assert_span(const char *text, src_span span, const char *expected)
{
    cr_assert(span.end - span.start == strlen(expected) &&
                  memcmp(text + span.start, expected, strlen(expected)) == 0,
              "%.*s is not %s", (int)(span.end - span.start), text + span.start, expected);
}

Test(parse_extern, all_parts_know_where_they_stand)
{
    const char *text = "extern \"c\" as c { blocking fn f = \"g\"(a: tm*): i32 fails(-1) owned(h); "
                       "struct s { b: u8[2] } }";
    const ast_node *node = parse_fixture_text(&fixture, text)->items.items[0];
    const ast_extern *block = node->as.ext;
    const ast_extern_item *f = &block->items[0], *s = &block->items[1];
    assert_span(text, node->span, text);
    assert_span(text, block->path_span, "\"c\"");
    assert_span(text, block->alias_span, "c");
    assert_span(text, f->span, "blocking fn f = \"g\"(a: tm*): i32 fails(-1) owned(h)");
    assert_span(text, f->name_span, "f");
    assert_span(text, f->symbol_span, "\"g\"");
    assert_span(text, f->fields[0].span, "a: tm*");
    assert_span(text, f->fields[0].name_span, "a");
    assert_span(text, f->fields[0].type.span, "tm*");
    assert_span(text, f->result->span, "i32");
    assert_span(text, f->fails->span, "-1");
    assert_span(text, f->owned_span, "h");
    assert_span(text, s->name_span, "s");
    assert_span(text, s->fields[0].span, "b: u8[2]");
    assert_span(text, s->fields[0].length->span, "2");
}

/* ---- what C writes ---- */

Test(parse_extern, prototypes_of_c_are_translated)
{
    assert_item_error("double cos(double x);", "double cos", "how C declares a function",
                      "`fn cos(x: f64): f64`");
    assert_item_error("int printf(const char *format, ...);", "int printf", "C declares",
                      "`fn printf(format: cstring, ...): i32`");
    assert_item_error("void *malloc(size_t size)", "void *malloc", "C declares",
                      "`fn malloc(size: usize): pointer`");
    assert_item_error("unsigned int sleep(unsigned int);", "unsigned int sleep", "C declares",
                      "`fn sleep(u32): u32`");
    assert_item_error("struct tm *localtime(const time_t *t);", "struct tm *localtime",
                      "C declares", "`fn localtime(t: pointer): tm*`");
    assert_item_error("extern void f(void);", "extern void f", "C declares", "`fn f()`");
    assert_item_error("long double cosl(long double x);", "long double cosl", "C declares",
                      "Ffi.read");
    assert_item_error("blocking int f(char b[4], int (*g)(void));", "int f", "C declares",
                      "`fn name(x: f64): f64`");
    assert_item_error("qsort(x: pointer)", "qsort", "expected `fn`, `blocking fn` or `struct`",
                      "`fn name");
    assert_item_error("extern int errno;", "extern int errno", "C declares a variable",
                      "Ffi.symbol(c, \"errno\")");
}

Test(parse_extern, declarations_of_c_are_translated)
{
    assert_item_error("fn f(int x)", "int x", "how C writes it", "`x: i32`");
    assert_item_error("fn f(x: const char *)", "const char *", "how C writes it", "`cstring`");
    assert_item_error("fn f(x: char const*)", "char const*", "how C writes it", "`cstring`");
    assert_item_error("fn f(struct foo *x)", "struct foo *x", "how C writes it", "`x: foo*`");
    assert_item_error("fn f(x: struct foo *)", "struct foo *", "how C writes it", "`foo*`");
    assert_item_error("fn f(): unsigned long long", "unsigned long long", "how C writes it",
                      "`u64`");
    assert_item_error("fn f(x: long double)", "long double", "how C writes it", "Ffi.read");
    assert_item_error("fn f(char **argv)", "char **argv", "how C writes it", "`argv: pointer`");
    assert_item_error("fn f(char b[16])", "char b[16]", "how C writes it", "`b: pointer`");
    assert_item_error("struct s { char b[16]; }", "char b[16]", "how C writes it", "`b: i8[16]`");
    assert_item_error("struct s { a: i32; b: i32 }", ";", "expected `,` or `}`",
                      "separated by `,`");
    assert_last_error("struct s { a: i32 : 3 }", ": 3", 1, "expected `,` or `}`", "Ffi.read");
    assert_item_error("struct s;", ";", "expected `{`", "struct file { }");
    assert_item_error("union u { a: i32 }", "union", "expected `fn`", "read with `Ffi.read`");
    assert_item_error("enum e { A }", "enum", "expected `fn`", "`i32`");
    assert_item_error("typedef int x;", "typedef", "expected `fn`", "write the type itself");
}

Test(parse_extern, other_languages_declarations_are_explained)
{
    assert_item_error("fn f(x: i32) -> i32", "->", "expected `:`", "`fn f(x: f64): f64`");
    assert_item_error("fn f(x i32)", "x i32", "how C writes it", "`x: i32`");
    assert_item_error("fn f(x int)", "x int", "how C writes it", "`x: i32`");
    assert_item_error("fn f(x: *const u8)", "*", "expected a C type", "`pointer`");
    assert_item_error("fn f(x: &u8)", "&", "expected a C type", "`pointer`");
}

Test(parse_extern, one_wrong_item_is_one_error)
{
    static const char *const expected[] = {"a.csp:2", "int f", "a.csp:4", "**", NULL};
    parse_fixture_errors(
        &fixture,
        "extern \"c\" as c {\nint f(int);\nfn g(x: i32): i32\nfn h(x: i8**)\n}\nlet x = 1", 2,
        expected);
}
