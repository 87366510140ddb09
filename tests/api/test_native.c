/* Natives of the host that do not suspend: signatures checked, arguments, verdicts, misuse. */
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/embed.h"

static csp_verdict add(csp_context *c)
{
    return csp_return_int(c, csp_arg_int(c, 0) + csp_arg_int(c, 1));
}

static csp_verdict half(csp_context *c) { return csp_return_float(c, csp_arg_float(c, 0) / 2); }

static csp_verdict not(csp_context * c) { return csp_return(c, csp_bool(!csp_arg_bool(c, 0))); }

/* All of its arguments, as a tuple. */
static csp_verdict all(csp_context *c)
{
    csp_value items[300];
    uint32_t count = csp_arg_count(c);
    for (uint32_t i = 0; i < count; i++)
        items[i] = csp_arg(c, i);
    return csp_return(c, csp_tuple(csp_context_vm(c), count, items));
}

static csp_verdict text(csp_context *c)
{
    size_t size;
    const char *t = csp_arg_text(c, 0, &size);
    cr_assert_eq(t[size], '\0');
    cr_assert_eq(t, csp_arg_text(c, 0, NULL));
    return csp_return_int(c, (int64_t)size);
}

static csp_verdict push(csp_context *c)
{
    csp_value list = csp_push(csp_context_vm(c), csp_arg(c, 0), csp_int(csp_context_vm(c), 7));
    return csp_return(c, list);
}

static csp_verdict nothing(csp_context *c) { return csp_return(c, csp_nil()); }
static csp_verdict none(csp_context *c) { return csp_return(c, CSP_NONE); }

/* What cannot be made is passed on to the end. */
static csp_verdict broken_text(csp_context *c)
{
    csp_vm *vm = csp_context_vm(c);
    csp_value list = csp_push(vm, csp_list(vm, 0, NULL), csp_string(vm, "\xff", 1));
    return csp_return(c, list);
}

static csp_verdict error(csp_context *c)
{
    return csp_return_error(c, csp_arg_text(c, 0, NULL), "%d of %s", 3, "\xff?");
}

static csp_verdict crash(csp_context *c)
{
    return csp_crash(c, csp_arg_text(c, 0, NULL), "%d of %s", 3, "them");
}

static csp_verdict about(csp_context *c)
{
    cr_expect_not(csp_context_failed(c));
    cr_expect_str_eq(csp_context_data(c), "data");
    cr_expect_null(csp_context_user(c));
    return csp_return_int(c, (int64_t)csp_context_process(c));
}

static csp_verdict charge(csp_context *c)
{
    for (int i = 0; i < 100; i++)
        csp_charge(c, UINT64_MAX);
    return csp_return(c, csp_nil());
}

static const csp_native natives[] = {
    {"add(a: int, b: int = 2) -> int", "adds two ints", add, false, NULL},
    {"half(x: float)", NULL, half, false, NULL},
    {"not(b: bool)", "", not, false, NULL},
    {"all(a, b: int|nil = nil, c = \"c\", d = -1.5, e = true, ..rest: int|string)", "", all, false,
     NULL},
    {"rest(..xs)", "", all, false, NULL},
    {"text(t: string|bytes)", "", text, false, NULL},
    {"push(xs: list)", "", push, false, NULL},
    {"nothing()", "", nothing, false, NULL},
    {"none()", "", none, false, NULL},
    {"broken_text()", "", broken_text, false, NULL},
    {"error(kind: string)", "", error, false, NULL},
    {"crash(kind: string)", "", crash, false, NULL},
    {"about()", "", about, false, (void *)(uintptr_t) "data"},
    {"charge()", "", charge, false, NULL},
    {"_hidden()", "", nothing, false, NULL},
    {"types(a: nil|tuple|map = nil, b: fn|chan = nil, c: process|error|range|buffer = nil)", "",
     nothing, false, NULL},
    {"big(x: number)", "", all, false, NULL},
};

static embed e;

static void open_vm(void) { e = embed_open(natives, sizeof natives / sizeof *natives); }
static void close_vm(void) { embed_close(&e); }

TestSuite(native, .init = open_vm, .fini = close_vm);

Test(native, arguments_and_results)
{
    embed_gives(&e, "host.add(1, 2)", "3");
    embed_gives(&e, "host.add(40)", "42");
    embed_gives(&e, "host.add(2 ** 62, 0)", "4611686018427387904");
    embed_gives(&e, "host.add(-(2 ** 63), 0)", "-9223372036854775808");
    embed_gives(&e, "host.half(3)", "1.5");
    embed_gives(&e, "host.half(2.5)", "1.25");
    embed_gives(&e, "host.half(2 ** 70)", "5.902958103587057e20");
    embed_gives(&e, "host.not(false)", "true");
    embed_gives(&e, "host.text(\"größe\")", "7");
    embed_gives(&e, "host.text(b\"\\x00a\")", "2");
    embed_gives(&e, "host.nothing()", NULL);
    embed_gives(&e, "host.none()", NULL);
    embed_gives(&e, "{ let xs = [1]\n let ys = host.push(xs)\n (xs, ys) }", "([1, 7], [1, 7])");
    embed_gives(&e, "host.big(2 ** 64)", "(18446744073709551616,)");
}

Test(native, defaults_rest_and_names)
{
    embed_gives(&e, "host.all(1)", "(1, nil, \"c\", -1.5, true)");
    embed_gives(&e, "host.all(1, 2, 3, 4, 5, 6, \"seven\")", "(1, 2, 3, 4, 5, 6, \"seven\")");
    embed_gives(&e, "host.all(e: 5, a: 1)", "(1, nil, \"c\", -1.5, 5)");
    embed_gives(&e, "host.rest()", "()");
    embed_gives(&e, "host.rest(1, nil)", "(1, nil)");
    embed_gives(&e, "host.rest(..[1, 2, 3])", "(1, 2, 3)");
    embed_gives(&e, "host.add(b: 5, a: 7)", "12");
    embed_gives(&e, "host.add(..[5], b: 7)", "12");
    embed_gives(&e, "let f = host.add", NULL);
    embed_gives(&e, "(f(1), f(1, 1), f(b: 1, a: 3), f(..[1, 2]))", "(3, 2, 4, 3)");
    embed_gives(&e, "let g = host.all", NULL);
    embed_gives(&e, "g(0, c: nil)", "(0, nil, nil, -1.5, true)");
    embed_gives(&e, "[1, 2] |> List.map(host.add)", "[3, 4]");
    embed_gives(&e, "wait(spawn host.add(1, 2))", "3");
}

Test(native, wrong_calls_do_not_compile_where_that_can_be_seen)
{
    embed_fails(&e, "let wrong = host.add()", "compile",
                "`host.add` takes 1 to 2 arguments, but 0 are given");
    embed_fails(&e, "host.add(1, 2, 3)", "compile", "takes 1 to 2 arguments, but 3 are given");
    embed_fails(&e, "host.add(1, c: 2)", "compile", "`host.add` has no parameter `c`");
    embed_fails(&e, "host.add(b: 2)", "compile", "needs a value for its parameter `a`");
    embed_fails(&e, "host.ad(1)", "compile", "`host` has no member `ad`");
    embed_fails(&e, "host._hidden()", "compile", "`host._hidden` is private");
}

Test(native, wrong_calls_crash_their_caller)
{
    embed_gives(&e, "let f = host.add", NULL);
    embed_fails(&e, "f()", "arity_error", "`add` takes 1 to 2 arguments, but 0 are given");
    embed_fails(&e, "f(b: 1)", "arity_error", "the argument `a` of `add` is missing");
    embed_fails(&e, "f(1, c: 1)", "arity_error", "`add` has no parameter `c`");
    embed_fails(&e, "f(1, a: 1)", "arity_error", "the argument `a` of `add` is given twice");
    embed_fails(&e, "host.add(\"x\")", "type_error",
                "expected an int for `a` of `add`, got a string");
    embed_fails(&e, "host.add(1, nil)", "type_error", "expected an int for `b` of `add`, got nil");
    embed_fails(&e, "host.add(1.0)", "type_error", "got a float");
    embed_fails(&e, "host.add(2 ** 63)", "value_error",
                "the int for `a` of `add` does not fit 64 bits");
    embed_fails(&e, "host.half(\"x\")", "type_error", "expected a number for `x` of `half`");
    embed_fails(&e, "host.all(1, 2, 3, 4, 5, 6.5)", "type_error",
                "expected an int or a string for `rest`");
    embed_fails(&e, "host.types(1)", "type_error", "expected nil, a tuple or a map for `a`");
    embed_fails(&e, "host.types(nil, 1)", "type_error", "expected a function or a channel for `b`");
    embed_gives(&e, "host.types((1,), host.add, 1..2)", NULL);
    embed_gives(&e, "host.types({}, chan(), self())", NULL);
    embed_fails(
        &e, "{ let xs = [[1]]\n let x = xs[0]\n let c = chan(1)\n c ! move xs[0]\n host.push(x) }",
        "moved", "handed to another process");
}

Test(native, errors_are_values_or_crashes)
{
    embed_gives(&e, "host.error(\"mine\")", "error(\"mine\", \"3 of \xef\xbf\xbd?\")");
    embed_fails(&e, "host.crash(\"mine\")", "mine", "3 of them");
    embed_gives(&e, "(catch host.crash(\"type_error\")).kind == \"type_error\"", "true");
    embed_fails(&e, "host.broken_text()", "value_error", "");
    embed_fails(&e, "host.error(\"\")", "misuse", "csp_return_error: the kind");
}

Test(native, what_the_host_has_left_pending_is_not_the_natives)
{
    csp_status status = csp_natives_add(e.vm, "", natives, 1, sizeof *natives);
    cr_expect_eq(status, CSP_E_MISUSE);
    embed_gives(&e, "host.none()", NULL);
}

Test(native, the_context_knows_the_call)
{
    embed_gives(&e, "\" ${host.about()}\" in str(self())", "true");
    embed_gives(&e, "host.charge()", NULL);
}

/* ---- Modules ---- */

static void add_text(const char *name, const char *source)
{
    cr_assert_eq(csp_module_add(e.vm, name, source, strlen(source)), CSP_OK);
}

Test(native, a_module_has_text_and_natives)
{
    add_text("both", "import \"both\"\n"
                     "fn twice(x) => both.add(x, x)\n"
                     "fn half(x) => \"${both.half(x)}!\"\n"
                     "fn hidden() => both._hidden()\n");
    cr_assert_eq(
        csp_natives_add(e.vm, "both", natives, sizeof natives / sizeof *natives, sizeof *natives),
        CSP_OK);
    embed_gives(&e, "import \"both\"", NULL);
    embed_gives(&e, "(both.twice(4), both.half(3), both.add(1, 1), both.hidden())",
                "(8, \"1.5!\", 2, nil)");
    embed_fails(&e, "both._hidden()", "compile", "is private");
}

Test(native, the_other_order_and_more_than_one_table)
{
    cr_assert_eq(csp_natives_add(e.vm, "more", natives, 1, sizeof *natives), CSP_OK);
    add_text("more", "fn one() => 1\n");
    cr_assert_eq(csp_natives_add(e.vm, "more", natives + 1, 1, sizeof *natives), CSP_OK);
    embed_gives(&e, "import \"more\"", NULL);
    embed_gives(&e, "(more.one(), more.add(1), more.half(1))", "(1, 3, 0.5)");
    cr_expect_eq(csp_natives_add(e.vm, "more", natives + 1, 1, sizeof *natives), CSP_E_MISUSE);
    embed_error(e.vm, "misuse", "the module has a native of that name");
    cr_expect_eq(csp_module_add(e.vm, "more", "", 0), CSP_E_MISUSE);
    embed_error(e.vm, "misuse", "has been added already");
    cr_expect_eq(csp_module_add(e.vm, "host", "", 0), CSP_E_MISUSE);
    embed_error(e.vm, "misuse", "have been imported already");
}

Test(native, a_text_that_imports_itself_is_still_a_cycle)
{
    add_text("cycle", "import \"cycle\"\n");
    embed_fails(&e, "import \"cycle\"", "compile", "cycle");
}

Test(native, documentation_and_completion)
{
    char *doc = csp_doc(e.session, "host.add");
    cr_assert_not_null(doc);
    cr_expect(strstr(doc, "host.add(a: int, b: int = 2) -> int\n"), "%s", doc);
    cr_expect(strstr(doc, "adds two ints"), "%s", doc);
    csp_text_free(doc);
    doc = csp_doc(e.session, "host");
    cr_assert_not_null(doc);
    cr_expect(strstr(doc, " broken_text"), "%s", doc);
    cr_expect_null(strstr(doc, "_hidden"), "%s", doc);
    csp_text_free(doc);
}

static void collect(void *user, const char *candidate)
{
    strcat(user, candidate);
    strcat(user, " ");
}

Test(native, members_are_completed)
{
    char found[200] = "";
    size_t start;
    csp_complete(e.session, "host.b", 6, &start, collect, found);
    cr_expect_str_eq(found, "big broken_text ");
    cr_expect_eq(start, 5);
}

/* ---- csp_natives_add ---- */

/* As a later version of csp.h might have it. */
typedef struct later_native {
    csp_native now;
    void *later;
} later_native;

Test(native, tables_of_other_versions)
{
    later_native later[2] = {{natives[0], NULL}, {natives[1], NULL}};
    cr_expect_eq(csp_natives_add(e.vm, "later", &later[0].now, 2, sizeof *later), CSP_OK);
    embed_gives(&e, "import \"later\"", NULL);
    embed_gives(&e, "later.half(5)", "2.5");
    later[1].later = later;
    cr_expect_eq(csp_natives_add(e.vm, "later2", &later[0].now, 2, sizeof *later), CSP_E_VERSION);
    embed_error(e.vm, "version", "later version");
    struct {
        const char *signature, *doc;
        csp_native_fn *fn;
    } earlier[] = {{"add(a: int, b: int)", "", add}};
    cr_expect_eq(csp_natives_add(e.vm, "earlier", (const csp_native *)(const void *)earlier, 1,
                                 sizeof *earlier),
                 CSP_OK);
    embed_gives(&e, "import \"earlier\"", NULL);
    embed_gives(&e, "earlier.add(1, 1)", "2");
}

static void refused(const char *module, const csp_native *table, size_t count, size_t size,
                    const char *message)
{
    cr_expect_eq(csp_natives_add(e.vm, module, table, count, size), CSP_E_MISUSE, "%s", message);
    embed_error(e.vm, "misuse", message);
}

Test(native, misuse_of_csp_natives_add)
{
    const csp_native wrong = {"hit(who Enemy)", "", add, false, NULL},
                     classless = {"hit(who: Enemy)", "", add, false, NULL},
                     no_fn = {"hit(who)", "", NULL, false, NULL},
                     no_signature = {NULL, "", add, false, NULL},
                     twice[] = {{"f()", "", add, false, NULL}, {"f(a)", "", add, false, NULL}};
    size_t size = sizeof wrong;
    refused("m", &wrong, 1, size,
            "native 1 of `m`, \"hit(who Enemy)\": expected `,` or `)`, got `Enemy`, at byte 8: "
            "`Enemy)`");
    refused("m", &classless, 1, size, "there is no type or class `Enemy`");
    refused("m", &no_fn, 1, size, "fn is NULL");
    refused("m", &no_signature, 1, size, "the signature is NULL");
    refused("m", twice, 2, size, "native 2 of `m`, \"f(a)\": the module has a native of that name");
    refused("m", NULL, 1, size, "the table is NULL");
    refused("m", natives, 1, 3, "the size is not that of a csp_native");
    refused("m", natives, SIZE_MAX, size, "more than a million natives");
    refused("", natives, 1, size, "the name is empty");
    refused("List", natives, 1, size, "the name is that of a standard module");
    refused(NULL, natives, 1, size, "the name is NULL");
    cr_expect_eq(csp_natives_add(NULL, "m", natives, 1, size), CSP_E_MISUSE);
    cr_expect_eq(csp_natives_add(e.vm, "none", NULL, 0, size), CSP_OK);
    embed_fails(&e, "import \"m\"", "compile", "there is no module `m`");
}

Test(native, a_table_is_copied)
{
    char signature[] = "f(abc: int = 1)", doc[] = "what it does";
    csp_native table[] = {{signature, doc, add, false, NULL}};
    cr_assert_eq(csp_natives_add(e.vm, "copied", table, 1, sizeof *table), CSP_OK);
    memset(signature, 'x', sizeof signature);
    memset(doc, 'x', sizeof doc);
    memset(table, 0, sizeof table);
    embed_gives(&e, "import \"copied\"", NULL);
    embed_fails(&e, "copied.f(x: 1)", "compile", "`copied.f` has no parameter `x`");
    embed_fails(&e, "copied.f(1, 2)", "compile", "`copied.f` takes 0 to 1 arguments");
}

/* ---- Objects ---- */

static const csp_class enemy = {sizeof enemy, "Enemy", NULL, true},
                       door = {sizeof door, "Door", NULL, true};
static int enemies[2] = {10, 20};

static csp_verdict make_enemy(csp_context *c)
{
    return csp_return(c, csp_object(csp_context_vm(c), &enemy, &enemies[csp_arg_int(c, 0)], 0));
}

static csp_verdict make_door(csp_context *c)
{
    return csp_return(c, csp_object(csp_context_vm(c), &door, enemies, 0));
}

static csp_verdict hit(csp_context *c)
{
    int *e0 = csp_arg_object(c, 0, &enemy);
    cr_assert_not_null(e0);
    return csp_return_int(c, *e0 -= (int)csp_arg_int(c, 1));
}

static csp_verdict close_it(csp_context *c)
{
    csp_object_close(csp_context_vm(c), csp_arg(c, 0));
    cr_expect_null(csp_arg_object(c, 0, &enemy));
    return csp_return(c, csp_nil());
}

static csp_verdict misuse_objects(csp_context *c)
{
    cr_expect_null(csp_arg_object(c, 0, &enemy));
    cr_expect_null(csp_arg_object(c, 0, NULL));
    cr_expect_null(csp_arg_object(c, 1, &enemy));
    cr_expect_null(csp_arg_object(NULL, 0, &enemy));
    return csp_return(c, csp_nil());
}

static const csp_native of_objects[] = {
    {"enemy(which: int)", "", make_enemy, false, NULL},
    {"door()", "", make_door, false, NULL},
    {"hit(e: Enemy, damage: int = 1)", "", hit, false, NULL},
    {"close(e: Enemy)", "", close_it, false, NULL},
    {"either(e: Enemy|Door|nil = nil)", "", nothing, false, NULL},
    {"any(x)", "", misuse_objects, false, NULL},
};

Test(native, objects_as_arguments_and_their_misuse)
{
    cr_assert_eq(csp_class_add(e.vm, &enemy), CSP_OK);
    cr_assert_eq(csp_class_add(e.vm, &door), CSP_OK);
    cr_assert_eq(csp_natives_add(e.vm, "game", of_objects, 6, sizeof *of_objects), CSP_OK);
    embed_gives(&e, "import \"game\"", NULL);
    embed_gives(&e, "let a = game.enemy(0)", NULL);
    embed_gives(&e, "(game.hit(a), game.hit(a, 4), game.hit(game.enemy(1)))", "(9, 5, 19)");
    embed_fails(&e, "game.hit(game.door())", "type_error",
                "expected an Enemy for `e` of `hit`, got a Door");
    embed_fails(&e, "game.hit(3)", "type_error", "expected an Enemy for `e` of `hit`, got an int");
    embed_gives(&e, "(game.either(a), game.either(game.door()), game.either())", "(nil, nil, nil)");
    embed_fails(&e, "host.add(a)", "type_error", "expected an int for `a` of `add`, got an Enemy");
    embed_gives(&e, "game.any(game.door())", NULL);
    embed_gives(&e, "game.any(3)", NULL);
    embed_gives(&e, "game.close(a)", NULL);
    embed_fails(&e, "game.hit(a)", "closed", "the Enemy for `e` of `hit` has been closed");
    embed_fails(&e, "game.any(a)", "closed", "the Enemy for `x` of `any` has been closed");
}

/* ---- Misuse of contexts and verdicts ---- */

static csp_context *kept;
static csp_verdict kept_verdict;

static csp_verdict keep(csp_context *c)
{
    kept = c;
    return kept_verdict = csp_return(c, csp_nil());
}

static csp_verdict zero(csp_context *c)
{
    (void)c;
    return (csp_verdict){0};
}

static csp_verdict stale_verdict(csp_context *c)
{
    (void)c;
    return kept_verdict;
}

/* From a context whose call is over. */
static csp_verdict stale_context(csp_context *c)
{
    (void)c;
    cr_expect_null(csp_context_vm(kept));
    cr_expect_eq(csp_arg_int(kept, 0), 0);
    return csp_return_int(kept, 1);
}

static csp_verdict second(csp_context *c)
{
    csp_return_int(c, 1);
    return csp_return_int(c, 2);
}

static csp_verdict first(csp_context *c)
{
    csp_verdict v = csp_return_int(c, 1);
    cr_expect_eq(csp_return_int(c, 2).code, 0);
    cr_expect_eq(csp_arg_count(c), 0);
    cr_expect_null(csp_context_vm(c));
    return v;
}

static csp_verdict outside(csp_context *c)
{
    cr_expect_eq(csp_arg(c, 1).word, CSP_NONE.word);
    cr_expect_eq(csp_arg_int(c, 1), 0);
    cr_expect_eq(csp_arg_float(c, UINT32_MAX), 0);
    cr_expect_not(csp_arg_bool(c, 1));
    cr_expect_null(csp_arg_text(c, 1, NULL));
    return csp_return(c, csp_arg(c, 0));
}

static csp_verdict other_type(csp_context *c)
{
    size_t size = 1;
    cr_expect_eq(csp_arg_int(c, 0), 0);
    cr_expect_eq(csp_arg_float(c, 0), 0);
    cr_expect_not(csp_arg_bool(c, 0));
    cr_expect_null(csp_arg_text(c, 0, &size));
    cr_expect_eq(size, 0);
    return csp_return(c, csp_arg(c, 0));
}

static csp_verdict undeclared(csp_context *c) { return csp_again(c, NULL, NULL, NULL); }

static void *use_it(void *c)
{
    cr_expect_null(csp_context_vm(c));
    cr_expect_eq(csp_arg_int(c, 0), 0);
    cr_expect_eq(csp_return_int(c, 5).code, 0);
    return NULL;
}

static csp_verdict other_thread(csp_context *c)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, use_it, c), 0);
    pthread_join(thread, NULL);
    return csp_return_int(c, csp_arg_int(c, 0));
}

static csp_verdict runs(csp_context *c)
{
    csp_vm *vm = csp_context_vm(c);
    char *result;
    cr_expect_eq(csp_step(vm, 4000, NULL), CSP_E_MISUSE);
    cr_expect_eq(csp_eval(e.session, "1", 1, &result), CSP_E_MISUSE);
    cr_expect_eq(csp_natives_add(vm, "inside", natives, 1, sizeof *natives), CSP_E_MISUSE);
    csp_free(vm);
    return csp_return(c, csp_nil());
}

static const csp_native misusers[] = {
    {"keep()", "", keep, false, NULL},
    {"zero()", "", zero, false, NULL},
    {"stale_verdict()", "", stale_verdict, false, NULL},
    {"stale_context()", "", stale_context, false, NULL},
    {"second()", "", second, false, NULL},
    {"first()", "", first, false, NULL},
    {"outside(a)", "", outside, false, NULL},
    {"other_type(a)", "", other_type, false, NULL},
    {"undeclared()", "", undeclared, false, NULL},
    {"other_thread(a: int)", "", other_thread, false, NULL},
    {"runs()", "", runs, false, NULL},
};

static void open_misused(void) { e = embed_open(misusers, sizeof misusers / sizeof *misusers); }

TestSuite(native_misuse, .init = open_misused, .fini = close_vm);

Test(native_misuse, a_native_without_a_verdict_crashes_its_caller)
{
    embed_gives(&e, "host.keep()", NULL);
    embed_fails(&e, "host.zero()", "misuse", "`zero` gave no verdict");
    embed_fails(&e, "host.stale_verdict()", "misuse", "`stale_verdict` gave no verdict");
    embed_fails(&e, "host.stale_context()", "misuse", "`stale_context` gave no verdict");
    embed_fails(&e, "host.second()", "misuse", "`second` gave no verdict");
    embed_gives(&e, "host.first()", "1");
    embed_fails(&e, "host.undeclared()", "misuse",
                "csp_again: the native is not declared to suspend");
    embed_gives(&e, "(catch host.zero()).kind", "\"misuse\"");
    embed_gives(&e, "1 + 1", "2");
}

Test(native_misuse, arguments_that_are_not_there)
{
    embed_gives(&e, "host.outside(3)", "3");
    embed_gives(&e, "host.other_type([1])", "[1]");
}

Test(native_misuse, other_threads_and_what_natives_may_not_call)
{
    embed_gives(&e, "host.other_thread(3)", "3");
    embed_gives(&e, "host.runs()", NULL);
    embed_gives(&e, "1 + 1", "2");
}

Test(native_misuse, a_context_outside_of_any_call)
{
    embed_gives(&e, "host.keep()", NULL);
    csp_context *const both[] = {kept, NULL};
    for (int i = 0; i < 2; i++) {
        csp_context *c = both[i];
        csp_value v = csp_nil();
        cr_expect_null(csp_context_vm(c));
        cr_expect_null(csp_context_user(c));
        cr_expect_null(csp_context_data(c));
        cr_expect_eq(csp_context_process(c), 0);
        cr_expect_not(csp_context_failed(c));
        cr_expect_eq(csp_arg_count(c), 0);
        cr_expect_eq(csp_arg(c, 0).word, CSP_NONE.word);
        cr_expect_eq(csp_arg_int(c, 0), 0);
        cr_expect_eq(csp_arg_float(c, 0), 0);
        cr_expect_not(csp_arg_bool(c, 0));
        cr_expect_null(csp_arg_text(c, 0, NULL));
        csp_charge(c, 1);
        cr_expect_eq(csp_return(c, v).code, 0);
        cr_expect_eq(csp_return_int(c, 1).code, 0);
        cr_expect_eq(csp_return_float(c, 1).code, 0);
        cr_expect_eq(csp_return_error(c, "a", "b").code, 0);
        cr_expect_eq(csp_crash(c, "a", "b").code, 0);
    }
}

Test(native_misuse, a_context_of_a_vm_that_is_gone)
{
    embed_gives(&e, "host.keep()", NULL);
    csp_free(e.vm);
    cr_expect_null(csp_context_vm(kept));
    cr_expect_eq(csp_return_int(kept, 1).code, 0);
    e = embed_open(misusers, 1);
}
