/* Modules whose files change while a session uses them. */
#include <stdlib.h>
#include <unistd.h>

#include "include/csp_tools.h"
#include "tests/api/embed.h"

static embed e;
static csp_session *s;
static char folder[64], path[128];

static void write_file(const char *name, const char *text)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static void open_session(void)
{
    snprintf(folder, sizeof folder, "/tmp/csp-reload-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    e = (embed){0};
    csp_config config = embed_config(&e);
    config.import_files = true;
    cr_assert_eq(csp_new(&config, &e.vm), CSP_OK);
    s = csp_session_new(e.vm);
    cr_assert_not_null(s);
    snprintf(path, sizeof path, "%s/main.csp", folder);
    cr_assert_eq(csp_session_file(s, path), CSP_OK);
    write_file("base.csp", "fn unit() => 1\nfn old() => 0\n## One.\nconst K = 5\n");
    write_file("shapes.csp", "import \"base\"\nfn area(w) => w * base.unit()\n");
    write_file("other.csp", "fn f() => 1\n");
}

static void close_session(void)
{
    csp_free(e.vm);
    static const char *const names[] = {"base.csp", "shapes.csp", "other.csp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

TestSuite(reload, .init = open_session, .fini = close_session);

static void type(const char *text, const char *wanted)
{
    char *result;
    csp_status status = csp_eval(s, text, strlen(text), &result);
    if (status != CSP_OK) {
        csp_error *error = csp_take_error(e.vm);
        cr_assert_fail("%s: %s", text, csp_error_message(error));
    }
    if (wanted)
        cr_expect_str_eq(result, wanted, "%s: %s", text, result);
    csp_text_free(result);
}

typedef struct told {
    char text[512];
} told;

static void note_reload(void *user, const csp_reload *reload)
{
    told *t = user;
    size_t used = strlen(t->text);
    const char *base = strrchr(reload->module, '/');
    snprintf(t->text + used, sizeof t->text - used, "%s +%u ~%u -%u p%u;",
             base ? base + 1 : reload->module, reload->added, reload->changed, reload->gone,
             reload->process_count);
}

static void expect_reload(const char *name, const char *wanted)
{
    told t = {{0}};
    cr_assert_eq(csp_reload_modules(s, name, note_reload, &t), CSP_OK);
    cr_expect_str_eq(t.text, wanted);
}

static void count_changed(void *user, const csp_module *module)
{
    cr_assert_eq(module->path[0], '/');
    *(int *)user += module->changed ? 100 : 1;
}

static int changed_modules(void)
{
    int count = 0;
    cr_assert_eq(csp_each_module(e.vm, count_changed, &count), CSP_OK);
    return count;
}

/* What was defined before uses the new text, through the module's name. */
Test(reload, functions_get_the_new_one)
{
    type("import \"shapes\" as s; import \"base\"\nfn twice(w) => s.area(w) * 2", NULL);
    type("twice(5)", "10");
    expect_reload(NULL, "");
    cr_expect_eq(changed_modules(), 2);
    write_file("base.csp",
               "fn unit() => 100\nfn fresh() => 0\nfn more() => 0\n## One.\nconst K = 5");
    cr_expect_eq(changed_modules(), 101);
    type("twice(5)", "10");
    expect_reload(NULL, "base.csp +2 ~1 -1 p0;");
    type("twice(5)", "1000");
    type("base.fresh() + base.K", "5");
    cr_expect_eq(changed_modules(), 2);
    expect_reload(NULL, "");
}

Test(reload, of_one_module_and_what_it_imports)
{
    type("import \"shapes\"; import \"other\"", NULL);
    write_file("base.csp", "fn unit() => 7");
    write_file("other.csp", "fn f() => 2");
    expect_reload("shapes", "base.csp +0 ~1 -2 p0;");
    type("(shapes.area(1), other.f())", "(7, 1)");
    expect_reload("other", "other.csp +0 ~1 -0 p0;");
    type("(shapes.area(1), other.f())", "(7, 2)");
}

Test(reload, only_touched)
{
    type("import \"other\"", NULL);
    write_file("other.csp", "fn f() => 1\n");
    cr_expect_eq(changed_modules(), 1);
    write_file("other.csp", "# a comment\nfn f() => 1\n");
    cr_expect_eq(changed_modules(), 100);
    expect_reload(NULL, "other.csp +0 ~0 -0 p0;");
    unlink(path);
    cr_expect_eq(changed_modules(), 1, "there is nothing to read");
}

/* A text with an error, or a top level that fails, changes nothing. */
Test(reload, that_fails)
{
    type("import \"shapes\"; import \"other\"", NULL);
    told t = {{0}};
    write_file("base.csp", "fn unit() => 3");
    write_file("other.csp", "fn f() => nowhere");
    cr_expect_eq(csp_reload_modules(s, NULL, note_reload, &t), CSP_E_COMPILE);
    csp_error_free(csp_take_error(e.vm));
    type("(shapes.area(1), other.f())", "(1, 1)");
    write_file("other.csp", "const C = 1 // 0");
    cr_expect_eq(csp_reload_modules(s, NULL, note_reload, &t), CSP_E_CRASH);
    csp_error_free(csp_take_error(e.vm));
    type("(other.f())", "1");
    cr_expect_str_eq(t.text, "");
    write_file("other.csp", "fn f() => 9");
    expect_reload(NULL, "other.csp +0 ~1 -0 p0;base.csp +0 ~1 -2 p0;");
    type("(shapes.area(1), other.f())", "(3, 9)");
}

Test(reload, processes_that_run_the_old_text)
{
    write_file("other.csp", "fn serve(c) { while true { ?c } }\nfn f() => 1");
    type("import \"other\"; let c = chan(); let keep = spawn other.serve(c); c ! 1", NULL);
    write_file("other.csp", "fn serve(c) { while true { ?c } }\nfn f() => 2");
    expect_reload(NULL, "other.csp +0 ~1 -0 p1;");
    type("c ! 2", NULL);
}

Test(reload, statements_keep_their_places)
{
    type("import \"other\"", NULL);
    type("let a = 1", NULL);
    write_file("other.csp", "fn f() => 2");
    expect_reload(NULL, "other.csp +0 ~1 -0 p0;");
    char *file;
    uint32_t line;
    char *text = csp_source(s, "a", &file, &line);
    cr_expect_eq(line, 2);
    csp_text_free(text);
    csp_text_free(file);
}

static void never(void *user, const csp_reload *reload)
{
    (void)user, (void)reload;
    cr_assert_fail("it has been called");
}

Test(reload, misuse)
{
    cr_expect_eq(csp_reload_modules(NULL, NULL, never, NULL), CSP_E_MISUSE);
    cr_expect_eq(csp_reload_modules(s, NULL, NULL, NULL), CSP_E_MISUSE);
    cr_expect_str_eq(e.function, "csp_reload_modules");
    cr_expect_eq(csp_each_module(NULL, count_changed, NULL), CSP_E_MISUSE);
    cr_expect_eq(csp_each_module(e.vm, NULL, NULL), CSP_E_MISUSE);
    cr_expect_str_eq(e.function, "csp_each_module");
    cr_expect_eq(csp_reload_modules(s, "nothing", never, NULL), CSP_E_NOT_FOUND);
    embed_error(e.vm, "not_found", "no module is imported as `nothing`");
    type("let a = 1", NULL);
    cr_expect_eq(csp_reload_modules(s, "a", never, NULL), CSP_E_NOT_FOUND);
    csp_session_free(s);
    cr_expect_eq(csp_reload_modules(s, NULL, never, NULL), CSP_E_MISUSE);
}
