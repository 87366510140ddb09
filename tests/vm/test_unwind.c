/* Stacks of many frames: their traces are noted, and they are left, in slices, by crashes, kills
 * and returns; a kill in the middle is obeyed at once. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "tests/support/support.h"
#include "vm/core/vm.h"

enum { SLICE = 4000, DEPTH = 50000 };

#define CRASH "fn r(n) { if n == 0 { print('begin'); fail('x') } else { 1 + r(n - 1) } }\n"

static program *begin(const char *source)
{
    program *p = program_new(source);
    program_begin(p, SLICE);
    return p;
}

/* How many steps the program makes until it has printed this line. */
static unsigned steps_until(program *p, const char *line)
{
    unsigned steps = 0;
    for (; !program_count(program_out(p), line); steps++)
        cr_assert(program_step(p), "%s never printed\n%s", line, program_err(p));
    return steps;
}

static void expect_steps(const char *source, unsigned least, unsigned most)
{
    program *p = begin(source);
    steps_until(p, "begin");
    unsigned steps = steps_until(p, "end");
    cr_expect(steps >= least && steps <= most, "%u steps, not %u to %u", steps, least, most);
    program_free(p);
}

/* One reduction for each frame, and one for some that are noted. */
Test(unwind, crash_in_slices)
{
    enum { STEPS = DEPTH / SLICE };
    expect_steps(CRASH "catch r(50000); print('end')", STEPS, STEPS * 2);
}

/* The frames below the one that catches are noted again for each crash. */
Test(unwind, crashes_far_down)
{
    enum { STEPS = 10 * (DEPTH / 4) / SLICE };
    expect_steps("fn r(n) { if n > 0 { return 1 + r(n - 1) }; print('begin')\n"
                 "for i in 0..10 { catch fail('x') }; print('end'); 0 }\nr(50000)",
                 STEPS, STEPS * 2);
}

/* A frame of many registers costs more. */
Test(unwind, large_frames)
{
    char *large = support_format("fn r(n) { let ");
    for (int i = 0; i < 240; i++) {
        char *more = support_format("%sx%d = n; let ", large, i);
        free(large);
        large = more;
    }
    char *source = support_format("%sx = n; if n == 0 { print('begin'); fail('x') }; 1 + r(n - 1) "
                                  "}\ncatch r(4000); print('end')",
                                  large);
    expect_steps(source, 4, 8);
    free(source);
    free(large);
}

Test(unwind, returns_in_slices)
{
    expect_steps("fn r(n) { if n == 0 { print('begin'); 0 } else { 1 + r(n - 1) } }\n"
                 "r(200000); print('end')",
                 10, 100);
}

static bool is_under_way(const process *p) { return p && p->wake >= WAKE_TRACING; }

/* Killed after so many steps of it; -1: not there any more. */
static int kill_after(unsigned steps)
{
    program *p = begin(CRASH "fn w() { defer print('deferred'); r(50000) }\n"
                             "let q = spawn w(); print(str(wait(q).kind))");
    steps_until(p, "begin");
    int how = -1;
    for (unsigned i = 0; i < steps; i++)
        program_step(p);
    process *victim = program_process(p, 1);
    if (is_under_way(victim)) {
        how = (int)victim->wake;
        program_kill(p, 1);
    }
    program_rest(p);
    cr_assert_eq(program_count(program_out(p), "deferred"), 1);
    cr_assert_eq(program_count(program_out(p), how < 0 ? "fail" : "killed"), 1, "%s",
                 program_out(p));
    program_free(p);
    return how;
}

Test(unwind, killed_in_the_middle)
{
    unsigned noting = 0, leaving = 0;
    for (unsigned steps = 0;; steps++) {
        int how = kill_after(steps);
        noting += how == WAKE_TRACING;
        leaving += how == WAKE_CRASHING;
        if (how < 0 && steps > 0)
            break;
    }
    cr_expect_geq(noting, DEPTH / 4 / SLICE);
    cr_expect_geq(leaving, DEPTH / SLICE - 1);
}

/* The report is the same, however long the slices are. */
Test(unwind, reports)
{
    program *p = program_new("fn r(n) { if n == 0 { fail('x') } else { 1 + r(n - 1) } }\n"
                             "let e = catch r(300); print(len(e.trace)); spawn r(1000)");
    char *texts[2];
    for (int i = 0; i < 2; i++) {
        program_begin(p, i ? 1 : SLICE);
        program_rest(p);
        cr_assert_eq(program_count(program_out(p), "65"), 1, "%s", program_out(p));
        /* without the number of the process */
        texts[i] = strdup(strstr(program_err(p), " (r) crashed"));
        program_finish(p);
    }
    cr_expect(strstr(texts[0], "937 frames") != NULL, "%s", texts[0]);
    cr_expect_str_eq(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
    program_free(p);
}
