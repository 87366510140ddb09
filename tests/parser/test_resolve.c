/* parser/resolve*.c: what is reported, where, and with which hint; what is found out about
 * functions */
#include "parser/resolve.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/parse_fixture.h"

static parse_fixture fixture;

static void setup(void) { parse_fixture_open(&fixture); }

static void teardown(void) { parse_fixture_close(&fixture); }

TestSuite(resolve, .init = setup, .fini = teardown);

/* ---- a small world ---- */

static const char *const kill_names[] = {"p", "reason"};

typedef struct known {
    const char *module, *name;
    resolve_symbol symbol;
} known;

static const known everything[] = {
    {NULL, "print", {RESOLVE_FUNCTION, 8, 0, UINT32_MAX, NULL}},
    {NULL, "len", {RESOLVE_FUNCTION, 16, 1, 1, NULL}},
    {NULL, "kill", {RESOLVE_FUNCTION, 24, 1, 2, kill_names}},
    {NULL, "chan", {RESOLVE_FUNCTION, 32, 0, 1, NULL}},
    {NULL, "freeze", {RESOLVE_FUNCTION, 40, 1, 1, NULL}},
    {"List", "push", {RESOLVE_FUNCTION, 48, 2, 2, NULL}},
    {"Math", "pi", {RESOLVE_CONSTANT, 56, 0, 0, NULL}},
};
enum { EVERYTHING = sizeof everything / sizeof everything[0] };

static bool same_module(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static resolve_status find(const char *module, const char *name, resolve_symbol *out)
{
    for (size_t i = 0; i < EVERYTHING; i++)
        if (same_module(everything[i].module, module) && strcmp(everything[i].name, name) == 0) {
            *out = everything[i].symbol;
            return RESOLVE_FOUND;
        }
    return strcmp(name, "later") == 0 ? RESOLVE_NOT_YET : RESOLVE_NO_SUCH;
}

static resolve_status world_global(void *user, const char *name, resolve_symbol *out)
{
    (void)user;
    return find(NULL, name, out);
}

static resolve_status world_module(void *user, const char *name)
{
    (void)user;
    if (strcmp(name, "File") == 0)
        return RESOLVE_NOT_YET;
    return strcmp(name, "List") == 0 || strcmp(name, "Math") == 0 ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
}

static resolve_status world_member(void *user, const char *module, const char *name,
                                   resolve_symbol *out)
{
    (void)user;
    return find(module, name, out);
}

static void world_candidates(void *user, const char *module, suggestion *s)
{
    (void)user;
    for (size_t i = 0; i < EVERYTHING; i++)
        if (same_module(everything[i].module, module))
            suggest_offer(s, everything[i].name);
}

/* A session that knows `old`, a variable, and `fixed`. */
static bool session_find(void *user, const char *name, resolve_session_name *out)
{
    (void)user;
    bool variable = strcmp(name, "old") == 0;
    *out = (resolve_session_name){.cell = 64, .assignable = variable};
    return variable || strcmp(name, "fixed") == 0;
}

/* One module can be imported: "geo", with `area(w, h = w)`, `sum(first, by = 1, ..rest)` and the
 * const `unit`. */
static bool world_import(void *user, const char *path, size_t length, src_span at, diag_list *diags,
                         resolve_import *out)
{
    (void)user;
    *out = (resolve_import){.home = everything, .body = 72, .loaded = 80};
    if (length == 3 && memcmp(path, "geo", 3) == 0)
        return true;
    diag_error(diags, at, "no such module");
    return false;
}

static resolve_status world_imported(void *user, const void *home, const char *name,
                                     resolve_symbol *out)
{
    static const char *const area_names[] = {"w", "h"}, *const sum_names[] = {"first", "by", NULL};
    (void)user;
    cr_assert_eq(home, everything);
    if (strcmp(name, "area") == 0)
        *out = (resolve_symbol){RESOLVE_FUNCTION, 88, 1, 2, area_names};
    else if (strcmp(name, "sum") == 0)
        *out = (resolve_symbol){RESOLVE_FUNCTION, 96, 1, UINT32_MAX, sum_names};
    else if (strcmp(name, "unit") == 0)
        *out = (resolve_symbol){RESOLVE_CELL, 104, 0, 0, NULL};
    else
        return RESOLVE_NO_SUCH;
    return RESOLVE_FOUND;
}

static void world_imported_candidates(void *user, const void *home, suggestion *s)
{
    (void)user;
    cr_assert_eq(home, everything);
    suggest_offer(s, "area");
}

static const resolve_world world = {.global = world_global,
                                    .module = world_module,
                                    .member = world_member,
                                    .candidates = world_candidates,
                                    .session_find = session_find,
                                    .import = world_import,
                                    .imported = world_imported,
                                    .imported_candidates = world_imported_candidates};

static resolve_unit *resolve_text(const char *text, bool session)
{
    const ast_module *ast = parse_fixture_text(&fixture, text);
    cr_assert_eq(fixture.list.errors, 0, "%s does not parse", text);
    return resolve_module(ast, &world, session, &fixture.list);
}

static void assert_fine(const char *text)
{
    resolve_unit *unit = resolve_text(text, false);
    cr_assert(unit != NULL, "%s: %s", text,
              fixture.list.count ? fixture.list.items[0].message : "no unit");
}

/* One error, under the marked piece of the text: `print([[x]])` marks x. */
static void assert_error(const char *marked, const char *message, const char *hint)
{
    src_span piece;
    char *text = parse_fixture_marked(marked, &piece);
    cr_assert(resolve_text(text, false) == NULL, "%s: no error", text);
    cr_assert_eq(fixture.list.errors, 1, "%s: %u errors, the first: %s", text, fixture.list.errors,
                 fixture.list.items[0].message);
    const diag *d = &fixture.list.items[0];
    cr_assert_str_eq(d->message, message, "%s: %s", text, d->message);
    cr_assert(d->span.start == piece.start && d->span.end == piece.end, "%s: at %u to %u", text,
              d->span.start, d->span.end);
    if (hint)
        cr_assert(d->hint && strstr(d->hint, hint), "%s: hint %s", text,
                  d->hint ? d->hint : "none");
    free(text);
}

static void assert_errors(const char *text, uint32_t count)
{
    cr_assert(resolve_text(text, false) == NULL, "%s", text);
    cr_assert_eq(fixture.list.errors, count, "%s: %u errors", text, fixture.list.errors);
}

/* ---- names ---- */

Test(resolve, unknown_names_come_with_a_suggestion)
{
    assert_error("[[prnt]](1)", "unknown name `prnt`", "did you mean `print`?");
    assert_error("let counter = 1\nprint([[countr]])", "unknown name `countr`",
                 "did you mean `counter`?");
    assert_error("List.[[psh]]([], 1)", "`List` has no member `psh`", "did you mean `List.push`?");
    assert_error("[[Lost]].find(1)", "unknown name `Lost`", NULL);
    assert_error("[[x]] = 1", "unknown name `x`", NULL);
}

Test(resolve, what_is_not_there_yet_says_so)
{
    assert_error("[[File]].read(\"x\")", "`File` is not there yet in this version", NULL);
    assert_error("[[List.later]](1)", "`List.later` is not there yet in this version", NULL);
    assert_error("[[later]]()", "`later` is not there yet in this version", NULL);
}

Test(resolve, members_of_what_is_imported)
{
    assert_fine("print(geo.unit)\nimport \"geo\"\nimport \"geo\" as g\nfn f() => g.area(h: 1, w: "
                "2)\nlet a = geo.area");
    assert_fine("import \"geo\"\ngeo.sum(1)\ngeo.sum(1, 2, 3, 4)\ngeo.sum(1, by: 2)\ngeo.sum(by: "
                "1, first: 2)");
    assert_error("import \"geo\"\ngeo.[[aera]](1)", "`geo` has no member `aera`",
                 "did you mean `geo.area`?");
    assert_error("import \"geo\" as g\ng.[[_help]](1)", "`g._help` is private", "begins with `_`");
    assert_error("import \"geo\"\n[[geo.area()]]",
                 "`geo.area` takes 1 to 2 arguments, but 0 are given", NULL);
    assert_error("import \"geo\"\n[[geo.sum()]]",
                 "`geo.sum` takes at least 1 argument, but 0 are given", NULL);
    assert_error("import \"geo\"\ngeo.sum(1, [[buy: 2]])", "`geo.sum` has no parameter `buy`",
                 "did you mean `by`?");
    assert_error("import \"geo\"\nfn f() => [[geo]]", "`geo` is a module, not a value", "geo.");
    assert_error("import \"geo\"\n[[geo]] = 1", "`geo` is a module and cannot be assigned", NULL);
    assert_error("import \"geo\"\n[[geo.unit]] = 1",
                 "a member of the module `geo` cannot be assigned", NULL);
    assert_error("import \"geo\"\nlet [[geo]] = 1", "`geo` is a module in this block already",
                 NULL);
    assert_fine("import \"geo\"\nfn f(geo) => geo.anything");
}

Test(resolve, what_cannot_be_imported_is_reported_once)
{
    assert_error("[[import \"lost\"]]\nlost.f(1)\nprint(lost)\nlost = 1", "no such module", NULL);
}

Test(resolve, an_import_in_a_session_is_defined_like_a_variable)
{
    const resolve_unit *unit =
        resolve_text("import \"geo\"\nprint(geo.unit)\nlet geo = 1\nprint(geo)", true);
    cr_assert(unit != NULL);
    cr_assert(unit->pending && unit->pending->kind == BINDING_MODULE &&
              unit->pending->import.home == everything);
    cr_assert(unit->pending->next_pending && unit->pending->next_pending->kind == BINDING_SESSION);
}

Test(resolve, modules_are_no_values)
{
    assert_error("print([[List]])", "`List` is a module, not a value", "List.");
    assert_fine("let List = {push: fn(a) => a}\nList.push(1)");
}

Test(resolve, fns_and_consts_are_seen_everywhere)
{
    assert_fine("print(f(K))\nfn f(n) => g(n) + K\nfn g(n) => f(n)\nconst K = g(1)");
    assert_fine("const A = B\nconst B = 1");
}

Test(resolve, functions_do_not_see_the_scripts_variables)
{
    assert_error(
        "let limit = 1\nfn over(n) => n > [[limit]]",
        "the function `over` cannot see `limit`, which belongs to the process that runs the script",
        "const");
    assert_error(
        "var n = 1\nfn f() => fn() => [[n]]",
        "the function `f` cannot see `n`, which belongs to the process that runs the script",
        "parameter");
    assert_error("let x = 1\nconst K = [[x]]",
                 "a `const` is evaluated before any other statement and cannot use `x`", "const");
    assert_error("let x = 1\ntest \"t\" { print([[x]]) }",
                 "`x` cannot be seen here: it belongs to the process that runs the script", NULL);
    /* A name of the prelude that the script hides for itself is still the prelude's. */
    assert_fine("let len = 1\nfn f(x) => len(x)");
    assert_fine("let x = 1\nlet f = fn() => x\nspawn { x }\npar { x; f() }");
}

Test(resolve, blocks_have_their_own_names)
{
    assert_fine("let x = 1\n{ let x = 2; print(x) }\nif x { let y = 1 } else { let y = 2 }\nfor x "
                "in [x] { let x = x }");
    assert_error("{ let inner = 1 }\nprint([[inner]])", "unknown name `inner`", NULL);
    assert_error("let x = [[x]]", "unknown name `x`", NULL);
    assert_error("match 1 { n => n }\nprint([[n]])", "unknown name `n`", NULL);
}

Test(resolve, what_may_be_bound_again)
{
    assert_fine("let x = 1\nlet x = x\nvar y = 1\nlet y = 2");
    assert_fine("let c = chan()\nc ? x\nc ? x\nlet x = 1\nc ? x");
    assert_error("fn f() => 1\nlet [[f]] = 2", "`f` is a function in this block already", NULL);
    assert_error("const K = 1\nlet [[K]] = 2", "`K` is a `const` in this block already", NULL);
    assert_error("fn f(x) { let [[x]] = 2 }", "`x` is a parameter in this block already", NULL);
    assert_fine("fn f(x) { if x { let x = 2 } }");
    assert_error("var x = 1\nvar [[x]] = 2", "`x` is a `var` in this block already", "x = …");
    assert_error("let x = 1\nvar [[x]] = 2", "`x` is bound by `let` in this block already", NULL);
    assert_error("fn f() => 1\nfn [[f]]() => 2", "`f` is a function in this block already", NULL);
    assert_error("const A = 1\nconst [[A]] = 2", "`A` is a `const` in this block already", NULL);
    assert_error("fn f(a, [[a]]) => a", "two parameters are called `a`", NULL);
    assert_fine("fn f(_, _) => 1");
}

Test(resolve, a_receive_does_not_hide_a_var)
{
    assert_error("let c = chan()\nvar x = 0\nc ? [[x]]", "this receive would hide the `var` `x`",
                 "`x = ?c`");
    assert_error("let c = chan()\nvar x = 0\nif c { c ? (1, [[x]]) }",
                 "this receive would hide the `var` `x`", "`x = ?c`");
    assert_fine("let c = chan()\nvar x = 0\nspawn { c ? x\nx }");
    assert_fine("let c = chan()\nlet x = 0\nc ? x");
}

Test(resolve, recursion_wants_fn)
{
    assert_error("let f = fn(n) => [[f]](n - 1)", "unknown name `f`", "fn f(…)");
    assert_fine("{ fn f(n) => f(n - 1) }");
    assert_fine("let f = fn(n) => n\nlet f = fn(n) => f(n)");
}

/* ---- assignments ---- */

Test(resolve, only_variables_are_assigned)
{
    assert_fine("var x = 1\nx = 2\nx += 1\nlet xs = [1]\nxs[0] = 2\nxs.a = 1");
    assert_error("let x = 1\n[[x]] = 2", "`x` is bound for good and cannot be assigned",
                 "`var x = …`");
    assert_error("let x = 1\n[[x]] += 2", "`x` is bound for good and cannot be assigned", NULL);
    assert_error("fn f(p) { [[p]] = 1 }", "`p` is a parameter and cannot be assigned", NULL);
    assert_error("fn f() => 1\n[[f]] = 1", "`f` is a function and cannot be assigned", NULL);
    assert_error("const K = 1\n[[K]] = 1", "`K` is a `const` and cannot be assigned", NULL);
    assert_error("for i in 0..2 { [[i]] = 1 }", "`i` is bound for good and cannot be assigned",
                 NULL);
    assert_error("[[len]] = 1", "`len` belongs to the prelude and cannot be assigned", NULL);
    assert_error("[[Math.pi]] = 1", "a member of the module `Math` cannot be assigned", NULL);
}

Test(resolve, captured_names_are_not_assigned)
{
    const char *message = "`n` is captured here and cannot be assigned: a function, `spawn` block "
                          "or `par` branch sees a "
                          "copy of the value";
    assert_error("var n = 1\nlet f = fn() { [[n]] = 2 }", message, "channel");
    assert_error("var n = 1\nspawn { [[n]] += 2 }", message, NULL);
    assert_error("var n = 1\npar { [[n]] = 2; 1 }", message, NULL);
    assert_error("var n = 1\nlet f = fn() => fn() { print(n)\n[[n]] = 2 }", message, NULL);
    assert_error("let n = 1\nspawn { [[n]] = 2 }", "`n` is bound for good and cannot be assigned",
                 NULL);
}

/* ---- patterns ---- */

Test(resolve, patterns_bind_each_name_once)
{
    assert_error("let (a, [[a]]) = (1, 2)", "`a` is bound twice in one pattern", NULL);
    assert_error("for a, [[a]] in [1] { }", "`a` is bound twice in one pattern", NULL);
    assert_fine(
        "match 1 { (a, 1) | (2, a) => a; [x, y] | (y, x) => x + y; [(1 | 2), z] | z => z }");
    assert_error("match 1 { (a, 1) | ([[b]], a) => a }",
                 "`b` is not bound by every alternative of the pattern", NULL);
    assert_error("match 1 { (a, [[b]]) | (1, a) => a }",
                 "`b` is not bound by every alternative of the pattern", NULL);
    assert_error("match 1 { (a, b) | (a, (b, [[b]])) => a }", "`b` is bound twice in one pattern",
                 NULL);
    assert_errors("match 1 { [x] | [y] => 1 }", 2);
}

/* ---- calls ---- */

Test(resolve, arity_of_known_functions)
{
    assert_error("fn f(a, b) => a\n[[f(1)]]", "`f` takes 2 arguments, but 1 is given", NULL);
    assert_error("fn f(a) => a\n[[f(1, 2)]]", "`f` takes 1 argument, but 2 are given", NULL);
    assert_error("fn f(a, b = 1) => a\n[[f()]]", "`f` takes 1 to 2 arguments, but 0 are given",
                 NULL);
    assert_error("fn f(a, ..b) => a\n[[f()]]", "`f` takes at least 1 argument, but 0 are given",
                 NULL);
    assert_error("fn f() => 1\n[[f(1)]]", "`f` takes no arguments, but 1 is given", NULL);
    assert_error("{ fn g(a) => a\n[[g()]] }", "`g` takes 1 argument, but 0 are given", NULL);
    assert_error("[[len()]]", "`len` takes 1 argument, but 0 are given", NULL);
    assert_error("[[List.push([])]]", "`List.push` takes 2 arguments, but 1 is given", NULL);
    assert_error("fn f(a) => a\nspawn [[f()]]", "`f` takes 1 argument, but 0 are given", NULL);
    assert_error("fn f(a) => a\n[[1 |> f(2)]]", "`f` takes 1 argument, but 2 are given", NULL);
    assert_fine(
        "fn f(a, b = 1, ..c) => a\nf(1)\nf(1, 2, 3)\nf(..[1])\nvar g = fn(a) => a\ng(1, 2)");
    /* what `let` binds is a value: its wrong calls crash when they are made */
    assert_fine("let g = fn(a) => a\ng(1, 2)\ng(b: 1)");
}

Test(resolve, arguments_by_name)
{
    assert_fine("fn f(a, b = 2, c = 3) => a\nf(1, c: 2)\nf(a: 1)\nkill(1, reason: 2)");
    assert_error("fn f(a, width = 1) => a\nf(1, [[widht: 2]])", "`f` has no parameter `widht`",
                 "did you mean `width`?");
    assert_error("fn f(a) => a\nf(1, [[a: 2]])", "the argument `a` is given twice", NULL);
    assert_error("fn f(a, b) => a\n[[f]](b: 2)", "`f` needs a value for its parameter `a`", NULL);
    assert_error("print([[sep: 2]])", "`print` takes no arguments by name", NULL);
    assert_error("kill(1, [[reson: 2]])", "`kill` has no parameter `reson`",
                 "did you mean `reason`?");
    assert_error("fn f(a = 1, [[b]]) => a",
                 "a parameter without a default value cannot follow one with a default value",
                 NULL);
}

/* ---- moves ---- */

Test(resolve, use_after_move)
{
    const char *message = "`xs` was moved and cannot be used any more";
    assert_error("let c = chan()\nlet xs = []\nc ! move xs\nprint([[xs]])", message,
                 "without `move`");
    assert_error("let c = chan()\nlet xs = []\nc ! move xs\nif c { spawn { [[xs]] } }", message,
                 NULL);
    assert_error("fn f(a) => a\nlet xs = []\nspawn f(move xs)\n[[xs]][0] = 1", message, NULL);
    assert_error("let xs = []\nlet f = freeze(move xs)\nprint([[xs]])", message, NULL);
    assert_error("let c = chan()\nlet xs = []\nalt { c ! move xs => print([[xs]]) }", message,
                 NULL);
}

Test(resolve, moves_that_may_be_fine)
{
    assert_fine("let c = chan()\nvar xs = []\nc ! move xs\nxs = []\nprint(xs)");
    assert_fine("let c = chan()\nlet xs = []\nc ! move xs\nlet xs = 1\nprint(xs)");
    assert_fine("let c = chan()\nlet xs = []\nif c { c ! move xs }\nprint(xs)");
    assert_fine("let c = chan()\nvar xs = []\nloop { c ! move xs\nxs = [] }");
    assert_fine("let c = chan()\nvar xs = []\nwhile c { print(xs)\nc ! move xs }");
    assert_fine(
        "let c = chan()\nlet xs = []\nalt { c ! move xs => 1; c ? x => print(xs) }\nprint(xs)");
    assert_fine("let c = chan()\nlet xs = []\ncatch c ! move xs\nprint(xs)");
    assert_fine("fn f(a, b) => a\nlet xs = []\nspawn f(move xs, len(xs))");
    assert_fine("let c = chan()\nlet m = {}\nc ! move m.xs\nprint(m)");
}

Test(resolve, move_has_its_places)
{
    assert_error("let x = 1\nlet y = [[move x]]", "`move` cannot stand here", "c ! move x");
    assert_error("let x = 1\nprint([[move x]])", "`move` cannot stand here", NULL);
    assert_error("let c = chan()\ndefer c ! [[move c]]", "`move` cannot stand here", NULL);
}

/* ---- where things may stand ---- */

Test(resolve, leaving_loops)
{
    assert_fine("loop { break }\nwhile true { if true { continue } }\nlet c = chan()\nfor alt { c "
                "? _ => break }");
    assert_error("[[break]]", "`break` outside of a loop", NULL);
    assert_error("loop { let f = fn() { [[break]] } }", "`break` outside of a loop",
                 "cannot leave the function");
    assert_error("loop { spawn { [[continue]] } }", "`continue` outside of a loop", NULL);
    assert_error("let c = chan()\nalt { c ? _ => [[break]] }", "`break` outside of a loop", NULL);
    assert_error("loop { defer { [[break]] } }", "`break` outside of a loop", "`defer` block");
    assert_fine("defer { loop { break } }");
}

Test(resolve, a_defer_block_returns_nothing)
{
    assert_error("fn f() { defer { [[return 1]] } }",
                 "`return` in a `defer` block: the function has returned already", NULL);
    assert_error("fn f() { defer { [[try f()]] } }",
                 "`try` in a `defer` block: the function has returned already", NULL);
    assert_fine("fn f() { defer { fn() { return 1 } } }");
}

Test(resolve, arms_of_an_alt)
{
    assert_error("let c = chan()\nfor alt { c ? x => x; [[closed => 1]] }",
                 "`closed` cannot stand in `for alt`, which ends when every channel is closed",
                 NULL);
    assert_error("let c = chan()\nalt { c ? x => x; [[after 1 => 2]]; else => 1 }",
                 "`after` and `else` in one `alt`: with `else` it never waits", NULL);
    assert_fine("let cs = [chan()]\nalt { for i, c in cs, when i > 0, c ? (x, y) => print(i, c, x, "
                "y); closed => 1 }");
}

Test(resolve, branches_of_a_par_are_processes)
{
    assert_error("par { [[let x = 1]]; print(1) }", "`let` cannot be a branch of `par`",
                 "a process of its own");
    assert_error("par { [[return]] }", "`return` cannot be a branch of `par`", NULL);
    assert_error("loop { par { [[break]] } }", "`break` cannot be a branch of `par`", NULL);
    assert_fine("par { { let x = 1; print(x) } }");
}

Test(resolve, names_of_other_languages)
{
    assert_error("print([[null]])", "unknown name `null`", "write `nil`");
    assert_error("[[println]](1)", "unknown name `println`", "write `print(x)`");
    assert_fine("fn append(x) => x\nprint(append(1))");
}

/* So many errors of syntax, and so many in all. */
static void assert_beside(const char *text, uint32_t syntax, uint32_t all)
{
    const ast_module *ast = parse_fixture_text(&fixture, text);
    cr_assert_eq(fixture.list.errors, syntax, "%s: %u errors of syntax", text, fixture.list.errors);
    resolve_module(ast, &world, false, &fixture.list);
    char *said = diag_render(&fixture.list, DIAG_TEXT);
    cr_assert_eq(fixture.list.errors, all, "%s\n%s", text, said);
    free(said);
}

Test(resolve, names_beside_errors_of_syntax)
{
    assert_beside("let x = = 1\nprint(y)", 1, 2);
    assert_beside("fn f() { let z = ) ; print(nowhere) }\nprint(y)", 1, 3);
    assert_beside("match 1 { a b => c; d => e }\nprint(y)", 1, 3);
    assert_beside("let x = 1 y\nx = 2", 1, 2);
}

Test(resolve, what_could_not_be_read_may_declare_anything)
{
    assert_beside("let (a b) = f()\nprint(a, b, f)", 1, 1);
    assert_beside("fn f(a { a + 1 }\nf(2, 3)", 1, 1);
    assert_beside("import geometry\ngeometry.area(1)", 1, 1);
    assert_beside("fn main() { helper() }\nfn g() { if true { main()\nfn helper() { 1 }", 1, 1);
    assert_beside("match 1 { a b => a }\nprint(a)", 1, 1);
    assert_beside("fn f() {\n    let x = [1, 2\n}\nprint(x)", 1, 1);
}

Test(resolve, several_errors_in_one_go)
{
    assert_errors("print(a)\nlet x = 1\nx = 2\nfn f() => b\nlen()", 4);
}

/* ---- what is found out ---- */

static const ast_fn *function_of(const ast_node *let) { return let->as.let.value->as.fn; }

Test(resolve, captures_are_counted_once_and_go_through)
{
    const ast_module *ast =
        parse_fixture_text(&fixture, "let a = 1\nlet b = 2\nlet f = fn() => a + fn() => a + b");
    cr_assert(resolve_module(ast, &world, false, &fixture.list) != NULL);
    const ast_function_info *info = function_of(ast->items.items[2])->info;
    cr_assert_eq(info->capture_count, 2);
    cr_assert_not(info->constant);
    cr_assert_eq(info->captures[0]->origin->kind, BINDING_LET);
}

Test(resolve, what_captures_nothing_is_constant)
{
    const ast_module *ast =
        parse_fixture_text(&fixture, "let f = fn(x) => x\nlet g = fn() { fn h(n) => h(n - 1)\nh }");
    cr_assert(resolve_module(ast, &world, false, &fixture.list) != NULL);
    cr_assert(function_of(ast->items.items[0])->info->constant);
    const ast_node *h = function_of(ast->items.items[1])->body->as.list.items[0];
    cr_assert(h->as.fn->info->constant, "it captures nothing but itself");
    cr_assert(h->as.fn->info->self != NULL);
}

Test(resolve, variables_assigned_within_an_expression_are_marked)
{
    const ast_module *ast = parse_fixture_text(
        &fixture, "var x = 1\nvar y = 1\nx = 2\nlet z = y + if true { y = 2\ny } else { 1 }");
    cr_assert(resolve_module(ast, &world, false, &fixture.list) != NULL);
    cr_assert_not(ast->items.items[0]->as.let.binding->assigned_within);
    cr_assert(ast->items.items[1]->as.let.binding->assigned_within);
}

/* ---- sessions ---- */

Test(resolve, a_sessions_names_live_on)
{
    cr_assert(resolve_text("old = fixed + 1\nlet new = old\nlet f = fn() => new + old", true) !=
              NULL);
    cr_assert(resolve_text("fn f() => old\nlet f = 2\nvar f = 3\nfn f() => 4\nlet len = 5", true) !=
              NULL);
    cr_assert(resolve_text("fixed = 1", true) == NULL);
    cr_assert_str_eq(fixture.list.items[0].message, "`fixed` is no `var` and cannot be assigned");
    cr_assert(resolve_text("fn f() { old = 1 }", true) == NULL);
}

Test(resolve, a_session_defines_in_the_order_of_the_text)
{
    const resolve_unit *unit =
        resolve_text("let a = 1\nvar b = 2\nlet (c, d) = (3, 4)\n{ let inner = 5 }", true);
    cr_assert(unit != NULL);
    char names[16] = "";
    for (const ast_binding *b = unit->pending; b; b = b->next_pending)
        strcat(names, b->name->text);
    cr_assert_str_eq(names, "abcd");
    cr_assert(unit->pending->next_pending->assignable);
}
