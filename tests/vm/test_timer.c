/* The heap of timers. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/random.h"
#include "tests/support/program.h"
#include "vm/core/vm.h"
#include "vm/drive.h"
#include "vm/outside/loop.h"
#include "vm/audit.h"
#include "vm/process/timer.h"

enum { TIMERS = 500 };

static void check_heap(const scheduler *s)
{
    for (uint32_t i = 0; i < s->timer_count; i++) {
        const timer *t = s->timers[i], *above = i ? s->timers[(i - 1) / 2] : t;
        cr_assert_eq(t->index, (int32_t)i);
        cr_assert(above->deadline < t->deadline ||
                  (above->deadline == t->deadline && above->sequence <= t->sequence));
    }
}

Test(timer, comes_out_in_order_of_deadline_and_making)
{
    program *p = program_new("nil\n");
    scheduler *s = &p->vm->sched;
    timer *timers = heap_pinned(TIMERS * sizeof *timers);
    uint64_t random[4];
    xoshiro_seed(random, 3);
    for (int i = 0; i < TIMERS; i++) {
        timers[i] = (timer){.deadline = (int64_t)(xoshiro_next(random) % 50), .index = -1};
        cr_assert(timer_reserve(p->vm));
        timer_insert(s, &timers[i]);
        check_heap(s);
    }
    uint32_t removed = 0;
    for (int i = 0; i < TIMERS; i++)
        if (xoshiro_next(random) % 3 == 0) {
            timer_remove(s, &timers[i]);
            cr_assert_eq(timers[i].index, -1);
            check_heap(s);
            removed++;
        }
    int64_t deadline = -1;
    uint64_t sequence = 0;
    uint32_t taken = 0;
    while (timer_next(s) != LOOP_NEVER) {
        timer *t = s->timers[0];
        cr_assert(t->deadline > deadline || (t->deadline == deadline && t->sequence > sequence));
        deadline = t->deadline;
        sequence = t->sequence;
        timer_remove(s, t);
        taken++;
    }
    cr_assert_eq(taken + removed, TIMERS);
    heap_unpin(timers);
    program_free(p);
}

/* The ticket it was made for has been won long ago: nothing happens. This is where the epoch is
 * indispensable. */
Test(timer, a_stale_one_wakes_nobody)
{
    program *p =
        program_new("fn waits(c) { sleep(1h); c ? x }\nlet c = chan(); spawn waits(c); ?chan()\n");
    program_begin(p, 1);
    csp_vm *vm = p->vm;
    for (int i = 0; i < 100 && vm_step(vm); i++) {
    }
    process *q = program_process(p, 1);
    uint64_t slept = q->ticket;
    cr_assert_eq(slept & TICKET_STATE, TICKET_WAIT);
    timer_fire(vm, LOOP_NEVER - 1);
    program_rest(p);
    cr_assert(q->chan != NULL && q->ticket != slept);
    timer stale = {.deadline = 0, .proc = q, .ticket = slept, .index = -1};
    cr_assert(timer_reserve(vm));
    timer_insert(&vm->sched, &stale);
    timer_fire(vm, 1);
    cr_assert_eq(q->ticket & TICKET_STATE, TICKET_WAIT);
    cr_assert_eq(q->wake, WAKE_NONE);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(timer, a_killed_sleeper_leaves_the_heap)
{
    program *p = program_new("fn sleeps() { defer print('bye'); sleep(1h) }\nfor _ in 0..100 { "
                             "spawn sleeps() }; ?chan()\n");
    program_begin(p, 4000);
    while (vm_step(p->vm)) {
    }
    cr_assert_eq(p->vm->sched.timer_count, 100);
    for (unsigned n = 1; n <= 100; n += 2)
        program_kill(p, n);
    while (vm_step(p->vm)) {
    }
    cr_assert_eq(p->vm->sched.timer_count, 50);
    cr_assert_null(vm_audit(p->vm));
    cr_assert_eq(program_count(program_out(p), "bye"), 50);
    cr_assert(program_finish(p));
    cr_assert_eq(p->vm->sched.timer_count, 0);
    cr_assert_eq(program_count(program_out(p), "bye"), 100);
    program_free(p);
}

Test(timer, sleepers_wake_in_order)
{
    program *p = program_new("fn sleeps(n, d) { sleep(d); print(n) }\n"
                             "spawn sleeps(3, 3ms); spawn sleeps(1, 1ms); spawn sleeps(0, -5); "
                             "spawn sleeps(2, 2ms); sleep(6ms)\n");
    char *out = program_run(p, 4000);
    cr_assert_str_eq(out, "0\n1\n2\n3\n");
    free(out);
    program_free(p);
}
