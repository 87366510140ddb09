/* csp_find and csp_module_replace: what is found, and that loading is whole or has not happened. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "include/csp.h"
#include "tests/support/embed.h"

static csp_vm *vm;
static csp_scope scope;

static void open_vm(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = embed_take;
    config.capabilities = CSP_MAY_EXIT;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    embed_printed[0] = '\0';
    scope = csp_scope_open(vm);
}

static void close_vm(void) { csp_free(vm); }

TestSuite(find, .init = open_vm, .fini = close_vm, .timeout = 60);

static void add(const char *name, const char *text)
{
    cr_assert_eq(csp_module_add(vm, name, text, strlen(text)), CSP_OK);
}
static csp_status replace(const char *name, const char *text)
{
    return csp_module_replace(vm, name, text, strlen(text));
}

static csp_status look(const char *module, const char *name, csp_value *out)
{
    return csp_find(vm, module, name, NULL, out);
}

/* What the function gives without arguments. */
static int64_t call(const char *module, const char *name)
{
    csp_value f, v;
    int64_t n;
    cr_assert_eq(look(module, name, &f), CSP_OK, "%s.%s", module, name);
    cr_assert_eq(csp_call(vm, f, 0, NULL, NULL, &v), CSP_OK);
    cr_assert_eq(csp_get_int(vm, v, &n), CSP_OK);
    return n;
}

Test(find, functions_and_constants)
{
    add("lib/a", "const N = 2 + 3\nconst XS = [1, 2]\nfn f() => N\nprint(\"a runs\")");
    csp_value v;
    int64_t n;
    cr_assert_eq(look("lib/a", "N", &v), CSP_OK);
    cr_assert_eq(csp_get_int(vm, v, &n), CSP_OK);
    cr_assert_eq(n, 5);
    cr_assert_eq(look("lib/a", "XS", &v), CSP_OK);
    cr_assert_eq(csp_length(vm, v), 2);
    cr_assert_eq(call("lib/a", "f"), 5);
    cr_assert_str_eq(embed_printed, "a runs\n", "once, and printed when the call returns");
    cr_assert_eq(look("lib/a", "g", &v), CSP_E_NOT_FOUND);
    cr_assert_eq(v.word, 0);
    embed_error(vm, "not_found", "`lib/a` has no member `g`");
}

Test(find, standard_modules)
{
    csp_value v;
    double d;
    cr_assert_eq(look("List", "push", &v), CSP_OK);
    cr_assert_eq(csp_type_of(vm, v), CSP_T_FUNCTION);
    cr_assert_eq(look("List", "sort", &v), CSP_OK, "written in csp");
    cr_assert_eq(look("Math", "pi", &v), CSP_OK);
    cr_assert_eq(csp_get_float(vm, v, &d), CSP_OK);
    cr_assert(d > 3.14 && d < 3.15);
    cr_assert_eq(look("List", "_sort", &v), CSP_E_NOT_FOUND);
    cr_assert_eq(look("List", "nothing", &v), CSP_E_NOT_FOUND);
    cr_assert_eq(look("Lists", "push", &v), CSP_E_NOT_FOUND);
    cr_assert_eq(look("", "push", &v), CSP_E_NOT_FOUND);
    cr_assert_eq(look("../x", "push", &v), CSP_E_NOT_FOUND);
    embed_error(vm, "not_found", "no module `../x`");
}

Test(find, what_does_not_compile_or_crashes)
{
    csp_value v;
    add("bad", "fn f() => nowhere()");
    cr_assert_eq(look("bad", "f", &v), CSP_E_COMPILE);
    embed_error(vm, "compile", "nowhere");
    add("uses_bad", "import \"bad\"\nfn f() => 1");
    cr_assert_eq(look("uses_bad", "f", &v), CSP_E_COMPILE);
    add("a", "import \"b\"\nfn f() => 1");
    add("b", "import \"a\"\nfn f() => 1");
    cr_assert_eq(look("a", "f", &v), CSP_E_COMPILE);
    embed_error(vm, "compile", "cycle");
    add("crashes", "print(\"try\")\nfn f() => 1\n[][1]");
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(look("crashes", "f", &v), CSP_E_CRASH);
        embed_error(vm, "index_error", "");
    }
    cr_assert_str_eq(embed_printed, "try\ntry\ntry\n", "it is tried again");
    add("gives_up", "fn f() => 1\ntry error(\"mine\", \"no\")");
    cr_assert_eq(look("gives_up", "f", &v), CSP_E_CRASH);
    embed_error(vm, "mine", "no");
    add("waits", "fn f() => 1\n?chan()");
    cr_assert_eq(look("waits", "f", &v), CSP_E_DEADLOCK);
}

/* Whatever the budget, the module is there or not; with enough it is. */
Test(find, budgets_one_by_one)
{
    csp_value v;
    add("inner", "var n = 0\nfor _ in 0..300 { n += 1 }\nfn f() => 7");
    add("outer", "import \"inner\"\nconst N = inner.f()\nvar n = 0\nfor _ in 0..300 { n += 1 }\n"
                 "print(\"loaded\")\nfn f() => N");
    unsigned spent = 0;
    csp_status status = CSP_E_BUDGET;
    for (uint64_t n = 1; status == CSP_E_BUDGET; n++) {
        csp_budget budget = {n, 0};
        status = csp_find(vm, "outer", "f", &budget, &v);
        spent += status == CSP_E_BUDGET;
    }
    cr_assert_eq(status, CSP_OK);
    cr_assert_gt(spent, 250);
    cr_assert_str_eq(embed_printed, "loaded\n");
    cr_assert_eq(call("outer", "f"), 7);
    add("endless", "fn f() => 1\nloop {}");
    csp_budget time = {0, 5000000};
    cr_assert_eq(csp_find(vm, "endless", "f", &time, &v), CSP_E_BUDGET);
    embed_error(vm, "budget", "5.000 ms");
}

static void *interrupt_soon(void *arg)
{
    usleep(20000);
    csp_interrupt(arg);
    return NULL;
}

Test(find, an_interrupt)
{
    csp_value v;
    add("slow", "fn f() => 1\nsleep(1h)");
    pthread_t thread;
    pthread_create(&thread, NULL, interrupt_soon, vm);
    cr_assert_eq(look("slow", "f", &v), CSP_E_INTERRUPTED);
    pthread_join(thread, NULL);
    embed_error(vm, "interrupted", "");
    cr_assert_eq(replace("slow", "fn f() => 8"), CSP_OK);
    cr_assert_eq(call("slow", "f"), 8);
}

Test(find, replaced_modules)
{
    csp_value old, v;
    int64_t n;
    add("m", "const N = 1\nfn f() => N\nprint(\"one\")");
    cr_assert_eq(look("m", "f", &old), CSP_OK);
    cr_assert_eq(replace("m", "const N = 2\nfn f() => N\nprint(\"two\")"), CSP_OK);
    cr_assert_str_eq(embed_printed, "one\n", "it runs when it is asked for");
    cr_assert_eq(call("m", "f"), 2);
    cr_assert_str_eq(embed_printed, "one\ntwo\n");
    cr_assert_eq(csp_call(vm, old, 0, NULL, NULL, &v), CSP_OK);
    cr_assert_eq(csp_get_int(vm, v, &n), CSP_OK);
    cr_assert_eq(n, 1, "the old one goes on with its old code");
    cr_assert_eq(replace("m", "fn f() => nowhere()"), CSP_E_COMPILE);
    embed_error(vm, "compile", "nowhere");
    cr_assert_eq(call("m", "f"), 2, "nothing has changed");
    cr_assert_eq(replace("m", "import \"none\"\nfn f() => 3"), CSP_E_COMPILE);
    cr_assert_eq(call("m", "f"), 2);
    for (int i = 0; i < 100; i++) {
        char text[80];
        snprintf(text, sizeof text, "fn f() => %d", i);
        cr_assert_eq(replace("m", text), CSP_OK);
        cr_assert_eq(call("m", "f"), i);
    }
    cr_assert_eq(replace("never", "fn f() => 1"), CSP_E_NOT_FOUND);
    cr_assert_eq(replace("List", "fn f() => 1"), CSP_E_NOT_FOUND);
    add("empty", "");
    cr_assert_eq(csp_module_replace(vm, "empty", NULL, 0), CSP_OK);
}

/* Before it has been loaded, too, and beside a session that has names of it. */
Test(find, replaced_beside_a_session)
{
    csp_session *s = csp_session_new(vm);
    char *result;
    add("m", "fn f() => 1");
    cr_assert_eq(replace("m", "fn f() => 2\nfn g() => 3"), CSP_OK);
    const char *text = "import \"m\"; m.f() + m.g()";
    cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK);
    cr_assert_str_eq(result, "5");
    csp_text_free(result);
    cr_assert_eq(replace("m", "fn f() => 10"), CSP_OK);
    cr_assert_eq(csp_eval(s, "m.f()", 5, &result), CSP_OK);
    cr_assert_str_eq(result, "2");
    csp_text_free(result);
    cr_assert_eq(csp_eval(s, "import \"m\"; m.f()", 17, &result), CSP_OK);
    cr_assert_str_eq(result, "10");
    csp_text_free(result);
}

Test(find, after_exit)
{
    csp_value v;
    add("leaves", "fn f() => 1\nOs.exit(4)");
    add("other", "fn f() => 1");
    cr_assert_eq(look("leaves", "f", &v), CSP_EXIT);
    cr_assert_eq(v.word, 0);
    cr_assert_eq(look("other", "f", &v), CSP_EXIT);
}

Test(find, misuse)
{
    csp_value v;
    add("m", "fn f() => 1");
    cr_assert_eq(csp_find(NULL, "m", "f", NULL, &v), CSP_E_MISUSE);
    cr_assert_eq(csp_find(vm, NULL, "f", NULL, &v), CSP_E_MISUSE);
    embed_error(vm, "misuse", "csp_find: the module is NULL");
    cr_assert_eq(csp_find(vm, "m", NULL, NULL, &v), CSP_E_MISUSE);
    csp_status nowhere = csp_find(vm, "m", "f", NULL, NULL);
    cr_assert_eq(nowhere, CSP_E_MISUSE);
    cr_assert_eq(csp_module_replace(NULL, "m", "", 0), CSP_E_MISUSE);
    cr_assert_eq(csp_module_replace(vm, NULL, "", 0), CSP_E_MISUSE);
    cr_assert_eq(csp_module_replace(vm, "m", NULL, 3), CSP_E_MISUSE);
    csp_vm *other;
    cr_assert_eq(csp_new(NULL, &other), CSP_OK);
    csp_free(other);
    cr_assert_eq(csp_find(other, "m", "f", NULL, &v), CSP_E_MISUSE);
    cr_assert_eq(csp_module_replace(other, "m", "", 0), CSP_E_MISUSE);
}

static csp_status from_hook[2];
static void call_from_hook(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
    csp_value v;
    from_hook[0] = csp_find(vm, "m", "f", NULL, &v);
    from_hook[1] = csp_module_replace(vm, "m", "", 0);
}

Test(find, not_from_hooks)
{
    csp_free(vm);
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = call_from_hook;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    csp_scope mine = csp_scope_open(vm);
    csp_value v;
    add("m", "fn f() => 1\nprint(1)");
    cr_assert_eq(look("m", "f", &v), CSP_OK);
    cr_assert_eq(from_hook[0], CSP_E_MISUSE);
    cr_assert_eq(from_hook[1], CSP_E_MISUSE);
    csp_scope_close(vm, mine);
}
