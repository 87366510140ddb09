/* Who is told of an end: in steps, in order, and whoever is not told yet can still leave. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "vm/code/native.h"
#include "vm/core/vm.h"
#include "vm/data/list.h"
#include "vm/drive.h"
#include "vm/audit.h"
#include "vm/own.h"
#include "vm/process/kill.h"
#include "vm/process/outcome.h"

enum { MANY = 20000, AT_ONCE = 600 };

/* Begins a run and lets it come to rest. */
static void begin(program *p)
{
    program_begin(p, 4000);
    while (vm_step(p->vm)) {
    }
    cr_assert_null(vm_audit(p->vm));
}

/* A step of the VM, which wakes no more than a few. */
static bool step(program *p)
{
    int64_t before = p->vm->sched.queue_length;
    bool more = vm_step(p->vm);
    int64_t woken = (int64_t)p->vm->sched.queue_length - before;
    cr_assert_leq(woken, AT_ONCE, "%d were woken in one step", (int)woken);
    return more;
}

static unsigned count_waiting(const csp_vm *vm)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < vm->table_count; i++)
        n += (process_at(vm, i)->ticket & TICKET_STATE) == TICKET_WAIT;
    return n;
}

/* Kills every second one of those that wait; their number. */
static unsigned kill_half(csp_vm *vm)
{
    unsigned killed = 0;
    for (uint32_t i = 0; i < vm->table_count; i++) {
        process *q = process_at(vm, i);
        if ((q->ticket & TICKET_STATE) == TICKET_WAIT && process_number(q) % 2 == 0) {
            vm_kill(vm, q, "test");
            killed++;
        }
    }
    return killed;
}

static void check_ascending(const char *numbers, unsigned count)
{
    unsigned lines = 0;
    long last = -1;
    for (const char *at = numbers; *at; at = strchr(at, '\n') + 1, lines++) {
        long n = strtol(at, NULL, 10);
        cr_assert_gt(n, last, "%ld was served after %ld", n, last);
        last = n;
    }
    cr_assert_eq(lines, count);
}

static void check_waiters(const char *source)
{
    program *p = program_new(source);
    begin(p);
    csp_vm *vm = p->vm;
    vm_kill(vm, program_process(p, 1), "test");
    while (count_waiting(vm) > MANY / 2)
        cr_assert(step(p));
    cr_assert_null(vm_audit(vm));
    unsigned killed = kill_half(vm);
    cr_assert_gt(killed, MANY / 5);
    cr_assert_null(vm_audit(vm));
    while (step(p)) {
    }
    cr_assert_eq(vm->table_count, 0, "%s", program_err(p));
    check_ascending(program_out(p), MANY - killed);
    program_free(p);
}

Test(ending, those_who_wait_are_served_in_steps)
{
    check_waiters("fn waits(p, n) { catch wait(p); print(n) }\n"
                  "let p = spawn (fn() => ?chan())(); for i in 0..20000 { spawn waits(p, i) }\n");
}

Test(ending, alts_that_wait_are_served_in_steps)
{
    check_waiters("fn waits(p, c, n) { alt { done(p) ? _ => print(n); c ? _ => print('never') } }\n"
                  "let c = chan(); let p = spawn (fn() => ?chan())(); for i in 0..20000 { spawn "
                  "waits(p, c, i) }\n");
}

Test(ending, links_are_undone_in_steps)
{
    program *p = program_new(
        "fn linked(p) { link(p); ?chan() }\n"
        "let p = spawn (fn() => ?chan())(); done(p); for _ in 0..20000 { spawn linked(p) }\n");
    begin(p);
    csp_vm *vm = p->vm;
    process *ends = program_process(p, 1);
    vm_kill(vm, ends, "test");
    while (count_waiting(vm) > MANY / 2)
        cr_assert(step(p));
    cr_assert_null(vm_audit(vm));
    /* Who is not told yet may still take the link back, or end. */
    process *left = NULL;
    for (uint32_t i = 0; i < vm->table_count; i++)
        if ((process_at(vm, i)->ticket & TICKET_STATE) == TICKET_WAIT)
            left = process_at(vm, i);
    cr_assert_not_null(left);
    unlink_processes(vm, left, ends);
    kill_half(vm);
    vm_kill(vm, ends, "again");
    while (step(p)) {
    }
    cr_assert_null(vm_audit(vm));
    cr_assert(vm->table_count == (process_cause(left) ? 0 : 1) && !side_of(ends)->links);
    program_finish(p);
    program_free(p);
}

/* Nobody knows it: its object is used again, but not before the last one has been told. */
Test(ending, an_unknown_one_is_recycled_when_all_are_told)
{
    program *p = program_new(
        "fn links(all) { for q in all { link(q) }; fail('x') }\n"
        "let all = List.map(0..2000, fn(_) => spawn (fn() => ?chan())()); spawn links(all)\n");
    program_begin(p, 4000);
    bool told = false;
    while (vm_step(p->vm)) {
        process *of = p->vm->sched.ending.first;
        told = told || of;
        for (const process *q = p->vm->sched.recycled[PROCESS_ROOM_LEAST]; q; q = q->next)
            cr_assert_neq(q, of);
        cr_assert_null(vm_audit(p->vm));
    }
    cr_assert(told);
    cr_assert_eq(p->vm->table_count, 0);
    cr_assert_geq(p->vm->sched.recycled_count, 1);
    program_free(p);
}

#define CROWD(n)                                     \
    "fn waits(c, n) { ?c; print(n) }\n"              \
    "let cs = List.map(0.." n ", fn(_) => chan())\n" \
    "let p = spawn waits(chan(), -1)\n"              \
    "for i in 0.." n " { spawn waits(cs[i], i) }\n"

static bool waits(const process *q) { return (q->ticket & TICKET_STATE) == TICKET_WAIT; }

/* Some of the receivers are killed before their channels are told. */
Test(ending, channels_that_watch_are_told_in_steps)
{
    program *p = program_new(CROWD("20000") "?chan(); cs\n");
    begin(p);
    csp_vm *vm = p->vm;
    process *ends = program_process(p, 1);
    for (uint32_t i = 0; i < vm->table_count; i++) {
        process *q = process_at(vm, i);
        if (q != vm->main && q != ends)
            cr_assert(chan_watch(vm, ends, q->chan, 1));
    }
    vm_kill(vm, ends, "test");
    while (count_waiting(vm) > MANY / 2)
        cr_assert(step(p));
    cr_assert_null(vm_audit(vm));
    unsigned killed = 0;
    for (uint32_t i = 0; i < vm->table_count; i++) {
        process *q = process_at(vm, i);
        if (waits(q) && q != vm->main && process_number(q) % 2 == 0) {
            vm_kill(vm, q, "test");
            killed++;
        }
    }
    while (step(p)) {
    }
    cr_assert_null(vm_audit(vm));
    cr_assert_eq(vm->table_count, 1);
    cr_assert_gt(killed, MANY / 5);
    check_ascending(program_out(p), MANY - killed);
    cr_assert(program_finish(p));
    program_free(p);
}

/* --- the links of a call of the host's */

static value given;

static verdict native_give(csp_vm *vm, process *p, value *args, value *result)
{
    (void)vm, (void)p, (void)result;
    given = args[0];
    return VERDICT_DONE;
}

static const native_entry giving[] = {{"give", "give(f)", "f", native_give, 1, 1, 0},
                                      {.name = NULL}};

enum { LINKED = 3000 };

static program *crowd_with_call(const char *function)
{
    char source[2000];
    snprintf(source, sizeof source, CROWD("3000") "fn f() { %s }\ngive(f)\n?chan(); cs\n",
             function);
    program *p = program_new_with(giving, source);
    begin(p);
    csp_vm *vm = p->vm;
    process *own = own_process(vm);
    cr_assert(own && own_window(vm, own, given, 0));
    own_begin(vm, own, 0);
    for (uint32_t i = 0; i < vm->table_count; i++)
        if (process_at(vm, i) != vm->main && process_at(vm, i) != own)
            cr_assert_eq(link_processes(vm, own, process_at(vm, i)), VERDICT_DONE);
    cr_assert_eq(vm_run_own(vm, own, 0), VM_DEADLINE, "its links are to be undone");
    return p;
}

/* A step of the VM, which undoes no more than a few links. */
static void unlink_some(program *p)
{
    const process *own = p->vm->own.process;
    uint32_t before = side_of(own)->link_count;
    cr_assert(vm_step(p->vm));
    if (p->vm->own.process == own)
        cr_assert_leq(before - side_of(own)->link_count, AT_ONCE);
}

static void check_call(const char *function, verdict expected, unsigned left)
{
    program *p = crowd_with_call(function);
    csp_vm *vm = p->vm;
    while (vm->own.called)
        unlink_some(p);
    value result;
    cr_assert_eq(own_finish(vm, vm->own.process, &result), expected);
    while (vm_step(vm)) {
    }
    cr_assert_eq(vm->table_count, left);
    cr_assert_null(vm_audit(vm));
    cr_assert(program_finish(p));
    program_free(p);
}

Test(ending, links_of_a_call_are_undone_in_steps)
{
    check_call("7", VERDICT_DONE, LINKED + 2);
    check_call("fail('x')", VERDICT_FAIL, 1);
}

/* The others hear of the kill instead. */
Test(ending, a_call_is_killed_while_its_links_are_undone)
{
    program *p = crowd_with_call("7");
    csp_vm *vm = p->vm;
    while (side_of(vm->own.process)->link_count > LINKED / 2)
        unlink_some(p);
    uint32_t undone = LINKED + 1 - side_of(vm->own.process)->link_count;
    vm_kill(vm, vm->own.process, "test");
    while (step(p)) {
    }
    cr_assert_null(vm->own.process);
    cr_assert_eq(vm->table_count, undone + 1);
    cr_assert_null(vm_audit(vm));
    cr_assert(program_finish(p));
    program_free(p);
}
