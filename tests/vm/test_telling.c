/* What wakes many at once is told to them in steps, in order, and whoever is not told yet can still
 * leave: a close, the failure of a par, timers at one moment. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "vm/audit.h"
#include "vm/core/vm.h"
#include "vm/drive.h"
#include "vm/outside/loop.h"
#include "vm/process/closing.h"
#include "vm/process/kill.h"
#include "vm/process/rendezvous.h"

enum { MANY = 20000, AT_ONCE = 600 };

static program *begin(const char *source)
{
    program *p = program_new(source);
    program_begin(p, 4000);
    while (vm_step(p->vm)) {
    }
    cr_assert_null(vm_audit(p->vm));
    return p;
}

static uint32_t count_waiting(const csp_vm *vm)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < vm->table_count; i++)
        n += (process_at(vm, i)->ticket & TICKET_STATE) == TICKET_WAIT;
    return n;
}

/* A step of the VM, which wakes no more than a few. */
static bool step(program *p)
{
    int64_t before = p->vm->sched.queue_length;
    bool more = vm_step(p->vm);
    cr_assert_leq((int64_t)p->vm->sched.queue_length - before, AT_ONCE);
    return more;
}

/* Kills every third one of those that wait; their number. */
static uint32_t kill_some(csp_vm *vm)
{
    uint32_t killed = 0;
    for (uint32_t i = 0; i < vm->table_count; i++) {
        process *q = process_at(vm, i);
        if ((q->ticket & TICKET_STATE) == TICKET_WAIT && process_number(q) % 3 == 0) {
            vm_kill(vm, q, "test");
            killed++;
        }
    }
    return killed;
}

static void check_ascending(const char *numbers, uint32_t count)
{
    uint32_t lines = 0;
    long last = -1;
    for (const char *at = numbers; *at; at = strchr(at, '\n') + 1, lines++) {
        long n = strtol(at, NULL, 10);
        cr_assert_gt(n, last, "%ld was told after %ld", n, last);
        last = n;
    }
    cr_assert_eq(lines, count);
}

static channel *waited_on(const csp_vm *vm)
{
    const process *p = process_at(vm, vm->table_count - 1);
    return p->chan ? p->chan : side_of(p)->alt->cases[0].chan;
}

static void check_close(const char *source)
{
    program *p = begin(source);
    csp_vm *vm = p->vm;
    cr_assert_eq(count_waiting(vm), MANY);
    channel *c = waited_on(vm);
    chan_close(vm, c);
    cr_assert(!chan_can_receive(c) && chan_can_send(c));
    cr_assert_leq(vm->sched.queue_length, AT_ONCE);
    cr_assert_null(vm_audit(vm));
    while (count_waiting(vm) > MANY / 2)
        cr_assert(step(p));
    cr_assert_null(vm_audit(vm));
    uint32_t killed = kill_some(vm);
    cr_assert_gt(killed, MANY / 8);
    cr_assert_null(vm_audit(vm));
    while (step(p)) {
    }
    cr_assert_null(vm_audit(vm));
    cr_assert_eq(vm->table_count, 0, "%s", program_err(p));
    check_ascending(program_out(p), MANY - killed);
    program_free(p);
}

Test(telling, receivers_are_told_of_a_close_in_steps)
{
    check_close("let c = chan()\nfn waits(c, n) { catch { ?c }; print(n) }\n"
                "for i in 0..20000 { spawn waits(c, i) }\n");
}

Test(telling, senders_are_told_of_a_close_in_steps)
{
    check_close("let c = chan()\nfn waits(c, n) { catch { c ! n }; print(n) }\n"
                "for i in 0..20000 { spawn waits(c, i) }\n");
}

Test(telling, alts_are_told_of_a_close_in_steps)
{
    check_close("let c = chan(); let d = chan()\n"
                "fn waits(c, d, n) { alt { c ? _ => nil; closed(c) => print(n); d ? _ => nil } }\n"
                "for i in 0..20000 { spawn waits(c, d, i) }\n");
}

Test(telling, branches_of_a_failed_par_are_killed_in_steps)
{
    program *p =
        begin("fn branch(c, i) { defer print(i); ?c }\n"
              "fn parent(c) { catch par for i in 0..20000 { branch(c, i) }; print(20001) }\n"
              "spawn parent(chan())\n");
    csp_vm *vm = p->vm;
    cr_assert_eq(count_waiting(vm), MANY + 1);
    process *fails = NULL;
    for (uint32_t i = 0; i < vm->table_count; i++)
        if (process_number(process_at(vm, i)) == MANY / 2)
            fails = process_at(vm, i);
    cr_assert_not_null(fails);
    vm_kill(vm, fails, "test");
    while (count_waiting(vm) > MANY / 2) {
        cr_assert(step(p));
        cr_assert_null(vm_audit(vm));
    }
    kill_some(vm);
    while (step(p)) {
    }
    cr_assert_null(vm_audit(vm));
    cr_assert_eq(vm->table_count, 0, "%s", program_err(p));
    cr_assert_not_null(strstr(program_out(p), "20001\n"));
    program_free(p);
}

Test(telling, timers_that_are_due_fire_in_steps)
{
    program *p = program_new("for _ in 0..20000 { spawn sleep(300ms) }\n");
    program_begin(p, 4000);
    csp_vm *vm = p->vm;
    vm_stop_time(vm); /* all are due at one moment, however long the spawns take */
    while (vm->sched.timer_count < MANY)
        cr_assert(vm_step(vm));
    vm_pass(vm, 300000000);
    while (vm->sched.timer_count) {
        step(p);
        vm->sched.poll_credit = 0;
    }
    while (step(p)) {
    }
    cr_assert_null(vm_audit(vm));
    cr_assert_eq(vm->table_count, 0, "%s", program_err(p));
    program_free(p);
}
