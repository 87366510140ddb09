/* Completion: what could stand at the end of an input. */
#include <time.h>

#include "include/csp_tools.h"
#include "tests/api/embed.h"

static embed e;
static csp_session *s;
static char *offered; /* the candidates, each behind a blank */
static size_t used, count;

static void open_session(void)
{
    static const char module[] = "## Of a rectangle.\nfn area(w, h = w) => w * h\nfn _own() => 1\n";
    embed_make(&e);
    cr_assert_eq(csp_module_add(e.vm, "geometry", module, sizeof module - 1), CSP_OK);
    s = csp_session_new(e.vm);
    cr_assert_not_null(s);
    offered = malloc(1 << 22);
    cr_assert_not_null(offered);
}

static void close_session(void)
{
    csp_free(e.vm);
    free(offered);
}

TestSuite(complete, .init = open_session, .fini = close_session);

static void type(const char *text)
{
    char *result;
    cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK, "%s", text);
    csp_text_free(result);
}

static void offer(void *user, const char *candidate)
{
    (void)user;
    used += (size_t)sprintf(offered + used, " %s", candidate);
    count++;
}

static size_t complete(const char *text)
{
    size_t start = 999;
    used = count = 0;
    offered[0] = '\0';
    csp_complete(s, text, strlen(text), &start, offer, NULL);
    return start;
}

static void expect(const char *text, size_t start, const char *wanted)
{
    cr_expect_eq(complete(text), start, "%s", text);
    cr_expect_str_eq(offered, wanted, "`%s` gives `%s`", text, offered);
}

Test(complete, names_keywords_and_members)
{
    type("let counter = 1; fn counted() => 2; import \"geometry\" as g");
    expect("1 + coun", 4, " counted counter");
    expect("contin", 0, " continue");
    expect("pri", 0, " print");
    expect("Strin", 0, " String");
    expect("x = List.so", 9, " sort sort_in_place");
    expect("g.", 2, " area");
    expect("g.ar", 2, " area");
    expect("g.nothing", 2, "");
    expect("nothing.a", 8, "");
    expect("counter.", 8, "");
}

Test(complete, fields_of_live_values)
{
    type("let m = {a: {b: {deep: 1, deeper: 2}}, \"two words\": 3, \"with-dash\": 4, _own: 5}");
    type("let xs = [[1], {first: {x: 1}}]; let t = (1, m)");
    expect("m.", 2, " _own a");
    expect("m.a.b.de", 6, " deep deeper");
    expect("f(m.a.b.de", 8, " deep deeper");
    expect("xs[1].", 6, " first");
    expect("xs[-1].first.", 13, " x");
    expect("xs[0].", 6, "");
    expect("xs[7].", 6, "");
    expect("t[1].a.", 7, " b");
    expect("m[\"a\"].b.deepe", 9, " deeper");
    expect("m[\"", 3, " _own\"] a\"] two words\"] with-dash\"]");
    expect("m[\"two w", 3, " two words\"]");
    expect("m.a[\"", 5, " b\"]");
    expect("m.a.b.deep.", 11, "");
    expect("m.a.b.c.d.", 10, "");
}

Test(complete, named_arguments)
{
    type("fn volume(width, height = 1, ..rest) => 1; fn none() => 1; import \"geometry\" as g");
    expect("volume(wid", 7, " width: ");
    expect("volume(1, hei", 10, " height: ");
    expect("volume((1, 2), [3], hei", 20, " height: ");
    expect("g.area(w", 7, " w:  wait when while write");
    expect("volume(1 + wid", 11, "");
    expect("volume(none(), wid", 15, " width: ");
    expect("(wid", 1, "");
    expect("none(wid", 5, "");
    complete("volume(");
    cr_expect_not_null(strstr(offered, " height: "));
    cr_expect_not_null(strstr(offered, " print"));
}

Test(complete, not_in_strings_and_comments)
{
    type("let m = {a: 1}");
    expect("\"pri", 1, "");
    expect("\"a\" + pri", 6, " print");
    expect("\"\\\" pri", 1, "");
    expect("# pri", 2, "");
    expect("1 # it\npri", 7, " print");
    expect("\"#\" + pri", 6, " print");
    expect("f(\"", 3, "");
    expect("import \"geo", 8, "");
}

/* Neither a call nor a crash on the way. */
Test(complete, runs_nothing)
{
    type("let calls = chan(100); fn f() { calls ! 1; {a: 1} }; let m = {g: f}");
    static const char *const texts[] = {
        "f().", "m.g().",  "f()[\"", "f()[0].",  "m[f()].",
        "].",   "[].",     "][0].",  "m[].",     "m[\"].",
        ".",    "..",      "m..",    "[\"",      "\"].",
        "m[0",  "m[\"a\"", "1.",     "1.5.",     "-.",
        "(",    "((((",    ")",      "\xc3\xa9", "m[99999999999999999999]."};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_leq(complete(texts[i]), strlen(texts[i]), "%s", texts[i]);
    char *result;
    cr_assert_eq(csp_eval(s, "calls ! 7; ?calls", 17, &result), CSP_OK);
    cr_expect_str_eq(result, "7");
    csp_text_free(result);
}

/* What a process has sent away is not looked at. */
Test(complete, what_was_moved)
{
    type("let m = {gone: 1}; let c = chan(1); let f = {kept: 1}");
    type("c ! move m");
    expect("m.", 2, "");
    expect("f.k", 2, " kept");
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

Test(complete, many_names_and_keys)
{
    enum { NAMES = 10000 };
    char text[64];
    for (int i = 0; i < NAMES; i++) {
        snprintf(text, sizeof text, "let name%d = %d", i, i);
        type(text);
    }
    type("let m = {}; for i in 0..100000 { m[\"key${i}\"] = i }");
    double begun = now();
    complete("name");
    cr_expect_eq(count, NAMES);
    complete("m.");
    cr_expect_eq(count, 10000, "%zu keys", count);
    complete("m[\"key9");
    cr_expect_gt(count, 1000);
    cr_expect_lt(now() - begun, 5.0);
}

Test(complete, misuse)
{
    size_t start;
    csp_complete(NULL, "a", 1, &start, offer, NULL);
    int told = e.told;
    csp_complete(s, NULL, 0, &start, offer, NULL);
    csp_complete(s, "a", 1, NULL, offer, NULL);
    csp_complete(s, "a", 1, &start, NULL, NULL);
    cr_expect_eq(e.told, told + 3);
    cr_expect_str_eq(e.function, "csp_complete");
}
