/* Scripts that nobody trusts: whatever they do, a step of the host's does about as much as it was
 * told, what passes a limit is a crash of that process alone, and afterwards the VM runs a normal
 * program. How long the steps take without a collection is printed: on a shared machine only the
 * order of magnitude is worth a test. A step is long if it takes more than five times what half of
 * those of the first program take at most; with HOSTILE_STEPS=10000 on a quiet machine there should
 * be hardly any.
 *
 * Some programs are written by hand, others are put together at random: HOSTILE_SEED is the first
 * seed, HOSTILE_PROGRAMS how many there are, HOSTILE_STEPS how many steps of each are run. A
 * failure names the seed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "csp.h"
#include "tests/support/support.h"

enum { MB = 1 << 20, STEPS = 60, LONG = 5, REDUCTIONS = 100000, SLICE = 4000 };

static const struct {
    const char *name, *text;
} hostile[] = {
    {"an endless loop", "fn f() { while true { } }\nf()"},
    {"a loop of catches", "fn g() { fail('x') }\nwhile true { let r = catch g() }"},
    {"endless recursion", "fn r(n) { 1 + r(n + 1) }\nwhile true { let x = catch r(0) }"},
    {"recursion that crashes far down",
     "fn r(n) { if n == 0 { fail('x') }\n 1 + r(n - 1) }\nwhile true { catch r(100000) }"},
    {"recursion that returns from far down",
     "fn r(n) { if n == 0 { 0 } else { 1 + r(n - 1) } }\nwhile true { r(100000) }"},
    {"crashes far down", "fn r(n) { if n == 0 { while true { catch fail('x') } }\n 1 + r(n - 1) }\n"
                         "while true { catch r(100000) }"},
    {"kills of what is far down", "fn r(n) { if n == 0 { sleep(1h) }\n 1 + r(n - 1) }\n"
                                  "while true { let p = spawn r(100000)\n sleep(1ms)\n kill(p) }"},
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
    {"format", "while true { String.format('%50000d %-50000s', 1, 'abc') }"},
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
     "while true { catch par for i in 0..9000 { if i == 8999 { bad() } else { w() } } }"},
    {"many timers at one moment",
     "fn w() { sleep(5ms) }\nwhile true { for i in 0..9000 { spawn w() }\n sleep(10ms) }"},
};

static uint64_t asked(const char *name, uint64_t usual)
{
    const char *given = getenv(name);
    return given ? strtoull(given, NULL, 10) : usual;
}

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
    char *program = support_format("fn bad() {\n%s\n}\nlet h = spawn bad()\nnil", text);
    for (char *at = program; *at; at++)
        if (*at == '\'')
            *at = '"';
    assert_gives(vm, s, program, "");
    free(program);
}

/* What bombs memory or processes may have all of them at this moment, and none is left for the
 * input. */
static char *eval_patiently(csp_vm *vm, csp_session *s, const char *text)
{
    char *result = eval(vm, s, text);
    for (int i = 0; i < 100 && result && strcmp(result, "out of memory") == 0; i++) {
        free(result);
        csp_step(vm, REDUCTIONS, NULL);
        csp_collect(vm); /* processes that nobody can wake */
        usleep(1000);    /* and those that sleep */
        result = eval(vm, s, text);
    }
    return result;
}

static void expect_gives(csp_vm *vm, csp_session *s, const char *name, const char *text,
                         const char *expected)
{
    char *result = eval_patiently(vm, s, text);
    cr_assert_str_eq(result ? result : "", expected, "%s: %s: %s", name, text, result);
    free(result);
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

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Prints how long the steps have taken, which it sorts, and returns the longest. */
static double tell(const char *name, double *times, int count)
{
    static double usual; /* of the first program */
    qsort(times, (size_t)count, sizeof *times, by_time);
    double median = count ? times[count / 2] : 0, worst = count ? times[count - 1] : 0;
    if (usual == 0)
        usual = median;
    int late = 0;
    while (late < count && times[count - 1 - late] > LONG * usual)
        late++;
    printf("    %-36s %7.3f ms is the median of %5d steps, %8.3f the most, %4d are long\n", name,
           median, count, worst, late);
    return worst;
}

/* The time of each step in `times`, without those in which there was a collection; how many they
 * are. What one step does too much the next one does less. */
static int run_steps(csp_vm *vm, const char *name, double *times, int steps)
{
    uint64_t sum = 0;
    int count = 0;
    for (int i = 0; i < steps; i++) {
        uint64_t used;
        double before = milliseconds();
        csp_status status = csp_step(vm, REDUCTIONS, &used);
        double took = milliseconds() - before;
        cr_assert_geq(status, CSP_OK, "%s", name);
        if (!collected(vm))
            times[count++] = took;
        sum += used;
        if (status != CSP_MORE)
            usleep(100);
    }
    cr_expect_leq(sum, (uint64_t)(steps + 20) * REDUCTIONS, "%s used %llu", name,
                  (unsigned long long)sum);
    return count;
}

static void run(const char *name, const char *text, int steps)
{
    csp_vm *vm = new_vm();
    csp_session *s = csp_session_new(vm);
    begin(vm, s, text);
    double *times = calloc((size_t)steps, sizeof *times);
    cr_assert_not_null(times);
    int count = run_steps(vm, name, times, steps);
    cr_expect_lt(tell(name, times, count), 2000.0, "%s", name);
    free(times);
    /* it has not just crashed, but for the memory that it may have */
    expect_gives(vm, s, name, "alt { done(h) ? e => e.kind == \"out_of_memory\"; else => true }",
                 "true");
    expect_gives(vm, s, name, "kill(h)", "");
    expect_gives(vm, s, name, "var n = 0\nfor i in 0..1000 { n += i }\nn", "499500");
    csp_free(vm);
}

Test(hostile, nobody_is_held_up, .timeout = 3600)
{
    int steps = (int)asked("HOSTILE_STEPS", STEPS);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        run(hostile[i].name, hostile[i].text, steps);
}

/* --- programs put together at random */

/* What makes a value `v`. For SIZE, at most one, stands a number. */
static const char *const values[] = {
    "let v = String.repeat('a,é,', SIZE)",
    "let v = List.repeat([1, 'x'], SIZE)",
    "let v = List.map(0..SIZE, fn(i) => [i * 7919 % 10007])",
    "var v = []\nfor i in 0..SIZE { v = [v] }",
    "var v = ()\nfor i in 0..SIZE { v = (v, i) }",
    "let v = {}\nfor i in 0..SIZE { v[i] = '${i}' }",
    "let v = {}\nfor i in 0..SIZE { v[(i, 'k')] = [i] }",
    "let v = 7 ** SIZE",
    "let v = Bytes.of(SIZE)",
    "let v = Buffer.of(SIZE)",
    "let v = []\nfor i in 0..SIZE { List.push(v, v) }",
    "let v = 0..SIZE",
};

/* What is done with it without end; whatever is wrong with it is caught. */
static const char *const deeds[] = {
    "copy(v)",
    "str(v)",
    "v == copy(v)",
    "v < copy(v)",
    "freeze(v)",
    "{ let m = {}\n let k = freeze(v)\n m[k] = 1\n m[k] }",
    "{ let c = chan(3)\n c ! v\n ?c }",
    "wait(spawn (fn() => v)())",
    "{ let c = chan()\n spawn (fn() { c ! v })()\n ?c }",
    "[v, v] + [v]",
    "v + v",
    "v[1..]",
    "v in [v, 1]",
    "{ for x in v { x } }",
    "List.sort(List.of(v))",
    "List.map(v, fn(x) => [x])",
    "String.split(v, ',')",
    "String.replace(v, ',', ';;')",
    "String.join(List.repeat(str(1), SIZE), '-')",
    "String.format('%s %q', v, v)",
    "String.upper(v)",
    "v * v",
    "match v { [[[x]]] => x\n (y, _) => y\n _ => nil }",
    "{ let m = {}\n for i in 0..SIZE { m[i] = v } }",
    "{ let l = []\n while true { List.push(l, copy(v)) } }",
    "(fn(f, n) => 1 + f(f, n + 1))(fn(f, n) => [f(f, n + 1)], 0)",
    "{ let c = chan()\n for i in 0..SIZE { spawn (fn() { catch { ?c } })() }\n sleep(0ms)\n"
    " close(c) }",
    "{ let c = chan()\n for i in 0..SIZE { spawn (fn() { catch { c ! i } })() }\n sleep(0ms)\n"
    " close(c) }",
    "{ let c = chan()\n let d = chan()\n"
    " for i in 0..SIZE { spawn (fn() { alt { c ? _ => 1\n closed(c) => 2\n d ! 1 => 3 } })() }\n"
    " sleep(0ms)\n close(c) }",
    "(par for i in 0..SIZE { if i == 7 { fail('x') } else { sleep(20ms) } })",
    "{ for i in 0..SIZE { spawn sleep(1ms) }\n sleep(1ms) }",
    "{ let p = spawn sleep(20ms)\n for i in 0..SIZE { spawn (fn() { wait(p) })() }\n sleep(0ms)\n"
    " kill(p) }",
    "{ let p = spawn sleep(20ms)\n for i in 0..SIZE { spawn (fn() { link(p)\n sleep(20ms) })() }\n"
    " sleep(0ms)\n kill(p) }",
    "{ for i in 0..SIZE { spawn (fn() { ?chan() })() } }",
};

static uint64_t below(uint64_t state[4], uint64_t limit) { return xoshiro_next(state) % limit; }

/* The text with a small or large number for SIZE. */
static char *sized(uint64_t state[4], const char *text)
{
    static const int sizes[] = {0, 1, 7, 63, 64, 65, 600, 4095, 9000, 20000, 70000, 300000};
    int size = sizes[below(state, sizeof sizes / sizeof *sizes)];
    const char *at = strstr(text, "SIZE");
    return at ? support_format("%.*s%d%s", (int)(at - text), text, size, at + 4)
              : support_format("%s", text);
}

/* One to three processes, each of which does something without end. */
static char *random_program(uint64_t seed)
{
    uint64_t state[4];
    xoshiro_seed(state, seed);
    char *all = support_format("while true { catch par {\n");
    for (uint64_t i = 0, count = 1 + below(state, 3); i < count; i++) {
        char *v = sized(state, values[below(state, sizeof values / sizeof *values)]);
        char *first = sized(state, deeds[below(state, sizeof deeds / sizeof *deeds)]);
        char *second = sized(state, deeds[below(state, sizeof deeds / sizeof *deeds)]);
        char *more = support_format("%s{ %s\nwhile true { let a = catch %s\nlet b = catch %s } }\n",
                                    all, v, first, second);
        free(all);
        free(v);
        free(first);
        free(second);
        all = more;
    }
    char *whole = support_format("%s} }", all);
    free(all);
    return whole;
}

Test(hostile, random_programs, .timeout = 3600)
{
    uint64_t first = asked("HOSTILE_SEED", 1), count = asked("HOSTILE_PROGRAMS", 24);
    int steps = (int)asked("HOSTILE_STEPS", 40);
    for (uint64_t seed = first; seed < first + count; seed++) {
        char *name = support_format("seed %llu", (unsigned long long)seed);
        char *text = random_program(seed);
        if (getenv("HOSTILE_SHOW"))
            printf("%s\n", text);
        fflush(stdout);
        run(name, text, steps);
        free(text);
        free(name);
    }
}
