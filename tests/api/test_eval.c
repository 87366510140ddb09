/* Evaluation in pieces: csp_eval_start, csp_eval_wait, csp_eval_result, csp_eval_stop; and who it
 * is that prints, or ends the program. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "include/csp.h"

static csp_vm *vm;
static csp_session *session;
static char written[4096]; /* "NUMBER NAME STREAM|text" of each call of config.write */

static void on_write(void *user, int stream, const char *text, size_t size)
{
    (void)user;
    const char *name;
    uint64_t number = csp_writer(vm, &name);
    size_t used = strlen(written);
    snprintf(written + used, sizeof written - used, "%llu %s %d|%.*s", (unsigned long long)number,
             name, stream, (int)size, text);
}

static void make(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = on_write;
    config.capabilities = CSP_MAY_EXIT;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    session = csp_session_new(vm);
    cr_assert_not_null(session);
    written[0] = '\0';
}

static void unmake(void) { csp_free(vm); }

TestSuite(eval, .init = make, .fini = unmake, .timeout = 60);

static csp_status start(const char *text) { return csp_eval_start(session, text, strlen(text)); }

static csp_status eval(const char *text)
{
    char *result;
    csp_status status = csp_eval(session, text, strlen(text), &result);
    csp_text_free(result);
    return status;
}

/* Steps until there is an outcome. */
static csp_status finish(csp_value *value)
{
    csp_status status;
    while ((status = csp_eval_result(session, value)) == CSP_EMPTY)
        csp_step(vm, 1000, NULL);
    return status;
}

static void error_is(const char *kind, const char *message)
{
    csp_error *error = csp_take_error(vm);
    cr_assert_not_null(error);
    cr_assert_str_eq(csp_error_kind(error), kind);
    cr_assert_not_null(strstr(csp_error_message(error), message), "%s", csp_error_message(error));
    csp_error_free(error);
}

Test(eval, pieces_are_run_by_steps)
{
    csp_scope scope = csp_scope_open(vm);
    cr_assert_eq(start("var n = 0; while n < 100_000 { n += 1 }; n"), CSP_OK);
    cr_assert_neq(csp_eval_process(session), 0);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_EMPTY);
    csp_step(vm, 1000, NULL);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_EMPTY);
    csp_value value;
    cr_assert_eq(finish(&value), CSP_OK);
    cr_assert_eq(csp_int_or(vm, value, 0), 100000);
    cr_assert_eq(csp_eval_process(session), 0);
    cr_assert_eq(eval("if n != 100_000 { fail(\"lost\") }"), CSP_OK);
    cr_assert_eq(start("let s = [1, 2]; s"), CSP_OK);
    cr_assert_eq(csp_eval_wait(session, -1), CSP_OK);
    cr_assert_eq(csp_eval_result(session, &value), CSP_OK);
    char *shown = csp_show(vm, value, 100);
    cr_assert_str_eq(shown, "[1, 2]");
    csp_text_free(shown);
    csp_scope_close(vm, scope);
}

Test(eval, waits_as_long_as_it_is_told)
{
    cr_assert_eq(start("sleep(20s)"), CSP_OK);
    cr_assert_eq(csp_eval_wait(session, 1), CSP_IDLE);
    cr_assert_eq(csp_eval_stop(session, NULL), CSP_OK);
    cr_assert_eq(csp_eval_wait(session, -1), CSP_OK);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_E_INTERRUPTED);
    error_is("interrupted", "stopped from outside");
    cr_assert_eq(start("loop {}"), CSP_OK);
    cr_assert_eq(csp_eval_wait(session, 1), CSP_MORE);
    csp_eval_stop(session, "enough of it");
    cr_assert_eq(finish(NULL), CSP_E_INTERRUPTED);
    error_is("interrupted", "enough of it");
}

Test(eval, what_fails_and_what_does_not_compile)
{
    cr_assert_eq(start("let a = 1; [][7]"), CSP_OK);
    cr_assert_eq(finish(NULL), CSP_E_CRASH);
    error_is("index_error", "index 7");
    cr_assert_eq(start("let b ="), CSP_E_COMPILE);
    cr_assert_eq(csp_eval_process(session), 0);
    cr_assert_eq(eval("a"), CSP_OK);
    cr_assert_eq(eval("b"), CSP_E_COMPILE);
}

Test(eval, deadlock_ends_it)
{
    cr_assert_eq(start("let c = chan(); defer print(\"over\"); ?c"), CSP_OK);
    cr_assert_eq(finish(NULL), CSP_E_DEADLOCK);
    error_is("deadlock", "");
    cr_assert_not_null(strstr(written, "over"));
    cr_assert_eq(start("let d = chan(); defer { ?d }; ?d"), CSP_OK);
    cr_assert_eq(csp_eval_wait(session, -1), CSP_OK);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_E_DEADLOCK);
    cr_assert_eq(eval("1"), CSP_OK);
}

Test(eval, stopping_leaves_the_others)
{
    cr_assert_eq(eval("let told = chan(10); let quiet = chan()"), CSP_OK);
    cr_assert_eq(eval("let p = spawn { ?quiet; told ! 1 }"), CSP_OK);
    cr_assert_eq(start("par { ?quiet; sleep(20s) }"), CSP_OK);
    for (int i = 0; i < 10; i++)
        csp_step(vm, 1000, NULL);
    csp_stats stats = {.struct_size = sizeof stats};
    csp_get_stats(vm, &stats);
    cr_assert_eq(stats.processes, 4);
    csp_eval_stop(session, NULL);
    cr_assert_eq(finish(NULL), CSP_E_INTERRUPTED);
    csp_get_stats(vm, &stats);
    cr_assert_eq(stats.processes, 1);
    cr_assert_eq(eval("quiet ! 0; if ?told != 1 { fail(\"gone\") }"), CSP_OK);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

Test(eval, a_second_stop_waits_for_nothing)
{
    cr_assert_eq(start("defer sleep(20s); sleep(20s)"), CSP_OK);
    csp_eval_wait(session, 1);
    double before = seconds();
    csp_eval_stop(session, NULL);
    csp_eval_wait(session, 1);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_EMPTY);
    csp_eval_stop(session, NULL);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_E_INTERRUPTED);
    cr_assert_lt(seconds() - before, 0.9);
    cr_assert_eq(eval("1"), CSP_OK);
}

Test(eval, deferred_calls_have_a_second)
{
    cr_assert_eq(start("defer sleep(20s); sleep(20s)"), CSP_OK);
    csp_eval_wait(session, 1);
    double before = seconds();
    csp_eval_stop(session, NULL);
    cr_assert_eq(csp_eval_wait(session, -1), CSP_OK);
    cr_assert_geq(seconds() - before, 0.9);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_E_INTERRUPTED);
}

Test(eval, two_sessions_at_once)
{
    csp_session *other = csp_session_new(vm);
    cr_assert_eq(start("let a = 1; sleep(10ms)"), CSP_OK);
    cr_assert_eq(csp_eval_start(other, "let a = 2; sleep(10ms)", 22), CSP_OK);
    cr_assert_eq(csp_eval_wait(session, -1), CSP_OK);
    cr_assert_eq(csp_eval_wait(other, -1), CSP_OK);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_OK);
    cr_assert_eq(csp_eval_result(other, NULL), CSP_OK);
    cr_assert_eq(eval("if a != 1 { fail(\"mixed\") }"), CSP_OK);
    csp_session_free(other);
}

Test(eval, a_session_that_is_freed_ends_what_it_runs)
{
    csp_session *other = csp_session_new(vm);
    cr_assert_eq(csp_eval_start(other, "defer print(\"over\"); loop {}", 28), CSP_OK);
    csp_step(vm, 1000, NULL);
    csp_session_free(other);
    cr_assert_eq(csp_run(vm, 10000), CSP_DONE);
    cr_assert_not_null(strstr(written, "over"));
}

Test(eval, writers)
{
    cr_assert_eq(
        eval("let go = chan(); fn worker() { print(\"w\"); eprint(\"e\"); ?go }; print(1)"),
        CSP_OK);
    cr_assert_not_null(strstr(written, " main 1|1\n"), "%s", written);
    written[0] = '\0';
    cr_assert_eq(
        eval("let p = spawn worker(); spawn { Process.name(self(), \"bob\"); print(2); ?go }; "
             "par { print(3); print(4) }; sleep(1ms)"),
        CSP_OK);
    cr_assert_not_null(strstr(written, " worker 1|w\n"), "%s", written);
    cr_assert_not_null(strstr(written, " worker 2|e\n"), "%s", written);
    cr_assert_not_null(strstr(written, " bob 1|2\n"), "%s", written);
    cr_assert_not_null(strstr(written, " main 1|3\n"), "%s", written);
    cr_assert_not_null(strstr(written, " main 1|4\n"), "%s", written);
}

Test(eval, reports_are_nobodys)
{
    cr_assert_eq(eval("spawn { fail(\"x\") }; sleep(1ms)"), CSP_OK);
    cr_assert_not_null(strstr(written, "0  2|"), "%s", written);
}

static void note_name(void *user, const csp_process *process)
{
    snprintf(user, 64, "%s %s", process->name, process->state);
}

Test(eval, one_process)
{
    cr_assert_eq(eval("let c = chan(); fn waiter() => ?c"), CSP_OK);
    cr_assert_eq(start("spawn waiter(); sleep(20s)"), CSP_OK);
    csp_eval_wait(session, 1);
    char name[64] = "";
    uint64_t number = csp_eval_process(session);
    cr_assert_eq(csp_find_process(vm, number, note_name, name), CSP_OK);
    cr_assert_str_eq(name, "main waiting");
    cr_assert_eq(csp_find_process(vm, number + 1, note_name, name), CSP_OK);
    cr_assert_str_eq(name, "waiter waiting");
    cr_assert_eq(csp_find_process(vm, number + 2, note_name, name), CSP_E_NOT_FOUND);
    csp_eval_stop(session, NULL);
    cr_assert_eq(finish(NULL), CSP_E_INTERRUPTED);
}

static void note_place(void *user, const csp_frame *frame)
{
    if (*(uint32_t *)user == 0)
        *(uint32_t *)user = frame->place.column;
}

Test(eval, who_has_ended_the_program)
{
    cr_assert_eq(csp_exit_process(vm), 0);
    cr_assert_eq(start("spawn { Os.exit(7) }; sleep(20s)"), CSP_OK);
    uint64_t number = csp_eval_process(session);
    cr_assert_eq(csp_eval_wait(session, -1), CSP_OK);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_EXIT);
    cr_assert_eq(csp_exit_status(vm), 7);
    cr_assert_eq(csp_exit_process(vm), number + 1);
    uint32_t column = 0;
    cr_assert_eq(csp_each_frame(vm, number + 1, note_place, &column), CSP_OK);
    cr_assert_eq(column, 9);
}

Test(eval, misuse)
{
    char *result;
    cr_assert_eq(csp_eval_start(NULL, "1", 1), CSP_E_MISUSE);
    cr_assert_eq(csp_eval_start(session, NULL, 1), CSP_E_MISUSE);
    cr_assert_eq(csp_eval_wait(session, 1), CSP_E_MISUSE);
    error_is("misuse", "no evaluation is under way");
    cr_assert_eq(csp_eval_wait(NULL, 1), CSP_E_MISUSE);
    cr_assert_eq(csp_eval_result(session, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_eval_result(NULL, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_eval_stop(session, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_eval_stop(NULL, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_eval_process(NULL), 0);
    cr_assert_eq(start("1"), CSP_OK);
    cr_assert_eq(start("1"), CSP_E_MISUSE);
    error_is("misuse", "an evaluation is under way");
    cr_assert_eq(csp_eval(session, "1", 1, &result), CSP_E_MISUSE);
    cr_assert_eq(finish(NULL), CSP_OK);
    cr_assert_eq(csp_find_process(vm, 1, NULL, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_find_process(NULL, 1, note_name, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_writer(NULL, NULL), 0);
    cr_assert_eq(csp_exit_process(NULL), 0);
}
