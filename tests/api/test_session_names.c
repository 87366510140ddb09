/* What the names of a session are, and their texts. */
#include "include/csp_tools.h"
#include "tests/api/embed.h"

static embed e;
static csp_session *s;

static void open_session(void)
{
    static const char geometry[] = "## Areas.\nconst SIDES = 4\n## Of a rectangle.\n"
                                   "fn area(w, h = w) => w * h\nfn _own() => 1\n";
    embed_make(&e);
    cr_assert_eq(csp_module_add(e.vm, "geometry", geometry, sizeof geometry - 1), CSP_OK);
    s = csp_session_new(e.vm);
    cr_assert_not_null(s);
}

static void close_session(void) { csp_free(e.vm); }

TestSuite(session_names, .init = open_session, .fini = close_session);

static csp_status type(const char *text)
{
    char *result;
    csp_status status = csp_eval(s, text, strlen(text), &result);
    csp_text_free(result);
    return status;
}

static void expect_source(const char *name, const char *file, uint32_t line, const char *text)
{
    char *where;
    uint32_t at;
    char *found = csp_source(s, name, &where, &at);
    cr_assert_not_null(found, "%s", name);
    cr_expect_str_eq(found, text);
    cr_expect_eq(at, line, "%s: line %u", name, at);
    if (file)
        cr_expect_str_eq(where, file);
    else
        cr_expect_null(where);
    csp_text_free(where);
    csp_text_free(found);
}

Test(session_names, source_of_what_was_typed)
{
    cr_assert_eq(type("let one = 1; let (a, b) = (2, 3)"), CSP_OK);
    cr_assert_eq(type("## Adds.\n  ## Well.\nfn add(x,\n       y) => x + y   # done"), CSP_OK);
    expect_source("one", NULL, 1, "let one = 1");
    expect_source("b", NULL, 1, "let (a, b) = (2, 3)");
    expect_source("add", NULL, 2, "## Adds.\n  ## Well.\nfn add(x,\n       y) => x + y");
    cr_assert_eq(type("var one = 2"), CSP_OK);
    expect_source("one", NULL, 6, "var one = 2");
    cr_assert_eq(type("let one = 1 // 0"), CSP_E_CRASH);
    expect_source("one", NULL, 6, "var one = 2");
    csp_error_free(csp_take_error(e.vm));
}

Test(session_names, source_of_members)
{
    cr_assert_eq(type("import \"geometry\" as g"), CSP_OK);
    expect_source("g.area", "geometry", 3, "## Of a rectangle.\nfn area(w, h = w) => w * h");
    expect_source("g.SIDES", "geometry", 1, "## Areas.\nconst SIDES = 4");
    cr_expect_null(csp_source(s, "g.nothing", NULL, NULL));
    cr_expect_null(csp_source(s, "geometry.area", NULL, NULL));
    char *whole = csp_source(s, "g", NULL, NULL);
    cr_assert_not_null(whole);
    cr_expect_not_null(strstr(whole, "fn _own()"));
    csp_text_free(whole);
}

Test(session_names, source_of_the_library)
{
    char *file;
    char *text = csp_source(s, "List.map", &file, NULL);
    cr_assert_not_null(text);
    cr_expect_not_null(strstr(text, "fn map("));
    cr_expect_str_eq(file, "stdlib/list.csp");
    csp_text_free(file);
    csp_text_free(text);
    cr_expect_null(csp_source(s, "print", NULL, NULL), "it is written in C");
    cr_expect_null(csp_source(s, "nothing", NULL, NULL));
    cr_expect_null(csp_source(s, "", NULL, NULL));
    cr_expect_null(csp_source(s, ".", NULL, NULL));
}

typedef struct listing {
    char text[1024];
    const char *last;
    int same; /* names whose text is the one before's */
} listing;

static void list_name(void *user, const csp_name *name)
{
    static const char *const kinds[] = {"let", "var", "fn", "const", "import", "extern"};
    listing *all = user;
    size_t used = strlen(all->text);
    snprintf(all->text + used, sizeof all->text - used, "%s %s %s:%u\n", kinds[name->kind],
             name->name, name->file ? name->file : "", name->line);
    all->same += name->text == all->last;
    all->last = name->text;
}

Test(session_names, in_the_order_of_their_statements)
{
    cr_assert_eq(type("fn f() => g()\nimport \"geometry\""), CSP_OK);
    cr_assert_eq(type("let (a, b) = (1, 2); const C = 3"), CSP_OK);
    cr_assert_eq(type("var a = 5"), CSP_OK);
    cr_assert_eq(type("a = 6"), CSP_OK);
    listing all = {0};
    cr_assert_eq(csp_each_name(s, list_name, &all), CSP_OK);
    cr_expect_str_eq(all.text, "fn f :1\nimport geometry :2\nlet b :3\nconst C :3\nvar a :4\n");
    cr_expect_eq(all.same, 0);
    cr_assert_eq(type("let (p, q) = (1, 2)"), CSP_OK);
    all = (listing){0};
    cr_assert_eq(csp_each_name(s, list_name, &all), CSP_OK);
    cr_expect_eq(all.same, 1);
}

Test(session_names, inputs_of_a_file)
{
    cr_assert_eq(type("let before = 1"), CSP_OK);
    cr_assert_eq(csp_session_file(s, "lib/tools.csp"), CSP_OK);
    cr_assert_eq(type("\nfn tool() => [][1]\n"), CSP_OK);
    cr_assert_eq(csp_session_file(s, NULL), CSP_OK);
    cr_assert_eq(type("let after = 1"), CSP_OK);
    expect_source("tool", "lib/tools.csp", 2, "fn tool() => [][1]");
    expect_source("after", NULL, 2, "let after = 1");
    cr_assert_eq(type("tool()"), CSP_E_CRASH);
    csp_error *error = csp_take_error(e.vm);
    csp_place place;
    cr_assert(csp_error_frame(error, 0, &place));
    cr_expect_str_eq(place.file, "lib/tools.csp");
    cr_expect_eq(place.line, 2);
    csp_error_free(error);
}

/* What is bound again and again keeps one text. */
Test(session_names, texts_are_given_back)
{
    char big[4096];
    memset(big, 'x', sizeof big);
    memcpy(big, "let big = \"", 11);
    memcpy(big + sizeof big - 2, "\"", 2);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(type(big), CSP_OK);
    expect_source("big", NULL, 1000, big);
}

Test(session_names, the_host_binds_and_forgets)
{
    cr_assert_eq(type("let a = 1; let (p, q) = (2, 3)"), CSP_OK);
    csp_scope scope = csp_scope_open(e.vm);
    cr_assert_eq(csp_session_set(s, "a", csp_int(e.vm, 5)), CSP_OK);
    csp_scope_close(e.vm, scope);
    cr_assert_eq(csp_session_forget(s, "p"), CSP_OK);
    cr_expect_null(csp_source(s, "a", NULL, NULL));
    cr_expect_null(csp_source(s, "p", NULL, NULL));
    expect_source("q", NULL, 1, "let (p, q) = (2, 3)");
    listing all = {0};
    cr_assert_eq(csp_each_name(s, list_name, &all), CSP_OK);
    cr_expect_str_eq(all.text, "let a :0\nlet q :1\n");
}

Test(session_names, bytecode)
{
    cr_assert_eq(type("fn add(x, y) => x + y; import \"geometry\" as g"), CSP_OK);
    static const char *const names[] = {"add", "g.area", "List.map"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *text;
        cr_assert_eq(csp_disassemble_name(s, names[i], &text), CSP_OK, "%s", names[i]);
        cr_expect_not_null(strstr(text, "ret "), "%s", text);
        csp_text_free(text);
    }
    static const char *const others[] = {"print", "nothing", "g", "g.nothing", "", ".", "List"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char *text;
        cr_expect_eq(csp_disassemble_name(s, others[i], &text), CSP_E_NOT_FOUND, "%s", others[i]);
        cr_expect_null(text);
        embed_error(e.vm, "not_found", "is no function written in csp");
    }
}

static void never(void *user, const csp_name *name)
{
    (void)user, (void)name;
    cr_assert_fail("it has been called");
}

Test(session_names, misuse)
{
    cr_expect_eq(csp_each_name(NULL, never, NULL), CSP_E_MISUSE);
    cr_expect_eq(csp_each_name(s, NULL, NULL), CSP_E_MISUSE);
    cr_expect_str_eq(e.function, "csp_each_name");
    cr_expect_null(csp_source(NULL, "f", NULL, NULL));
    int told = e.told;
    cr_expect_null(csp_source(s, NULL, NULL, NULL));
    cr_expect_eq(e.told, told + 1);
    cr_expect_eq(csp_session_file(NULL, "f"), CSP_E_MISUSE);
    char *text;
    cr_expect_eq(csp_disassemble_name(NULL, "f", &text), CSP_E_MISUSE);
    cr_expect_eq(csp_disassemble_name(s, "f", NULL), CSP_E_MISUSE);
    cr_expect_eq(csp_disassemble_name(s, NULL, &text), CSP_E_MISUSE);
    cr_expect_eq(e.told, told + 3);
    csp_session_free(s);
    cr_expect_eq(csp_each_name(s, never, NULL), CSP_E_MISUSE);
    cr_expect_null(csp_source(s, "f", NULL, NULL));
    cr_expect_eq(csp_session_file(s, NULL), CSP_E_MISUSE);
}
