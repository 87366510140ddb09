/* The run queue, slices, and the ways a run ends. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/random.h"
#include "tests/support/program.h"
#include "vm/drive.h"
#include "vm/machine.h"
#include "vm/outside/loop.h"

/* I13: two that hand over to each other for ever use one slice, then the queue's head has its
 * turn. */
Test(scheduler, a_chain_of_hand_overs_uses_one_slice)
{
    enum { SLICE = 100, ROUNDS = 200 };
    program *p = program_new("fn pong(a, b) { for x in a { b ! x } }\nfn ping(a, b) { for i in 0.. "
                             "{ a ! i; ?b } }\nfn busy() { "
                             "for _ in 0.. {} }\n"
                             "let a = chan(); let b = chan(); spawn pong(a, b); spawn ping(a, b); "
                             "spawn busy(); ?chan()\n");
    program_begin(p, SLICE);
    csp_vm *vm = p->vm;
    for (int i = 0; i < 10; i++)
        program_step(p);
    process *busy = program_process(p, 3);
    uint64_t talked = program_process(p, 1)->reductions + program_process(p, 2)->reductions,
             worked = busy->reductions;
    for (int i = 0; i < ROUNDS; i++)
        program_step(p);
    talked = program_process(p, 1)->reductions + program_process(p, 2)->reductions - talked;
    worked = busy->reductions - worked;
    /* Whoever is handed over to at the end of the slice has one of its own: at most two against
     * one. */
    cr_expect(worked * 3 >= talked, "%d against %d", (int)worked, (int)talked);
    cr_expect(talked * 2 >= worked, "%d against %d", (int)talked, (int)worked);
    cr_assert_leq(vm->sched.queue_length, 4);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(scheduler, runnable_ones_take_turns)
{
    program *p =
        program_new("fn busy() { for _ in 0.. {} }\nfor _ in 0..10 { spawn busy() }; ?chan()\n");
    program_begin(p, 50);
    for (int i = 0; i < 50; i++)
        program_step(p);
    uint64_t before[11];
    for (unsigned n = 1; n <= 10; n++)
        before[n] = program_process(p, n)->reductions;
    for (int i = 0; i < 10; i++)
        program_step(p);
    for (unsigned n = 1; n <= 10; n++)
        cr_expect_eq(program_process(p, n)->reductions - before[n], 50);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(scheduler, a_timer_is_not_held_up)
{
    program *p = program_new(
        "fn busy() { for _ in 0.. {} }\nspawn busy(); spawn busy(); sleep(2ms); print('awake')\n");
    program_begin(p, 4000);
    int64_t start = loop_now();
    cr_assert_eq(vm_run(p->vm, p->main, LOOP_NEVER), VM_ENDED);
    cr_expect_lt(loop_now() - start, 200000000);
    cr_assert_str_eq(program_out(p), "awake\n");
    cr_assert(program_finish(p));
    program_free(p);
}

Test(scheduler, a_deadlock_is_seen_at_once)
{
    program *p = program_new("fn waits(c) { ?c }\nlet c = chan(); spawn waits(c); ?c\n");
    program_begin(p, 4000);
    cr_assert_eq(vm_run(p->vm, p->main, LOOP_NEVER), VM_DEADLOCK);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(scheduler, a_deadline_ends_a_run)
{
    program *p = program_new("fn busy() { for _ in 0.. {} }\nspawn busy(); ?chan()\n");
    program_begin(p, 100);
    int64_t start = loop_now();
    cr_assert_eq(vm_run(p->vm, p->main, start + 3000000), VM_DEADLINE);
    cr_assert_geq(loop_now(), start + 3000000);
    cr_assert_eq(vm_run(p->vm, NULL, 0), VM_DEADLINE);
    int64_t used;
    cr_assert_eq(vm_run_for(p->vm, 500, &used), VM_SPENT);
    cr_assert_geq(used, 500);
    cr_assert_leq(used, 500 + 10);
    vm_interrupt(p->vm);
    cr_assert(!vm_interrupted(p->vm), "nothing had been entered");
    vm_enter(p->vm);
    vm_interrupt(p->vm);
    vm_interrupt(p->vm);
    cr_assert(vm_interrupted(p->vm));
    cr_assert_eq(vm_run(p->vm, p->main, LOOP_NEVER), VM_INTERRUPTED);
    cr_assert(!vm_interrupted(p->vm));
    vm_interrupt(p->vm);
    vm_leave(p->vm);
    cr_assert(!vm_interrupted(p->vm));
    cr_assert(program_finish(p));
    program_free(p);
}

Test(scheduler, waits_for_a_deadline_only_with_something_to_come)
{
    program *p = program_new("spawn fn () { sleep(60s) } ()\n?chan()\n");
    program_begin(p, 100);
    int64_t start = loop_now(), used;
    cr_assert_eq(vm_run_for(p->vm, 1000000, &used), VM_DEADLINE);
    cr_assert_lt(used, 100000);
    cr_assert_eq(vm_run(p->vm, NULL, start + 3000000), VM_DEADLINE);
    cr_assert_geq(loop_now(), start + 3000000);
    cr_assert(program_finish(p));
    program_free(p);
    p = program_new("?chan()\n");
    program_begin(p, 100);
    start = loop_now();
    cr_assert_eq(vm_run(p->vm, NULL, start + 60000000000), VM_DEADLOCK);
    cr_assert_lt(loop_now(), start + 30000000000);
    cr_assert_eq(vm_run_for(p->vm, 1000000, &used), VM_DEADLOCK);
    cr_assert(program_finish(p));
    program_free(p);
}

/* Defers that wait for what can never come do not cost their second. */
Test(scheduler, shutdown_does_not_wait_for_nothing)
{
    program *p = program_new("fn stuck() { defer { print('defer'); ?chan() }; ?chan() }\nspawn "
                             "stuck(); spawn stuck(); sleep(100us)\n");
    program_begin(p, 4000);
    cr_assert_eq(vm_run(p->vm, p->main, LOOP_NEVER), VM_ENDED);
    int64_t start = loop_now();
    vm_shutdown(p->vm);
    cr_expect_lt(loop_now() - start, 500000000);
    cr_assert_str_eq(program_out(p), "defer\ndefer\n");
    program_free(p);
}

Test(scheduler, shutdown_gives_defers_a_second)
{
    program *p = program_new(
        "fn slow() { defer { sleep(20ms); print('done') }; ?chan() }\nfn endless() { defer { for "
        "_ in 0.. {} }; ?chan() }\n"
        "spawn slow(); spawn endless(); sleep(100us)\n");
    program_begin(p, 4000);
    cr_assert_eq(vm_run(p->vm, p->main, LOOP_NEVER), VM_ENDED);
    int64_t start = loop_now();
    vm_shutdown(p->vm);
    cr_expect_lt(loop_now() - start, 1500000000);
    cr_assert_str_eq(program_out(p), "done\n");
    program_free(p);
}

Test(scheduler, random_numbers_spread)
{
    uint64_t state[4];
    unsigned hits[16] = {0};
    xoshiro_seed(state, 1);
    for (int i = 0; i < 16000; i++)
        hits[xoshiro_next(state) % 16]++;
    for (int i = 0; i < 16; i++)
        cr_expect(hits[i] > 850 && hits[i] < 1150);
}
