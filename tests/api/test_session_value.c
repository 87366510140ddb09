/* Values of a session's expressions as they are evaluated, and names that the host binds. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"

static char seen[4096]; /* values and output, in the order in which they came */

static void add(const char *text, size_t size)
{
    size_t used = strlen(seen);
    cr_assert_lt(used + size, sizeof seen);
    memcpy(seen + used, text, size);
    seen[used + size] = '\0';
}

static void take(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    if (stream == 1)
        add(text, size);
}

static void on_value(void *user, csp_value v)
{
    csp_vm *vm = user;
    char *text = csp_show(vm, v, 0);
    cr_assert_not_null(text);
    add("<", 1);
    add(text, strlen(text));
    add(">", 1);
    csp_text_free(text);
}

static csp_session *make(csp_vm **vm)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = take;
    cr_assert_eq(csp_new(&config, vm), CSP_OK);
    csp_session *s = csp_session_new(*vm);
    csp_session_on_value(s, on_value, *vm);
    seen[0] = '\0';
    return s;
}

static csp_status eval(csp_session *s, const char *text)
{
    char *result;
    csp_status status = csp_eval(s, text, strlen(text), &result);
    cr_assert_null(result);
    return status;
}

static void shows(csp_session *s, const char *text, const char *expected)
{
    seen[0] = '\0';
    eval(s, text);
    cr_assert_str_eq(seen, expected, "%s", text);
}

Test(session_value, each_expression_of_the_top_level)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    shows(s, "1; nil; \"a\"", "<1><\"a\">");
    shows(s, "print(1); 2; print(3); 4", "1\n<2>3\n<4>");
    shows(s, "let a = 5; var b = 6; fn f() => 7; b = 8; while false { 9 }", "");
    shows(s, "f(); a\nb", "<7><5><8>");
    shows(s, "if true { a; b } else { 1 }; match a { 5 => \"five\"; _ => 0 }", "<8><\"five\">");
    shows(s, "fn g() { 1; 2; 3 }; g()", "<3>");
    shows(s, "1; fail(\"no\"); 2", "<1>");
    shows(s, "1; try error(\"bad\"); 2", "<1><error(\"bad\", \"\")>");
    shows(s, "1 + ", "");
    shows(s, "defer print(\"end\"); 1", "<1>end\n");
    shows(s, "par { 1; 2 }; (spawn { 4 }) == nil", "<[1, 2]><false>");
    csp_free(vm);
}

Test(session_value, is_the_value_itself_and_no_copy)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    shows(s, "let xs = [1]; xs", "<[1]>");
    shows(s, "xs[0] = 2; xs", "<[2]>");
    csp_scope scope = csp_scope_open(vm);
    csp_value xs = csp_session_get(s, "xs");
    cr_assert_eq(csp_session_set(s, "_", xs), CSP_OK);
    csp_scope_close(vm, scope);
    shows(s, "_[0] = 3; xs; _", "<[3]><[3]>");
    csp_free(vm);
}

Test(session_value, without_a_callback_eval_gives_the_last_one)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    csp_session_on_value(s, NULL, NULL);
    char *result;
    cr_assert_eq(csp_eval(s, "1; 2", 4, &result), CSP_OK);
    cr_assert_str_eq(result, "2");
    csp_text_free(result);
    cr_assert_str_empty(seen);
    csp_free(vm);
}

/* What a callback may do: it reads the session's own values and binds them. */
static csp_session *bound_in;
static void bind_each(void *user, csp_value v)
{
    csp_vm *vm = user;
    static int n;
    char name[16];
    snprintf(name, sizeof name, "v%d", ++n);
    cr_assert_eq(csp_session_set(bound_in, name, v), CSP_OK);
    if (csp_type_of(vm, v) == CSP_T_LIST)
        cr_assert_eq(csp_int_or(vm, csp_at(vm, v, 0), 0), 10);
}

Test(session_value, a_callback_may_bind_them)
{
    csp_vm *vm;
    csp_session *s = bound_in = make(&vm);
    csp_session_on_value(s, bind_each, vm);
    cr_assert_eq(eval(s, "let a = [10]; a; let b = 2; b + 1; b"), CSP_OK);
    csp_session_on_value(s, on_value, vm);
    shows(s, "a; b; v1; v2; v3", "<[10]><2><[10]><3><2>");
    shows(s, "v1[0] = 4; a", "<[4]>");
    cr_assert_eq(eval(s, "v1 = 3"), CSP_E_COMPILE);
    csp_free(vm);
}

Test(session_value, names_are_bound_and_forgotten)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    cr_assert_eq(eval(s, "fn late() => later + 1"), CSP_OK);
    cr_assert_eq(csp_session_set(s, "later", csp_nil()), CSP_OK);
    csp_scope scope = csp_scope_open(vm);
    cr_assert_eq(csp_session_set(s, "later", csp_int(vm, 41)), CSP_OK);
    cr_assert_eq(csp_session_set(s, "text", csp_string_z(vm, "x")), CSP_OK);
    cr_assert_eq(csp_int_or(vm, csp_session_get(s, "later"), 0), 41);
    csp_scope_close(vm, scope);
    shows(s, "late(); text", "<42><\"x\">");
    cr_assert_eq(csp_session_forget(s, "later"), CSP_OK);
    cr_assert_eq(eval(s, "late()"), CSP_E_CRASH);
    cr_assert_eq(eval(s, "later"), CSP_E_COMPILE);
    shows(s, "text", "<\"x\">");
    cr_assert_eq(csp_session_forget(s, "later"), CSP_E_NOT_FOUND);
    csp_free(vm);
}

/* Names that come and go leave those between them alone. */
Test(session_value, many_names)
{
    enum { COUNT = 3000, KEPT = 20 };
    csp_vm *vm;
    csp_session *s = make(&vm);
    char name[32];
    csp_scope scope = csp_scope_open(vm);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "_%d", i);
        cr_assert_eq(csp_session_set(s, name, csp_int(vm, i)), CSP_OK);
        if (i < KEPT)
            continue;
        snprintf(name, sizeof name, "_%d", i - KEPT);
        cr_assert_eq(csp_session_forget(s, name), CSP_OK);
    }
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "_%d", i);
        csp_value v = csp_session_get(s, name);
        cr_assert_eq(csp_int_or(vm, v, -1), i < COUNT - KEPT ? -1 : i);
    }
    csp_scope_close(vm, scope);
    csp_free(vm);
}

Test(session_value, the_hole_is_a_name_once_it_is_bound)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    cr_assert_eq(eval(s, "_"), CSP_E_COMPILE);
    cr_assert_eq(eval(s, "fn f() => _"), CSP_E_COMPILE);
    csp_session_set(s, "_", csp_bool(true));
    shows(s, "_; [_, not _]; (fn() => _)(); (_, 1)", "<true><[true, false]><true><(true, 1)>");
    shows(s, "var a = 0; (a, _) = (1, 2); a; _", "<1><true>");
    shows(s, "let (_, c) = (3, 4); (fn(_) => c)(5); match 6 { _ => 7 }", "<4><7>");
    cr_assert_eq(eval(s, "_ = 1"), CSP_E_COMPILE);
    cr_assert_eq(csp_input_state("_ +", 3), CSP_INPUT_INCOMPLETE);
    cr_assert_eq(csp_input_state("_ + 1", 5), CSP_INPUT_COMPLETE);
    csp_free(vm);
}

Test(session_value, another_process_s_value_is_refused)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    csp_scope scope = csp_scope_open(vm);
    csp_value own = csp_list(vm, 0, NULL);
    cr_assert_eq(csp_session_set(s, "xs", own), CSP_E_TYPE);
    cr_assert_eq(csp_session_set(s, "xs", csp_freeze(vm, own)), CSP_OK);
    csp_scope_close(vm, scope);
    shows(s, "xs", "<[]>");
    csp_free(vm);
}

/* What a value that was shown keeps is no leak; a report says why. */
Test(session_value, names_hold_channels)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    csp_session_on_value(s, bind_each, vm);
    bound_in = s;
    cr_assert_eq(eval(s, "fn read(c) => ?c; fn make() { let c = chan(); spawn read(c); c }"),
                 CSP_OK);
    cr_assert_eq(eval(s, "make()"), CSP_OK);
    cr_assert_eq(eval(s, "let d = chan(); ?d"), CSP_E_DEADLOCK);
    csp_error *error = csp_take_error(vm);
    char *text = csp_error_text(error, CSP_PLAIN);
    cr_assert(strstr(text, "<chan 1> is held by d\n"), "%s", text);
    cr_assert(strstr(text, "<chan 2> is held by v1\n"), "%s", text);
    csp_text_free(text);
    csp_error_free(error);
    csp_free(vm);
}

Test(session_value, misuse)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    csp_session_on_value(NULL, on_value, vm);
    cr_assert_eq(csp_session_set(NULL, "a", csp_nil()), CSP_E_MISUSE);
    cr_assert_eq(csp_session_set(s, NULL, csp_nil()), CSP_E_MISUSE);
    cr_assert_eq(csp_session_set(s, "", csp_nil()), CSP_E_MISUSE);
    cr_assert_eq(csp_session_set(s, "a b", csp_nil()), CSP_E_MISUSE);
    cr_assert_eq(csp_session_set(s, "a", CSP_NONE), CSP_E_MISUSE);
    cr_assert_eq(csp_session_get(s, NULL).word, CSP_NONE.word);
    cr_assert_eq(csp_session_get(s, "a").word, CSP_NONE.word);
    csp_error *error = csp_take_error(vm);
    cr_assert_str_eq(csp_error_kind(error), "not_found");
    csp_error_free(error);
    cr_assert_eq(csp_session_forget(s, "1"), CSP_E_MISUSE);
    cr_assert_eq(csp_session_forget(s, "a"), CSP_E_NOT_FOUND);
    csp_session_free(s);
    cr_assert_eq(csp_session_forget(s, "a"), CSP_E_MISUSE);
    csp_free(vm);
}
