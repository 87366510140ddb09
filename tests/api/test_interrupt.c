/* csp_interrupt: it ends what runs at that moment, compiling and loading included, and nothing
 * else. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "include/csp.h"

/* What the signal handler and the callbacks interrupt. */
static csp_vm *volatile target;
/* Interrupts that `take` is still to make, and whether it takes 3 ms for one; what it has seen. */
static int to_make;
static bool takes_long;
static char seen[256];

static void take(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream;
    size_t used = strlen(seen);
    cr_assert_lt(used + size, sizeof seen);
    memcpy(seen + used, text, size);
    seen[used + size] = '\0';
    if (to_make > 0) {
        to_make--;
        csp_interrupt(target);
        if (takes_long)
            nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    }
}

static csp_vm *make(csp_config *given)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    if (given)
        config = *given;
    config.write = take;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    target = vm;
    to_make = 0;
    takes_long = false;
    seen[0] = '\0';
    return vm;
}

static csp_status eval(csp_session *s, const char *text, char **result)
{
    return csp_eval(s, text, strlen(text), result);
}

static void gives(csp_session *s, const char *text, const char *expected)
{
    char *result;
    cr_assert_eq(eval(s, text, &result), CSP_OK, "%s", text);
    cr_assert_str_eq(result ? result : "nothing", expected, "%s", text);
    csp_text_free(result);
}

/* The last failure is the interrupt. */
static void tells_of_it(csp_vm *vm)
{
    csp_error *error = csp_take_error(vm);
    cr_assert_not_null(error);
    cr_assert_str_eq(csp_error_kind(error), "interrupted");
    csp_error_free(error);
}

static void interrupted(csp_session *s, const char *text)
{
    char *result;
    cr_assert_eq(eval(s, text, &result), CSP_E_INTERRUPTED, "%s", text);
    cr_assert_null(result);
    tells_of_it(target);
}

/* ---- Nothing runs ---- */

Test(interrupt, without_effect_where_nothing_runs)
{
    csp_vm *vm = make(NULL);
    csp_session *s = csp_session_new(vm);
    csp_interrupt(vm);
    gives(s, "List.map([1], fn(x) => x + 1)", "[2]");
    csp_interrupt(vm);
    csp_interrupt(vm);
    gives(s, "spawn { loop { sleep(1h) } }; 3", "3");
    csp_interrupt(vm);
    cr_assert_geq(csp_step(vm, 100000, NULL), CSP_OK);
    csp_interrupt(vm);
    gives(s, "5", "5");
    csp_free(vm);

    vm = make(NULL);
    csp_interrupt(vm);
    cr_assert_eq(csp_run_text(vm, "test", "for i in 0..100000 {}", 21), CSP_OK);
    csp_interrupt(vm);
    csp_free(vm);
}

/* ---- From a callback: at a known moment ---- */

Test(interrupt, ends_an_evaluation_alone)
{
    csp_vm *vm = make(NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "var n = 1; let other = spawn { loop { sleep(1ms); n } }; n", "1");
    to_make = 3;
    interrupted(s, "n = 2; eprint(\"now\"); loop {}");
    gives(s, "n", "2");
    gives(s, "Process.info(other) is map", "true");
    /* The last statement is over before the interrupt could be seen: it has no effect later. */
    to_make = 1;
    char *result;
    (void)eval(s, "eprint(\"end\")", &result);
    csp_text_free(result);
    gives(s, "var turns = 0; while turns < 100000 { turns += 1 }; turns", "100000");
    csp_free(vm);
}

/* The process p interrupts while it prints; until it has ended, steps of so many reductions. */
static void interrupts_one_step(uint64_t reductions)
{
    csp_vm *vm = make(NULL);
    csp_session *s = csp_session_new(vm);
    gives(s,
          "let p = spawn { sleep(5ms); eprint(\"a\"); for _ in 0..20000 {}; eprint(\"b\"); 7 }; 1",
          "1");
    to_make = 1;
    bool ended = false;
    csp_status status;
    while (!strstr(seen, "b")) {
        status = csp_step(vm, reductions, NULL);
        cr_assert(status >= CSP_OK || status == CSP_E_INTERRUPTED);
        if (status == CSP_E_INTERRUPTED) {
            cr_assert(!ended, "it ends one step");
            tells_of_it(vm);
            ended = true;
        }
    }
    cr_assert(ended, "of %llu reductions", (unsigned long long)reductions);
    gives(s, "wait(p)", "7");
    csp_free(vm);
}

Test(interrupt, of_a_step_touches_no_process) { interrupts_one_step(100000); }

/* Here the step's last slice is the one in which it comes. */
Test(interrupt, of_a_short_step_is_not_lost)
{
    interrupts_one_step(1);
    interrupts_one_step(10);
    interrupts_one_step(100);
}

/* It comes when the time that csp_run was given is over. */
Test(interrupt, of_a_run_is_not_lost)
{
    csp_vm *vm = make(NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "let p = spawn { loop { for _ in 0..500 {}; eprint(\"a\") } }; 1", "1");
    seen[0] = '\0';
    to_make = 1;
    takes_long = true;
    cr_assert_eq(csp_run(vm, 1), CSP_E_INTERRUPTED);
    tells_of_it(vm);
    gives(s, "kill(p); 5", "5");
    csp_free(vm);
}

Test(interrupt, of_deferred_calls_that_never_end)
{
    csp_vm *vm = make(NULL);
    csp_session *s = csp_session_new(vm);
    to_make = 1;
    interrupted(s, "{ defer { eprint(\"deferred\"); ?chan() }; eprint(\"now\"); loop {} }");
    cr_assert_str_eq(seen, "now\ndeferred\n");
    gives(s, "1", "1");
    csp_free(vm);
}

Test(interrupt, a_module_that_is_loading_is_read_anew)
{
    static const char text[] =
        "const LATE = _late()\nfn _late() { eprint(\"loading\"); for _ in 0..20000 {}; 5 }\n"
        "var turns = 0\nwhile turns < 20000 { turns += 1 }\n";
    csp_vm *vm = make(NULL);
    csp_session *s = csp_session_new(vm);
    cr_assert_eq(csp_module_add(vm, "m", text, sizeof text - 1), CSP_OK);
    to_make = 1;
    interrupted(s, "import \"m\"; m.LATE");
    char *result;
    cr_assert_eq(eval(s, "m.LATE", &result), CSP_E_COMPILE, "nothing is bound");
    gives(s, "import \"m\"; m.LATE", "5");
    gives(s, "import \"m\" as again; again.LATE + m.LATE", "10");
    cr_assert_str_eq(seen, "loading\nloading\n");
    csp_free(vm);
}

/* ---- From a signal handler: at any moment ---- */

static void on_alarm(int number)
{
    (void)number;
    csp_interrupt(target);
}

static void interrupt_after(long microseconds)
{
    struct itimerval timer = {
        .it_value = {.tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void catch_alarms(void)
{
    struct sigaction act = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &act, NULL);
}

/* Ends the evaluation of `text` in a new VM after 20, 40, 60 … microseconds, until it is too late
 * ten times in a row; after each the same text gives what it should. */
static void ends_anywhere(const char *text, const char *expected, const char *module)
{
    catch_alarms();
    int late = 0, early = 0;
    for (long after = 20; late < 10 && after < 2000000; after += after < 4000 ? 20 : after / 50) {
        csp_vm *vm = make(NULL);
        csp_session *s = csp_session_new(vm);
        if (module)
            cr_assert_eq(csp_module_add(vm, "m", module, strlen(module)), CSP_OK);
        interrupt_after(after);
        char *result;
        csp_status status = eval(s, text, &result);
        interrupt_after(0);
        if (status == CSP_E_INTERRUPTED)
            tells_of_it(vm);
        else
            cr_assert_eq(status, CSP_OK, "after %ld us", after);
        cr_assert_eq(result != NULL, status == CSP_OK);
        csp_text_free(result);
        early += status != CSP_OK;
        late = status == CSP_OK ? late + 1 : 0;
        gives(s, text, expected);
        csp_free(vm);
    }
    cr_assert_gt(early, 3);
}

Test(interrupt, ends_the_loading_of_standard_modules_anywhere)
{
    ends_anywhere("(List.map([1, 2], fn(x) => x + 1), type(Supervisor.start), Map.map({a: 1}, "
                  "fn(k, v) => v))",
                  "([2, 3], \"fn\", {a: 1})", NULL);
    cr_assert_str_empty(seen);
}

Test(interrupt, ends_the_loading_of_imported_modules_anywhere)
{
    ends_anywhere("import \"m\"; m.f(m.C)", "302",
                  "fn f(n) => len(C) + 2\nconst C = List.map(0..300, fn(x) => x)\nfor i in C { "
                  "List.push([], i) }\n");
}

/* Each call returns soon; a slice has thousands of them. */
Test(interrupt, between_two_calls_of_c, .timeout = 20)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = CSP_MAY_CALL_C;
    catch_alarms();
    csp_vm *vm = make(&config);
    csp_session *s = csp_session_new(vm);
    gives(s, "extern \"c\" as c { fn usleep(us: u32): i32 }; 1", "1");
    interrupt_after(50000);
    interrupted(s, "loop { c.usleep(50_000) }");
    gives(s, "1", "1");
    csp_free(vm);
}

/* ---- While a long text is compiled ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char *repeated(const char *unit, size_t times)
{
    size_t length = strlen(unit);
    char *text = malloc(length * times);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * length, unit, length);
    return text;
}

/* Each call that compiles `text`; the interrupt comes after 50 ms. */
static void ends_soon(const char *text, size_t size)
{
    enum { RUN, EVAL, CHECK, DISASSEMBLE, CALLS };
    catch_alarms();
    for (int call = 0; call < CALLS; call++) {
        csp_vm *vm = make(NULL);
        csp_session *s = csp_session_new(vm);
        char *out = NULL;
        csp_findings found;
        csp_status status = CSP_OK;
        double begin = now();
        interrupt_after(50000);
        switch (call) {
        case RUN: status = csp_run_text(vm, "long", text, size); break;
        case EVAL: status = csp_eval(s, text, size, &out); break;
        case CHECK: status = csp_check(vm, "long", text, size, CSP_PLAIN, &found, &out); break;
        case DISASSEMBLE: status = csp_disassemble(vm, "long", text, size, &out); break;
        }
        double took = now() - begin;
        interrupt_after(0);
        cr_assert_eq(status, CSP_E_INTERRUPTED, "call %d: %d after %f s", call, status, took);
        cr_assert_null(out);
        tells_of_it(vm);
        cr_assert_lt(took, 1.5, "call %d took %f s", call, took);
        if (call != RUN)
            gives(s, "1", "1");
        csp_free(vm);
    }
}

Test(interrupt, ends_the_compilation_of_long_texts)
{
    static const char *const units[] = {
        "fn(a, b) { let c = a + b * 3; if c > 3 { print(\"x${c}\", [a, b]) } };\n",
        "[1, 2, 3, [4, {a: 5}], 6.5, \"seven\"];", "len(\"é\")\n",
        "{ let c = chan(); alt { c ? x => x } }\n"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i]), times = (20 << 20) / length;
        char *text = repeated(units[i], times);
        ends_soon(text, times * length);
        free(text);
    }
}

/* ---- Limits ---- */

Test(interrupt, the_limits_of_programs_are_not_those_of_loading)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_processes = 1;
    config.max_reductions = 20;
    csp_vm *vm = make(&config);
    csp_session *s = csp_session_new(vm);
    gives(s, "type(Supervisor.start)", "\"fn\"");
    csp_free(vm);
}

Test(interrupt, a_module_without_memory_is_read_anew)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_memory = 24 << 20;
    csp_vm *vm = make(&config);
    csp_session *s = csp_session_new(vm);
    gives(s, "var hog = [nil]; 1", "1");
    char *result;
    csp_status status = eval(s, "loop { hog = [hog, 1] }", &result);
    cr_assert(status == CSP_E_CRASH || status == CSP_E_MEMORY);
    (void)eval(s, "Supervisor.start([])", &result);
    csp_text_free(result);
    status = eval(s, "hog = nil; 1", &result);
    csp_text_free(result);
    cr_assert_eq(status, CSP_OK);
    gives(s, "type(Supervisor.start)", "\"fn\"");
    csp_free(vm);
}
