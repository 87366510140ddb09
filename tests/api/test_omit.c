/* Standard modules that the host leaves out, or gives itself. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/api/embed.h"

static csp_verdict answer(csp_context *c) { return csp_return_int(c, 42); }

static const csp_native natives[] = {{"hostname() -> int", NULL, answer, false, NULL},
                                     {"exit(status: int = 0) -> int", NULL, answer, false, NULL}};

static csp_status evaluate(csp_session *s, const char *text, char **result)
{
    *result = NULL;
    return csp_eval(s, text, strlen(text), result);
}

static void expect_value(csp_session *s, const char *text, const char *expected)
{
    char *result;
    cr_expect_eq(evaluate(s, text, &result), CSP_OK, "%s", text);
    cr_expect_str_eq(result ? result : "", expected, "%s", text);
    free(result);
}

static void expect_unknown(csp_vm *vm, csp_session *s, const char *text, const char *message)
{
    char *result;
    cr_expect_eq(evaluate(s, text, &result), CSP_E_COMPILE, "%s", text);
    embed_error(vm, "compile", message);
}

Test(omit, left_out)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_session *s = csp_session_new(vm);
    expect_value(s, "let before = fn() => Os.platform() is string\nbefore()", "true");
    cr_assert_eq(csp_module_omit(vm, "Os"), CSP_OK);
    cr_assert_eq(csp_module_omit(vm, "Os"), CSP_OK);
    cr_assert_eq(csp_module_omit(vm, "Io"), CSP_OK);
    expect_unknown(vm, s, "Os.platform()", "unknown name `Os`");
    expect_unknown(vm, s, "Io.stdin", "unknown name `Io`");
    expect_unknown(vm, s, "import \"Os\"", "Os");
    expect_value(s, "before()", "true");
    expect_value(s, "List.sort([2, 1])", "[1, 2]");
    csp_value v;
    csp_scope_open(vm);
    cr_expect_eq(csp_find(vm, "Os", "platform", NULL, &v), CSP_E_NOT_FOUND);
    cr_expect_eq(csp_find(vm, "List", "sort", NULL, &v), CSP_OK);
    csp_free(vm);
}

/* What the library itself uses is still there, loaded before or after. */
Test(omit, the_library_itself)
{
    static const char *const modules[] = {"Io", "Os", "File", "Dir", "Path", "Bytes", "String"};
    embed e;
    csp_vm *vm = embed_make(&e);
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        cr_assert_eq(csp_module_omit(vm, modules[i]), CSP_OK);
    csp_session *s = csp_session_new(vm);
    expect_value(s, "Json.write([1, \"a\"])", "\"[1,\\\"a\\\"]\"");
    expect_value(s, "List.map([1], fn(x) => x + 1)", "[2]");
    expect_value(s, "len(Regex.find_all(\"a+\", \"aa b a\"))", "2");
    csp_free(vm);
}

Test(omit, natives_in_its_place)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    cr_assert_eq(csp_module_omit(vm, "Os"), CSP_OK);
    cr_assert_eq(csp_natives_add(vm, "Os", natives, 2, sizeof *natives), CSP_OK);
    csp_session *s = csp_session_new(vm);
    expect_value(s, "Os.hostname()", "42");
    expect_value(s, "Os.exit(status: 3) + 1", "43");
    expect_value(s, "let f = Os.hostname\nf()", "42");
    expect_unknown(vm, s, "Os.platform()", "platform");
    expect_unknown(vm, s, "Os.hostnam()", "no member `hostnam`");
    expect_unknown(vm, s, "Os.hostname(1)", "hostname");
    expect_value(s, "import \"Os\" as mine\nmine.hostname()", "42");
    csp_free(vm);
}

Test(omit, a_text_in_its_place)
{
    static const char text[] = "fn read_line() => \"from the host\"";
    embed e;
    csp_vm *vm = embed_make(&e);
    cr_assert_eq(csp_module_omit(vm, "Io"), CSP_OK);
    cr_assert_eq(csp_module_add(vm, "Io", text, sizeof text - 1), CSP_OK);
    csp_session *s = csp_session_new(vm);
    expect_unknown(vm, s, "Io.read_line()", "unknown name `Io`");
    expect_value(s, "import \"Io\"\nIo.read_line()", "\"from the host\"");
    csp_free(vm);
}

Test(omit, misuse)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    cr_expect_eq(csp_module_omit(NULL, "Os"), CSP_E_MISUSE);
    cr_expect_eq(csp_module_omit(vm, NULL), CSP_E_MISUSE);
    cr_expect_eq(csp_module_omit(vm, "Oss"), CSP_E_NOT_FOUND);
    embed_error(vm, "not_found", "`Oss`");
    cr_expect_eq(csp_module_omit(vm, ""), CSP_E_NOT_FOUND);
    cr_expect_eq(csp_natives_add(vm, "Os", natives, 2, sizeof *natives), CSP_E_MISUSE);
    cr_expect_eq(csp_module_add(vm, "Io", "", 0), CSP_E_MISUSE);
    cr_expect_eq(csp_run_text(vm, "p", "1", 1), CSP_OK);
    cr_expect_eq(csp_module_omit(vm, "Os"), CSP_E_MISUSE);
    csp_free(vm);
    cr_expect_eq(csp_module_omit(vm, "Os"), CSP_E_MISUSE);
}
