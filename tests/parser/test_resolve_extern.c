/* parser/resolve_extern.c, parser/resolve_ctype.c: what the text of an `extern` tells by itself */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "parser/resolve.h"
#include "tests/support/parse_fixture.h"
#include "tests/support/support.h"

static parse_fixture fixture;

static void setup(void) { parse_fixture_open(&fixture); }

static void teardown(void) { parse_fixture_close(&fixture); }

TestSuite(resolve_extern, .init = setup, .fini = teardown);

/* ---- a small world: what is declared is there ---- */

static const ast_extern *declared; /* the last one */

static bool world_foreign(void *user, const ast_extern *block, diag_list *diags, const void **home)
{
    (void)user, (void)diags;
    declared = block;
    *home = block;
    return true;
}

static resolve_status world_imported(void *user, const void *home, const char *name,
                                     resolve_symbol *out)
{
    static const char *const names[] = {"a", "b", NULL};
    const ast_extern *block = home;
    (void)user;
    for (uint32_t i = 0; i < block->count; i++) {
        const ast_extern_item *item = &block->items[i];
        uint32_t count = item->is_struct ? 0 : item->count;
        uint32_t max = item->is_struct ? 1 : item->variadic ? UINT32_MAX : count;
        if (strcmp(item->name->text, name) != 0)
            continue;
        *out = (resolve_symbol){RESOLVE_FUNCTION, 8, count, max, count == 2 ? names : NULL};
        return RESOLVE_FOUND;
    }
    return RESOLVE_NO_SUCH;
}

static void world_candidates(void *user, const void *home, suggestion *s)
{
    const ast_extern *block = home;
    (void)user;
    for (uint32_t i = 0; i < block->count; i++)
        suggest_offer(s, block->items[i].name->text);
}

static resolve_status world_library(void *user, const void *home, resolve_symbol *out)
{
    (void)user, (void)home;
    *out = (resolve_symbol){.kind = RESOLVE_CONSTANT, .word = 16};
    return RESOLVE_FOUND;
}

static resolve_status nothing(void *user, const char *name, resolve_symbol *out)
{
    (void)user;
    *out = (resolve_symbol){RESOLVE_FUNCTION, 24, 0, UINT32_MAX, NULL};
    return strcmp(name, "print") == 0 ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
}

static resolve_status no_module(void *user, const char *name)
{
    (void)user, (void)name;
    return RESOLVE_NO_SUCH;
}

static void no_candidates(void *user, const char *module, suggestion *s)
{
    (void)user, (void)module, (void)s;
}

static const resolve_world world = {.global = nothing,
                                    .module = no_module,
                                    .candidates = no_candidates,
                                    .imported = world_imported,
                                    .imported_candidates = world_candidates,
                                    .foreign = world_foreign,
                                    .library = world_library};

static const resolve_unit *resolve_text(const char *text)
{
    const ast_module *ast = parse_fixture_text(&fixture, text);
    cr_assert_eq(fixture.list.errors, 0, "%s does not parse", text);
    return resolve_module(ast, &world, false, &fixture.list);
}

static void assert_fine(const char *text)
{
    const resolve_unit *unit = resolve_text(text);
    cr_assert(unit, "%s: %s", text, fixture.list.count ? fixture.list.items[0].message : "no unit");
}

static void assert_fine_items(const char *items)
{
    char *text = support_format("extern \"c\" as c { %s }", items);
    assert_fine(text);
    free(text);
}

/* One error, under the marked piece of the text: `print([[x]])` marks x. */
static void assert_error(const char *marked, const char *message, const char *hint)
{
    src_span piece;
    char *text = parse_fixture_marked(marked, &piece);
    cr_assert_null(resolve_text(text), "%s: no error", text);
    char *said = diag_render(&fixture.list, DIAG_TEXT);
    cr_assert_eq(fixture.list.errors, 1, "%s", said);
    const diag *d = &fixture.list.items[0];
    cr_assert_str_eq(d->message, message, "%s", said);
    cr_assert(d->span.start == piece.start && d->span.end == piece.end, "%s", said);
    cr_assert(!hint == !d->hint && (!hint || strstr(d->hint, hint)), "%s", said);
    free(said);
    free(text);
}

static void assert_item_error(const char *items, const char *message, const char *hint)
{
    char *text = support_format("extern \"c\" as c { %s }", items);
    assert_error(text, message, hint);
    free(text);
}

/* ---- types ---- */

Test(resolve_extern, all_types_are_known)
{
    assert_fine_items("fn f(a: i8, b: i16, c: i32, d: i64, e: u8, f: u16, g: u32, h: u64, i: isize,"
                      " j: usize, k: f32, l: f64, m: bool, n: cstring, o: pointer, p: buffer,"
                      " q: fn(i32): void, r: s, t: s*, u: i32*): void\nstruct s { a: t*, b: t }\n"
                      "struct t { a: u8[3], b: fn(s): t*, c: cstring, d: pointer }");
    assert_fine_items(
        "fn f(): s\nfn g(): s*\nstruct s { a: i32, next: s* }\nstruct h { }\nfn i(): h*");
}

Test(resolve_extern, unknown_types_come_with_a_suggestion)
{
    assert_item_error("fn f(x: [[int]])", "unknown type `int`", "did you mean `i32`?");
    assert_item_error("fn f(x: [[size_t]])", "unknown type `size_t`", "did you mean `usize`?");
    assert_item_error("fn f(x: [[char*]])", "unknown type `char`", "did you mean `cstring`?");
    assert_item_error("fn f(x: [[FILE*]])", "unknown type `FILE`", "did you mean `pointer`?");
    assert_item_error("fn f(x: [[c_void_p]])", "unknown type `c_void_p`",
                      "did you mean `pointer`?");
    assert_item_error("fn f(): [[double]]", "unknown type `double`", "did you mean `f64`?");
    assert_item_error("fn f(x: [[cstrng]])", "unknown type `cstrng`", "did you mean `cstring`?");
    assert_item_error("fn f(x: [[timevl*]])\nstruct timeval { a: i64 }", "unknown type `timevl`",
                      "did you mean `timeval*`?");
    assert_item_error("fn f(x: [[sqlite3*]])", "unknown type `sqlite3`", "`struct sqlite3 { }`");
    assert_item_error("fn f(x: [[point]])", "unknown type `point`", "`struct point { x: f64 }`");
    assert_item_error("fn f(x: [[__int128]])", "unknown type `__int128`", "Ffi.read");
    assert_item_error("fn f(x: fn([[long_double]]))", "unknown type `long_double`", "Ffi.read");
    assert_item_error("struct s { x: [[complex]] }", "unknown type `complex`", "Ffi.read");
    assert_item_error("fn f()\nfn g(x: [[f]])", "unknown type `f`", "`struct f { x: f64 }`");
}

Test(resolve_extern, types_have_their_places)
{
    assert_item_error("fn f(x: [[void]])", "a parameter cannot be `void`", "`()`");
    assert_item_error("fn f([[void]])", "a parameter cannot be `void`", "`()`");
    assert_item_error("fn f(g: fn([[void]]))", "a parameter cannot be `void`", "`()`");
    assert_item_error("struct s { x: [[void]] }", "a field cannot be `void`", NULL);
    assert_item_error("fn f(): [[buffer]]", "a result cannot be a `buffer`", "Ffi.bytes_at");
    assert_item_error("struct s { x: [[buffer]] }", "a field cannot be a `buffer`", "`pointer`");
    assert_item_error("fn f(g: fn([[buffer]]))", "a parameter cannot be a `buffer`", "`pointer`");
    assert_item_error("fn f(g: fn(): [[buffer]])", "a result cannot be a `buffer`", "`pointer`");
    assert_item_error("fn f(x: [[void*]])", "there is no `void*`", "`pointer`");
    assert_item_error("fn f(x: [[cstring*]])", "there is no `cstring*`", "`pointer`");
}

/* ---- names ---- */

Test(resolve_extern, names_are_declared_once)
{
    assert_item_error("fn f()\nfn [[f]]()", "`f` is declared twice", NULL);
    assert_item_error("struct stat { a: i32 }\nfn [[stat]]()", "`stat` is declared twice",
                      "`fn stat_of = \"stat\"(…)`");
    assert_item_error("struct s { a: i32, [[a]]: i64 }", "two fields of `s` are called `a`", NULL);
    assert_item_error("fn f(a: i32, b: i32, [[a]]: i32)", "two parameters of `f` are called `a`",
                      NULL);
    assert_item_error("struct [[i32]] { a: i64 }", "`i32` is a type of C already", NULL);
    assert_fine_items("fn f(i32, i32)\nfn _g(f: i32)\nstruct f_t { f: i32 }");
    assert_item_error("fn f = [[\"\"]]()", "C has no such name", NULL);
    assert_item_error("fn f = [[\"a\\0b\"]]()", "C has no such name", NULL);
    assert_error("extern [[\"\"]] as c { }", "no library has such a name", NULL);
    assert_error("extern [[\"a\\0\"]] as c { }", "no library has such a name", NULL);
}

/* ---- structs ---- */

Test(resolve_extern, no_struct_holds_itself)
{
    assert_item_error("struct s { a: i32, b: [[s]] }", "the struct `s` would hold itself", "`s*`");
    assert_item_error("struct s { b: t }\nstruct t { a: u[2] }\nstruct u { x: i32, c: [[s]] }",
                      "the struct `s` would hold itself", "`s*`");
    assert_fine_items(
        "struct s { b: t, c: t }\nstruct t { a: u[2], f: fn(s): s }\nstruct u { x: s* }");
}

Test(resolve_extern, arrays_have_elements)
{
    assert_item_error("struct s { a: i32[ [[0]] ] }", "an array has at least one element", NULL);
    assert_item_error("struct s { a: i8[ [[99999999999]] ] }",
                      "an array has at most 1073741824 elements", NULL);
    assert_item_error("struct s { a: i8[ [[99999999999999999999]] ] }",
                      "an array has at most 1073741824 elements", NULL);
}

Test(resolve_extern, what_is_passed_by_value_has_few_elements)
{
    assert_fine_items(
        "struct s { a: u8[1000] }\nfn f(x: s): s\nstruct t { a: s[100] }\nfn g(x: t*)");
    assert_item_error("struct s { a: u8[1001] }\nfn f(x: [[s]])",
                      "the struct `s` has more than 1000 elements", "`s*`");
    assert_item_error("struct s { a: t[10], b: i32 }\nstruct t { a: u8[100] }\nfn f(): [[s]]",
                      "the struct `s` has more than 1000 elements", "`s*`");
    assert_item_error("struct s { a: u8[2000] }\nfn f(g: fn([[s]]))",
                      "the struct `s` has more than 1000 elements", "`s*`");
    assert_item_error("struct a { a: u8[1000000000] }\nstruct b { b: a[1000000000] }\n"
                      "struct c { c: b[1000000000] }\nfn f(x: [[c]])",
                      "the struct `c` has more than 1000 elements", "`c*`");
}

Test(resolve_extern, what_has_no_fields_is_known_by_pointer)
{
    const char *message = "of the struct `h` C alone knows the fields";
    assert_fine_items("struct h { }\nfn f(x: h*): h*\nstruct s { a: h* }");
    assert_item_error("struct h { }\nfn f(x: [[h]])", message, "`h*`");
    assert_item_error("struct h { }\nfn f(): [[h]]", message, "`h*`");
    assert_item_error("struct h { }\nstruct s { x: [[h]] }", message, "`h*`");
    assert_item_error("struct h { }\nfn f(g: fn(): [[h]])", message, "`h*`");
}

/* ---- functions ---- */

Test(resolve_extern, what_fails_is_a_value_of_the_result)
{
    assert_fine_items(
        "fn a(): i8 fails(-128)\nfn b(): u8 fails(255)\nfn c(): i64 fails(-9223372036854775808)\n"
        "fn d(): u64 fails(0xffff_ffff_ffff_ffff)\nfn e(): f64 fails(-0.5)\nfn f(): f32 fails(1)\n"
        "fn g(): bool fails(false)\nfn h(): cstring fails(nil)\nfn i(): pointer fails(nil)\n"
        "struct s { x: i32 }\nfn j(): s* fails(nil)\nfn k(): i32* fails(nil)");
    assert_item_error("fn f(): i8 fails([[-129]])", "the result, `i8`, is never this", "an int");
    assert_item_error("fn f(): u8 fails([[256]])", "the result, `u8`, is never this", "an int");
    assert_item_error("fn f(): u8 fails([[-1]])", "the result, `u8`, is never this", "is 255 here");
    assert_item_error("fn f(): usize fails([[-1]])", "the result, `usize`, is never this",
                      "is 18446744073709551615 here");
    assert_item_error("fn f(): u64 fails([[18446744073709551616]])",
                      "the result, `u64`, is never this", "an int");
    assert_item_error("fn f(): i64 fails([[-9223372036854775809]])",
                      "the result, `i64`, is never this", "an int");
    assert_item_error("fn f(): i32 fails([[1.0]])", "the result, `i32`, is never this", "an int");
    assert_item_error("fn f(): f64 fails([[nil]])", "the result, `f64`, is never this", "a number");
    assert_item_error("fn f(): bool fails([[0]])", "the result, `bool`, is never this", "`true`");
    assert_item_error("fn f(): pointer fails([[0]])", "the result, `pointer`, is never this",
                      "`nil`");
    assert_item_error("fn f(): cstring fails([[\"\"]])", "the result, `cstring`, is never this",
                      "`nil`");
    assert_item_error("fn f(): void fails([[nil]])", "the result, `void`, is never this",
                      "drop it");
    assert_item_error("struct s { x: i32 }\nfn f(): s fails([[0]])",
                      "the result, `s`, is never this", "drop it");
}

Test(resolve_extern, what_is_owned_is_freed_by_a_function_of_the_block)
{
    assert_fine_items(
        "fn a(): pointer owned(free)\nfn b(): cstring owned(free)\nfn free(p: pointer)\n"
        "struct s { }\nfn y(): pointer owned(of_the_library)\nfn open(): s* owned(close)\nfn "
        "close(s: s*): i32\nfn x(): s* owned(free)");
    assert_item_error("fn f(): i32 owned([[free]])\nfn free(pointer)",
                      "only a pointer can be owned", "cstring");
    const char *not_taken = "`free` does not take what it is to free";
    assert_item_error("fn f(): pointer owned([[free]])\nfn free(p: i64)", not_taken, "`pointer`");
    assert_item_error("fn f(): pointer owned([[free]])\nfn free()", not_taken, "one parameter");
    assert_item_error("fn f(): pointer owned([[free]])\nfn free(a: pointer, b: i32)", not_taken,
                      "one parameter");
    assert_item_error("fn f(): pointer owned([[free]])\nstruct free { a: i32 }", not_taken,
                      "one parameter");
    assert_item_error(
        "struct s { }\nstruct free_t { }\nfn f(): s* owned([[free]])\nfn free(p: free_t*)",
        not_taken, "the same `name*`");
}

Test(resolve_extern, values_for_a_crash_fit_the_callback)
{
    assert_fine_items("fn f(a: fn(): i32 else -1, b: fn(): pointer else nil, c: fn(): f64 else 0)");
    assert_item_error("fn f(a: fn(): i8 else [[128]])",
                      "the callback's result, `i8`, is never this", "an int");
    assert_item_error("fn f(a: fn(): pointer else [[0]])",
                      "the callback's result, `pointer`, is never this", "`nil`");
    assert_item_error("fn f(a: fn() else [[nil]])",
                      "there is no callback's result that could be this", "drop it");
}

Test(resolve_extern, arguments_are_counted)
{
    assert_item_error("fn [[f]](...)", "`...` follows one parameter at least", "format: cstring");
    char items[2000] = "fn f(";
    for (int i = 0; i < 255; i++)
        strcat(items, "i32, ");
    strcat(items, ")");
    assert_fine_items(items);
    strcpy(items + strlen(items) - 1, "[[i8]])");
    assert_item_error(items, "a C function takes at most 255 arguments", NULL);
    char *callback = support_format("fn f(fn(%s)", items + strlen("fn f("));
    assert_item_error(callback, "a callback takes at most 255 arguments", NULL);
    free(callback);
}

/* ---- the name of the library ---- */

static const char block[] =
    "extern \"c\" as c { fn one(x: i32): i32\nfn two(a: i32, b: i32)\n"
    "fn many(x: cstring, ...)\nfn _low()\nfn in()\nstruct pair { a: i32 } }\n";

static void assert_use(const char *use)
{
    char *text = support_format("%s%s", block, use);
    assert_fine(text);
    free(text);
}

static void assert_use_error(const char *use, const char *message, const char *hint)
{
    char *text = support_format("%s%s", block, use);
    assert_error(text, message, hint);
    free(text);
}

Test(resolve_extern, members_are_known)
{
    assert_use("c.one(1)\nc.two(1, 2)\nc.two(b: 1, a: 2)\nc.many(\"\", 1, 2)\nc._low()\nc.in()\n"
               "c.pair()\nc.pair({a: 1})\nlet f = c.one\nprint(c)\nfn g() => c.one(2)\nconst K = "
               "c.one(3)");
    assert_fine("print(f())\nfn f() => c.g()\nextern \"c\" as c { fn g() }");
    assert_use_error("c.[[tow]](1, 2)", "the `extern` of `c` declares no `tow`",
                     "did you mean `c.two`?");
    assert_use_error("c.[[cosine]](1)", "the `extern` of `c` declares no `cosine`",
                     "`fn cosine(…)`");
    assert_use_error("c.[[_lowest]]()", "the `extern` of `c` declares no `_lowest`",
                     "`fn _lowest(…)`");
}

Test(resolve_extern, calls_are_counted)
{
    assert_use_error("[[c.one()]]", "`c.one` takes 1 argument, but 0 are given", NULL);
    assert_use_error("[[c.one(1, 2)]]", "`c.one` takes 1 argument, but 2 are given", NULL);
    assert_use_error("[[c.many()]]", "`c.many` takes at least 1 argument, but 0 are given", NULL);
    assert_use_error("[[c.pair(1, 2)]]", "`c.pair` takes 0 to 1 arguments, but 2 are given", NULL);
    assert_use_error("c.two(1, 2, [[c: 2]])", "`c.two` has no parameter `c`", NULL);
}

Test(resolve_extern, the_name_is_bound_like_an_imports)
{
    assert_use_error("[[c]] = 1", "`c` is a C library and cannot be assigned", NULL);
    assert_use_error("[[c.one]] = 1", "a member of the module `c` cannot be assigned", NULL);
    assert_use_error("let [[c]] = 1", "`c` is a C library in this block already", "another name");
    assert_use("fn f(c) => c.anything\n{ let c = 1; print(c) }");
    assert_fine(block);
    cr_assert(declared->binding->kind == BINDING_MODULE && declared->binding->import.library);
    cr_assert_eq(declared->binding->import.home, declared);
}

Test(resolve_extern, what_could_not_be_declared_is_reported_once)
{
    assert_error("extern \"c\" as c { fn f(x: [[int]]) }\nc.f(1, 2)\nc.g()\nprint(c)",
                 "unknown type `int`", "i32");
}

Test(resolve_extern, long_chains_of_structs_need_no_stack)
{
    enum { STRUCTS = 100000 };
    char *text = malloc(STRUCTS * 40 + 100), *to = text;
    to += sprintf(to, "extern \"c\" as c {\n");
    for (int i = 0; i < STRUCTS; i++)
        to += sprintf(to, "struct s%d { a: s%d, b: i32 }\n", i, i + 1);
    sprintf(to, "struct s%d { a: i32 }\n}", STRUCTS);
    assert_fine(text);
    sprintf(to, "struct s%d { a: s0 }\n}", STRUCTS);
    cr_assert_null(resolve_text(text));
    cr_assert_eq(fixture.list.errors, 1);
    cr_assert_str_eq(fixture.list.items[0].message, "the struct `s0` would hold itself");
    free(text);
}
