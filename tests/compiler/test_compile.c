/* compiler/: the code that comes out, as the disassembler shows it, and what is refused */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"
#include "tests/support/support.h"

static csp_vm *vm;

static void setup(void) { cr_assert_eq(csp_new(NULL, &vm), CSP_OK); }

static void teardown(void) { csp_free(vm); }

TestSuite(compile, .init = setup, .fini = teardown);

/* ---- reading a disassembly ---- */

static char *disassemble(const char *text)
{
    char *out = NULL;
    csp_status status = csp_disassemble(vm, "test", text, strlen(text), &out);
    if (status != CSP_OK) {
        csp_error *error = csp_take_error(vm);
        cr_assert_fail("%s: %s", text, error ? csp_error_message(error) : "no error either");
    }
    return out;
}

/* One line without its numbers: "jnlti r0, 2 -> 3". Jumps keep their targets. */
static void put_line(char **out, const char *line, const char *end)
{
    while (line < end && (isspace((unsigned char)*line) || isdigit((unsigned char)*line)))
        line++;
    for (bool space = false; line < end; line++) {
        if (isspace((unsigned char)*line)) {
            space = true;
            continue;
        }
        if (space)
            *(*out)++ = ' ';
        space = false;
        *(*out)++ = *line;
    }
    *(*out)++ = '\n';
}

/* The instructions of the function whose heading begins with `heading` ("fn f("), one a line; for
 * the caller to free. */
static char *code_of(const char *listing, const char *heading)
{
    char *wanted = support_format("\n%s", heading);
    const char *at = strstr(listing, wanted);
    free(wanted);
    cr_assert(at != NULL, "no `%s` in\n%s", heading, listing);
    const char *line = strchr(at + 1, '\n') + 1;
    char *text = malloc(strlen(line) + 2), *out = text;
    cr_assert(text != NULL);
    while (*line && *line != '\n') {
        const char *end = line + strcspn(line, "\n");
        put_line(&out, line, end);
        line = *end ? end + 1 : end;
    }
    *out = '\0';
    return text;
}

static void assert_code(const char *text, const char *heading, const char *expected)
{
    char *listing = disassemble(text), *code = code_of(listing, heading);
    cr_assert_str_eq(code, expected, "%s\n%s", text, code);
    free(code);
    csp_text_free(listing);
}

/* Somewhere in the function these lines follow each other. */
static void assert_contains(const char *text, const char *heading, const char *expected)
{
    char *listing = disassemble(text), *code = code_of(listing, heading);
    cr_assert(strstr(code, expected) != NULL, "%s\n%s", text, code);
    free(code);
    csp_text_free(listing);
}

static void assert_error(const char *text, const char *message)
{
    char *out = NULL;
    cr_assert_eq(csp_disassemble(vm, "test", text, strlen(text), &out), CSP_E_COMPILE);
    csp_error *error = csp_take_error(vm);
    char *shown = csp_error_text(error, CSP_PLAIN);
    cr_assert(strstr(shown, message) != NULL, "%s", shown);
    csp_text_free(shown);
    csp_error_free(error);
}

/* ---- expressions ---- */

Test(compile, fib)
{
    assert_code("fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }", "fn fib(",
                "jnlti r0, 2 -> 2\nret r0\naddi r3, r0, -1\ncallf r1, fn fib\naddi r4, r0, "
                "-2\ncallf r2, fn fib\n"
                "add r1, r1, r2\nret r1\n");
}

Test(compile, operands_are_read_where_they_are)
{
    assert_code("fn f(a, b) => a * b + a", "fn f(", "mul r2, r0, r1\nadd r2, r2, r0\nret r2\n");
    assert_code("fn f(a) => a[0] + a.name", "fn f(",
                "getidxi r1, r0, 0\ngetfield r2, r0, \"name\"\nadd r1, r1, r2\nret r1\n");
    assert_code("fn f(a, i) => a[i]", "fn f(", "getidx r2, r0, r1\nret r2\n");
}

Test(compile, literal_operands_stand_in_the_instruction)
{
    assert_code("fn f(a) => (a + 1) * 2.5 - 40000", "fn f(",
                "addi r1, r0, 1\nmulk r1, r1, 2.5\nsubk r1, r1, 40000\nret r1\n");
    assert_code("fn f(a) => a - 7", "fn f(", "addi r1, r0, -7\nret r1\n");
    assert_code("fn f(a) => a + \"!\"", "fn f(", "addk r1, r0, \"!\"\nret r1\n");
    assert_code("fn f() => -5", "fn f(", "loadi r0, -5\nret r0\n");
}

Test(compile, an_assignment_computes_in_the_variable)
{
    assert_code("fn f(a) { var x = a\nx = x + a\nx += 2\nreturn }", "fn f(",
                "move r1, r0\nadd r1, r1, r0\naddi r1, r1, 2\nloadp r2, nil\nret r2\n");
    /* … but not before the last operand was read */
    assert_contains("fn f(a) { var x = a\nx = (a + 1) * x }", "fn f(",
                    "addi r2, r0, 1\nmul r1, r2, r1\n");
}

Test(compile, values_are_read_left_to_right)
{
    assert_contains("fn f() { var x = 1\nx + if x { x = 2\nx } else { 3 } }", "fn f(",
                    "move r1, r0\n");
}

Test(compile, comparisons_decide_jumps)
{
    assert_code("fn f(a, b) { if a < b { 1 } else { 2 } }", "fn f(",
                "jnlt r0, r1 -> 3\nloadi r2, 1\nret r2\nloadi r2, 2\nret r2\n");
    assert_contains("fn f(a, b) { if a > b { 1 } }", "fn f(", "jnlt r1, r0 -> 3\n");
    assert_contains("fn f(a, b) { if a >= b { 1 } }", "fn f(", "jnle r1, r0 -> 3\n");
    assert_contains("fn f(a, b) { if not a == b { 1 } }", "fn f(", "jeq r0, r1 -> 3\n");
    assert_contains("fn f(a) { if a >= 3 { 1 } }", "fn f(", "jngei r0, 3 -> 3\n");
    assert_contains("fn f(a) { if 3 > a { 1 } }", "fn f(", "jnlti r0, 3 -> 3\n");
    assert_contains("fn f(a) { if a { 1 } }", "fn f(", "jf r0 -> 3\n");
}

Test(compile, and_or_not_jump)
{
    assert_code("fn f(a, b) { if a == 1 and not b or a == 2 { return a }\nb }", "fn f(",
                "jnei r0, 1 -> 2\njf r1 -> 3\njnei r0, 2 -> 4\nret r0\nret r1\n");
    assert_code("fn f(a, b) => a or g(b)\nfn g(x) => x", "fn f(",
                "jt r0 -> 3\nmove r4, r1\ntailf r2, fn g\nret r0\n");
}

Test(compile, large_literals_are_built_in_pieces)
{
    char *items = support_repeat("x, ", 100), *text = support_format("fn f(x) => [%s]", items);
    assert_contains(text, "fn f(", "list r1, r2, 64\n");
    assert_contains(text, "fn f(", "append r1, r2, 36\nret r1\n");
    free(text);
    free(items);
}

/* ---- calls ---- */

Test(compile, known_functions_get_all_their_arguments)
{
    const char *f = "fn f(a, b = 1, ..c) => a\n";
    char *text = support_format("%sfn g() { f(1); f(1, 2, 3, 4); f(b: 2, a: 1); 0 }", f);
    assert_contains(text, "fn g(",
                    "loadi r2, 1\nloadp r3, absent\nlist r4, r4, 0\ncallf r0, fn f\n");
    assert_contains(text, "fn g(", "loadi r5, 3\nloadi r6, 4\nlist r4, r5, 2\ncallf r0, fn f\n");
    assert_contains(text, "fn g(", "loadi r3, 2\nloadi r2, 1\nlist r4, r4, 0\ncallf r0, fn f\n");
    free(text);
}

Test(compile, defaults_are_evaluated_by_the_callee)
{
    assert_code("fn f(a, b = a + 1) => b", "fn f(", "jpresent r1 -> 2\naddi r1, r0, 1\nret r1\n");
}

Test(compile, tail_calls)
{
    assert_code("fn f(n) => f(n)", "fn f(", "move r3, r0\ntailf r1, fn f\n");
    assert_code(
        "fn f(g, n) { match n { 0 => 1; _ => { return g(n) } } }", "fn f(",
        "testlit r1, 0\njmp -> 4\nloadi r2, 1\nret r2\nmove r2, r0\nmove r4, r1\ntail r2, 1\n");
    assert_contains("fn f(g) => try g(1)", "fn f(", "tail r1, 1\n");
    assert_contains("fn f(g) => g(..[1], a: 2)", "fn f(", "tailv r1\n");
    /* a native needs no frame; a handler or a defer needs this one */
    assert_contains("fn f(x) => len(x)", "fn f(", "calln r1, 1, native len\nret r1\n");
    assert_contains("fn f(g) => catch g(1)", "fn f(", "call r1, 1\nret r1\n");
    assert_contains("fn f(g) { catch { return g(1) }\n0 }", "fn f(", "call r2, 1\nret r2\n");
    assert_contains("fn f(g) { defer g(0)\ng(1) }", "fn f(", "call r5, 1\nmove r2, r5\n");
}

Test(compile, results_are_made_where_they_are_wanted)
{
    assert_code("fn f(g) { let a = g(1)\nlet b = [a]\nb }", "fn f(",
                "move r1, r0\nloadi r3, 1\ncall r1, 1\nmove r3, r1\nlist r2, r3, 1\nret r2\n");
}

Test(compile, functions_without_captures_are_constants)
{
    assert_code("fn f() { fn g(n) => g(n + 1)\nlet h = fn(x) => x\ng(1) + h(2) }", "fn f(",
                "loadk r0, <fn g>\nloadk r1, <fn h>\nloadi r4, 1\ncallf r2, fn g\nloadi r5, "
                "2\ncallf r3, fn h\n"
                "add r2, r2, r3\nret r2\n");
}

Test(compile, captures_are_copied_in)
{
    const char *text = "fn f(a) { fn g(n) => if n { g(a) } else { n }\ng }";
    assert_code(text, "fn f(", "loadp r1, nil\nmove r2, r0\nclosure r1, fn g\nret r1\n");
    assert_code(text, "fn g(", "jf r0 -> 4\nmove r3, r1\nmove r5, r2\ntail r3, 1\nret r0\n");
}

/* ---- control ---- */

Test(compile, counting_makes_no_range)
{
    assert_code("fn f(n) { var s = 0\nfor i in 0..n { s += i }\ns }", "fn f(",
                "loadi r1, 0\nloadi r2, 0\nmove r3, r0\nfori r2, 0 -> 6\nadd r1, r1, r4\nforiloop "
                "r2 -> 4\nret r1\n");
    assert_contains("fn f(n) { for i in n.. { } }", "fn f(", "loadp r2, absent\nfori r1, 0 ->");
    assert_contains("fn f(n) { for i in 1..=n { } }", "fn f(", "fori r1, 1 ->");
}

Test(compile, iterating)
{
    assert_code("fn f(xs) { for x in xs { if x { break } } }", "fn f(",
                "iter r1, r0\niternext r1 -> 4\njt r3 -> 4\nloop -> 1\nloadp r1, nil\nret r1\n");
    assert_contains("fn f(xs) { for k, v in xs { print(k, v) } }", "fn f(",
                    "iternext2 r1 -> 6\nmove r7, r3\nmove r8, r4\ncalln r5, 2, native print\n");
}

Test(compile, while_loops)
{
    assert_code(
        "fn f(n) { var i = n\nwhile i > 0 { i -= 1\nif i == 5 { continue } }\ni }", "fn f(",
        "move r1, r0\njngti r1, 0 -> 5\naddi r1, r1, -1\njeqi r1, 5 -> 4\nloop -> 1\nret r1\n");
}

Test(compile, unreachable_code_is_left_out)
{
    assert_code("fn f() { return 1\nprint(2) }", "fn f(", "loadi r0, 1\nret r0\n");
    assert_code("fn f() { loop { } }", "fn f(", "loop -> 0\n");
}

Test(compile, patterns)
{
    assert_code("fn f(p) { let (a, [b, ..c]) = p\na }", "fn f(",
                "testtuple r0, 2, 0\njmp -> 9\ngetidxi r4, r0, 1\ntestlist r4, 1, 1\njmp -> 9\n"
                "getidxi r2, r4, 0\nrest r3, r4, 1\ngetidxi r1, r0, 0\nret r1\nmatchfail r0\n");
}

Test(compile, a_match_names_its_subject)
{
    assert_code("fn f(p) { match p { {k: 1} => 2; error(k) => k; n => n } }", "fn f(",
                "testmap r0\njmp -> 8\ntestkey r1, r0, \"k\"\njmp -> 12\ntestlit r1, 1\njmp -> "
                "12\nloadi r1, 2\nret r1\n"
                "testerror r0\njmp -> 12\nerrorpart r1, r0, 0\nret r1\nret r0\n");
}

/* How often the word stands in the code of f. */
static unsigned occurrences(const char *text, const char *word)
{
    char *listing = disassemble(text), *code = code_of(listing, "fn f(");
    unsigned count = 0;
    for (const char *at = code; (at = strstr(at, word)) != NULL; at++)
        count++;
    free(code);
    csp_text_free(listing);
    return count;
}

Test(compile, a_match_tests_nothing_twice)
{
    const char *text =
        "fn f(e) => match e {\n(\"add\", (\"num\", a), 0) => a\n(\"add\", a, b) => b\n"
        "(\"mul\", a, b) => a\n(\"neg\", a, _) if a is int => a\n(\"mul\", _, _) => 1\n"
        "(\"neg\", a, _) => a\n_ => 0 }";
    cr_assert_eq(occurrences(text, "testtuple r0, 3"), 1);
    cr_assert_eq(occurrences(text, ", r0, 0\n"), 1, "the first element is taken once");
    cr_assert_eq(occurrences(text, "\"add\""), 1);
    cr_assert_eq(occurrences(text, "\"mul\""), 1);
    cr_assert_eq(occurrences(text, "\"neg\""), 1);
    assert_code(
        "fn f(p) => match p { (1, a) => a; (2, b) => b; [x] => x; (_, c) => c }", "fn f(",
        "testtuple r0, 2, 0\njmp -> 11\ngetidxi r1, r0, 0\ntestlit r1, 1\njmp -> 7\n"
        "getidxi r2, r0, 1\nret r2\ntestlit r1, 2\njmp -> 15\ngetidxi r2, r0, 1\nret r2\n"
        "testlist r0, 1, 0\njmp -> 17\ngetidxi r1, r0, 0\nret r1\ngetidxi r2, r0, 1\nret r2\n"
        "matchfail r0\n");
}

Test(compile, what_may_have_changed_is_tested_again)
{
    cr_assert_eq(
        occurrences("fn f(p) => match p { [1, a] if a > 0 => a; [1, b] => b; _ => 0 }", "testlist"),
        1);
    cr_assert_eq(occurrences("fn f(p, g) => match p { [1, a] if g() => a; [1, b] => b; _ => 0 }",
                             "testlist"),
                 2);
}

Test(compile, arms_that_nothing_reaches_become_no_code)
{
    cr_assert_eq(
        occurrences("fn f(p) => match p { (a, _) => a; (1, b) => 111; x => x; 2 => 222 }", "111"),
        0);
    cr_assert_eq(
        occurrences("fn f(p) => match p { (a, _) => a; (1, b) => 111; x => x; 2 => 222 }", "222"),
        0);
}

Test(compile, taking_a_tuple_apart_makes_none)
{
    assert_code("fn f(a, b) { let (x, y) = (b, a)\nx }", "fn f(",
                "move r2, r1\nmove r3, r0\nret r2\n");
}

Test(compile, catch_covers_its_code)
{
    assert_code("fn f(g) { let e = catch { let (a, b) = g()\na }\ne }", "fn f(",
                "move r4, r0\ncall r4, 0\ntesttuple r4, 2, 0\njmp -> 8\ngetidxi r2, r4, 0\ngetidxi "
                "r3, r4, 1\n"
                "move r1, r2\njmp -> 9\nmatchfail r4\nret r1\ncatch 0 .. 9 -> 9, r1\n");
}

Test(compile, try_returns_errors)
{
    assert_code("fn f(g) { let v = try g()\nv + 1 }", "fn f(",
                "move r1, r0\ncall r1, 0\njnerror r1 -> 4\nret r1\naddi r2, r1, 1\nret r2\n");
}

Test(compile, defers)
{
    assert_code("fn f(a) { defer print(a)\ndefer { print(1) }\n2 }", "fn f(",
                "loadp r1, nil\nloadk r5, native print\nmove r7, r0\ndefer r5, 1\ndeferblock -> "
                "9\nloadi r5, 2\n"
                "move r2, r5\nloadp r3, nil\njmp -> 13\nloadi r10, 1\ncalln r8, 1, native "
                "print\njmp -> 13\nnop\n"
                "rundefers\nret r2\ndefers r1 -> 13\n");
}

Test(compile, what_a_deferred_block_sees_stays)
{
    /* y may not take the register of x, which is left by then */
    assert_contains("fn f(a) { { let x = a\ndefer { print(x) } }\nlet y = 1\ny }", "fn f(",
                    "move r5, r0\n");
    assert_contains("fn f(a) { { let x = a\ndefer { print(x) } }\nlet y = 1\ny }", "fn f(",
                    "loadi r6, 1\n");
}

/* ---- processes ---- */

Test(compile, spawns)
{
    assert_contains(
        "fn f(g, x) { spawn g(x)\nlet p = spawn g(move x)\np }", "fn f(",
        "spawn r2, 1, 1\nmove r2, r0\nmove r4, r1\nmovearg r4\nspawn r2, 1, 0\nret r2\n");
    assert_contains("fn f(x) { spawn { x } }", "fn f(",
                    "move r1, r0\nspawnb r1, 0, block in f\nret r1\n");
    assert_contains("fn f(g, xs) { spawn g(..xs) }", "fn f(",
                    "loadk r2, <fn apply>\nmove r4, r0\n");
}

Test(compile, par_is_cleaned_up)
{
    assert_code("fn f(x) => par { x; 2 }", "fn f(",
                "par r1\nmove r3, r0\nparadd r1, r3, block in f\nparadd r1, r3, block in "
                "f\nparwait r1\nret r1\n"
                "parcancel r1, r2\ncleanup 1 .. 5 -> 6, r2\n");
    assert_contains(
        "fn f(xs) => par for x in xs { x }", "fn f(",
        "iternext r3 -> 6\nmove r6, r5\nparadd r1, r6, block in f\nloop -> 2\nparwait r1\n");
}

Test(compile, sends_and_receives)
{
    assert_code(
        "fn f(c, v) { c ! v\nc ! move v\nc ? (a, _)\n?c + a }", "fn f(",
        "send r0, r1\nsendmove r0, r1\nrecv r3, r0, 1\ntesttuple r3, 2, 0\njmp -> 9\ngetidxi "
        "r2, r3, 0\n"
        "recv r3, r0, 1\nadd r3, r3, r2\nret r3\nmatchfail r3\n");
}

Test(compile, an_alt_evaluates_in_the_order_of_the_text)
{
    assert_code("fn f(c, n) { alt { when n < 3, c ? x => x\nc ! n => 1\nafter n => 2 } }", "fn f(",
                "jnlti r1, 3 -> 3\nmove r3, r0\njmp -> 4\nloadp r3, absent\nmove r4, r0\nmove r5, "
                "r1\nmove r6, r1\n"
                "alt 3 arms -> r2\narm receive r3 -> 11\narm send r4 -> 12\narm after r6 -> "
                "14\nret r2\nloadi r7, 1\nret r7\n"
                "loadi r7, 2\nret r7\n");
}

/* A variable that an arm behind assigns is read before that; a `let` is never. */
Test(compile, an_alt_reads_channels_in_place)
{
    assert_code("fn f(c, d) { alt { c ? x => x\nd ? x => -x } }", "fn f(",
                "alt 2 arms -> r2\narm receive r0 -> 3\narm receive r1 -> 4\nret r2\nneg r3, r2\n"
                "ret r3\n");
    assert_contains("fn f(d) { var c = d\nalt { c ? x => x\nd ! if d { c = nil } => 2 } }", "fn f(",
                    "move r3, r1\n");
}

Test(compile, a_for_alt_leaves_behind_its_arms)
{
    assert_code("fn f(c) { for alt { c ? x => print(x) } }", "fn f(",
                "alt 1 arm, repeated -> r1\narm receive r0 -> 3\njmp -> 6\nmove r4, r1\n"
                "calln r2, 1, native print\nloop -> 0\nloadp r1, nil\nret r1\n");
}

Test(compile, a_replicated_arm_lists_its_elements)
{
    assert_contains("fn f(cs) { alt { for i, c in cs, when i > 1, c ? v => v } }", "fn f(",
                    "list r2, r2, 0\niter r5, r0\niternext2 r5 -> 10\njngti r7, 1 -> 9\nmove r9, "
                    "r8\nloadp r10, nil\n"
                    "move r11, r7\nmove r12, r8\nappend r2, r9, 4\n");
}

/* ---- modules ---- */

Test(compile, consts_come_first_and_are_frozen)
{
    assert_contains(
        "const K = [1]\nconst N = 2\nprint(K)", "fn main(",
        "loadi r3, 1\nlist r2, r3, 1\ncalln r0, 1, native freeze\nsetcell r0, cell K\nloadi r2, 2\n"
        "setcell r2, cell N\ngetcell r2, cell K\ncalln r0, 1, native print\n");
}

Test(compile, tests_are_compiled_and_not_run)
{
    assert_code("test \"sums\" { print(1) }", "fn main(", "loadp r0, nil\nret r0\n");
    assert_contains("test \"sums\" { print(1) }", "fn test \"sums\"(",
                    "calln r0, 1, native print\n");
}

/* ---- limits ---- */

Test(compile, types_are_checked)
{
    assert_error("print(1 is integer)", "there is no type `integer`");
}

Test(compile, too_many_registers)
{
    char *body = support_repeat("let x = 1\n", 60010);
    assert_error(body, "this function is too large");
    free(body);
}

Test(compile, long_chains)
{
    char *sum = support_repeat("x + ", 2500), *text = support_format("fn f(x) => %s1", sum);
    assert_contains(text, "fn f(", "add r1, r0, r0\nadd r1, r1, r0\n");
    free(text);
    free(sum);
}

/* ---- sessions ---- */

static void assert_value(csp_session *session, const char *text, const char *expected)
{
    char *result = NULL;
    cr_assert_eq(csp_eval(session, text, strlen(text), &result), CSP_OK, "%s", text);
    cr_assert_str_eq(result ? result : "", expected, "%s", text);
    csp_text_free(result);
}

Test(compile, a_sessions_functions_capture_its_values)
{
    csp_session *session = csp_session_new(vm);
    assert_value(session, "var x = 1\nlet (a, b) = (2, 3)", "");
    assert_value(session, "fn f(n) => n + x + a", "");
    assert_value(session, "x = 10\nx += b\n[x, f(1)]", "[13, 4]");
    assert_value(session, "fn f(n) => if n == 0 { 0 } else { n + f(n - 1) }\nf(4)", "10");
    assert_value(session, "const K = [x]\nlet x = 5\n(x, K)", "(5, [13])");
    csp_session_free(session);
}
