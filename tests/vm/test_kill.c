/* Kills and links from inside. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "tests/support/support.h"
#include "vm/core/vm.h"
#include "vm/process/kill.h"
#include "vm/process/rendezvous.h"

static void check_output(const char *source, int64_t slice, const char *expected)
{
    program *p = program_new(source);
    char *out = program_run(p, slice);
    cr_assert_str_eq(out, expected, "in slices of %d: %s%s", (int)slice, out, program_err(p));
    free(out);
    program_free(p);
}

Test(kill, the_first_reason_stays)
{
    program *p =
        program_new("fn waits() { defer { ?chan() }; ?chan() }\nlet p = spawn waits(); ?chan()\n");
    program_begin(p, 1);
    program_rest(p);
    process *q = program_process(p, 1);
    vm_kill(p->vm, q, "one");
    const struct cause *first = process_cause(q);
    vm_kill(p->vm, q, "two");
    cr_assert_eq(process_cause(q), first);
    program_rest(p);
    uint64_t ticket = q->ticket;
    cr_assert(q->flags & PROCESS_DYING);
    vm_kill(p->vm, q, "three");
    cr_assert(process_cause(q) == first && q->ticket == ticket,
              "the dying are not woken by a kill");
    program_free(p);
}

/* A process that ends by itself runs its defers to the end, too. */
Test(kill, defers_under_way_are_not_cut)
{
    program *p = program_new(
        "fn ends(c) { defer print('third'); defer { c ! 2; print('second') }; defer { c ! 1; "
        "print('first') }; if FAILS { fail('x') } }\n"
        "const FAILS = false\nlet c = chan(); let p = spawn ends(c); let go = chan(); ?go; "
        "print(?c, ?c); print((wait(p)).kind)\n");
    program_begin(p, 1);
    program_rest(p);
    process *q = program_process(p, 1);
    cr_assert(q->flags & PROCESS_DEFERS);
    channel *c = q->chan;
    program_kill(p, 1);
    cr_assert(q->chan == c && (q->ticket & TICKET_STATE) == TICKET_WAIT, "it goes on waiting");
    chan_send(p->vm, NULL, p->main->chan, VALUE_NIL);
    program_rest(p);
    cr_assert_str_eq(program_out(p), "first\nsecond\n1 2\nthird\nkilled\n");
    cr_assert_eq(p->vm->table_count, 0);
    program_free(p);
}

Test(kill, of_itself_in_a_defer_waits_for_the_others)
{
    check_output("fn ends() { defer print('c'); defer { kill(self(), 'me'); print('b') }; defer "
                 "print('a'); 1 }\n"
                 "let p = spawn ends(); print((wait(p)).data)\n",
                 1, "a\nb\nc\nme\n");
}

Test(kill, a_crash_in_a_defer_replaces_the_outcome)
{
    check_output("fn a() { defer print('a'); defer fail('x'); ?chan() }\nfn b(p) { defer "
                 "print('b'); defer fail('y'); defer "
                 "kill(self()); 1 }\n"
                 "let p = spawn a(); sleep(10us); kill(p); print((wait(p)).message); "
                 "print((wait(spawn b(1))).message)\n",
                 1, "a\nx\nb\ny\n");
}

Test(kill, a_defer_may_defer)
{
    check_output(
        "fn a() { defer { print(1); defer print(2) }; ?chan() }\n"
        "let p = spawn a(); sleep(10us); kill(p); print((wait(p)).kind)\n"
        "fn b() { defer { print(3); defer print(4) }; fail('x') }\nprint((catch b()).message)\n"
        "fn c() { defer { print(5); defer print(6) }; 7 }\nprint(c())\n",
        1, "1\n2\nkilled\n3\n4\nx\n5\n6\n7\n");
}

Test(kill, catch_does_not_stop_it)
{
    check_output(
        "fn f() { catch { catch { defer print('d'); ?chan() } }; print('never') }\n"
        "fn g() { defer { print((catch fail('in')).message) }; catch f(); print('never') }\n"
        "let p = spawn g(); sleep(10us); kill(p, [1]); print((wait(p)).data)\n",
        1, "d\nin\n[1]\n");
}

/* Each who is killed for the same mutable reason has an outcome with data of its own. */
Test(kill, a_mutable_reason_is_copied)
{
    check_output("fn waits() { ?chan() }\nfn linked(p, go) { link(p); go ! 1; ?chan() }\n"
                 "let p = spawn waits(); let go = chan(); let a = spawn linked(p, go); let b = "
                 "spawn linked(a, go); ?go; ?go\n"
                 "let why = [1, [2]]; kill(p, why); why[1][0] = 3\n"
                 "for q in [p, a, b] { let o = wait(q); print(o.kind, o.data); o.data[1][0] = 4; "
                 "print(o.data, (wait(q)).data) "
                 "}\n",
                 1,
                 "killed [1, [2]]\n[1, [4]] [1, [2]]\nkilled [1, [2]]\n[1, [4]] [1, [2]]\nkilled "
                 "[1, [2]]\n[1, [4]] [1, [2]]\n");
}

Test(kill, a_crash_with_mutable_data_reaches_the_links)
{
    check_output(
        "fn crashes(go) { ?go; fail(error('bad', 'text', [1])) }\n"
        "fn linked(p, go) { link(p); go ! 1; ?chan() }\n"
        "fn all() { let go = chan(); let p = spawn crashes(go); let q = spawn linked(p, chan(1)); "
        "sleep(20us); go ! 1; let o = wait(q); print(o.kind, o.data); o.data.data[0] = 2 }\n"
        "all()\n",
        1, "killed error(\"bad\", \"text\", [1])\n");
}

Test(kill, a_ring_of_links_falls_together)
{
    check_output(
        "fn member(n, c, up) { c ? other; link(other); up ! 1; defer { up ! n }; ?chan() }\n"
        "let up = chan(); let cs = []; let ps = []\n"
        "for i in 0..50 { let c = chan(); List.push(cs, c); List.push(ps, spawn member(i, c, up)) "
        "}\n"
        "for i in 0..50 { cs[i] ! ps[(i + 1) % 50] }; for _ in 0..50 { ?up }; kill(ps[7]); var sum "
        "= 0; for _ "
        "in 0..50 { sum += ?up }; print(sum)\n",
        1, "1225\n");
}

Test(kill, links_in_a_dying_process)
{
    check_output("fn crashes() { fail('x') }\nfn waits(p) { defer print('last'); defer { link(p); "
                 "print('linked') }; ?chan() }\n"
                 "let p = spawn crashes(); wait(p); let q = spawn waits(p); sleep(10us); kill(q, "
                 "'why'); print((wait(q)).data)\n"
                 "let r = spawn { defer print('end'); link(p); print('never') }; "
                 "print((wait(r)).data.message)\n",
                 1, "linked\nlast\nwhy\nend\nx\n");
}

Test(kill, unlinked_is_not_killed)
{
    check_output("fn waits() { ?chan() }\nlet p = spawn waits(); link(p); link(p); unlink(p); "
                 "kill(p); wait(p); "
                 "print('alive')\n",
                 1, "alive\n");
}

/* A function is entered, and the process killed before the function's first instruction. */
Test(kill, before_the_first_instruction)
{
    program *p = program_new(
        "fn inner(n) { defer print('inner'); n }\nfn outer() { defer print('outer'); for i in "
        "0..3 { inner(i) } }\nspawn outer(); ?chan()\n");
    for (int after = 0; after < 40; after++) {
        program_begin(p, 1);
        for (int i = 0; i < after; i++)
            program_step(p);
        program_kill(p, 1);
        program_rest(p);
        cr_assert_leq(program_count(program_out(p), "outer"), 1);
        cr_assert_leq(program_count(program_out(p), "inner"), 3);
        cr_assert(program_finish(p));
    }
    program_free(p);
}

/* The crash of the defer replaces a kill for something mutable, which is nobody's. */
Test(kill, a_mutable_reason_and_a_crash_in_a_defer)
{
    check_output("fn a() { defer fail('x'); ?chan() }\nlet p = spawn a(); sleep(10us); kill(p, [1, "
                 "[2]]); let o = "
                 "wait(p); print(o.kind, o.message)\n",
                 1, "fail x\n");
    check_output("fn a() { defer fail('x'); par { ?chan(); { for _ in 0..5 {}; fail(error('bad', "
                 "'y', [1])) } } }\n"
                 "let o = catch a(); print(o.kind, o.message); let q = spawn a(); let r = wait(q); "
                 "print(r.kind, r.message)\n",
                 1, "fail x\nfail x\n");
}
