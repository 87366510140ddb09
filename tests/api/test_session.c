/* Sessions: what functions capture, and what they look up by name. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"

static char told[2048]; /* on stream 2 */

static void take(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    size_t used = strlen(told);
    if (stream != 2 || used + size >= sizeof told)
        return;
    memcpy(told + used, text, size);
    told[used + size] = '\0';
}

static csp_session *make(csp_vm **out)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = take;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    static const struct {
        const char *name, *text;
    } modules[] = {{"m", "const K = [1, 2]\nfn sq(x) => x * x\nfn _hidden() => 0\n"},
                   {"n", "fn sq(x, y = 1000) => x + y\nfn only() => 1\n"}};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        cr_assert_eq(csp_module_add(vm, modules[i].name, modules[i].text, strlen(modules[i].text)),
                     CSP_OK);
    told[0] = '\0';
    *out = vm;
    csp_session *s = csp_session_new(vm);
    cr_assert_not_null(s);
    return s;
}

/* An input and what it gives as its value, "" for none; or, behind `!`, the kind and a part of the
 * message of its error. */
typedef struct step {
    const char *input, *expected;
} step;

static void fails(csp_vm *vm, const step *wanted)
{
    csp_error *error = csp_take_error(vm);
    cr_assert_not_null(error, "%s", wanted->input);
    char *text = csp_error_text(error, CSP_PLAIN);
    const char *part = strchr(wanted->expected, ' ');
    size_t length = (size_t)(part - wanted->expected) - 1;
    cr_assert(strncmp(csp_error_kind(error), wanted->expected + 1, length) == 0, "%s: %s",
              wanted->input, text);
    cr_assert_not_null(strstr(text, part + 1), "%s: %s", wanted->input, text);
    csp_text_free(text);
    csp_error_free(error);
}

static void play(const step *steps)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    for (; steps->input; steps++) {
        char *result;
        csp_status status = csp_eval(s, steps->input, strlen(steps->input), &result);
        if (*steps->expected == '!') {
            cr_assert_lt(status, CSP_OK, "%s gives %s", steps->input, result ? result : "nothing");
            fails(vm, steps);
            continue;
        }
        char *text = status < 0 ? csp_error_text(csp_take_error(vm), CSP_PLAIN) : NULL;
        cr_assert_geq(status, CSP_OK, "%s: %s", steps->input, text);
        cr_assert_str_eq(result ? result : "", steps->expected, "%s", steps->input);
        csp_text_free(result);
    }
    csp_free(vm);
}

Test(session, variables_are_captured)
{
    play((const step[]){{"let a = 1; var b = 2", ""},
                        {"fn f() => a + b", ""},
                        {"let a = 10; b = 20; f()", "3"},
                        {"let xs = []", ""},
                        {"fn add(x) { List.push(xs, x); len(xs) }", ""},
                        {"add(1); add(2)", "2"},
                        {"xs", "[1, 2]"},
                        {NULL, NULL}});
}

Test(session, functions_and_constants_are_looked_up)
{
    play((const step[]){
        {"fn h() => 1", ""},
        {"fn g() => h() + 1", ""},
        {"g()", "2"},
        {"fn h() => 10", ""},
        {"g()", "11"},
        {"const K = [1]", ""},
        {"fn k() => K", ""},
        {"const K = [2]; k()", "[2]"},
        {"let closures = [fn() => h(), fn() => k()]; fn h() => 5; (closures[0](), closures[1]())",
         "(5, [2])"},
        {"{ fn inner() => h(); inner() }", "5"},
        {"par { h(); k() }", "[5, [2]]"},
        {"fn fact(n) => if n < 2 { 1 } else { n * fact(n - 1) }", ""},
        {"let old = fact; fn fact(n) => 0; (old(5), fact(5))", "(120, 0)"},
        {NULL, NULL}});
}

Test(session, two_that_call_each_other)
{
    play((const step[]){{"fn even(n) => if n == 0 { true } else { odd(n - 1) }", ""},
                        {"even(0)", "true"},
                        {"even(3)", "!value_error `odd` is not there yet"},
                        {"fn odd(n) => if n == 0 { false } else { even(n - 1) }", ""},
                        {"(even(100000), odd(100000))", "(true, false)"},
                        {NULL, NULL}});
    cr_assert(strstr(told, "repl:1:41: note: `odd` is not there yet"), "%s", told);
    cr_assert_null(strstr(strstr(told, "note:") + 1, "note:"), "%s", told);
}

Test(session, one_input_may_hold_both)
{
    play((const step[]){{"fn a() => b() + K; fn b() => 41; const K = 1; a()", "42"},
                        {"fn u() => v.sq(2); import \"m\" as v; u()", "4"},
                        {NULL, NULL}});
    cr_assert_str_empty(told);
}

Test(session, a_name_may_come_to_mean_something_else)
{
    play((const step[]){{"fn h() => 1", ""},
                        {"fn g() => h()", ""},
                        {"let h = 5; g()", "!type_error expected a function, got an int"},
                        {"let h = fn() => 6; g()", "6"},
                        {"var h = fn() => 7; g()", "7"},
                        {"h = fn() => 8; g()", "8"},
                        {"fn h() => 9; g()", "9"},
                        {"fn h() => fail(\"no\"); 1", "1"},
                        {"g()", "!fail no"},
                        /* What fails before its definition leaves the name as it was. */
                        {"let n = 1 // 0; fn h() => 10", "!zero_division zero"},
                        {"g()", "!fail no"},
                        {"fn h() => 11; let n = 1 // 0", "!zero_division zero"},
                        {"g()", "11"},
                        {NULL, NULL}});
}

Test(session, arguments_are_checked_when_it_is_called)
{
    play((const step[]){{"fn h(a) => a", ""},
                        {"fn g() => h(1)", ""},
                        {"fn named() => h(a: 2)", ""},
                        {"fn spread() => h(..[3])", ""},
                        {"fn wrong() => h(1, 2)", ""},
                        {"(g(), named(), spread())", "(1, 2, 3)"},
                        {"wrong()", "!arity_error `h` takes 1 argument, but 2 are given"},
                        {"h(1, 2)", "!compile `h` takes 1 argument, but 2 are given"},
                        {"fn h(a, b = 5) => (a, b)", ""},
                        {"(g(), named(), spread(), wrong())", "((1, 5), (2, 5), (3, 5), (1, 2))"},
                        {"fn h(..r) => r; wrong()", "[1, 2]"},
                        {NULL, NULL}});
}

Test(session, imported_modules_are_looked_up)
{
    play((const step[]){{"fn early() => m.sq(3)", ""},
                        {"early()", "!value_error `m` is not there yet"},
                        {"import \"m\"", ""},
                        {"early()", "9"},
                        {"fn f(x) => m.sq(x) + m.K[0]", ""},
                        {"f(3)", "10"},
                        {"fn wrong() => m.nope()", "!compile `m` has no member `nope`"},
                        {"fn private() => m._hidden()", "!compile `m._hidden` is private"},
                        {"fn change() { m.K = 1 }", "!compile cannot be assigned"},
                        {"fn q() => m", "!compile `m` is a module, not a value"},
                        {"import \"n\" as m", ""},
                        {"early()", "1003"},
                        {"f(3)", "!key_error K"},
                        {"wait(spawn early())", "1003"},
                        {NULL, NULL}});
}

Test(session, what_is_missing_in_a_function_that_runs_at_once_is_an_error)
{
    play((const step[]){{"spawn { prnt(1) }", "!compile unknown name `prnt`"},
                        {"(fn() => nothing)()", "!compile unknown name `nothing`"},
                        {"fn t() { missing = 5 }", "!compile unknown name `missing`"},
                        {"fn p() { prnt(1) }", ""},
                        {"p()", "!value_error `prnt` is not there yet"},
                        {"fn h() => 1", ""},
                        {"fn t() { h = 5 }", "!compile `h` is no `var` and cannot be assigned"},
                        {NULL, NULL}});
    cr_assert(strstr(told, "hint: did you mean `print`?"), "%s", told);
}

/* Another process gets a copy of what a function that it looks up has captured. */
Test(session, other_processes_share_nothing)
{
    play((const step[]){{"let xs = [1]; let deep = {a: [xs, (xs, 2)]}; var n = 5", ""},
                        {"fn add(x) { List.push(xs, x); len(xs) }", ""},
                        {"fn look() => (deep, n)", ""},
                        {"fn worker(k) { let found = add(k); (found, look()) }", ""},
                        {"wait(spawn worker(7))", "(2, ({a: [[1], ([1], 2)]}, 5))"},
                        {"xs", "[1]"},
                        {"par { worker(1); worker(2) }",
                         "[(2, ({a: [[1], ([1], 2)]}, 5)), (2, ({a: [[1], ([1], 2)]}, 5))]"},
                        {"add(3); worker(4)", "(3, ({a: [[1, 3, 4], ([1, 3, 4], 2)]}, 5))"},
                        {NULL, NULL}});
}

Test(session, what_runs_meets_the_new_function)
{
    play((const step[]){{"let c = chan(); let go = chan()", ""},
                        {"fn serve(c, go) { for _ in go { c ! reply() } }", ""},
                        {"fn reply() => \"old\"", ""},
                        {"let server = spawn serve(c, go); go ! 1; ?c", "\"old\""},
                        {"fn reply() => \"new\"", ""},
                        {"fn serve(c, go) => 1", ""},
                        {"go ! 1; ?c", "\"new\""},
                        {NULL, NULL}});
}
