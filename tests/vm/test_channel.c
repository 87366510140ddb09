/* Channels from inside: queues, stale nodes, order. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "vm/audit.h"
#include "vm/core/vm.h"
#include "vm/drive.h"
#include "vm/outside/loop.h"
#include "vm/process/channel.h"
#include "vm/process/kill.h"
#include "vm/process/outcome.h"
#include "vm/process/rendezvous.h"
#include "vm/process/timer.h"

enum { MANY = 100000 };

/* Steps without the audit, which looks at everything. */
static void rest_quickly(program *p)
{
    while (vm_step(p->vm)) {
    }
}

/* Every second process but main, which is 0: those that were given an odd number. */
static void kill_half(program *p)
{
    for (uint32_t i = p->vm->table_count; i > 0; i--) {
        process *q = process_at(p->vm, i - 1);
        uint64_t n = process_number(q) - p->first;
        if (n > 0 && n % 2 == 0)
            vm_kill(p->vm, q, "test");
    }
}

Test(channel, receivers_are_served_in_order_of_waiting)
{
    program *p =
        program_new("fn waits(c, n) { c ? x; assert(n == 2 * x); print('right') }\n"
                    "let c = chan(); let go = chan(); for i in 0..100000 { spawn waits(c, i) }\n"
                    "?go; for i in 0..50000 { c ! i }\n");
    program_begin(p, 4000);
    rest_quickly(p);
    channel *go = p->main->chan;
    kill_half(p);
    cr_assert_null(vm_audit(p->vm));
    cr_assert_eq(chan_send(p->vm, NULL, go, VALUE_NIL), CHAN_DONE);
    rest_quickly(p);
    cr_assert_eq(program_count(program_out(p), "right"), MANY / 2, "%s", program_err(p));
    cr_assert_eq(p->vm->table_count, 0);
    program_free(p);
}

Test(channel, senders_are_served_in_order_of_waiting)
{
    program *p =
        program_new("fn sends(c, n) { c ! n }\n"
                    "let c = chan(3); let go = chan(); for i in 0..100000 { spawn sends(c, i) }\n"
                    "?go; for i in 0..3 { assert(?c == i) }; for i in 2..50000 { assert(?c == 2 * "
                    "i) }; print('right')\n");
    program_begin(p, 4000);
    rest_quickly(p);
    channel *go = p->main->chan;
    kill_half(p);
    cr_assert_null(vm_audit(p->vm));
    cr_assert_eq(chan_send(p->vm, NULL, go, VALUE_NIL), CHAN_DONE);
    rest_quickly(p);
    cr_assert_str_eq(program_out(p), "right\n", "%s", program_err(p));
    cr_assert_eq(p->vm->table_count, 0);
    program_free(p);
}

/* Those killed have not run since: what waits on one channel leaves its queue at the kill, the
 * nodes of an alt when they are met. */
Test(channel, the_killed_do_not_count_as_waiting)
{
    program *p = program_new(
        "fn waits(c) { c ? x; print('never') }\nfn offers(c) { alt { c ! 1 => print('never') } }\n"
        "let c = chan(); let d = chan(); for _ in 0..3 { spawn waits(c) }; for _ in 0..3 { spawn "
        "offers(d) }; ?chan()\n");
    program_begin(p, 1);
    program_rest(p);
    channel *c = program_process(p, 1)->chan,
            *d = side_of(program_process(p, 4))->alt->cases[0].chan;
    cr_assert(chan_can_send(c) && chan_can_receive(d));
    for (unsigned n = 1; n <= 6; n++)
        program_kill(p, n);
    cr_assert(c->recv_first == NULL && d->send_first != NULL);
    cr_assert(!chan_can_send(c) && !chan_can_receive(d));
    cr_assert(c->recv_first == NULL && d->send_first == NULL);
    program_rest(p);
    cr_assert_eq(p->vm->table_count, 1);
    cr_assert(program_finish(p));
    cr_assert_str_eq(program_out(p), "");
    program_free(p);
}

/* One tick for each deadline, and it belongs to who waited first. */
Test(channel, a_due_tick_is_not_given_twice)
{
    program *p = program_new(
        "fn takes(t, n) { for _ in 0..2 { t ? _; print(n) } }\n"
        "let t = tick(30ms); let go = chan(); spawn takes(t, 1); ?go; spawn takes(t, 2); ?go\n");
    program_begin(p, 4000);
    csp_vm *vm = p->vm;
    vm->sched.poll_credit = INT64_MAX / 2; /* no timer fires but by our own hand */
    while (vm_step(vm)) {
    }
    int64_t due = timer_next(&vm->sched);
    cr_assert_neq(due, LOOP_NEVER);
    while (loop_now() < due + 100000) {
    }
    channel *go = p->main->chan;
    cr_assert_eq(chan_send(vm, NULL, go, VALUE_NIL), CHAN_DONE);
    while (vm_step(vm)) {
    }
    cr_assert_str_eq(program_out(p), "", "the newcomer took the tick of who waits");
    timer_fire(vm, loop_now());
    while (vm_step(vm)) {
    }
    cr_assert_str_eq(program_out(p), "1\n");
    program_finish(p);
    program_free(p);
}

Test(channel, a_ticker_that_nobody_waits_for_is_no_hope)
{
    program *p = program_new("fn takes(t) { t ? _ }\nfn chooses(t, c) { alt { t ? _ => "
                             "print('t')\n c ? _ => print('c') } }\n"
                             "let t = tick(1h); let c = chan(); let q = spawn takes(t); let r = "
                             "spawn chooses(t, c); c ! 1; "
                             "kill(q); ?chan()\n");
    program_begin(p, 4000);
    program_rest(p); /* would wait for an hour */
    cr_assert_eq(timer_next(&p->vm->sched), LOOP_NEVER);
    cr_assert_eq(vm_run(p->vm, p->main, LOOP_NEVER), VM_DEADLOCK);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(channel, closing_wakes_all_who_wait)
{
    program *p = program_new(
        "fn waits(c, n) { let r = catch { ?c }; print(n, r.kind) }\nfn sends(c, n) { let r = catch "
        "{ c ! n }; print(n, "
        "r.kind) }\n"
        "let c = chan(); let d = chan(1); for i in 0..3 { spawn waits(c, i) }; for i in 3..7 { "
        "spawn sends(d, i) }\n"
        "sleep(1ms); close(c); close(d); sleep(1ms); print(?d); print((catch { ?d }).kind)\n");
    char *out = program_run(p, 1);
    cr_assert_str_eq(out,
                     "0 closed\n1 closed\n2 closed\n4 closed\n5 closed\n6 closed\n3\nclosed\n");
    free(out);
    program_free(p);
}

/* Ends are told on a channel in their order; its buffer grows while it is in use, and wherever its
 * head stands. */
Test(channel, watchers_are_told_of_ends)
{
    enum { WATCHED = 40 };
    program *p = program_new(
        "fn waits(c) { c ? x }\nlet c = chan(); for _ in 0..40 { spawn waits(c) }; ?chan()\n");
    program_begin(p, 4000);
    program_rest(p);
    csp_vm *vm = p->vm;
    channel *ends = chan_new(vm, 1);
    process *all[WATCHED];
    uint32_t n = 0, room = 0, told = 0;
    for (uint32_t i = 0; i < vm->table_count; i++)
        if (process_at(vm, i) != p->main)
            all[n++] = process_at(vm, i);
    cr_assert_eq(n, WATCHED);
    value got;
    for (uint32_t i = 0; i < WATCHED; i++) {
        cr_assert(chan_watch(vm, all[i], ends, ++room));
        if (i % 3 == 2)
            continue;
        vm_kill(vm, all[i], "test");
        program_rest(p);
        cr_assert_null(vm_audit(vm));
        if (i % 3 == 1)
            continue; /* two in the buffer, one taken */
        cr_assert_eq(chan_receive(vm, NULL, ends, &got), CHAN_DONE);
        room--;
        cr_assert(value_is(got, OBJ_PROCESS) && process_ended(value_as_object(got)));
        told++;
    }
    while (chan_can_receive(ends)) {
        cr_assert_eq(chan_receive(vm, NULL, ends, &got), CHAN_DONE);
        room--;
        told++;
    }
    cr_expect_eq(told, WATCHED - WATCHED / 3);
    /* Of what has ended, at once. */
    cr_assert(chan_watch(vm, all[0], ends, ++room));
    cr_assert_eq(chan_receive(vm, NULL, ends, &got), CHAN_DONE);
    cr_expect_eq(got, value_object(all[0]));
    program_free(p);
}
