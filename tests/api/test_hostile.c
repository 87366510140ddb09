/* Scripts that nobody trusts: whatever they do, a step of the host's does about as much as it was
 * told, what passes a limit is a crash of that process alone, and afterwards the VM runs a normal
 * program. How long the steps take without a collection is printed: on a shared machine only the
 * order of magnitude is worth a test. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "csp.h"

enum { MB = 1 << 20, STEPS = 60, REDUCTIONS = 100000, SLICE = 4000 };

static const struct {
    const char *name, *text;
} hostile[] = {
    {"an endless loop", "fn f() { while true { } }\nf()"},
    {"a loop of catches", "fn g() { fail('x') }\nwhile true { let r = catch g() }"},
    {"endless recursion", "fn r(n) { 1 + r(n + 1) }\nwhile true { let x = catch r(0) }"},
    {"a fork bomb", "fn b() { spawn b()\n spawn b() }\nwhile true { catch b() }"},
    {"a fork bomb that crashes",
     "fn b() { spawn b()\n spawn b()\n nil.x }\nwhile true { catch b() }"},
    {"a memory bomb",
     "fn m() { let l = []\n while true { List.push(l, [1, 2, 3]) } }\nwhile true { catch m() }"},
    {"a memory bomb of text",
     "fn m() { var t = 'abcdefgh'\n while true { t = t + t } }\nwhile true { catch m() }"},
    {"a memory bomb of maps",
     "fn m() { let l = {}\n var i = 0\n while true { l[i] = i\n i += 1 } }\n"
     "while true { catch m() }"},
    {"garbage", "while true { let x = [1, [2], 'a${1}'] }"},
    {"a channel storm",
     "fn w(c) { while true { c ! 1 } }\nlet c = chan()\nfor i in 0..5000 { spawn w(c) }\n"
     "while true { c ? x }"},
    {"sort of ints", "let xs = []\nfor i in 0..100000 { List.push(xs, i * 7919 % 100003) }\n"
                     "while true { List.sort(xs) }"},
    {"sort of texts",
     "let t = String.repeat('x', 2000)\nlet xs = []\n"
     "for i in 0..3000 { List.push(xs, t + '${i * 7919 % 10007}') }\nwhile true { List.sort(xs) }"},
    {"split", "let t = String.repeat('a,b,', 300000)\nwhile true { String.split(t, ',') }"},
    {"replace",
     "let t = String.repeat('a,b,', 300000)\nwhile true { String.replace(t, ',', ';;') }"},
    {"replace of what almost fits", "let t = String.repeat('aaaa', 300000)\nwhile true { "
                                    "String.replace(t, 'aaaaaaaaaaaaaab', '') }"},
    {"repeat", "while true { String.repeat('abc', 5000000) }"},
    {"format", "while true { String.format('{:>50000} {:<50000}', 1, 'abc') }"},
    {"pad", "while true { String.pad_start('x', 5000000, 'yz') }"},
    {"join", "let xs = List.repeat('abc', 300000)\nwhile true { String.join(xs, ', ') }"},
    {"equality of texts", "let a = String.repeat('x', 60000)\nlet b = String.repeat('x', 60000)\n"
                          "while true { let x = a == b }"},
    {"equality of lists",
     "let a = List.repeat(1, 500000)\nlet b = copy(a)\nwhile true { let x = a == b }"},
    {"equality of what is deep",
     "fn mk() { var t = []\n for i in 0..100000 { t = [t] }\n t }\nlet a = mk()\nlet b = mk()\n"
     "while true { let x = a == b }"},
    {"copies", "let a = List.repeat([1], 100000)\nwhile true { let x = copy(a) }"},
    {"hashes", "let a = freeze(List.repeat([1], 50000))\nwhile true { let m = {}\n m[a] = 1 }"},
    {"7 ** 3000000", "while true { let x = catch (7 ** 3000000) }"},
    {"ints that are almost too large",
     "let b = 7 ** 20000\nwhile true { let x = catch (b * b)\n let y = str(b) + str(b + 1) }"},
    {"patterns of what is deep",
     "fn mk() { var t = []\n for i in 0..100000 { t = [t] }\n t }\nlet a = mk()\n"
     "fn g(x) { match x { [[[[[[[[y]]]]]]]] => y\n _ => 0 } }\nwhile true { g(a) }"},
    {"many who wait for a channel",
     "fn w(c) { catch { c ? x } }\nwhile true {\n let c = chan()\n"
     " for i in 0..9000 { spawn w(c) }\n sleep(0ms)\n close(c)\n sleep(1ms) }"},
    {"many branches that end at once",
     "fn w() { sleep(1h) }\nfn bad() { sleep(1ms)\n fail('x') }\n"
     "while true { catch par { for i in 0..9000 { w() }\n bad() } }"},
    {"many timers at one moment",
     "fn w() { sleep(5ms) }\nwhile true { for i in 0..9000 { spawn w() }\n sleep(10ms) }"},
};

static void take_nothing(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    (void)stream;
    (void)text;
    (void)size;
}

static csp_vm *new_vm(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_memory = 64 * MB;
    config.max_stack = 8 * MB;
    config.max_processes = 10000;
    config.write = take_nothing;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    return vm;
}

static double milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The value as text, or the error's kind. */
static char *eval(csp_vm *vm, csp_session *s, const char *text)
{
    char *result = NULL;
    if (csp_eval(s, text, strlen(text), &result) == CSP_OK)
        return result;
    csp_error *failure = csp_take_error(vm);
    result = strdup(csp_error_message(failure));
    csp_error_free(failure);
    return result;
}

static void assert_gives(csp_vm *vm, csp_session *s, const char *text, const char *expected)
{
    char *result = eval(vm, s, text);
    cr_assert_str_eq(result ? result : "", expected, "%s: %s", text, result);
    free(result);
}

/* In the text ' stands for ". */
static void begin(csp_vm *vm, csp_session *s, const char *text)
{
    char program[1000];
    snprintf(program, sizeof program, "fn bad() {\n%s\n}\nlet h = spawn bad()\nnil", text);
    for (char *at = program; *at; at++)
        if (*at == '\'')
            *at = '"';
    assert_gives(vm, s, program, "");
}

/* What bombs memory may have all of it at this moment, and none is left to compile the input. */
static void kill_it(csp_vm *vm, csp_session *s)
{
    const char *text = "kill(h)";
    char *result = eval(vm, s, text);
    for (int i = 0; i < 100 && result && strcmp(result, "out of memory") == 0; i++) {
        free(result);
        csp_step(vm, REDUCTIONS, NULL);
        result = eval(vm, s, text);
    }
    cr_assert_null(result, "%s: %s", text, result);
}

/* Whether there has been a collection since the last time. */
static bool collected(csp_vm *vm)
{
    static uint64_t last;
    csp_stats stats = {.struct_size = sizeof stats};
    csp_get_stats(vm, &stats);
    uint64_t before = last;
    last = stats.collections;
    return last != before;
}

static void run(const char *name, const char *text)
{
    csp_vm *vm = new_vm();
    csp_session *s = csp_session_new(vm);
    begin(vm, s, text);
    double worst = 0, all = 0;
    uint64_t sum = 0;
    for (int i = 0; i < STEPS; i++) {
        uint64_t used;
        double before = milliseconds();
        csp_status status = csp_step(vm, REDUCTIONS, &used);
        double took = milliseconds() - before;
        cr_assert_geq(status, CSP_OK, "%s", name);
        if (!collected(vm) && took > worst)
            worst = took;
        all += took;
        sum += used;
    }
    printf("    %-32s %7.2f ms a step, at most %8.2f\n", name, all / STEPS, worst);
    /* what one step does too much the next one does less */
    cr_expect_leq(sum, (uint64_t)(STEPS + 20) * REDUCTIONS, "%s used %llu", name,
                  (unsigned long long)sum);
    cr_expect_lt(worst, 2000.0, "%s", name);
    kill_it(vm, s);
    assert_gives(vm, s, "var n = 0\nfor i in 0..1000 { n += i }\nn", "499500");
    csp_free(vm);
}

Test(hostile, nobody_is_held_up)
{
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        run(hostile[i].name, hostile[i].text);
}
