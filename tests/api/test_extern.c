/* api/foreign.c: what `extern` declares, in programs and sessions, and who may */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"
#include "tests/support/support.h"

static char told[2048]; /* on both streams */

static void take(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream;
    size_t used = strlen(told);
    if (used + size >= sizeof told)
        return;
    memcpy(told + used, text, size);
    told[used + size] = '\0';
}

static csp_vm *make(uint64_t capabilities)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = take;
    config.capabilities = capabilities;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    told[0] = '\0';
    return vm;
}

/* The text of the error that the last call gave. */
static char *error_text(csp_vm *vm)
{
    csp_error *error = csp_take_error(vm);
    cr_assert_not_null(error);
    cr_assert_str_eq(csp_error_kind(error), "compile");
    char *text = csp_error_text(error, CSP_PLAIN);
    csp_error_free(error);
    return text;
}

static void assert_told(csp_vm *vm, const char *part)
{
    char *text = error_text(vm);
    cr_assert_not_null(strstr(text, part), "%s is not in %s", part, text);
    csp_text_free(text);
}

static csp_status evaluate(csp_session *s, const char *input)
{
    char *result;
    csp_status status = csp_eval(s, input, strlen(input), &result);
    csp_text_free(result);
    return status;
}

static const char libm[] =
    "## Mathematics.\nextern \"m\" as m {\n"
    "    ## The cosine.\n    ## In radians.\n    fn cos(x: f64): f64\n"
    "    fn _hidden = \"sin\"(f64): f64\n    fn in = \"tan\"(is: f64): f64\n"
    "    struct pair { a: i32, b: pair* , c: u8[0x10] }\n    struct opaque { }\n}\n";

/* ---- who may ---- */

Test(externs, nobody_may_who_was_not_granted_it)
{
    csp_vm *vm = make(0);
    cr_assert_eq(csp_run_text(vm, "a.csp", libm, strlen(libm)), CSP_E_COMPILE);
    assert_told(vm, "a.csp:2:8: error: C cannot be called here: CSP_MAY_CALL_C is not granted");
    csp_free(vm);
    vm = make(0);
    csp_session *s = csp_session_new(vm);
    cr_assert_eq(evaluate(s, libm), CSP_E_COMPILE);
    assert_told(vm, "CSP_MAY_CALL_C");
    csp_free(vm);
}

Test(externs, modules_neither)
{
    csp_vm *vm = make(0);
    cr_assert_eq(csp_module_add(vm, "x", libm, strlen(libm)), CSP_OK);
    const char *text = "import \"x\"\nprint(1)";
    cr_assert_eq(csp_run_text(vm, "a.csp", text, strlen(text)), CSP_E_COMPILE);
    char *said = error_text(vm);
    cr_assert_not_null(strstr(said, "x:2:8: error: C cannot be called here"), "%s", said);
    csp_text_free(said);
    cr_assert_str_empty(told);
    csp_free(vm);
}

Test(externs, a_config_without_capabilities_grants_none)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    cr_assert_eq(config.capabilities, 0);
    config.capabilities = CSP_MAY_CALL_C;
    config.struct_size = offsetof(csp_config, capabilities); /* of who was compiled before */
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    cr_assert_eq(csp_run_text(vm, "a.csp", libm, strlen(libm)), CSP_E_COMPILE);
    csp_error_free(csp_take_error(vm));
    csp_free(vm);
}

Test(externs, of_who_may_what_is_declared_is_looked_for)
{
    csp_vm *vm = make(CSP_MAY_CALL_C);
    const char *text = "print(1)\nextern \"m\" as m { fn cos(x: f64): f64\nfn coss(f64) }";
    cr_assert_eq(csp_run_text(vm, "a.csp", text, strlen(text)), CSP_E_COMPILE);
    assert_told(vm, "a.csp:3:4: error: libm.so.6 has no function `coss`");
    cr_assert_str_empty(told);
    csp_free(vm);
    vm = make(CSP_MAY_CALL_C);
    text = "print(1)\nextern \"m\" as m { fn cos(x: f64): f64 }";
    cr_assert_eq(csp_run_text(vm, "a.csp", text, strlen(text)), CSP_OK);
    cr_assert_str_eq(told, "1\n");
    csp_free(vm);
}

Test(externs, documentation_needs_no_library)
{
    csp_vm *vm = make(0);
    const char *text =
        "## About.\n\nextern \"lost\" as m {\n## Does.\nfn f(x: i32): i64 }\n## K.\nconst K = 1";
    char *said;
    cr_assert_eq(csp_doc_text(vm, "lib/a.csp", text, strlen(text), &said), CSP_OK);
    cr_assert_str_eq(
        said, "a\n    About.\nextern \"lost\" as m\nm.f(x: i32): i64\n    Does.\na.K\n    K.\n");
    csp_text_free(said);
    cr_assert_eq(csp_doc_text(vm, "a", "", 0, &said), CSP_OK);
    cr_assert_str_eq(said, "a\n");
    csp_text_free(said);
    cr_assert_eq(csp_doc_text(vm, "a", "extern", 6, &said), CSP_E_COMPILE);
    cr_assert_null(said);
    assert_told(vm, "a:1:7: error: expected the name of a C library");
    csp_free(vm);
}

/* ---- sessions ---- */

static void assert_doc(csp_session *s, const char *name, const char *expected)
{
    char *text = csp_doc(s, name);
    if (expected)
        cr_assert_str_eq(text, expected, "%s", name);
    else
        cr_assert_null(text, "%s", name);
    csp_text_free(text);
}

static void append(void *user, const char *name)
{
    strcat(user, name);
    strcat(user, " ");
}

static void assert_completed(csp_session *s, const char *input, const char *expected)
{
    size_t start;
    char names[1000] = "";
    csp_complete(s, input, strlen(input), &start, append, names);
    cr_assert_str_eq(names, expected, "%s", input);
}

Test(externs, sessions_know_their_declarations)
{
    csp_vm *vm = make(CSP_MAY_CALL_C);
    csp_session *s = csp_session_new(vm);
    cr_assert_eq(evaluate(s, libm), CSP_OK);
    assert_doc(s, "m.cos", "m.cos(x: f64): f64\n    The cosine.\n    In radians.\n");
    assert_doc(s, "m._hidden", "m._hidden(f64): f64\n");
    assert_doc(s, "m.pair", "m.pair {a: i32, b: pair*, c: u8[0x10]}\n");
    assert_doc(s, "m.opaque", "m.opaque {}\n");
    assert_doc(s, "m.sin", NULL);
    assert_doc(s, "m", "m: _hidden cos in pair\n");
    assert_completed(s, "m.", "cos in pair ");
    assert_completed(s, "m.p", "pair ");
    cr_assert_eq(evaluate(s, "let p = m.pair(); let n = 1"), CSP_OK);
    assert_completed(s, "p.", "a b c ");
    assert_completed(s, "n.", "");
    csp_free(vm);
}

Test(externs, declarations_are_shown_in_one_way)
{
    csp_vm *vm = make(CSP_MAY_CALL_C);
    csp_session *s = csp_session_new(vm);
    const char *text =
        "extern \"c\" as c { fn qsort(base:buffer,n : usize,usize,\n"
        "  fn ( pointer , pointer ) : i32 else - 1 ,)\n"
        "blocking fn printf(f: cstring, ... ,): i32 fails( - 1 )\n"
        "fn strdup(s: cstring): cstring owned( free ) fails(nil); fn free(pointer) }";
    cr_assert_eq(evaluate(s, text), CSP_OK);
    assert_doc(s, "c.qsort",
               "c.qsort(base: buffer, n: usize, usize, fn(pointer, pointer): i32 else -1)\n");
    assert_doc(s, "c.printf", "blocking c.printf(f: cstring, ...): i32 fails(-1)\n");
    assert_doc(s, "c.strdup", "c.strdup(s: cstring): cstring fails(nil) owned(free)\n");
    csp_free(vm);
}

/* What a process waits for in C, and in what of C it waits. */
Test(externs, reports_name_the_c_function, .timeout = 20)
{
    csp_vm *vm = make(CSP_MAY_CALL_C);
    csp_session *s = csp_session_new(vm);
    const char *text =
        "extern \"c\" as c { blocking fn usleep(n: u32): i32; blocking fn pause(): i32; "
        "fn qsort(base: buffer, n: usize, size: usize, f: fn(pointer, pointer): i32) }";
    cr_assert_eq(evaluate(s, text), CSP_OK);
    cr_assert_eq(evaluate(s, "for f in [c.pause, c.pause] { spawn f() }; nil"), CSP_OK);
    cr_assert_eq(evaluate(s, "spawn c.usleep(100000000); nil"), CSP_OK);
    cr_assert_eq(evaluate(s, "spawn { c.qsort(Buffer.of(8), 2, 4, fn(x, y) => c.pause()) }; nil"),
                 CSP_OK);
    while (csp_step(vm, 100000, NULL) == CSP_MORE)
        continue;
    csp_request_report(vm);
    cr_assert_eq(csp_step(vm, 100000, NULL), CSP_IDLE);
    static const char *const expected[] = {
        "2 processes like process 2 (pause) wait for C function pause (libc.so.6) to return",
        "process 4 (usleep) waits for C function usleep (libc.so.6) to return",
        ("process 5 waits for C function pause (libc.so.6) to return in a callback of C function "
         "qsort (libc.so.6)"),
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_assert_not_null(strstr(told, expected[i]), "no '%s' in: %s", expected[i], told);
    csp_free(vm);
}

Test(externs, a_session_may_declare_again)
{
    csp_vm *vm = make(CSP_MAY_CALL_C);
    csp_session *s = csp_session_new(vm);
    cr_assert_eq(evaluate(s, "extern \"m\" as m { fn cos(x: f64): f64 }"), CSP_OK);
    assert_doc(s, "m", "m: cos\n");
    cr_assert_eq(evaluate(s, "extern \"m\" as m { fn sin(x: f64): f64; fn tan(x: f64): f64 }"),
                 CSP_OK);
    assert_doc(s, "m", "m: sin tan\n");
    cr_assert_eq(evaluate(s, "extern \"m\" as m { fn sinn(x: f64): f64 }"), CSP_E_COMPILE);
    assert_told(vm, "did you mean `sin");
    assert_doc(s, "m", "m: sin tan\n");
    cr_assert_eq(evaluate(s, "m.cos(1.0)"), CSP_E_COMPILE);
    assert_told(vm, "the `extern` of `m` declares no `cos`");
    cr_assert_eq(evaluate(s, "m = 1"), CSP_E_COMPILE);
    csp_error_free(csp_take_error(vm));
    cr_assert_eq(evaluate(s, "let m = 1"), CSP_OK);
    assert_doc(s, "m", NULL);
    csp_free(vm);
}

Test(externs, only_the_input_that_declares_is_given_up)
{
    csp_vm *vm = make(CSP_MAY_CALL_C);
    csp_session *s = csp_session_new(vm);
    cr_assert_eq(evaluate(s, "let a = 1; extern \"lost\" as m { fn f() }"), CSP_E_COMPILE);
    assert_told(vm, "repl:1:19: error: ");
    cr_assert_eq(evaluate(s, "extern \"m\" as m { fn cos(x: f64): f64 }; fail(\"no\")"),
                 CSP_E_CRASH);
    csp_error_free(csp_take_error(vm));
    assert_doc(s, "m", "m: cos\n");
    csp_free(vm);
}
