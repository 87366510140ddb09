/* Small programs that wait in every way there is. Each process of each is killed after each step of
 * the run, in slices of one reduction; the programs print what they do, and the lines must add up:
 * nothing lost, nothing delivered twice, every defer run once, the others unharmed.
 *
 *   try m, sent m, got m    message m: about to be sent, sent, received. Its first letter names
 *                           its sender
 *   open x, close x         a defer that prints "close x" has been registered just before / has run
 *   will n, did n           process n has begun / has ended what nobody but its own killer can
 *                           disturb
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#include "base/random.h"
#include "tests/support/program.h"
#include "tests/support/support.h"
#include "tests/vm/kill_scenarios.h"
#include "vm/core/vm.h"

enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

/* --- what must add up */

static unsigned count_message(const char *out, const char *verb, const char *what, size_t length)
{
    char *line = support_format("%s %.*s", verb, (int)length, what);
    unsigned n = program_count(out, line);
    free(line);
    return n;
}

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');
    return end ? end + 1 : at + strlen(at);
}

/* The rest of a line that begins with this word; NULL: it does not. */
static const char *after_word(const char *line, const char *word, size_t *length)
{
    size_t n = strlen(word);
    if (strncmp(line, word, n) != 0 || line[n] != ' ')
        return NULL;
    *length = strcspn(line + n + 1, "\n");
    return line + n + 1;
}

/* Without main the receiver may never be made. */
static unsigned count_losers(const scenario *s, unsigned victims)
{
    return (unsigned)__builtin_popcount(victims & (s->receivers | 1));
}

static char *check_messages(const scenario *s, const char *out, unsigned victims)
{
    unsigned lost = 0;
    int last[256];
    for (int i = 0; i < 256; i++)
        last[i] = -1;
    for (const char *line = out; *line; line = next_line(line)) {
        size_t n;
        const char *m = after_word(line, "got", &n);
        if (m) {
            if (count_message(out, "got", m, n) != 1)
                return support_format("%.*s was delivered twice", (int)n, m);
            if (count_message(out, "try", m, n) == 0)
                return support_format("%.*s was never sent", (int)n, m);
            if (!s->unordered && atoi(m + 1) <= last[(unsigned char)*m])
                return support_format("%.*s came out of order", (int)n, m);
            last[(unsigned char)*m] = atoi(m + 1);
        }
        m = after_word(line, "sent", &n);
        lost += m && count_message(out, "got", m, n) == 0;
        m = after_word(line, "try", &n);
        if (m && s->keeps && count_losers(s, victims) == 0 &&
            count_message(out, "got", m, n) + count_message(out, "kept", m, n) == 0)
            return support_format("%.*s is nobody's", (int)n, m);
    }
    if (lost > count_losers(s, victims) * s->spare)
        return support_format("%u messages were lost", lost);
    return NULL;
}

static char *check_defers(const char *out)
{
    for (const char *line = out; *line; line = next_line(line)) {
        size_t n;
        const char *x = after_word(line, "close", &n);
        if (x && count_message(out, "close", x, n) != 1)
            return support_format("the defer %.*s ran twice", (int)n, x);
        x = after_word(line, "open", &n);
        if (x && count_message(out, "close", x, n) != 1)
            return support_format("the defer %.*s did not run", (int)n, x);
    }
    return NULL;
}

static char *check_bystanders(const char *out, unsigned victims)
{
    for (const char *line = out; *line; line = next_line(line)) {
        size_t n;
        const char *x = after_word(line, "will", &n);
        if (x && !(victims >> atoi(x) & 1) && count_message(out, "did", x, n) != 1)
            return support_format("process %.*s was not to be disturbed", (int)n, x);
    }
    return NULL;
}

/* A par whose branch was killed crashes with that. */
static bool crashed(const char *reports)
{
    static const char says[] = " crashed: ";
    for (const char *at = reports; (at = strstr(at, says)); at++)
        if (strncmp(at + sizeof says - 1, "killed", 6) != 0)
            return true;
    return false;
}

/* False: the VM is of no more use. */
static bool check(program *p, const scenario *s, unsigned victims)
{
    bool ended = program_finish(p), stuck = s->stuck && count_losers(s, victims) > 0;
    const char *out = program_out(p);
    char *wrong = check_messages(s, out, victims);
    if (!wrong)
        wrong = check_bystanders(out, victims);
    if (!wrong && !ended && !stuck)
        wrong = support_format("a process did not end");
    if (!wrong && !stuck)
        wrong = check_defers(out);
    if (!wrong && !strstr(s->source, "fail(") && crashed(program_err(p)))
        wrong = support_format("a crash: %s", program_err(p));
    if (wrong)
        cr_assert_fail("%s: %s\noutput:\n%s%s", p->about, wrong, out, program_err(p));
    return ended;
}

/* --- the runs */

/* The victim is killed after so many steps; -1: nobody. */
typedef struct murder {
    int victim;
    long after;
} murder;

static const murder nobody = {-1, 0};

static unsigned bit(const murder *m) { return m->victim < 0 ? 0 : 1u << m->victim; }

/* Gives the number of steps. The bit of each process that was killed counts, whether it was still
 * there or not. */
static long run_and_kill(program **of, const scenario *s, int64_t slice, murder first,
                         murder second)
{
    enum { TOO_MANY = 1000000 };
    program *p = *of;
    snprintf(p->about, sizeof p->about,
             "%s: slice %d, process %d killed after %ld steps, %d after %ld", s->name, (int)slice,
             first.victim, first.after, second.victim, second.after);
    program_begin(p, slice);
    long steps = 0;
    do {
        if (steps == first.after && first.victim >= 0)
            program_kill(p, (unsigned)first.victim);
        if (steps == second.after && second.victim >= 0)
            program_kill(p, (unsigned)second.victim);
        if (++steps == TOO_MANY)
            cr_assert_fail("%s: runs for ever", p->about);
    } while (program_step(p));
    if (!check(p, s, bit(&first) | bit(&second))) {
        program_free(p);
        *of = program_new(s->source);
    }
    return steps;
}

/* Lines in any order. */
static int compare_lines(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    size_t n = strcspn(x, "\n"), m = strcspn(y, "\n");
    int order = strncmp(x, y, n < m ? n : m);
    return order ? order : (n > m) - (n < m);
}

static bool same_lines(const char *a, const char *b)
{
    enum { MAX = 1000 };
    const char *x[MAX], *y[MAX];
    size_t n = 0, m = 0;
    for (; *a && n < MAX; a = next_line(a))
        x[n++] = a;
    for (; *b && m < MAX; b = next_line(b))
        y[m++] = b;
    if (n != m)
        return false;
    qsort(x, n, sizeof *x, compare_lines);
    qsort(y, m, sizeof *y, compare_lines);
    for (size_t i = 0; i < n; i++)
        if (compare_lines(&x[i], &y[i]) != 0)
            return false;
    return true;
}

/* Each test is a process of its own, in which addresses may be others. */
static struct criterion_test_params number_scenarios(void)
{
    static int numbers[SCENARIOS];
    for (int i = 0; i < SCENARIOS; i++)
        numbers[i] = i;
    return cr_make_param_array(int, numbers, SCENARIOS);
}

ParameterizedTestParameters(kill_everywhere, each_step) { return number_scenarios(); }

ParameterizedTest(int *number, kill_everywhere, each_step)
{
    const scenario *s = &scenarios[*number];
    program *p = program_new(s->source);
    long stride = p->vm->heap.stress ? 23 : 1;
    static const int64_t slices[] = {1, 2, 3, 5};
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++) {
        long steps = run_and_kill(&p, s, slices[i], nobody, nobody);
        for (int victim = 0; victim < (int)s->processes; victim++)
            for (long after = 0; after <= steps; after += stride)
                run_and_kill(&p, s, slices[i], (murder){victim, after}, nobody);
    }
    program_free(p);
}

ParameterizedTestParameters(kill_everywhere, two_at_any_step) { return number_scenarios(); }

/* Two kills: too many pairs to try them all. */
ParameterizedTest(int *number, kill_everywhere, two_at_any_step)
{
    const scenario *s = &scenarios[*number];
    program *p = program_new(s->source);
    uint64_t random[4];
    xoshiro_seed(random, 7);
    long steps = run_and_kill(&p, s, 1, nobody, nobody);
    for (int runs = p->vm->heap.stress ? 20 : 4000; runs > 0; runs--) {
        murder m[2];
        for (int i = 0; i < 2; i++)
            m[i] = (murder){(int)(xoshiro_next(random) % s->processes),
                            (long)(xoshiro_next(random) % (uint64_t)steps)};
        run_and_kill(&p, s, 1 + (int64_t)(xoshiro_next(random) % 3), m[0], m[1]);
    }
    program_free(p);
}

ParameterizedTestParameters(kill_everywhere, slice_of_one) { return number_scenarios(); }

/* Without a kill every slice gives the same lines, where the program leaves nothing to chance. */
ParameterizedTest(int *number, kill_everywhere, slice_of_one)
{
    const scenario *s = &scenarios[*number];
    program *p = program_new(s->source);
    snprintf(p->about, sizeof p->about, "%s", s->name);
    char *whole = program_run(p, 4000);
    cr_expect(p->vm->last_number + 1 == p->first + s->processes || s->times, "%s: %d processes",
              s->name, (int)(p->vm->last_number + 1 - p->first));
    static const int64_t slices[] = {1, 2, 7};
    for (size_t i = 0; i < sizeof slices / sizeof *slices && !s->times && !s->unordered; i++) {
        char *sliced = program_run(p, slices[i]);
        cr_expect(same_lines(whole, sliced), "%s\n%s--- in slices of %d:\n%s", s->name, whole,
                  (int)slices[i], sliced);
        free(sliced);
    }
    free(whole);
    program_free(p);
}

ParameterizedTestParameters(kill_everywhere, from_inside) { return number_scenarios(); }

/* A process of the program kills one of all that there are, itself and main included. */
ParameterizedTest(int *number, kill_everywhere, from_inside)
{
    const scenario *s = &scenarios[*number];
    static const char killer[] = "fn _killer(turns, n) { for _ in 0..turns {}; let all = "
                                 "Process.list(); kill(all[n % len(all)]) }\n";
    for (int run = 0; run < 160; run++) {
        char *source =
            support_format("%sspawn _killer(%d, %d)\n%s", killer, run / 4, run % 4, s->source);
        program *p = program_new(source);
        snprintf(p->about, sizeof p->about, "%s: kills number %d after %d turns", s->name, run % 4,
                 run / 4);
        free(source);
        program_begin(p, 1);
        program_rest(p);
        check(p, s, ~0u);
        run += p->vm->heap.stress ? 30 : 0;
        program_free(p);
    }
}

/* Actors that do whatever comes into their heads with four channels: send, receive, choose, sleep,
 * spawn, kill, link, wait, compose. */
static const char chaos[] =
    "fn next(s) => (s * 1103515245 + 12345) % 2147483648\n"
    "fn note(x) { print('got ${if x is list { x[0] } else { x }}') }\n"
    "fn anyone(s) { let all = Process.list(); all[s // 64 % len(all)] }\n"
    "fn chooses(a, b, m, s) {\n"
    "    if s % 2 == 0 {\n"
    "        alt { a ? x => note(x)\n            b ! m => print('sent ${m}')\n            when s % "
    "3 == 0, b ? x => "
    "note(x)\n            after 20us => nil }\n"
    "    } else {\n"
    "        pri alt { a ! [m, [m]] => print('sent ${m}')\n            b ? x => note(x)\n          "
    "  after s % 5 * "
    "10us => nil }\n"
    "    } }\n"
    "fn branches(cs, s) { par { { sleep(s % 3 * 10us); s }; { alt { cs[0] ? x => note(x)\n after "
    "10us => nil } }; { if "
    "s % 4 == 0 { fail('x') } } } }\n"
    "fn actor(name, seed, cs, n) {\n"
    "    defer { print('close ${name}') }\n"
    "    print('open ${name}')\n"
    "    var s = seed\n"
    "    for i in 0..n {\n"
    "        s = next(s); let op = s // 4096 % 13; s = next(s); let a = cs[s // 4096 % 4]; s = "
    "next(s); let b = cs[s "
    "// 4096 % 4]\n"
    "        let m = '${name}.${i}'\n"
    "        catch { match op {\n"
    "            0 | 1 => { print('try ${m}'); alt { a ! m => print('sent ${m}')\n after 50us => "
    "nil } }\n"
    "            2 | 3 => alt { a ? x => note(x)\n after 50us => nil }\n"
    "            4 | 5 | 6 => { print('try ${m}'); chooses(a, b, m, s) }\n"
    "            7 => sleep(s % 4 * 10us)\n"
    "            8 => if n > 4 { spawn actor('${name}/${i}', s, cs, n // 2) }\n"
    "            9 => if s % 5 == 0 { kill(anyone(s), [s]) }\n"
    "            10 => if s % 5 == 0 { link(anyone(s)) }\n"
    "            11 => branches(cs, s)\n"
    "            12 => { print('try ${m}'); let p = spawn { a ! [m]; [m] }; timeout(30us, fn() => "
    "wait(p)); kill(p) }\n"
    "        } }\n"
    "    } }\n"
    "fn run(seed) { let cs = (chan(), chan(), chan(1), chan(3)); for i in 0..10 { spawn "
    "actor('${i}', next(seed + i * "
    "7919), "
    "cs, 40) }; sleep(300us) }\n";

Test(kill_everywhere, chaos)
{
    for (int seed = 1; seed <= 400; seed++) {
        char *source = support_format("%srun(%d)\n", chaos, seed * 104729);
        program *p = program_new(source);
        free(source);
        snprintf(p->about, sizeof p->about, "chaos %d", seed);
        program_begin(p, 1 + seed % 4);
        program_rest(p);
        bool ended = program_finish(p);
        const char *out = program_out(p);
        const scenario s = {.unordered = true, .receivers = ~0u, .spare = 10000};
        char *wrong =
            ended ? check_messages(&s, out, ~0u) : support_format("a process did not end");
        if (!wrong)
            wrong = check_defers(out);
        if (wrong)
            cr_assert_fail("%s: %s\noutput:\n%s%s", p->about, wrong, out, program_err(p));
        seed += p->vm->heap.stress ? 40 : 0;
        program_free(p);
    }
}
