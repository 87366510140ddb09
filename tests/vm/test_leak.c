/* Processes that nobody can wake are found when a collection ends, and no others; a deadlock is no
 * leak. */
#include <criterion/criterion.h>

#include "tests/support/program.h"
#include "vm/core/vm.h"

static program *at_rest(const char *source)
{
    program *p = program_new(source);
    program_begin(p, 4000);
    program_rest(p);
    return p;
}

/* A collection, and what comes of it. */
static void collect(program *p)
{
    heap_collect(&p->vm->heap);
    p->vm->sched.poll_credit = 0;
    program_rest(p);
}

static unsigned reports(program *p)
{
    unsigned count = 0;
    for (const char *at = program_err(p); (at = strstr(at, "leaked process")); at++)
        count++;
    return count;
}

Test(leak, found_once_reported_and_killed)
{
    program *p = at_rest("fn worker(c) { defer print('ends'); ?c }\n"
                         "fn start() { for i in 0..100 { spawn worker(chan()) } }\n"
                         "start(); for i in 0..50 { [i] }; ?chan()\n");
    cr_assert_eq(p->vm->table_count, 101);
    cr_assert_eq(reports(p), 0, "no collection, no report");
    for (int i = 0; i < 3; i++)
        collect(p);
    cr_assert_eq(reports(p), 1, "%s", program_err(p));
    /* A stale word may hide one or two. */
    cr_assert_leq(p->vm->table_count, 4);
    cr_assert_geq(program_count(program_out(p), "ends"), 97);
    cr_assert(program_finish(p));
    cr_assert_eq(program_count(program_out(p), "ends"), 100);
    program_free(p);
}

Test(leak, main_is_never_one_and_holds_what_it_can_reach)
{
    program *p = at_rest(
        "fn worker(c) { ?c }\n"
        "let c = chan(); let h = spawn worker(chan()); spawn worker(c); ?chan(); print(c, h)\n");
    for (int i = 0; i < 3; i++)
        collect(p);
    cr_assert_eq(reports(p), 0, "%s", program_err(p));
    cr_assert_eq(p->vm->table_count, 3);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(leak, the_next_main_is_not_mistaken_for_a_leak)
{
    program *p = at_rest("print('once')\n");
    cr_assert(program_finish(p));
    program_begin(p, 4000);
    collect(p);
    collect(p);
    cr_assert_eq(reports(p), 0, "%s", program_err(p));
    cr_assert(program_finish(p));
    program_free(p);
}

Test(leak, a_second_collection_before_the_first_was_looked_at)
{
    program *p = at_rest("fn worker(c) { defer print('ends'); ?c }\n"
                         "fn start() { for i in 0..10 { spawn worker(chan()) } }\n"
                         "start(); for i in 0..50 { [i] }; ?chan()\n");
    for (int i = 0; i < 5; i++)
        heap_collect(&p->vm->heap);
    collect(p);
    collect(p);
    cr_assert_eq(reports(p), 1, "%s", program_err(p));
    cr_assert(program_finish(p));
    cr_assert_eq(program_count(program_out(p), "ends"), 10, "each exactly once: %s",
                 program_out(p));
    program_free(p);
}

Test(leak, a_vm_that_is_freed_with_leaks_under_way)
{
    for (int i = 0; i < 3; i++) {
        program *p = at_rest("fn worker(c) { ?c }\n"
                             "fn start() { for i in 0..10 { spawn worker(chan()) } }\n"
                             "start(); ?chan()\n");
        program *other = at_rest("fn worker(c) { defer print('ends'); ?c }\n"
                                 "fn start() { for i in 0..10 { spawn worker(chan()) } }\n"
                                 "start(); for i in 0..50 { [i] }; ?chan()\n");
        heap_collect(&p->vm->heap);
        program_free(p);
        collect(other);
        collect(other);
        cr_assert_eq(reports(other), 1, "each VM has its own: %s", program_err(other));
        cr_assert(program_finish(other));
        program_free(other);
    }
}
