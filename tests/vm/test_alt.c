/* alt from inside: places in queues, times, fairness. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "vm/core/vm.h"
#include "vm/drive.h"
#include "vm/outside/loop.h"
#include "vm/process/rendezvous.h"
#include "vm/process/timer.h"

Test(alt, closing_one_arm_keeps_the_place_in_the_other_queue)
{
    program *p =
        program_new("fn chooses(a, b) { alt { a ? _ => print('a')\n b ? x => print('alt', x) } }\n"
                    "fn waits(b) { b ? x; print('plain', x) }\n"
                    "let a = chan(); let b = chan(); let go = chan(); spawn chooses(a, b); spawn "
                    "waits(b); ?go\n"
                    "close(a); ?go; b ! 1; b ! 2\n");
    program_begin(p, 4000);
    program_rest(p);
    const alt *a = side_of(program_process(p, 1))->alt;
    channel *go = p->main->chan;
    cr_assert_eq(a->live, 2);
    chan_send(p->vm, NULL, go, VALUE_NIL);
    program_rest(p);
    cr_assert_eq(a->live, 1, "not woken by the close");
    chan_send(p->vm, NULL, go, VALUE_NIL);
    program_rest(p);
    cr_assert_str_eq(program_out(p), "alt 1\nplain 2\n");
    cr_assert_eq(p->vm->table_count, 0);
    program_free(p);
}

Test(alt, only_the_last_close_wakes_it)
{
    program *p = program_new(
        "fn chooses(a, b) { alt { a ? _ => print('a')\n b ? _ => print('b')\n closed => "
        "print('closed') } }\n"
        "fn times(a, b) { alt { a ? _ => print('a')\n b ? _ => print('b')\n after 30ms => "
        "print('late') } }\n"
        "let a = chan(); let b = chan(); spawn chooses(a, b); spawn times(a, b); sleep(100us)\n"
        "close(a); close(b); sleep(50ms)\n");
    char *out = program_run(p, 1);
    bool in_time = strcmp(out, "closed\nlate\n") == 0; /* unless the machine is busy */
    cr_assert(in_time || strcmp(out, "late\nclosed\n") == 0, "%s", out);
    free(out);
    program_free(p);
}

Test(alt, the_end_of_a_channel_keeps_the_places_in_other_queues)
{
    program *p = program_new(
        "fn chooses(a, b) { alt { b ? x => print('alt', x)\n a ? _ => 1\n closed(a) => "
        "print('end') } }\n"
        "fn waits(b) { b ? x; print('plain', x) }\n"
        "let a = chan(1); let b = chan(); let c = chan(1); a ! 1; c ! 1\n"
        "let go = chan(); spawn { alt { b ? x => print('alt', x)\n closed(c) => print('end') } }\n"
        "spawn waits(b); spawn chooses(a, b); ?go; close(c); ?go; b ! 1; ?go; ?c\n");
    program_begin(p, 4000);
    program_rest(p);
    const alt *first = side_of(program_process(p, 1))->alt;
    channel *go = p->main->chan;
    cr_assert_eq(first->live, 2);
    cr_assert_eq(first->drained, 1);
    chan_send(p->vm, NULL, go, VALUE_NIL);
    program_rest(p);
    cr_assert_eq(first->live, 2, "closed, but not drained");
    chan_send(p->vm, NULL, go, VALUE_NIL);
    program_rest(p);
    cr_assert_str_eq(program_out(p), "alt 1\n", "it stood first");
    chan_send(p->vm, NULL, go, VALUE_NIL);
    program_rest(p);
    program_free(p);
}

Test(alt, all_who_wait_for_an_end_are_woken_in_order)
{
    program *p = program_new(
        "let c = chan(2); let d = chan(); c ! 1; c ! 2\n"
        "for i in 0..5 { spawn { alt { d ? _ => 1\n closed(c) => print('end', i)\n closed(d) => "
        "print('d', i) } } }\n"
        "sleep(0); close(c); ?c; sleep(0); print('one left'); ?c; sleep(0); print('main')\n");
    char *out = program_run(p, 4000);
    cr_assert_str_eq(out, "one left\nend 0\nend 1\nend 2\nend 3\nend 4\nmain\n");
    free(out);
    program_free(p);
}

Test(alt, what_has_become_ready_before_a_woken_alt_runs_takes_part)
{
    program *p = program_new("fn chooses(x, y, z) { pri alt { z ? v => print(v)\n closed(y) => "
                             "print('y')\n closed(x) => "
                             "print('x') } }\n"
                             "let x = chan(); let y = chan(1); let z = chan(1)\n"
                             "spawn chooses(x, y, z); spawn chooses(x, y, chan()); sleep(0); "
                             "close(x); close(y); z ! 'z'\n"
                             "sleep(0)\n");
    char *out = program_run(p, 4000);
    cr_assert_str_eq(out, "z\ny\n");
    free(out);
    program_free(p);
}

static const char races[] =
    "fn chooses(c) { alt { c ? x => print('got', x)\n after 2ms => print('late') } }\n"
    "let c = chan(); let go = chan(); spawn chooses(c); ?go; c ! 1; print('sent')\n";

/* The chooser waits, its time has come, and no timer has fired yet. */
static program *at_the_same_instant(void)
{
    program *p = program_new(races);
    csp_vm *vm = p->vm;
    program_begin(p, 4000);
    vm->sched.poll_credit = INT64_MAX / 2;
    while (vm_step(vm)) {
    }
    int64_t due = timer_next(&vm->sched);
    while (loop_now() <= due) {
    }
    return p;
}

Test(alt, a_message_before_the_timer)
{
    program *p = at_the_same_instant();
    csp_vm *vm = p->vm;
    chan_send(vm, NULL, p->main->chan, VALUE_NIL);
    /* the sender does not hand over: the timer fires between the win and the chooser's turn */
    vm->sched.slice = 1;
    for (int i = 0; i < 100 && !(program_process(p, 1) && program_process(p, 1)->wake); i++)
        vm_step(vm);
    cr_assert_eq(program_process(p, 1)->wake, WAKE_MESSAGE);
    timer_fire(vm, loop_now());
    cr_assert_eq(program_process(p, 1)->wake, WAKE_MESSAGE);
    program_rest(p);
    cr_assert_eq(program_count(program_out(p), "got 1"), 1);
    cr_assert_eq(program_count(program_out(p), "late"), 0);
    cr_assert_eq(program_count(program_out(p), "sent"), 1);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(alt, a_timer_before_the_message)
{
    program *p = at_the_same_instant();
    csp_vm *vm = p->vm;
    timer_fire(vm, loop_now());
    cr_assert_eq(program_process(p, 1)->wake, WAKE_TIMER);
    chan_send(vm, NULL, p->main->chan, VALUE_NIL);
    program_rest(p);
    cr_assert_str_eq(program_out(p), "late\n", "the message is still its sender's");
    cr_assert(p->main->flags & PROCESS_SENDS);
    cr_assert(program_finish(p));
    program_free(p);
}

/* The tickers of its arms and its own timer enter the heap together. */
Test(alt, has_room_in_the_heap_of_timers)
{
    program *p = program_new(
        "fn sleeps() { sleep(1h) }\n"
        "fn chooses(n) { let ts = List.of(0..n); for i in 0..n { ts[i] = tick(1h) }\n"
        "    alt { for t in ts, t ? _ => print('tick')\n after 30m => print('late') } }\n"
        "for i in 1..80 { spawn chooses(i); spawn sleeps(); sleep(0) }\n");
    csp_vm *vm = p->vm;
    program_begin(p, 4000);
    for (int i = 0; i < 2000 && !process_ended(p->main); i++) {
        program_step(p);
        cr_assert_leq(vm->sched.timer_count, vm->sched.timer_capacity);
    }
    cr_assert(process_ended(p->main));
    cr_assert_gt(vm->sched.timer_count, 3000);
    cr_assert(program_finish(p));
    cr_assert_eq(vm->sched.timer_count, 0);
    program_free(p);
}

Test(alt, is_fair)
{
    program *p = program_new(
        "let cs = [chan(3000), chan(3000), chan(3000)]; for c in cs { for _ in 0..3000 { c ! 1 } "
        "}; let n = [0, 0, 0]; let s = [0, 0, 0]\n"
        "for _ in 0..3000 { alt { for i, c in cs, c ? _ => { n[i] += 1 } } }\n"
        "let out = [chan(3000), chan(3000), chan(3000)]\n"
        "for _ in 0..3000 { alt { for i, c in out, c ! 1 => { s[i] += 1 } } }\n"
        "for k in n { print(k) }; for k in s { print(k) }\n");
    program_begin(p, 4000);
    while (!process_ended(p->main))
        vm_step(p->vm);
    char *at = (char *)(uintptr_t)program_out(p);
    for (int i = 0; i < 6; i++) {
        long n = strtol(at, &at, 10);
        cr_expect(n > 800 && n < 1200, "%ld of 3000", n);
    }
    cr_assert(program_finish(p));
    program_free(p);
}

/* Nodes and cases are kept from alt to alt, values are not. */
Test(alt, leaves_no_value_behind)
{
    program *p = program_new(
        "fn chooses(c, d) { for i in 0..3 { alt { c ! [i] => nil\n d ? _ => nil } }; ?chan() }\n"
        "let c = chan(); spawn chooses(c, chan()); for _ in 0..3 { print(?c) }; ?chan()\n");
    program_begin(p, 1);
    program_rest(p);
    const alt *a = side_of(program_process(p, 1))->alt;
    cr_assert_eq(a->count, 0);
    cr_assert_geq(a->capacity, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const alt_case *c = &a->cases[i];
        cr_assert(c->chan == NULL && c->original == VALUE_ABSENT && c->message == VALUE_ABSENT);
        /* the last one's node for d has stayed there, without it */
        cr_assert(!c->node || (!c->node->queued && c->node->value == VALUE_ABSENT));
    }
    cr_assert(program_finish(p));
    program_free(p);
}

static node *only_receiver(const channel *c)
{
    return c->recv_first && c->recv_first == c->recv_last && link_is_node(c->recv_first)
               ? c->recv_first
               : NULL;
}

/* The channel that the main process of this run waits to receive from. */
static channel *awaited_by_main(const program *p) { return p->main->chan; }

Test(alt, a_server_comes_back_to_the_nodes_that_it_left)
{
    program *p =
        program_new("fn serve(a, b) { for alt { a ? x => print(x)\n b ? x => print(x) } }\n"
                    "let a = chan(); let b = chan(); spawn serve(a, b)\n"
                    "sleep(1ms); ?a\n");
    program_begin(p, 4000);
    program_rest(p);
    const alt *server = side_of(program_process(p, 1))->alt;
    channel *b = server->cases[1].chan;
    node *kept = only_receiver(b);
    cr_assert_not_null(kept);
    channel *a = awaited_by_main(p);
    cr_assert_eq(a->recv_first, server->cases[0].node, "the server came first");
    chan_send(p->vm, NULL, a, value_int(1));
    program_rest(p);
    cr_assert_eq(only_receiver(b), kept);
    cr_assert_eq(kept->proc, program_process(p, 1));
    cr_assert_eq(server->cases[1].node, kept);
    cr_assert_eq(a->recv_first, p->main, "now main is first");
    cr_assert_str_eq(program_out(p), "1\n");
    cr_assert(program_finish(p));
    program_free(p);
}

/* What is left in a queue is nobody: it keeps neither a process alive, nor a channel for one. */
Test(alt, what_it_leaves_in_a_queue_belongs_to_nobody)
{
    program *p =
        program_new("fn once(a, b, go) { alt { a ? x => 1\n b ? x => print(x) }; ?go }\n"
                    "let a = chan(); let b = chan(); let go = chan(); spawn once(a, b, go)\n"
                    "sleep(1ms); b ! 2; sleep(1ms); ?a\n");
    program_begin(p, 4000);
    program_rest(p);
    const channel *a = awaited_by_main(p);
    cr_assert_eq(a->recv_last, p->main);
    const process *once = program_process(p, 1);
    const node *left = a->recv_first;
    cr_assert(link_is_node(left));
    cr_assert_null(left->proc);
    cr_assert_eq(left->value, VALUE_ABSENT);
    cr_assert(!link_valid(left));
    for (uint32_t i = 0; i < side_of(once)->alt->capacity; i++) {
        cr_assert_neq(side_of(once)->alt->cases[i].node, left);
        cr_assert_null(side_of(once)->alt->cases[i].chan);
    }
    cr_assert(program_finish(p));
    program_free(p);
}
