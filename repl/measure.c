#include "repl/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "include/csp_tools.h"
#include "repl/evaluate.h"
#include "repl/pieces.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* "1.23 ms", in the unit in which it has up to three digits before the point. */
static const char *duration(double seconds, char text[32])
{
    static const struct {
        double size;
        const char *name;
    } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && seconds < units[i].size)
        i++;
    snprintf(text, 32, "%.3g %s", seconds / units[i].size, units[i].name);
    return text;
}

/* ---- :time ---- */

static void print_count(uint64_t n, const char *one, const char *many)
{
    repl_print(1, ", %" PRIu64 " %s", n, n == 1 ? one : many);
}

void command_time(repl *r, const char *argument)
{
    csp_stats before = {.struct_size = sizeof before}, after = before;
    csp_get_stats(r->vm, &before);
    double begun = now();
    evaluate(r, argument);
    double used = now() - begun;
    csp_get_stats(r->vm, &after);
    char text[32];
    if (after.reductions == before.reductions)
        return; /* it could not be compiled */
    repl_print(1, "%s", duration(used, text));
    print_count(after.reductions - before.reductions, "reduction", "reductions");
    print_count(after.messages - before.messages, "message", "messages");
    print_count(after.spawned - before.spawned, "process begun", "processes begun");
    repl_print(1, ", memory %+.1f KB\n", ((double)after.memory - (double)before.memory) / 1024);
}

/* ---- :bench ---- */

enum { ROUNDS = 200 };

typedef struct round_time {
    csp_vm *vm;
    double ns; /* of a round; below 0: it has given none */
} round_time;

static void take_time(void *user, csp_value v)
{
    round_time *t = user;
    if (csp_get_float(t->vm, v, &t->ns) != CSP_OK)
        csp_error_free(csp_take_error(t->vm));
}

/* How long so many evaluations take, in seconds. Below 0: it failed, which has been said. */
static double run_round(repl *r, const char *expression, uint64_t times)
{
    round_time t = {r->vm, -1};
    char *text;
    if (asprintf(&text,
                 "(fn() {\nlet run = fn() => (%s\n)\nlet begun = Time.mono()\n"
                 "for i in 0..%" PRIu64 " { run() }\nfloat(Time.mono() - begun) })()",
                 expression, times) < 0)
        return -1;
    bool ok = evaluate_for(r, text, take_time, &t);
    free(text);
    return ok ? t.ns / 1e9 : -1;
}

/* So many evaluations that a round can be measured. 0: it failed. */
static uint64_t find_times(repl *r, const char *expression)
{
    const double least = 0.005;
    for (uint64_t times = 1;; times *= 4) {
        double used = run_round(r, expression, times);
        if (used < 0)
            return 0;
        if (used >= least)
            return times;
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_bench(double *rounds, unsigned count, uint64_t times)
{
    char median[32], low[32], high[32];
    qsort(rounds, count, sizeof *rounds, compare);
    repl_print(1, "%s (%s to %s), median of %u rounds of %" PRIu64 "\n",
               duration(rounds[count / 2], median), duration(rounds[0], low),
               duration(rounds[count - 1], high), count, times);
}

void command_bench(repl *r, const char *argument)
{
    const double whole = 0.5;
    double rounds[ROUNDS], begun = now();
    uint64_t times = find_times(r, argument);
    unsigned count = 0;
    while (times > 0 && count < ROUNDS && (count == 0 || now() - begun < whole)) {
        double used = run_round(r, argument, times);
        if (used < 0)
            return;
        rounds[count++] = used / (double)times;
    }
    if (count > 0)
        print_bench(rounds, count, times);
}

/* ---- :disasm ---- */

void command_disasm(repl *r, const char *argument)
{
    char *text;
    csp_status status = csp_disassemble_name(r->session, argument, &text);
    if (status == CSP_OK)
        pieces_show(r, text);
    else
        evaluate_outcome(r, status);
    csp_text_free(text);
}
