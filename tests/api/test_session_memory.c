/* What a session's evaluations leave behind: nothing, but for what is still held. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "include/csp.h"
#include "tests/support/sanitized.h"
#include "tests/support/support.h"
#include "vm/core/vm.h"

static void drop(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
}

static csp_vm *make(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = drop;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    return vm;
}

/* Evaluates the input, whatever comes of it. */
static void try(csp_session *s, const char *input)
{
    char *result;
    (void)csp_eval(s, input, strlen(input), &result);
    csp_text_free(result);
}

static void gives(csp_session *s, const char *input, const char *expected)
{
    char *result;
    cr_assert_eq(csp_eval(s, input, strlen(input), &result), CSP_OK, "%s", input);
    cr_assert_str_eq(result ? result : "", expected, "%s", input);
    csp_text_free(result);
}

enum { MEGABYTE = 1 << 20 };

typedef struct usage {
    size_t heap, resident, names;
    uint32_t modules;
    double seconds;
} usage;

static usage usage_of(csp_vm *vm)
{
    usage u = {.modules = vm->module_count,
               .names = vm->interned_count,
               .seconds = (double)clock() / CLOCKS_PER_SEC};
    heap_collect(vm_heap(vm));
    u.heap = heap_bytes(vm_heap(vm));
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long size, resident;
    cr_assert(file && fscanf(file, "%lu %lu", &size, &resident) == 2);
    fclose(file);
    u.resident = resident * (size_t)sysconf(_SC_PAGESIZE);
    return u;
}

/* `%d` in the input is the number of the evaluation. */
static void stays_the_same(const char *input, int times, size_t resident)
{
    enum { FIRST = 1000 };
    csp_vm *vm = make();
    csp_session *s = csp_session_new(vm);
    try(s, "fn f(a, b) => a + b; let c = chan(4)");
    usage start = usage_of(vm), first = start;
    for (int i = 1; i <= times; i++) {
        char *text = support_format(input, i);
        try(s, text);
        free(text);
        if (i == FIRST)
            first = usage_of(vm);
    }
    usage last = usage_of(vm);
    cr_expect_lt(last.heap, first.heap + MEGABYTE, "%s: heap %zu, %zu", input, first.heap,
                 last.heap);
    cr_expect(SANITIZED || last.resident < first.resident + resident, "%s: resident %zu, %zu",
              input, first.resident, last.resident);
    cr_expect_lt(last.modules, 2000, "%s: %u modules", input, last.modules);
    cr_expect_lt(last.names, 8000, "%s: %zu names", input, last.names);
    double each_first = (first.seconds - start.seconds) / FIRST,
           each = (last.seconds - first.seconds) / (times - FIRST);
    cr_expect_lt(each, 4 * each_first + 20e-6, "%s: %f us, then %f us", input, each_first * 1e6,
                 each * 1e6);
    csp_free(vm);
}

Test(session_memory, of_evaluations, .timeout = 120)
{
    stays_the_same("f(1, 2)", SANITIZED ? 20000 : 100000, MEGABYTE);
    static const char *const inputs[] = {
        "fn g(x) => x + %d; g(2)",
        "let x = [%d, {key: \"a\"}]",
        "var name = \"text%d\"; {field%1$d: name}",
        "[1][%d]",
        "f(",
        "unknown%d",
        "fn h() => later(%d)",
        "const K = (%d, [1]); K[1]",
        "catch f(nil, %d)",
        "let kept = catch f(nil, %d)",
        "c ! fn() => %d; (?c)()",
        "defer f(1, %d); let e = error(\"kind%1$d\", \"m\")",
        "timeout(1s, fn() => f(%d, 1))",
        "import \"missing%d\"",
        "# comment %d",
    };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        stays_the_same(inputs[i], SANITIZED ? 3000 : 10000, 2 * MEGABYTE);
}

Test(session_memory, of_spawns, .timeout = 120)
{
    const char *input = "wait(spawn f(1, %d))";
    stays_the_same(input, SANITIZED ? 10000 : 60000, MEGABYTE + MEGABYTE / 2);
}

/* Each of n names costs what it costs where there are few. */
Test(session_memory, many_names, .timeout = 120)
{
    enum { FEW = 1000, MANY = SANITIZED ? 4000 : 30000 };
    csp_vm *vm = make();
    csp_session *s = csp_session_new(vm);
    double seconds[2] = {0};
    for (int i = 0; i < MANY; i++) {
        char *text = support_format("let x%d = %d; fn g%d() => x%d", i, i, i, i);
        clock_t before = clock();
        try(s, text);
        if (i < FEW || i >= MANY - FEW)
            seconds[i >= FEW] += (double)(clock() - before) / CLOCKS_PER_SEC;
        free(text);
    }
    cr_expect_lt(seconds[1], 6 * seconds[0] + 0.05, "%f s, then %f s", seconds[0], seconds[1]);
    gives(s, "x0 + x31 + g999()", "1030");
    gives(s, "let x7 = \"again\"; var x8 = 5; x8 += 1", "");
    gives(s, "(x7, x8, g7())", "(\"again\", 6, 7)");
    csp_free(vm);
}

/* So many that nothing stays because it is new. */
static void make_noise(csp_session *s)
{
    for (int i = 0; i < 4000; i++) {
        char *text = support_format("fn noise(x) => x + %d; let n = noise(1)", i);
        try(s, text);
        free(text);
    }
}

Test(session_memory, what_is_held_stays, .timeout = 60)
{
    csp_vm *vm = make();
    csp_session *s = csp_session_new(vm);
    gives(s, "let a = chan(); let b = chan(); let gate = chan(); let said = chan(10)", "");
    gives(s, "fn serve() { defer said ! \"served\"; for x in a { b ! helper(x) + 1 } }", "");
    gives(s, "fn helper(x) => x * 100", "");
    gives(s, "fn deep(n) => if n == 0 { ?gate } else { 1 + deep(n - 1) }", "");
    gives(s, "fn dying() { defer { said ! \"died\" }; ?chan() }", "");
    gives(s,
          "let server = spawn serve(); let sinking = spawn deep(100000); let third = spawn dying()",
          "");
    gives(s, "said ! fn(x) => [x, \"closure\"]", "");
    gives(s, "fn crash(xs) => xs[5]", "");
    gives(s, "let e = catch crash([1])", "");
    gives(s, "let trace = str(e.trace)", "");
    gives(s, "trace", "\"(\\\"crash (repl:8:17)\\\", \\\"main (repl:9:15)\\\")\"");
    gives(s, "fn serve() => 1; fn deep(n) => 2; fn dying() => 3; fn crash() => 4", "");
    uint32_t before = vm->module_count;
    make_noise(s);
    cr_assert_lt(vm->module_count, before + 3500);
    gives(s, "a ! 7; ?b", "701");
    gives(s, "(?said)(1)", "[1, \"closure\"]");
    gives(s, "str(e.trace) == trace", "true");
    gives(s, "gate ! 5; wait(sinking)", "100005");
    gives(s, "close(a); ?said", "\"served\"");
    gives(s, "kill(third); ?said", "\"died\"");
    gives(s, "helper(2) + noise(1)", "4200");
    csp_free(vm);
}

/* Two on one thread: the collector's callbacks ask both. */
Test(session_memory, of_two_vms, .timeout = 60)
{
    csp_vm *vms[2] = {make(), make()};
    csp_session *sessions[2] = {csp_session_new(vms[0]), csp_session_new(vms[1])};
    for (int k = 0; k < 2; k++)
        gives(sessions[k], "fn keep(x) => (x, \"kept\")", "");
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2; k++) {
            make_noise(sessions[k]);
            gives(sessions[k], "(keep(1), noise(1))", "((1, \"kept\"), 4000)");
        }
    csp_free(vms[0]);
    make_noise(sessions[1]);
    gives(sessions[1], "(keep(1), noise(1))", "((1, \"kept\"), 4000)");
    csp_free(vms[1]);
}
