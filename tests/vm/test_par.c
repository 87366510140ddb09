/* par from inside: a parent never leaves while a branch lives. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "vm/core/vm.h"
#include "vm/drive.h"
#include "vm/process/rendezvous.h"

/* The parent crashes while it spawns; the branch that it must wait for waits in its defer. */
static const char cancelled[] =
    "fn branch(go) { defer { ?go; print('branch ended') }; ?chan() }\n"
    "fn parent(go) { let xs = [1]; let ys = xs; let c = chan(1); c ! move xs\n"
    "    defer print('parent ended'); par { branch(go); { print(ys) } } }\n"
    "let go = chan(); let p = spawn parent(go); print((catch wait(p)).kind); ?chan()\n";

static channel *waited_for(process *q)
{
    cr_assert_not_null(q);
    cr_assert_not_null(q->chan);
    return q->chan;
}

Test(par, cancelling_waits_for_the_defers_of_its_branches)
{
    program *p = program_new(cancelled);
    program_begin(p, 1);
    program_rest(p);
    cr_assert_eq(program_process(p, 1)->ticket & TICKET_STATE, TICKET_WAIT);
    cr_assert_eq(chan_send(p->vm, NULL, waited_for(program_process(p, 2)), VALUE_NIL), CHAN_DONE);
    program_rest(p);
    cr_assert_str_eq(program_out(p), "branch ended\nparent ended\nmoved\n");
    cr_assert(program_finish(p));
    program_free(p);
}

/* The kill comes when the parent is cancelling because of its crash: after each step. */
Test(par, a_kill_does_not_cut_the_cancelling)
{
    program *p = program_new(cancelled);
    for (int after = 0; after < 60; after++) {
        snprintf(p->about, sizeof p->about, "killed after %d steps", after);
        program_begin(p, 1);
        for (int i = 0; i < after; i++)
            program_step(p);
        bool killed = program_kill(p, 1);
        program_rest(p);
        const char *out = program_out(p);
        process *branch = program_process(p, 2);
        if (branch) {
            cr_assert_str_eq(out, "", "%s: left a branch behind", p->about);
            cr_assert_eq(chan_send(p->vm, NULL, waited_for(branch), VALUE_NIL), CHAN_DONE);
            program_rest(p);
            out = program_out(p);
            cr_assert_str_eq(out,
                             killed ? "branch ended\nparent ended\nkilled\n"
                                    : "branch ended\nparent ended\nmoved\n",
                             "%s", p->about);
        }
        cr_assert(program_finish(p));
    }
    program_free(p);
}

Test(par, the_first_failure_counts)
{
    program *p = program_new(
        "fn fails(n) { defer print('close', n); for _ in 0..n {}; fail('branch ${n}') }\n"
        "fn other() { defer fail('in a defer'); ?chan() }\n"
        "let r = catch { par { fails(9); fails(3); other(); fails(6) } }; print(r.message, "
        "r.kind)\n");
    for (int64_t slice = 1; slice < 5; slice++) {
        char *out = program_run(p, slice);
        cr_assert(strstr(out, "branch 3 fail\n") != NULL, "%s", out);
        free(out);
    }
    program_free(p);
}

/* Its branches were killed for the same error, so each of them has it, and the parent a copy. */
Test(par, a_mutable_error_is_everyones_own)
{
    program *p = program_new("fn waits(out) { ?chan() }\n"
                             "let seen = chan(9); let ps = chan(9)\n"
                             "fn branch(ps) { ps ! self(); ?chan() }\n"
                             "let r = catch { par { branch(ps); branch(ps); { for _ in 0..9 {}; "
                             "fail(error('bad', 'text', [1, [2]])) } } }\n"
                             "r.data[1][0] = 3; print(r.data)\n"
                             "for _ in 0..2 { let o = wait(?ps); print(o.kind, o.message, o.data); "
                             "o.data.data[1][0] = 4; "
                             "print(o.data.data) }\n");
    char *out = program_run(p, 1);
    cr_assert_str_eq(out, "[1, [3]]\n"
                          "killed text error(\"bad\", \"text\", [1, [2]])\n[1, [4]]\n"
                          "killed text error(\"bad\", \"text\", [1, [2]])\n[1, [4]]\n");
    free(out);
    program_free(p);
}

/* A branch whose handle got around: its outcome is copied for the list of results. */
Test(par, an_escaped_branch_shares_nothing)
{
    program *p = program_new("fn branch(ps) { ps ! self(); [1, [2]] }\n"
                             "let ps = chan(1); let r = par { branch(ps); 7 }; let p = ?ps; "
                             "r[0][1][0] = 5; print(r, wait(p), wait(p))\n");
    char *out = program_run(p, 1);
    cr_assert_str_eq(out, "[[1, [5]], 7] [1, [2]] [1, [2]]\n");
    free(out);
    program_free(p);
}

Test(par, many_branches)
{
    program *p = program_new(
        "let r = par for i in 0..3000 { if i % 2 == 0 { [i] } else { i } }\n"
        "var sum = 0; for x in r { sum += if x is list { x[0] } else { x } }; print(len(r), sum)\n"
        "print((catch { par for i in 0..3000 { if i == 2000 { fail('x') }; ?chan() } "
        "}).message)\n");
    program_begin(p, 4000);
    while (vm_step(p->vm)) {
    }
    cr_assert_str_eq(program_out(p), "3000 4498500\nx\n");
    cr_assert_eq(p->vm->table_count, 0);
    program_free(p);
}
