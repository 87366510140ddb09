/* What the host does not grant a script cannot use: it does not compile, and what gets there in
 * another way crashes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csp.h"

#include "api/session.h"
#include "base/capability.h"
#include "vm/code/native.h"

#define SAME(name) _Static_assert((int)CSP_MAY_##name == (int)MAY_##name, "one number for each")
SAME(ARGS);
SAME(ENV);
SAME(EXIT);
SAME(READ);
SAME(WRITE);
SAME(CONNECT);
SAME(LISTEN);
SAME(RUN);
SAME(CALL_C);
SAME(STDIN);
SAME(PRECISE_TIME);
_Static_assert(CSP_MAY_ALL == (1 << CAPABILITIES) - 1, "all of them");

static csp_vm *new_vm(uint64_t capabilities)
{
    static const char *const args[] = {"one"};
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = capabilities;
    config.args = args;
    config.arg_count = 1;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    return vm;
}

/* What the error of the last call says, as kind and message. */
static char *said(csp_vm *vm)
{
    csp_error *failure = csp_take_error(vm);
    cr_assert(failure);
    char *text = malloc(300);
    snprintf(text, 300, "%s: %s", csp_error_kind(failure), csp_error_message(failure));
    csp_error_free(failure);
    return text;
}

static const struct {
    const char *use, *member, *result, *name;
    uint64_t capability;
} uses[] = {
    {"Os.args()", "Os.args", "[\"one\"]", "CSP_MAY_ARGS", CSP_MAY_ARGS},
    {"Os.env(\"PATH\") != nil", "Os.env", "true", "CSP_MAY_ENV", CSP_MAY_ENV},
    {"Os.set_env(\"A\", \"1\")", "Os.set_env", "true", "CSP_MAY_ENV", CSP_MAY_ENV},
    {"Os.pid() > 0", "Os.pid", "true", "CSP_MAY_ENV", CSP_MAY_ENV},
    {"Os.memory() > 0", "Os.memory", "true", "CSP_MAY_ENV", CSP_MAY_ENV},
    {"type(Os.cwd())", "Os.cwd", "\"string\"", "CSP_MAY_READ", CSP_MAY_READ},
    {"Os.chdir(\".\")", "Os.chdir", "true", "CSP_MAY_RUN", CSP_MAY_RUN},
    {"Os.run(\"true\").status", "Os.run", "0", "CSP_MAY_RUN", CSP_MAY_RUN},
    {"Os.kill({pid: 1}).kind", "Os.kill", "\"not_found\"", "CSP_MAY_RUN", CSP_MAY_RUN},
    {"Ffi.free(Ffi.alloc(8))", "Ffi.alloc", NULL, "CSP_MAY_CALL_C", CSP_MAY_CALL_C},
};

Test(capabilities, what_is_granted_works)
{
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        csp_vm *vm = new_vm(uses[i].capability);
        csp_session *s = csp_session_new(vm);
        char *result;
        cr_assert_eq(csp_eval(s, uses[i].use, strlen(uses[i].use), &result), CSP_OK, "%s",
                     uses[i].use);
        if (uses[i].result)
            cr_assert_str_eq(result, uses[i].result);
        csp_text_free(result);
        csp_free(vm);
    }
}

Test(capabilities, what_is_not_does_not_compile)
{
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        csp_vm *vm = new_vm(CSP_MAY_ALL & ~uses[i].capability);
        char program[100];
        snprintf(program, sizeof program, "if false { %s }", uses[i].use);
        cr_assert_eq(csp_run_text(vm, "t", program, strlen(program)), CSP_E_COMPILE);
        char *text = said(vm), expected[100];
        snprintf(expected, sizeof expected, "`%s` cannot be used here: %s is not granted",
                 uses[i].member, uses[i].name);
        cr_expect(strstr(text, expected), "%s", text);
        free(text);
        csp_free(vm);
    }
}

Test(capabilities, ending_the_program)
{
    static const char text[] = "Os.exit(3)";
    csp_vm *vm = new_vm(CSP_MAY_EXIT);
    cr_assert_eq(csp_run_text(vm, "t", text, strlen(text)), CSP_EXIT);
    csp_free(vm);
    vm = new_vm(0);
    cr_assert_eq(csp_run_text(vm, "t", text, strlen(text)), CSP_E_COMPILE);
    csp_free(vm);
}

/* A function value that a script could not name. */
Test(capabilities, at_run_time)
{
    csp_vm *vm = new_vm(0);
    static const char *const names[] = {"args", "exit"};
    static const char *const needs[] = {"CSP_MAY_ARGS", "CSP_MAY_EXIT"};
    for (int i = 0; i < 2; i++) {
        csp_session *s = csp_session_new(vm);
        char *result;
        world *w = world_of(vm);
        cr_assert_eq(csp_eval(s, "var f = nil", 11, &result), CSP_OK);
        resolve_session_name name;
        cr_assert(session_find(s, "f", &name));
        ((cell *)value_as_object(name.cell))->item = vm_native(w->vm, "Os", names[i]);
        cr_assert_eq(csp_eval(s, "f()", 3, &result), CSP_E_CRASH);
        char *text = said(vm), expected[100];
        snprintf(expected, sizeof expected, "denied: %s is not granted", needs[i]);
        cr_expect_str_eq(text, expected);
        free(text);
    }
    csp_free(vm);
}

Test(capabilities, files_to_import_are_read)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.import_files = true;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_E_DENIED);
    cr_assert_null(vm);
    config.capabilities = CSP_MAY_READ;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    csp_free(vm);
}

Test(capabilities, clocks_are_rounded)
{
    static const char text[] = "var finer = 0\n"
                               "for i in 0..1000 {\n"
                               "    for t in [now(), Time.now(), Time.mono()] {\n"
                               "        if t % 1_000_000 != 0 { finer += 1 }\n"
                               "    }\n"
                               "}\n"
                               "finer > 0";
    for (int precise = 0; precise < 2; precise++) {
        csp_vm *vm = new_vm(precise ? CSP_MAY_PRECISE_TIME : 0);
        csp_session *s = csp_session_new(vm);
        char *result;
        cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK);
        cr_assert_str_eq(result, precise ? "true" : "false");
        csp_text_free(result);
        csp_free(vm);
    }
}

Test(capabilities, a_host_finds_only_what_it_grants)
{
    csp_vm *vm = new_vm(CSP_MAY_ARGS);
    csp_scope scope = csp_scope_open(vm);
    csp_value f;
    cr_assert_eq(csp_find(vm, "Os", "args", NULL, &f), CSP_OK);
    cr_assert_eq(csp_type_of(vm, f), CSP_T_FUNCTION);
    cr_assert_eq(csp_find(vm, "Os", "env", NULL, &f), CSP_E_DENIED);
    char *text = said(vm);
    cr_assert_str_eq(text, "denied: CSP_MAY_ENV is not granted");
    free(text);
    csp_scope_close(vm, scope);
    csp_free(vm);
}
