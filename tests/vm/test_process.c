/* Lives of processes: recycling, limits, stacks, outcomes. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "tests/support/support.h"
#include "vm/core/vm.h"

enum { ROOMS = sizeof((scheduler *)0)->recycled / sizeof(process *) };

static unsigned count_recycled(const csp_vm *vm)
{
    unsigned n = 0;
    for (uint32_t room = 0; room < ROOMS; room++)
        for (const process *p = vm->sched.recycled[room]; p; p = p->next)
            n++;
    return n;
}

/* A timer or killer that still knows the object's old life must find another ticket. */
Test(process, a_recycled_object_counts_on)
{
    program *p = program_new("fn short(c) { c ? _ }\nlet c = chan(); for i in 0..5 { spawn "
                             "short(c); c ! i }; sleep(10us)\n");
    program_begin(p, 4000);
    uint64_t ticket = 0;
    process *first = NULL;
    while (program_step(p)) {
        for (uint32_t i = 0; i < p->vm->table_count; i++) {
            process *q = process_at(p->vm, i);
            if (q == p->main)
                continue;
            first = first ? first : q;
            if (q != first)
                continue;
            cr_assert_geq(q->ticket, ticket);
            ticket = q->ticket;
        }
    }
    cr_assert_geq(ticket >> 2, 2);
    cr_assert_geq(p->vm->sched.recycled_count, 1);
    cr_assert_eq(count_recycled(p->vm), p->vm->sched.recycled_count);
    for (uint32_t room = 0; room < ROOMS; room++) {
        for (const process *q = p->vm->sched.recycled[room]; q; q = q->next) {
            cr_assert_eq(q->ticket & TICKET_STATE, TICKET_RUN);
            cr_assert(q->more == 0 && q->chan == NULL && q->flags == 0 && !q->away);
            cr_assert_eq(q->room, room);
        }
    }
    cr_assert(program_finish(p));
    program_free(p);
}

Test(process, a_known_one_is_not_recycled)
{
    program *p = program_new(
        "fn short() { self(); 7 }\nfn quiet() { nil }\nlet p = spawn quiet(); spawn short(); "
        "sleep(10us); print(wait(p)); spawn quiet(); sleep(10us)\n");
    program_begin(p, 4000);
    program_step(p);
    process *known = program_process(p, 1);
    program_rest(p);
    cr_assert(process_ended(known));
    cr_assert_eq(p->vm->sched.recycled_count, 1);
    for (uint32_t room = 0; room < ROOMS; room++)
        cr_assert_neq(p->vm->sched.recycled[room], known);
    cr_assert(program_finish(p));
    program_free(p);
}

/* Objects go round and round; nothing that one life left is seen by the next. */
Test(process, recycled_again_and_again)
{
    program *p = program_new(
        "fn lives(n, c) { let d = chan(); if n % 3 == 0 { link(spawn { ?chan() }) }; defer { c ! n "
        "}\n"
        "    alt { after 1us => nil\n d ? _ => nil }; if n % 4 == 0 { fail('x') }; [n, [n]] }\n"
        "let c = chan(1000); for i in 0..300 { spawn lives(i, c); if i % 7 == 0 { sleep(0) } }\n"
        "var sum = 0; for _ in 0..300 { sum += ?c }; print(sum)\n");
    program_begin(p, 20);
    program_rest(p);
    cr_assert_eq(program_count(program_out(p), "44850"), 1);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(process, too_many)
{
    program *p = program_new("fn waits() { ?chan() }\nlet r = catch { for _ in 0..100 { spawn "
                             "waits() } }; print(r.kind)\n"
                             "let s = catch { par { waits(); waits() } }; print(s.kind); for q in "
                             "Process.list() { if q != "
                             "self() { kill(q) } }\n"
                             "sleep(10us); print(par { 1; 2 })\n");
    p->vm->limits.processes = 20;
    char *out = program_run(p, 4000);
    cr_assert_str_eq(out, "too_many_processes\ntoo_many_processes\n[1, 2]\n");
    free(out);
    program_free(p);
}

Test(process, stacks_grow_and_shrink)
{
    program *p = program_new("fn deep(n) { if n == 0 { return 0 }; 1 + deep(n - 1) }\nfn both(c, "
                             "ready) { print(deep(100000)); ready ! 1; c "
                             "? _; print(deep(10)) }\n"
                             "let c = chan(); let ready = chan(); spawn both(c, ready); ?ready; "
                             "sleep(1ms); c ! 1; sleep(10us)\n");
    program_begin(p, 4000);
    uint32_t largest = 0, last = 0;
    while (program_step(p)) {
        const process *q = program_process(p, 1);
        if (!q)
            continue;
        last = process_capacity(q);
        largest = last > largest ? last : largest;
    }
    cr_assert_gt(largest, 200000);
    cr_assert_lt(last, 4096);
    cr_assert_str_eq(program_out(p), "100000\n10\n");
    cr_assert_eq(p->vm->heap.mapped_count, 0);
    cr_assert(program_finish(p));
    program_free(p);
}

Test(process, a_stack_overflow_ends_one_alone)
{
    program *p = program_new(
        "fn deep(n) { 1 + deep(n + 1) }\nlet p = spawn deep(0); let r = wait(p); print(r.kind); "
        "print((catch deep(0)).kind)\n");
    p->vm->limits.stack = 1 << 20;
    char *out = program_run(p, 4000);
    cr_assert_str_eq(out, "stack_overflow\nstack_overflow\n");
    free(out);
    program_free(p);
}

/* What nobody can ask for is dropped; a crash's error is not, whatever it holds. */
Test(process, a_crash_with_mutable_data_is_reported)
{
    program *p =
        program_new("spawn { [1] }\nspawn { fail(error('bad', 'text', [1, [2]])) }\nsleep(10us)\n");
    program_begin(p, 1);
    program_rest(p);
    cr_assert(strstr(program_err(p), "bad: text") != NULL, "%s", program_err(p));
    cr_assert(program_finish(p));
    program_free(p);
}

Test(process, info_of_one_that_waits)
{
    program *p = program_new(
        "fn naps() { sleep(1h) }\nfn asks(c) { c ? x }\nlet c = chan(); let p = spawn naps(); let "
        "q = spawn asks(c); sleep(10us)\n"
        "let i = Process.info(p); print(i.state, i.where, i.waits_for); let j = Process.info(q); "
        "print(j.state, j.where, j.waits_for == c, j.parent == self())\n"
        "kill(p); wait(p); print(Process.info(p).state); print(len(Process.list()))\n");
    char *out = program_run(p, 4000);
    cr_assert_str_eq(out,
                     "sleeping test.csp:1:13 nil\nreceiving test.csp:2:14 true true\nkilled\n2\n");
    free(out);
    program_free(p);
}
