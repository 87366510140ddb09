/* api/loader.c, api/locate.c: modules that the host adds, and those in files */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "include/csp.h"
#include "tests/support/support.h"

/* What a VM has written. */
typedef struct written {
    char text[4096];
    size_t size;
} written;

static void take(void *user, int stream, const char *text, size_t size)
{
    written *w = user;
    (void)stream;
    cr_assert_lt(w->size + size, sizeof w->text);
    memcpy(w->text + w->size, text, size);
    w->size += size;
    w->text[w->size] = '\0';
}

static csp_vm *make(written *w, bool files)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    cr_assert_not(config.import_files, "no files unless the host says so");
    *w = (written){0};
    config.write = take;
    config.user = w;
    config.import_files = files;
    config.capabilities = CSP_MAY_READ;
    csp_vm *vm = NULL;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    return vm;
}

static void add(csp_vm *vm, const char *name, const char *text)
{
    cr_assert_eq(csp_module_add(vm, name, text, strlen(text)), CSP_OK, "%s", name);
}

static csp_status run(csp_vm *vm, const char *name, const char *text)
{
    return csp_run_text(vm, name, text, strlen(text));
}

/* The last failure as text contains all of these, in this order; it is not taken before. */
static void explains(csp_vm *vm, const char *const expected[])
{
    csp_error *error = csp_take_error(vm);
    cr_assert_not_null(error);
    char *text = csp_error_text(error, CSP_PLAIN);
    const char *at = text;
    for (; *expected; expected++) {
        at = strstr(at, *expected);
        cr_assert_not_null(at, "%s is not in:\n%s", *expected, text);
    }
    csp_text_free(text);
    csp_error_free(error);
}

static void gives(csp_session *s, const char *text, const char *expected)
{
    char *result;
    cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK, "%s", text);
    if (expected)
        cr_assert(result && strcmp(result, expected) == 0, "%s gives %s", text,
                  result ? result : "nothing");
    else
        cr_assert_null(result, "%s gives %s", text, result);
    csp_text_free(result);
}

/* ---- Modules of the host ---- */

Test(loader, a_host_without_files_offers_modules)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "lib/geometry",
        "import \"vector\"\nimport \"../base\" as b\nfn length(a) => vector.sum(a) + b.zero\n");
    add(vm, "lib/vector", "print(\"lib/vector\")\nfn sum(v) => v[0] + v[1]\n");
    add(vm, "vector", "print(\"vector\")\n");
    add(vm, "base", "const zero = 0\n");
    cr_assert_eq(run(vm, "main", "import \"./lib/geometry\" as g\nprint(g.length((3, 4)))"),
                 CSP_OK);
    cr_assert_str_eq(w.text, "lib/vector\n7\n");
    csp_free(vm);
}

Test(loader, names_of_modules_are_checked)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "a", "");
    cr_assert_eq(csp_module_add(vm, "a", "", 0), CSP_E_MISUSE, "it is there already");
    cr_assert_eq(csp_module_add(vm, "", "", 0), CSP_E_MISUSE);
    cr_assert_eq(csp_module_add(vm, "List", "", 0), CSP_E_MISUSE, "a standard module");
    csp_free(vm);
}

Test(loader, without_files_nothing_is_read)
{
    char *path = support_write_file("const x = 1\n", 12);
    char *source = support_format("import \"%s\" as m", path);
    written w;
    csp_vm *vm = make(&w, false);
    cr_assert_eq(run(vm, "main", source), CSP_E_COMPILE);
    explains(vm,
             (const char *[]){"main:1:1: error: there is no module", "only what the host", NULL});
    csp_free(vm);
    unlink(path);
    free(path);
    free(source);
}

Test(loader, the_errors_of_a_module_come_before_its_importers)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "bad", "let x = 1\nprint(unknown)\n");
    add(vm, "middle", "import \"bad\"\n");
    cr_assert_eq(run(vm, "main", "import \"middle\"\nimport \"bad\"\nprint(also)"), CSP_E_COMPILE);
    csp_error *error = csp_take_error(vm);
    csp_place place;
    cr_assert(csp_error_frame(error, 0, &place));
    cr_assert_str_eq(place.file, "bad");
    cr_assert_eq(place.line, 2);
    cr_assert_str_eq(csp_error_message(error), "unknown name `unknown`");
    char *text = csp_error_text(error, CSP_PLAIN);
    const char *first = strstr(text, ": error: unknown name `unknown`");
    cr_assert(first && strncmp(text, "bad:2:7: error:", 15) == 0, "%s", text);
    cr_assert_null(strstr(first + 1, ": error: unknown name `unknown`"), "said once:\n%s", text);
    cr_assert_not_null(
        strstr(first, "middle:1:1: error: the import of `bad` failed: bad has errors"), "%s", text);
    cr_assert_not_null(strstr(first, "main:3:7: error: unknown name `also`"), "%s", text);
    csp_text_free(text);
    csp_error_free(error);
    csp_free(vm);
}

Test(loader, cycles_are_named)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "a", "import \"b\"\n");
    add(vm, "b", "import \"c\"\n");
    add(vm, "c", "import \"b\"\n");
    cr_assert_eq(run(vm, "main", "import \"a\""), CSP_E_COMPILE);
    explains(vm, (const char *[]){"c:1:1: error: modules import each other in a cycle: b → c → b",
                                  "main:1:1", NULL});
    csp_free(vm);
}

Test(loader, a_long_chain_ends_in_an_error)
{
    written w;
    csp_vm *vm = make(&w, false);
    for (int i = 0; i < 300; i++) {
        char *name = support_format("m%d", i), *source = support_format("import \"m%d\"\n", i + 1);
        add(vm, name, source);
        free(name);
        free(source);
    }
    cr_assert_eq(run(vm, "main", "import \"m0\""), CSP_E_COMPILE);
    explains(vm, (const char *[]){"imports are nested more than 100 deep", NULL});
    csp_free(vm);
}

Test(loader, bodies_run_once_in_the_order_of_import)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "one", "print(\"one\")\nconst id = [1]\n");
    add(vm, "two", "import \"one\"\nprint(\"two\")\nfn id() => one.id\n");
    add(vm, "three", "import \"one\"\nprint(\"three\")\nfn id() => one.id\n");
    cr_assert_eq(run(vm, "main",
                     "print(\"main\")\nimport \"three\"\nimport \"two\"\nimport \"one\" as again\n"
                     "print(two.id() == three.id(), again.id)"),
                 CSP_OK);
    cr_assert_str_eq(w.text, "one\nthree\ntwo\nmain\ntrue [1]\n");
    csp_free(vm);
}

Test(loader, nothing_runs_where_something_does_not_compile)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "says", "print(\"says\")\n");
    cr_assert_eq(run(vm, "main", "import \"says\"\nprint(unknown)"), CSP_E_COMPILE);
    cr_assert_str_eq(w.text, "");
    csp_free(vm);
}

Test(loader, a_crash_while_loading_shows_who_imports)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "inner", "\n1 // 0\n");
    add(vm, "outer", "import \"inner\"\n");
    cr_assert_eq(run(vm, "main", "import \"outer\"\nprint(\"never\")"), CSP_E_CRASH);
    explains(vm, (const char *[]){"zero_division", "module inner (inner:2:1)",
                                  "module outer (outer:1:1)", "main (main:1:1)", NULL});
    csp_free(vm);
}

Test(loader, what_a_module_gives_up_by_try_ends_the_program)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "needs", "let n = try int(\"x\")\nprint(\"never\")\n");
    cr_assert_eq(run(vm, "main", "import \"needs\"\nprint(\"never\")"), CSP_E_CRASH);
    explains(vm, (const char *[]){"value_error", NULL});
    cr_assert_str_eq(w.text, "");
    csp_free(vm);
}

Test(loader, disassembly_shows_the_text_alone_and_runs_nothing)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "m", "print(\"m\")\nfn inner_work(x) => x\n");
    const char *source = "import \"m\"\nprint(1)";
    char *text;
    cr_assert_eq(csp_disassemble(vm, "main", source, strlen(source), &text), CSP_OK);
    cr_assert_not_null(strstr(text, "module m"));
    cr_assert_null(strstr(text, "inner_work"));
    csp_text_free(text);
    cr_assert_eq(run(vm, "main", source), CSP_OK);
    cr_assert_str_eq(w.text, "m\n1\n", "it has not counted as run");
    csp_free(vm);
}

/* ---- Sessions ---- */

static void collect(void *user, const char *candidate)
{
    char *all = user;
    strcat(strcat(all, candidate), " ");
}

Test(loader, a_session_imports_once_and_may_bind_again)
{
    written w;
    csp_vm *vm = make(&w, false);
    add(vm, "m",
        "print(\"loads\")\n## Twice as much.\nfn twice(x) => x * 2\nfn twelve() => 12\nconst _no = "
        "1\n");
    add(vm, "n", "const twice = 2\n");
    csp_session *s = csp_session_new(vm);
    gives(s, "import \"m\"", NULL);
    gives(s, "fn f(x) => m.twice(x)", NULL);
    gives(s, "m.twice(4)", "8");
    gives(s, "import \"m\" as k; k.twice == m.twice", "true");
    cr_assert_str_eq(w.text, "loads\n");
    char *doc = csp_doc(s, "m.twice");
    cr_assert(doc && strstr(doc, "Twice as much."), "%s", doc);
    csp_text_free(doc);
    char all[256] = "";
    size_t start;
    csp_complete(s, "m.tw", 4, &start, collect, all);
    cr_assert_eq(start, 2);
    cr_assert_str_eq(all, "twelve twice ");
    gives(s, "import \"n\" as m", NULL);
    gives(s, "m.twice", "2");
    gives(s, "let m = 3", NULL);
    gives(s, "m", "3");
    char *result;
    cr_assert_eq(csp_eval(s, "f(5)", 4, &result), CSP_E_CRASH,
                 "functions look the module up by its name");
    gives(s, "import \"m\"", NULL);
    gives(s, "f(5)", "10");
    cr_assert_str_eq(w.text, "loads\n");
    csp_free(vm);
}

Test(loader, what_failed_in_a_session_can_be_tried_again)
{
    char folder[] = "/tmp/csp-loader-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    char *file = support_format("%s/m.csp", folder),
         *source = support_format("import \"%s/m\"", folder), *result;
    static const char *const texts[] = {"print(unknown)\n", "1 // 0\n",
                                        "print(\"good\")\nconst x = 1\n"};
    static const csp_status expected[] = {CSP_E_COMPILE, CSP_E_CRASH, CSP_OK};
    written w;
    csp_vm *vm = make(&w, true);
    csp_session *s = csp_session_new(vm);
    for (int i = 0; i < 3; i++) {
        FILE *out = fopen(file, "w");
        cr_assert_not_null(out);
        fputs(texts[i], out);
        fclose(out);
        cr_assert_eq(csp_eval(s, source, strlen(source), &result), expected[i], "%s", texts[i]);
        if (expected[i] != CSP_OK)
            cr_assert_eq(csp_eval(s, "m.x", 3, &result), CSP_E_COMPILE);
    }
    gives(s, "m.x", "1");
    cr_assert_str_eq(w.text, "good\n");
    csp_free(vm);
    unlink(file);
    rmdir(folder);
    free(file);
    free(source);
}
