/* Natives of the host that go on later: csp_then, csp_again, csp_offload; and that what they hold
 * is destroyed once, whatever happens. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/embed.h"

/* ---- A ledger of states ---- */

enum { STATES = 100000 };

typedef struct state {
    int64_t left, sum;
    bool is_offloaded; /* its work is under way */
    atomic_int destroyed;
} state;

static state states[STATES];
static atomic_uint made;

static state *state_new(int64_t left)
{
    state *s = &states[made++];
    *s = (state){.left = left};
    return s;
}

static void destroy(void *of)
{
    state *s = of;
    cr_assert_not(s->is_offloaded, "work is using it");
    s->destroyed++;
}

static void ledger_is_balanced(void)
{
    for (unsigned i = 0; i < made; i++)
        cr_assert_eq(states[i].destroyed, 1, "state %u: %d", i, states[i].destroyed);
}

/* ---- Natives ---- */

/* Calls f(i) for i = 0 … n - 1, and adds up. */
static csp_verdict sum_next(csp_context *c, void *of, csp_value result)
{
    state *s = of;
    cr_assert_eq(s->destroyed, 0);
    if (csp_context_failed(c))
        return csp_return(c, csp_get_field(csp_context_vm(c), result, "kind"));
    s->sum += csp_int_or(csp_context_vm(c), result, 0);
    if (s->left == 0)
        return csp_return_int(c, s->sum);
    csp_value arg = csp_int(csp_context_vm(c), --s->left);
    return csp_then(c, csp_arg(c, 0), 1, &arg, sum_next, s, destroy);
}

static csp_verdict sum(csp_context *c)
{
    if (csp_arg_int(c, 1) == 0)
        return csp_return_int(c, 0);
    return sum_next(c, state_new(csp_arg_int(c, 1)), csp_nil());
}

static csp_verdict apply(csp_context *c)
{
    csp_value args[300];
    uint32_t count = csp_arg_count(c) - 1;
    for (uint32_t i = 0; i < count; i++)
        args[i] = csp_arg(c, i + 1);
    return csp_then(c, csp_arg(c, 0), count, args, NULL, NULL, NULL);
}

static csp_verdict count_next(csp_context *c, void *of, csp_value result)
{
    state *s = of;
    cr_assert_eq(csp_type_of(csp_context_vm(c), result), CSP_T_NIL);
    cr_assert_not(csp_context_failed(c));
    if (s->left-- > 0)
        return csp_again(c, count_next, s, destroy);
    return csp_return_int(c, csp_arg_int(c, 0));
}

static csp_verdict count(csp_context *c)
{
    return csp_again(c, count_next, state_new(csp_arg_int(c, 0)), destroy);
}

/* Each step has a state of its own. */
static csp_verdict relay_next(csp_context *c, void *of, csp_value result)
{
    (void)result;
    state *s = of;
    if (s->left == 0)
        return csp_crash(c, "done", "all of them");
    return csp_again(c, relay_next, state_new(s->left - 1), destroy);
}

static csp_verdict relay(csp_context *c)
{
    return csp_again(c, relay_next, state_new(csp_arg_int(c, 0)), destroy);
}

static atomic_int working, let_work;

static void work(void *of)
{
    state *s = of;
    s->is_offloaded = true;
    working++;
    while (!let_work)
        usleep(100);
    s->sum = s->left * 2;
    s->is_offloaded = false;
}

static csp_verdict double_next(csp_context *c, void *of, csp_value result)
{
    state *s = of;
    cr_assert_eq(csp_type_of(csp_context_vm(c), result), CSP_T_NIL);
    if (csp_arg_count(c) > 1 && s->left-- > 0)
        return csp_offload(c, work, double_next, s, destroy);
    return csp_return_int(c, s->sum);
}

static csp_verdict twice(csp_context *c)
{
    return csp_offload(c, work, double_next, state_new(csp_arg_int(c, 0)), destroy);
}

static csp_verdict work_alone(csp_context *c)
{
    return csp_offload(c, work, NULL, state_new(1), destroy);
}

static csp_verdict at_once(csp_context *c) { return csp_return_int(c, csp_arg_int(c, 0) + 1); }

/* ---- Wrong ones: the state is destroyed all the same ---- */

static csp_verdict no_resume(csp_context *c) { return csp_again(c, NULL, state_new(0), destroy); }
static csp_verdict no_work(csp_context *c)
{
    return csp_offload(c, NULL, NULL, state_new(0), destroy);
}
static csp_verdict no_fn(csp_context *c)
{
    return csp_then(c, CSP_NONE, 0, NULL, NULL, state_new(0), destroy);
}
static csp_verdict no_argv(csp_context *c)
{
    return csp_then(c, csp_arg(c, 0), 1, NULL, NULL, state_new(0), destroy);
}
static csp_verdict broken_argument(csp_context *c)
{
    csp_value arg = csp_string(csp_context_vm(c), "\xff", 1);
    return csp_then(c, csp_arg(c, 0), 1, &arg, NULL, state_new(0), destroy);
}
static csp_verdict no_function(csp_context *c)
{
    return csp_then(c, csp_nil(), 0, NULL, NULL, state_new(0), destroy);
}
static csp_verdict forgotten(csp_context *c)
{
    (void)csp_again(c, count_next, state_new(3), destroy);
    return (csp_verdict){0};
}
static csp_verdict two(csp_context *c)
{
    (void)csp_again(c, count_next, state_new(3), destroy);
    return csp_again(c, count_next, state_new(3), destroy);
}
static csp_verdict two_of_one(csp_context *c)
{
    state *s = state_new(0);
    csp_verdict v = csp_again(c, count_next, s, destroy);
    (void)csp_again(c, count_next, s, destroy);
    return v;
}

static csp_context *stale;
static csp_verdict keep(csp_context *c)
{
    stale = c;
    return csp_return(c, csp_nil());
}

static const csp_native natives[] = {
    {"sum(f: fn, n: int)", "", sum, true, NULL},
    {"apply(f, ..xs)", "", apply, true, NULL},
    {"count(n: int)", "", count, true, NULL},
    {"relay(n: int)", "", relay, true, NULL},
    {"twice(n: int, ..more)", "", twice, true, NULL},
    {"work()", "", work_alone, true, NULL},
    {"at_once(n: int = 1)", "", at_once, true, NULL},
    {"no_resume()", "", no_resume, true, NULL},
    {"no_work()", "", no_work, true, NULL},
    {"no_fn()", "", no_fn, true, NULL},
    {"no_argv(f: fn)", "", no_argv, true, NULL},
    {"broken_argument(f: fn)", "", broken_argument, true, NULL},
    {"no_function()", "", no_function, true, NULL},
    {"forgotten()", "", forgotten, true, NULL},
    {"two()", "", two, true, NULL},
    {"two_of_one(n: int = 3)", "", two_of_one, true, NULL},
    {"undeclared(n: int = 3)", "", count, false, NULL},
    {"undeclared_work(n: int = 3)", "", work_alone, false, NULL},
    {"undeclared_then(n: int = 3)", "", no_function, false, NULL},
    {"keep()", "", keep, true, NULL},
};

static embed e;

static void open_vm(void)
{
    made = 0;
    working = 0;
    let_work = 1;
    e = embed_open(natives, sizeof natives / sizeof *natives);
}

static void close_vm(void)
{
    let_work = 1;
    embed_close(&e);
    ledger_is_balanced();
}

TestSuite(suspend, .init = open_vm, .fini = close_vm);

Test(suspend, functions_of_the_script_are_called)
{
    embed_gives(&e, "host.sum(fn(i) => i * i, 100)", "328350");
    embed_gives(&e, "host.sum(fn(i) => host.sum(fn(k) => k, i), 20)", "1140");
    embed_gives(&e, "host.sum(fn(i) => fail(\"no\"), 3)", "\"fail\"");
    embed_gives(&e, "host.sum(n: 0, f: fn(i) => i)", "0");
    embed_gives(&e, "host.apply(fn(a, b) => (b, a), 1, \"x\")", "(\"x\", 1)");
    embed_gives(&e, "host.apply(fn() => 1)", "1");
    embed_gives(&e, "host.apply(fn() => fail(\"no\"))", "error(\"fail\", \"no\")");
    embed_gives(&e, "host.apply(3).kind", "\"type_error\"");
    embed_gives(&e, "host.apply(fn(..xs) => len(xs), ..(1..=250))", "250");
    embed_gives(&e, "host.apply(host.at_once)", "2");
    embed_gives(&e, "host.apply(host.apply, host.at_once, 5)", "6");
    embed_gives(&e, "let c = chan()", NULL);
    embed_gives(&e, "{ spawn { c ! 5 }\n host.apply(fn() { c ? x; x }) }", "5");
}

Test(suspend, arguments_stay_and_are_checked_before)
{
    embed_gives(&e, "host.count(1000)", "1000");
    embed_fails(&e, "host.count(\"x\")", "type_error", "expected an int for `n` of `count`");
    embed_gives(&e, "let f = host.count", NULL);
    embed_fails(&e, "f()", "arity_error", "`count` takes 1 argument, but 0 are given");
    embed_gives(&e, "f(n: 3)", "3");
    embed_gives(&e, "host.at_once()", "2");
    embed_gives(&e, "par { host.count(10); host.count(20); host.at_once(4) }", "[10, 20, 5]");
}

Test(suspend, each_state_is_destroyed_when_its_last_step_is_over)
{
    embed_fails(&e, "host.relay(10)", "done", "all of them");
    cr_expect_eq(made, 11);
    ledger_is_balanced();
}

Test(suspend, work_on_another_thread)
{
    embed_gives(&e, "host.twice(21)", "42");
    embed_gives(&e, "host.twice(3, \"again\")", "0");
    embed_gives(&e, "host.work()", NULL);
    embed_gives(&e, "len(par for i in 0..50 { host.twice(i) })", "50");
    ledger_is_balanced();
}

Test(suspend, misuse_crashes_and_destroys)
{
    embed_fails(&e, "host.no_resume()", "misuse", "csp_again: resume is NULL");
    embed_fails(&e, "host.no_work()", "misuse", "csp_offload: work is NULL");
    embed_fails(&e, "host.no_fn()", "misuse", "csp_then: the function is CSP_NONE");
    embed_fails(&e, "host.no_argv(print)", "misuse", "csp_then: argv is NULL");
    embed_fails(&e, "host.broken_argument(print)", "value_error", "");
    embed_gives(&e, "host.no_function().kind", "\"type_error\"");
    embed_fails(&e, "host.forgotten()", "misuse", "`forgotten` gave no verdict");
    embed_fails(&e, "host.two()", "misuse", "`two` gave no verdict");
    embed_gives(&e, "host.two_of_one()", "3");
    embed_fails(&e, "host.undeclared()", "misuse", "csp_again: the native is not declared");
    embed_fails(&e, "host.undeclared_work()", "misuse", "csp_offload: the native is not declared");
    embed_fails(&e, "host.undeclared_then()", "misuse", "csp_then: the native is not declared");
    ledger_is_balanced();
}

Test(suspend, misuse_of_a_context_destroys_at_once)
{
    embed_gives(&e, "host.keep()", NULL);
    csp_context *const both[] = {stale, NULL};
    for (int i = 0; i < 2; i++) {
        csp_context *c = both[i];
        csp_value v = csp_nil();
        cr_expect_eq(csp_then(c, v, 1, &v, NULL, state_new(0), destroy).code, 0);
        cr_expect_eq(csp_again(c, count_next, state_new(0), destroy).code, 0);
        cr_expect_eq(csp_offload(c, work, NULL, state_new(0), destroy).code, 0);
        cr_expect_eq(csp_await(c, NULL, NULL, state_new(0), destroy).code, 0);
    }
    ledger_is_balanced();
}

/* ---- Kills ---- */

/* A process that runs the call is killed after `steps` turns of another one. */
static void kill_after(const char *call, unsigned steps)
{
    char source[300];
    snprintf(source, sizeof source,
             "{ let p = spawn { %s }\n for i in 0..%u { sleep(0) }\n kill(p, \"enough\")\n "
             "catch wait(p)\n nil }",
             call, steps);
    embed_gives(&e, source, NULL);
}

Test(suspend, killed_at_every_step, .timeout = 120)
{
    for (unsigned steps = 0; steps < 40; steps++) {
        kill_after("host.count(1000000)", steps);
        kill_after("host.relay(300)", steps % 8);
        kill_after("host.sum(fn(i) { sleep(0)\n i }, 1000)", steps);
        kill_after("host.sum(fn(i) => host.count(3), 1000)", steps);
        kill_after("host.twice(3, 1)", steps);
        kill_after("{ defer host.count(3)\n host.count(1000000) }", steps);
    }
    ledger_is_balanced();
}

Test(suspend, killed_while_work_is_under_way)
{
    let_work = 0;
    embed_gives(&e, "let p = spawn host.twice(1)", NULL);
    embed_gives(&e, "while not host.at_once() { }", NULL);
    while (!working)
        csp_step(e.vm, 4000, NULL);
    embed_gives(&e, "kill(p)", NULL);
    embed_gives(&e, "(catch wait(p)).kind", "\"killed\"");
    cr_expect_eq(states[0].destroyed, 0, "work is under way");
    let_work = 1;
    for (int i = 0; i < 5000 && !states[0].destroyed; i++) {
        csp_step(e.vm, 4000, NULL);
        usleep(1000);
    }
    ledger_is_balanced();
}

Test(suspend, limits_are_not_caught)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_reductions = 5000;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    cr_assert_eq(csp_natives_add(vm, "host", natives, 3, sizeof *natives), CSP_OK);
    const char *source = "import \"host\"\nhost.sum(fn(i) { loop { } }, 3)";
    cr_expect_eq(csp_run_text(vm, "t", source, strlen(source)), CSP_E_CRASH);
    embed_error(vm, "out_of_reductions", "");
    csp_free(vm);
}

/* ---- The end of the VM ---- */

static void leave_suspended(void)
{
    embed_gives(&e, "let c = chan()", NULL);
    embed_gives(&e,
                "let ps = [spawn host.count(1 << 40), spawn host.sum(fn(i) { c ? x; x }, 3), "
                "spawn host.relay(5000)]",
                NULL);
    for (int i = 0; i < 5; i++)
        csp_step(e.vm, 4000, NULL);
    cr_expect_geq(made, 3);
}

Test(suspend, what_is_suspended_when_the_vm_is_freed_is_destroyed) { leave_suspended(); }

Test(suspend, work_that_outlives_the_vm_is_destroyed_by_its_thread)
{
    let_work = 0;
    embed_gives(&e, "let ps = (0..6) |> List.map(fn(_) => spawn host.work())", NULL);
    while (!working)
        csp_step(e.vm, 4000, NULL);
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    csp_free(e.vm);
    clock_gettime(CLOCK_MONOTONIC, &after);
    double took =
        (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
    cr_expect(took > 0.9 && took < 2.5, "%g s", took);
    unsigned left = 0;
    for (unsigned i = 0; i < made; i++)
        left += states[i].destroyed == 0;
    cr_expect_eq(left, (unsigned)working, "those that a thread works on");
    let_work = 1;
    for (unsigned i = 0; i < made; i++)
        for (int k = 0; k < 5000 && !states[i].destroyed; k++)
            usleep(1000);
    ledger_is_balanced();
    e = embed_open(natives, 1);
}
