/* What keeps a host safe from its scripts: each VM's limits are its own. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "csp.h"

enum { MB = 1 << 20 };

static csp_vm *new_vm(size_t max_memory)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_memory = max_memory;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    return vm;
}

/* The value as text, or the error's kind. */
static char *eval(csp_session *s, csp_vm *vm, const char *text)
{
    char *result = NULL;
    if (csp_eval(s, text, strlen(text), &result) == CSP_OK)
        return result ? result : strdup("");
    csp_error *error = csp_take_error(vm);
    char *kind = strdup(csp_error_kind(error));
    csp_error_free(error);
    return kind;
}

#define EVAL_IS(s, vm, text, expected)       \
    do {                                     \
        char *result_ = eval(s, vm, text);   \
        cr_expect_str_eq(result_, expected); \
        free(result_);                       \
    } while (0)

Test(limits, memory_is_counted_for_each_vm)
{
    csp_vm *idle = new_vm(1024 * (size_t)MB), *small = new_vm(64 * MB);
    csp_session *held = csp_session_new(idle), *s = csp_session_new(small);
    EVAL_IS(held, idle,
            "var kept = []\n"
            "for i in 0..1_000_000 { List.push(kept, [i, \"{i}\", (i, i)]) }\n"
            "len(kept)\n",
            "1000000");
    /* Each turn holds a list of two words (32 bytes), its block (32) and its place in the list. */
    EVAL_IS(s, small,
            "let made = [0]\n"
            "fn grow() {\n"
            "    let all = []\n"
            "    var i = 0\n"
            "    while true {\n"
            "        List.push(all, [i, i])\n"
            "        i += 1\n"
            "        made[0] = i\n"
            "    }\n"
            "}\n"
            "grow()\n",
            "out_of_memory");
    char *made = eval(s, small, "made[0]");
    size_t bytes = (size_t)atol(made) * (32 + 32 + 8);
    cr_expect(bytes > 40 * MB && bytes < 80 * MB, "%zu", bytes);
    free(made);
    EVAL_IS(held, idle, "List.push(kept, 1)\nlen(kept)", "1000001");
    EVAL_IS(s, small, "6 * 7", "42");
    csp_free(small);
    csp_free(idle);
}

/* ---- Crash reports ---- */

typedef struct told {
    int crashes, dropped, written;
    char message[200];
} told;

static void on_crash(void *user, const csp_error *error)
{
    told *t = user;
    if (strcmp(csp_error_kind(error), "reports_dropped") == 0) {
        t->dropped++;
        snprintf(t->message, sizeof t->message, "%s", csp_error_message(error));
    } else {
        t->crashes++;
    }
}

static void on_write(void *user, int stream, const char *text, size_t size)
{
    (void)stream;
    told *t = user;
    for (size_t i = 0; i < size; i++)
        t->written += text[i] == '\n';
}

static void crash_often(int processes, told *t, bool callback)
{
    char text[200];
    snprintf(text, sizeof text,
             "fn boom(i) { if i %% 4 == 0 { fail(\"four\") }\n"
             "    i.field }\n"
             "for i in 0..%d { spawn boom(i) }\n"
             "sleep(10ms)\n",
             processes);
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = t;
    config.write = on_write;
    if (callback)
        config.crash = on_crash;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    cr_assert_eq(csp_run_text(vm, "often", text, strlen(text)), CSP_OK);
    csp_free(vm);
}

Test(limits, a_flood_of_crashes_is_counted)
{
    told t = {0};
    crash_often(500, &t, true);
    cr_assert_eq(t.crashes, 100);
    cr_assert_eq(t.dropped, 1);
    cr_assert_str_eq(t.message, "400 crashes were not reported: 100 of fail at often:1:30, "
                                "300 of type_error at often:2:5");
}

Test(limits, few_crashes_are_all_told)
{
    told t = {0};
    crash_often(100, &t, true);
    cr_assert_eq(t.crashes, 100);
    cr_assert_eq(t.dropped, 0);
}

Test(limits, reports_of_a_flood_are_few)
{
    told few = {0}, many = {0};
    crash_often(100, &few, false);
    time_t begun = time(NULL);
    crash_often(5000, &many, false);
    int seconds = (int)(time(NULL) - begun) + 1;
    cr_assert_geq(few.written, 100);
    cr_assert_leq(many.written, seconds * (few.written + few.written / 10 + 5));
}

static uint64_t reductions_of(csp_vm *vm)
{
    csp_stats stats = {.struct_size = sizeof stats};
    csp_get_stats(vm, &stats);
    return stats.reductions;
}

/* How many steps of the host's, each as short as can be, run something while a text of 1 MB is
 * joined and a part of it is made. */
static uint64_t join_and_slice(size_t max_step_bytes)
{
    static const char text[] = "let half = String.repeat(\"x\", 512 * 1024)\n"
                               "fn work() { let all = half + half\n len(all[1..]) }\n"
                               "var task = nil\n"
                               "nil";
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_step_bytes = max_step_bytes;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    csp_session *s = csp_session_new(vm);
    EVAL_IS(s, vm, text, "");
    EVAL_IS(s, vm, "task = spawn work()\nnil", "");
    uint64_t steps = 0;
    csp_status status;
    do {
        uint64_t before = reductions_of(vm);
        status = csp_step(vm, 1, NULL);
        steps += reductions_of(vm) > before; /* else it makes up for one that was long */
    } while (status == CSP_MORE);
    cr_assert_geq(status, CSP_OK);
    EVAL_IS(s, vm, "wait(task)", "1048575");
    csp_free(vm);
    return steps;
}

Test(limits, an_instruction_copies_at_most_max_step_bytes)
{
    enum { KB = 1 << 10, COPIED = 2 * MB, OTHERS = 20 };
    uint64_t usual = join_and_slice(64 * KB), least = join_and_slice(KB);
    cr_expect_geq(join_and_slice(4 * KB), COPIED / (4 * KB));
    cr_expect_geq(usual, COPIED / (64 * KB));
    cr_expect_leq(usual, COPIED / (64 * KB) + OTHERS);
    cr_expect_leq(join_and_slice(MB), OTHERS);
    cr_expect_eq(join_and_slice(0), usual);
    cr_expect_geq(least, COPIED / KB);
    cr_expect_eq(join_and_slice(1), least);
}

Test(limits, what_the_host_starts_is_not_refused)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_processes = 50;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    csp_session *s = csp_session_new(vm);
    EVAL_IS(s, vm,
            "let gate = chan(); fn waits() { ?gate }\n"
            "fn bomb() { let e = catch { loop { spawn waits() } }; e.kind }\nbomb()",
            "\"too_many_processes\"");
    EVAL_IS(s, vm, "1 + 1", "2");
    EVAL_IS(s, vm, "(catch { spawn waits() }).kind", "\"too_many_processes\"");
    csp_free(vm);
}
