/* csp_call: results, crashes, kills at each step, budgets of all sizes, and what it refuses. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/host/handle.h"
#include "api/host/host.h"
#include "api/session.h"
#include "vm/audit.h"
#include "tests/support/embed.h"

static csp_vm *vm;
static csp_session *session;
static unsigned crashes;

static void crash(void *user, const csp_error *err)
{
    (void)user, (void)err;
    crashes++;
}

static csp_config usual(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = CSP_MAY_EXIT;
    config.write = embed_take;
    config.crash = crash;
    config.max_stack = 1 << 20;
    return config;
}

static void make(const csp_config *config)
{
    cr_assert_eq(csp_new(config, &vm), CSP_OK);
    session = csp_session_new(vm);
    embed_printed[0] = '\0';
    crashes = 0;
}

static void open_vm(void)
{
    csp_config config = usual();
    make(&config);
}

static void close_vm(void)
{
    cr_assert_null(vm_audit(vm));
    csp_free(vm);
}

TestSuite(call, .init = open_vm, .fini = close_vm, .timeout = 60);

/* Defines names of the session, and gives the function `f`. */
static csp_value define(const char *text)
{
    char *result;
    csp_status status = csp_eval(session, text, strlen(text), &result);
    if (status != CSP_OK) {
        csp_error *err = csp_take_error(vm);
        cr_assert_fail("%s: %s", text, csp_error_message(err));
    }
    csp_text_free(result);
    return handle_new(host_of(vm), session_value(session, "f"), "test");
}

static csp_status call(csp_value f, csp_value *result)
{
    return csp_call(vm, f, 0, NULL, NULL, result);
}

static csp_status call_with(csp_value f, uint64_t reductions, uint64_t nanoseconds)
{
    csp_budget budget = {reductions, nanoseconds};
    return csp_call(vm, f, 0, NULL, &budget, NULL);
}

static int64_t int_of(csp_value v)
{
    cr_assert(v.word & 1, "an int");
    return (int64_t)v.word >> 1;
}

static csp_value an_int(int64_t n) { return CSP_VALUE_((uint64_t)n << 1 | 1); }

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

Test(call, gives_what_the_function_gives)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value f = define("fn f(a, b) => a + b"), v, args[2] = {an_int(20), an_int(22)};
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(csp_call(vm, f, 2, args, NULL, &v), CSP_OK);
        cr_assert_eq(int_of(v), 42);
    }
    cr_assert_eq(csp_call(vm, f, 2, args, NULL, NULL), CSP_OK, "no place for the result");
    f = define("fn f(a, b = 7, ..rest) => a + b + len(rest)");
    cr_assert_eq(csp_call(vm, f, 1, args, NULL, &v), CSP_OK);
    cr_assert_eq(int_of(v), 27);
    f = define("let f = len");
    csp_value text = define("let f = \"abc\"");
    cr_assert_eq(csp_call(vm, f, 1, &text, NULL, &v), CSP_OK);
    cr_assert_eq(int_of(v), 3);
    f = define("fn f() => error(\"mine\", \"a value\")");
    cr_assert_eq(call(f, &v), CSP_OK, "an error value is a result");
    csp_scope_close(vm, scope);
}

/* Functions of all kinds: those from CRASHES on fail, the others give 7. */
static const char *const kinds[] = {
    "fn f() => 7",
    "fn f() { for _ in 0..9000 {}; 7 }",
    "fn g(n) { if n == 0 { return 6 }; g(n - 1) + 0 }; fn f() { let d = g(4500); d + 1 }",
    "fn f() { sleep(0s); 7 }",
    "fn f() { let c = chan(); spawn { c ! 7 }; ?c }",
    "fn f(a = 7, ..rest) => a + len(rest)",
    "fn f() { let p = spawn { ?chan() }; link(p); 7 }",
    "fn f() { defer sleep(0s); 7 }",
    "fn f() => [][1]",
    "fn f(needed) => needed",
    "let f = len",
    "fn f() { defer sleep(0s); fail(\"no\") }",
    "fn f() { kill(self()); sleep(0s) }",
    "fn f() { loop {} }",
};
enum { KINDS = sizeof kinds / sizeof *kinds, CRASHES = 8, ENDLESS = KINDS - 1 };

static void call_kind(csp_value f, unsigned kind)
{
    const csp_budget budget = {.reductions = 20000};
    csp_value v;
    csp_status status = csp_call(vm, f, 0, NULL, kind == ENDLESS ? &budget : NULL, &v);
    csp_status expected = kind == ENDLESS ? CSP_E_BUDGET : kind < CRASHES ? CSP_OK : CSP_E_CRASH;
    cr_assert_eq(status, expected, "%s", kinds[kind]);
    if (status == CSP_OK)
        cr_assert_eq(int_of(v), 7, "%s", kinds[kind]);
    cr_assert_null(vm_audit(vm));
}

/* A call begins where the one before has left the process, wherever it was when it was saved last:
 * each kind after each. */
Test(call, each_kind_follows_each)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value functions[KINDS];
    for (unsigned i = 0; i < KINDS; i++)
        functions[i] = define(kinds[i]);
    for (unsigned i = 0; i < KINDS; i++)
        for (unsigned j = 0; j < KINDS; j++) {
            call_kind(functions[i], i);
            call_kind(functions[j], j);
        }
    csp_scope_close(vm, scope);
}

Test(call, as_many_arguments_as_there_are)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value f = define("fn f(..all) => len(all)"), v;
    static csp_value args[20000];
    for (uint32_t n = 0; n <= 20000; n = n * 2 + 1) {
        for (uint32_t i = 0; i < n; i++)
            args[i] = an_int(i);
        cr_assert_eq(csp_call(vm, f, n, args, NULL, &v), CSP_OK);
        cr_assert_eq(int_of(v), n);
    }
    csp_scope_close(vm, scope);
}

/* What the host is given is the host's: the next call may change it, and nothing was copied. */
Test(call, values_are_the_hosts)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value xs, v, f = define("fn f() => [1]");
    cr_assert_eq(call(f, &xs), CSP_OK);
    csp_value push = define("fn f(xs) { List.push(xs, 2); xs }");
    cr_assert_eq(csp_call(vm, push, 1, &xs, NULL, &v), CSP_OK);
    cr_assert_eq(v.word == xs.word, false, "handles differ");
    csp_value length = define("let f = len");
    cr_assert_eq(csp_call(vm, length, 1, &xs, NULL, &v), CSP_OK);
    cr_assert_eq(int_of(v), 2);
    /* also after the process was made anew */
    f = define("fn f() { kill(self()) }");
    cr_assert_eq(call(f, NULL), CSP_E_CRASH);
    cr_assert_eq(csp_call(vm, push, 1, &xs, NULL, NULL), CSP_OK);
    cr_assert_eq(csp_call(vm, length, 1, &xs, NULL, &v), CSP_OK);
    cr_assert_eq(int_of(v), 3);
    csp_scope_close(vm, scope);
}

Test(call, crashes_are_the_callers_to_see)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value v, one = an_int(1);
    cr_assert_eq(call(define("fn f() => [][3]"), &v), CSP_E_CRASH);
    cr_assert_eq(v.word, 0);
    csp_error *err = csp_take_error(vm);
    csp_place place;
    cr_assert_str_eq(csp_error_kind(err), "index_error");
    cr_assert(csp_error_frame(err, 0, &place));
    cr_assert_str_eq(place.function, "f");
    cr_assert(!csp_error_frame(err, 1, &place), "the host has no frame: %s", place.function);
    csp_error_free(err);
    cr_assert_eq(call(define("fn f(a) => a"), &v), CSP_E_CRASH);
    embed_error(vm, "arity_error", "`f` takes 1 argument");
    cr_assert_eq(call(one, &v), CSP_E_CRASH);
    embed_error(vm, "type_error", "expected a function");
    cr_assert_eq(csp_call(vm, define("let f = len"), 1, &one, NULL, &v), CSP_E_CRASH);
    embed_error(vm, "type_error", "");
    cr_assert_eq(call(define("fn f() => f() + 1"), &v), CSP_E_CRASH);
    embed_error(vm, "stack_overflow", "");
    cr_assert_eq(call(define("fn f() { let e = catch [][1]; 5 }"), &v), CSP_OK);
    cr_assert_eq(int_of(v), 5);
    cr_assert_eq(crashes, 0);
    csp_scope_close(vm, scope);
}

Test(call, deferred_calls_run)
{
    csp_scope scope = csp_scope_open(vm);
    cr_assert_eq(call(define("fn f() { defer print(\"d\"); [][1] }"), NULL), CSP_E_CRASH);
    cr_assert_str_eq(embed_printed, "d\n", "printed when the call returns");
    cr_assert_eq(call(define("fn f() { defer print(\"e\"); kill(self()) }"), NULL), CSP_E_CRASH);
    embed_error(vm, "killed", "killed");
    cr_assert_str_eq(embed_printed, "d\ne\n");
    csp_scope_close(vm, scope);
}

Test(call, others_run_while_it_waits)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value v;
    cr_assert_eq(call(define("fn f() { let c = chan(); spawn { sleep(5ms); c ! 9 }; ?c }"), &v),
                 CSP_OK);
    cr_assert_eq(int_of(v), 9);
    define("var n = 0; let c = chan(10000); spawn { loop { c ! 1 } }; let f = 1");
    cr_assert_eq(call(define("fn f() { for _ in 0..100_000 {}; 3 }"), &v), CSP_OK);
    cr_assert_eq(int_of(v), 3);
    cr_assert_eq(call(define("fn f() { wait(spawn (fn () => 4)()) }"), &v), CSP_OK);
    cr_assert_eq(int_of(v), 4);
    cr_assert_eq(call(define("fn f() { par { 1; 2 } }"), &v), CSP_OK);
    csp_scope_close(vm, scope);
}

Test(call, a_deadlock_ends_it)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value v, f = define("fn f() { defer print(\"left\"); ?chan() }");
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(call(f, &v), CSP_E_DEADLOCK);
        embed_error(vm, "deadlock", "");
    }
    cr_assert_str_eq(embed_printed, "left\nleft\nleft\n");
    /* two that wait for each other, within a par within a call */
    f = define(
        "fn g(a, b) { par { ?a; ?b } }\nfn f() { let a = chan(); par { g(a, chan()); ?a } }");
    cr_assert_eq(call(f, &v), CSP_E_DEADLOCK);
    /* a deferred call that waits, too */
    int64_t from = now();
    f = define("fn f() { defer (fn (c) => ?c)(chan()); ?chan() }");
    cr_assert_eq(call(f, &v), CSP_E_DEADLOCK);
    cr_assert_lt(now() - from, 5000000000);
    cr_assert_eq(call(define("fn f() => 1"), &v), CSP_OK);
    csp_scope_close(vm, scope);
}

/* Budgets of every size end the call where they must, and the next call is as good as the first. */
Test(call, budgets_one_by_one)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value loops = define("fn f() { var n = 0; loop { n += 1 } }");
    csp_value calls = define("fn g(n) => if n == 0 { 0 } else { g(n - 1) + 1 }\n"
                             "fn f() { defer print(\"x\"); while true { g(30) } }");
    csp_value counts = define("fn f() { for _ in 0..1000 {}; 1 }");
    for (uint64_t n = 1; n <= 5000; n++) {
        cr_assert_eq(call_with(loops, n, 0), CSP_E_BUDGET);
        if (n % 50 == 0) {
            embed_printed[0] = '\0';
            cr_assert_eq(call_with(calls, n, 0), CSP_E_BUDGET);
            cr_assert_str_eq(embed_printed, "x\n");
        }
        csp_status status = call_with(counts, n, 0);
        cr_assert(status == (n < 1000 ? CSP_E_BUDGET : CSP_OK) || (n >= 1000 && n < 1010),
                  "%d with %d", (int)status, (int)n);
    }
    cr_assert_eq(call_with(loops, 12345, 0), CSP_E_BUDGET);
    embed_error(vm, "budget", "12345 reductions");
    csp_scope_close(vm, scope);
}

Test(call, deferred_calls_have_as_much_again)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value f = define("fn f() { defer print(\"outer\"); defer { loop {} }; loop {} }");
    int64_t from = now();
    cr_assert_eq(call_with(f, 10000, 0), CSP_E_BUDGET);
    cr_assert_str_eq(embed_printed, "", "cut off: none of the others runs");
    f = define("fn f() { defer { for _ in 0..5000 {}; print(\"enough\") }; loop {} }");
    cr_assert_eq(call_with(f, 10000, 0), CSP_E_BUDGET);
    cr_assert_str_eq(embed_printed, "enough\n");
    /* branches of a par are cut off, too, however deep */
    f = define("fn g(n) { par { if n == 0 { loop {} } else { g(n - 1) }; "
               "{ defer { loop {} }; loop {} } } }\nfn f() { defer { loop {} }; g(20) }");
    cr_assert_eq(call_with(f, 10000, 50000000), CSP_E_BUDGET);
    cr_assert_lt(now() - from, 20000000000);
    cr_assert_eq(call(define("fn f() => 1"), NULL), CSP_OK);
    csp_scope_close(vm, scope);
}

Test(call, a_budget_of_time)
{
    csp_scope scope = csp_scope_open(vm);
    static const char *const texts[] = {
        "fn f() { loop {} }", "fn f() { sleep(1h) }",
        "fn f() { let c = chan(); spawn { loop { sleep(1ms) } }; ?c }",
        "fn f() { par { sleep(1h); loop {} } }", "fn f() { defer { loop {} }; loop {} }"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        csp_value f = define(texts[i]);
        int64_t from = now();
        cr_assert_eq(call_with(f, 0, 10000000), CSP_E_BUDGET, "%s", texts[i]);
        int64_t took = now() - from;
        cr_assert(took >= 10000000 && took < 2000000000, "%s: %ld ns", texts[i], (long)took);
        embed_error(vm, "budget", "10.000 ms");
    }
    cr_assert_eq(call_with(define("fn f() => 1"), 0, 1000000000), CSP_OK);
    csp_scope_close(vm, scope);
}

/* A kill of the process at each moment of the call ends the call and nothing else. */
Test(call, killed_at_each_step)
{
    csp_free(vm);
    setenv("CSP_SLICE", "3", 1);
    csp_config config = usual();
    make(&config);
    csp_scope scope = csp_scope_open(vm);
    define("fn killer(p, n) { for _ in 0..n {}; kill(p) }\n"
           "fn work(d) { defer List.push(d, 1); let c = chan(); "
           "par { for i in 0..50 { c ! i }; for i in 0..50 { ?c } }; "
           "for i in 0..200 {}; sleep(0s); alt { after 0s => 2 } }\nlet f = 1");
    csp_value f = define("fn f(n) { spawn killer(self(), n); let d = []; work(d); len(d) }"), v;
    unsigned killed = 0, done = 0;
    for (int n = 0; n < 600; n++) {
        csp_value arg = an_int(n);
        csp_status status = csp_call(vm, f, 1, &arg, NULL, &v);
        if (status == CSP_OK) {
            cr_assert_eq(int_of(v), 1);
            done++;
        } else {
            embed_error(vm, "killed", "");
            killed++;
        }
        cr_assert_null(vm_audit(vm));
    }
    cr_assert(killed > 0 && done > 0, "%u %u", killed, done);
    cr_assert_eq(csp_run(vm, 1000), CSP_DONE);
    csp_scope_close(vm, scope);
}

Test(call, its_links_end_with_it)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value f = define("let c = chan(); let p = spawn { ?c }; fn f() { link(p); true }");
    cr_assert_eq(call(f, NULL), CSP_OK);
    define("kill(p); fn f() => Process.info(p)");
    cr_assert_eq(csp_step(vm, 10000, NULL), CSP_DONE);
    cr_assert_eq(call(define("fn f() => 1"), NULL), CSP_OK, "it did not hit the host");
    /* a crash of the call is one for those that it is linked to */
    f = define("let q = spawn { ?chan() }; fn f() { link(q); [][1] }");
    cr_assert_eq(call(f, NULL), CSP_E_CRASH);
    cr_assert_eq(csp_step(vm, 10000, NULL), CSP_DONE);
    f = define("fn f() { let r = spawn { [][2] }; link(r); ?chan() }");
    cr_assert_eq(call(f, NULL), CSP_E_CRASH, "and the other way round");
    csp_scope_close(vm, scope);
}

static void *interrupt_soon(void *arg)
{
    usleep(20000);
    csp_interrupt(arg);
    return NULL;
}

Test(call, an_interrupt_ends_it)
{
    csp_scope scope = csp_scope_open(vm);
    static const char *const texts[] = {"fn f() { defer print(\"d\"); loop {} }",
                                        "fn f() { defer print(\"d\"); sleep(1h) }",
                                        "fn f() { defer print(\"d\"); par { loop {}; loop {} } }"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        csp_value f = define(texts[i]);
        embed_printed[0] = '\0';
        pthread_t thread;
        cr_assert_eq(pthread_create(&thread, NULL, interrupt_soon, vm), 0);
        cr_assert_eq(call(f, NULL), CSP_E_INTERRUPTED);
        pthread_join(thread, NULL);
        embed_error(vm, "interrupted", "");
        cr_assert_str_eq(embed_printed, "d\n");
    }
    csp_interrupt(vm);
    cr_assert_eq(call(define("fn f() => 1"), NULL), CSP_OK, "nothing ran");
    csp_scope_close(vm, scope);
}

Test(call, after_exit_nothing_runs)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value g = define("fn f() => 1"), v = define("let f = \"kept\"");
    cr_assert_eq(call(define("fn f() { Os.exit(3) }"), NULL), CSP_EXIT);
    cr_assert_eq(csp_exit_status(vm), 3);
    cr_assert_eq(call(g, NULL), CSP_EXIT);
    cr_assert_eq(csp_step(vm, 100, NULL), CSP_EXIT);
    cr_assert_eq(csp_run(vm, -1), CSP_EXIT);
    value still;
    cr_assert(handle_value(host_of(vm), v, "test", &still));
    csp_scope_close(vm, scope);
}

Test(call, the_limit_of_reductions_is_for_each_call)
{
    csp_free(vm);
    csp_config config = usual();
    config.max_reductions = 10000;
    make(&config);
    csp_scope scope = csp_scope_open(vm);
    csp_value f = define("fn f(n) { for _ in 0..n {} }"), n = an_int(9000);
    for (int i = 0; i < 5; i++)
        cr_assert_eq(csp_call(vm, f, 1, &n, NULL, NULL), CSP_OK);
    n = an_int(11000);
    cr_assert_eq(csp_call(vm, f, 1, &n, NULL, NULL), CSP_E_CRASH);
    embed_error(vm, "out_of_reductions", "");
    n = an_int(9000);
    cr_assert_eq(csp_call(vm, f, 1, &n, NULL, NULL), CSP_OK);
    csp_scope_close(vm, scope);
}

static csp_value from_hook;
static csp_status hook_status;
static void call_from_hook(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
    csp_value v;
    hook_status = csp_call(vm, from_hook, 0, NULL, NULL, &v);
}

static void *call_beside(void *arg)
{
    csp_value v;
    *(csp_status *)arg = csp_call(vm, an_int(1), 0, NULL, NULL, &v);
    return NULL;
}
static csp_status beside;
static void from_another_thread(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
    pthread_t thread;
    pthread_create(&thread, NULL, call_beside, &beside);
    pthread_join(thread, NULL);
}

Test(call, misuse)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value v, f = define("fn f() => 1"), stale;
    cr_assert_eq(csp_call(NULL, f, 0, NULL, NULL, &v), CSP_E_MISUSE);
    cr_assert_eq(csp_call(vm, f, 1, NULL, NULL, &v), CSP_E_MISUSE);
    embed_error(vm, "misuse", "csp_call: the arguments are NULL");
    cr_assert_eq(csp_call(vm, CSP_NONE, 0, NULL, NULL, &v), CSP_E_MISUSE);
    embed_error(vm, "misuse", "CSP_NONE");
    csp_value none = CSP_NONE;
    cr_assert_eq(csp_call(vm, f, 1, &none, NULL, &v), CSP_E_MISUSE);
    csp_scope inner = csp_scope_open(vm);
    stale = define("let f = \"text\"");
    csp_scope_close(vm, inner);
    cr_assert_eq(csp_call(vm, stale, 0, NULL, NULL, &v), CSP_E_MISUSE);
    embed_error(vm, "misuse", "scope");
    cr_assert_eq(csp_call(vm, f, 1, &stale, NULL, &v), CSP_E_MISUSE);
    csp_vm *mine = vm, *other;
    cr_assert_eq(csp_new(NULL, &other), CSP_OK);
    csp_scope there = csp_scope_open(other);
    cr_assert_eq(csp_call(other, f, 0, NULL, NULL, &v), CSP_E_MISUSE);
    csp_scope_close(other, there);
    csp_free(other);
    cr_assert_eq(csp_call(other, an_int(1), 0, NULL, NULL, &v), CSP_E_MISUSE);
    vm = mine;
    csp_scope_close(vm, scope);
}

Test(call, not_from_hooks_nor_beside_another_thread)
{
    csp_free(vm);
    csp_config config = usual();
    config.write = call_from_hook;
    make(&config);
    csp_scope scope = csp_scope_open(vm);
    from_hook = define("fn f() { print(1) }");
    cr_assert_eq(call(from_hook, NULL), CSP_OK);
    cr_assert_eq(hook_status, CSP_E_MISUSE);
    csp_scope_close(vm, scope);
    csp_free(vm);
    config.write = from_another_thread;
    make(&config);
    scope = csp_scope_open(vm);
    cr_assert_eq(call(define("fn f() { print(1) }"), NULL), CSP_OK);
    cr_assert_eq(beside, CSP_E_MISUSE);
    csp_scope_close(vm, scope);
}
