/* csp_config: defaults, versions, and the callbacks that it has. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"

Test(config, defaults_are_for_scripts_that_nobody_trusts)
{
    csp_config config;
    memset(&config, 0xff, sizeof config);
    csp_config_init(&config, sizeof config);
    cr_assert_eq(config.struct_size, sizeof config);
    cr_assert_eq(config.capabilities, 0);
    cr_assert_eq(config.max_memory, (size_t)256 << 20);
    cr_assert_eq(config.max_stack, (size_t)64 << 20);
    cr_assert_eq(config.max_int_bits, 1 << 16);
    cr_assert_eq(config.max_step_bytes, 64 << 10);
    cr_assert_eq(config.max_processes, 100000);
    cr_assert_eq(config.max_reports, 100);
    cr_assert_eq(config.max_reductions, 0);
    cr_assert(!config.import_files && !config.report_leaks && !config.no_loop);
    cr_assert(!config.write && !config.crash && !config.load && !config.misuse && !config.wake);
}

Test(config, memory_of_the_machine) { cr_assert_gt(csp_machine_memory(), (size_t)16 << 20); }

/* A config as a later header might have it. */
typedef struct later {
    csp_config known;
    uint64_t more[4];
} later;

Test(config, versions)
{
    csp_vm *vm = NULL;
    later config;
    csp_config_init(&config.known, sizeof config);
    cr_assert_eq(config.known.struct_size, sizeof config);
    cr_assert_eq(config.known.max_processes, 100000);
    cr_assert_eq(csp_new(&config.known, &vm), CSP_OK, "what is unknown is 0");
    csp_free(vm);
    config.more[3] = 1;
    cr_assert_eq(csp_new(&config.known, &vm), CSP_E_VERSION);
    cr_assert_null(vm);
    config.more[3] = 0;
    config.known.capabilities = (uint64_t)CSP_MAY_ALL + 1;
    cr_assert_eq(csp_new(&config.known, &vm), CSP_E_VERSION);
    cr_assert_null(vm);
}

Test(config, an_older_host_gets_the_defaults_of_the_rest)
{
    csp_vm *vm = NULL;
    csp_config config;
    memset(&config, 0xff, sizeof config);
    int tag;
    config.struct_size = offsetof(csp_config, capabilities);
    config.user = &tag;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    cr_assert_eq(csp_user(vm), &tag);
    csp_free(vm);
}

/* ---- Misuse ---- */

typedef struct told {
    int count;
    char function[64], what[256];
} told;

static void note(void *user, const char *function, const char *what)
{
    told *t = user;
    t->count++;
    snprintf(t->function, sizeof t->function, "%s", function);
    snprintf(t->what, sizeof t->what, "%s", what);
}

static void refused(csp_config *config, const char *what)
{
    told t = {0};
    config->user = &t;
    config->misuse = note;
    csp_vm *vm = (csp_vm *)&t;
    cr_assert_eq(csp_new(config, &vm), CSP_E_MISUSE, "%s", what);
    cr_assert_null(vm);
    cr_assert_eq(t.count, 1);
    cr_assert_str_eq(t.function, "csp_new");
    cr_assert(strstr(t.what, what), "%s", t.what);
}

Test(config, misuse)
{
    csp_config config;
    csp_config_init(NULL, 100);
    csp_config_init(&config, sizeof config);
    config.arg_count = 1;
    refused(&config, "`args`");
    const char *args[] = {"a", NULL};
    config.args = args;
    config.arg_count = 2;
    refused(&config, "`args`");
    csp_config_init(&config, sizeof config);
    config.reports = (csp_style)7;
    refused(&config, "`reports`");
    csp_config_init(&config, sizeof config);
    config.struct_size = 4;
    csp_vm *vm = (csp_vm *)&config;
    cr_assert_eq(csp_new(&config, &vm), CSP_E_MISUSE);
    cr_assert_null(vm);
    cr_assert_eq(csp_new(NULL, NULL), CSP_E_MISUSE);
}

/* ---- config.load ---- */

static struct {
    int asked;
    char last[256]; /* importer:name */
    csp_vm *vm;
    int loads; /* of "counter" */
} loading;

static csp_status load(void *user, const char *name, const char *importer, char **text,
                       size_t *size)
{
    static const char *const modules[][2] = {
        {"lib/shapes", "import \"vector\"\nfn area(x) { vector.double(x) }"},
        {"lib/vector", "fn double(x) { x * 2 }"},
        {"vector", "fn double(x) { x * 1000 }"},
        {"broken", "fn ("},
        {"counter", "print(\"loaded\")\nconst one = 1"},
        {"bad", "const x = fail(\"no\")"},
        {"empty", ""},
    };
    (void)user;
    loading.asked++;
    snprintf(loading.last, sizeof loading.last, "%s:%s", importer ? importer : "-", name);
    if (strcmp(name, "error") == 0)
        return CSP_E_SYSTEM;
    if (strcmp(name, "null") == 0) {
        *size = 5;
        return CSP_OK;
    }
    if (strcmp(name, "misuse") == 0)
        cr_assert_eq(csp_module_add(loading.vm, "x", "", 0), CSP_E_MISUSE);
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (strcmp(modules[i][0], name) == 0) {
            *text = strdup(modules[i][1]);
            *size = strlen(*text);
            return CSP_OK;
        }
    return CSP_E_NOT_FOUND;
}

static char printed[1024];
static void keep(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    (void)stream;
    strncat(printed, text, size < 500 ? size : 500);
}

static csp_session *session(csp_vm **vm)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.load = load;
    config.write = keep;
    cr_assert_eq(csp_new(&config, vm), CSP_OK);
    loading.vm = *vm;
    cr_assert_eq(csp_module_add(*vm, "added", "const x = 7", 11), CSP_OK);
    return csp_session_new(*vm);
}

static csp_status eval(csp_session *s, const char *text, char **result)
{
    return csp_eval(s, text, strlen(text), result);
}

Test(config, modules_come_from_the_host)
{
    csp_vm *vm;
    csp_session *s = session(&vm);
    char *shown;
    cr_assert_eq(eval(s, "import \"added\"\nadded.x", &shown), CSP_OK);
    cr_assert_str_eq(shown, "7");
    csp_text_free(shown);
    cr_assert_eq(loading.asked, 0, "what was added comes first");
    cr_assert_eq(eval(s, "import \"lib/shapes\"\nshapes.area(21)", &shown), CSP_OK);
    cr_assert_str_eq(shown, "42", "what it imports is looked for beside it");
    csp_text_free(shown);
    cr_assert_str_eq(loading.last, "lib/shapes:lib/vector");
    cr_assert_eq(loading.asked, 2);
    cr_assert_eq(eval(s, "import \"counter\"", &shown), CSP_OK);
    cr_assert_eq(eval(s, "import \"counter\" as again\nagain.one", &shown), CSP_OK);
    csp_text_free(shown);
    cr_assert_eq(loading.asked, 3, "once");
    cr_assert_str_eq(printed, "loaded\n");
    cr_assert_eq(eval(s, "import \"empty\"", &shown), CSP_OK);
    csp_free(vm);
}

Test(config, what_cannot_be_loaded)
{
    csp_vm *vm;
    csp_session *s = session(&vm);
    char *shown;
    static const struct {
        const char *name, *message;
    } cases[] = {{"error", "cannot load"},
                 {"null", "cannot load"},
                 {"nowhere", "there is no"},
                 {"broken", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        snprintf(text, sizeof text, "import \"%s\"", cases[i].name);
        for (int round = 1; round <= 2; round++) {
            loading.asked = 0;
            cr_assert_eq(eval(s, text, &shown), CSP_E_COMPILE);
            cr_assert_eq(loading.asked, 1, "%s is asked for anew", cases[i].name);
            csp_error *error = csp_take_error(vm);
            char *report = csp_error_text(error, CSP_PLAIN);
            cr_assert(strstr(report, cases[i].message), "%s", report);
            csp_text_free(report);
            csp_error_free(error);
        }
    }
    loading.asked = 0;
    cr_assert_eq(eval(s, "import \"bad\"", &shown), CSP_E_CRASH);
    cr_assert_eq(eval(s, "import \"bad\"", &shown), CSP_E_CRASH);
    cr_assert_eq(loading.asked, 2, "it has not run to its end");
    cr_assert_eq(eval(s, "import \"misuse\"", &shown), CSP_E_COMPILE, "%s", loading.last);
    csp_free(vm);
}
