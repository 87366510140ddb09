#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/code_fixture.h"
#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/code/code_table.h"
#include "vm/code/frame.h"
#include "vm/code/origin.h"
#include "vm/core/text.h"
#include "vm/report/trace.h"

static csp_vm *vm;
static module *m;
static const char source[] = "let x = 1\nfn work(xs) {\n\tlet ü = xs[5]\n}\nwork([1])\n";

static void open_vm(void)
{
    static const insn insns[4] = {{OPC_RET, 0, 0, 0}};
    vm = fixture_vm();
    m = code_fixture_module(vm, source);
    code_fixture_add(vm, m, "main", 4, insns, 4, "work([1])");
    code_fixture_add(vm, m, "work", 4, insns, 4, "xs[5]");
    code_fixture_add(vm, m, "main", 4, insns, 4, "let x")->is_branch = true;
    cr_assert(code_add_module(vm, m));
}

static void close_vm(void) { fixture_close(vm); }

TestSuite(trace, .init = open_vm, .fini = close_vm);

/* Gives the running process `depth` frames of `work` upon one of `main`; those whose number `tail`
 * divides by tail calls. */
static value *push_frames(process *p, uint32_t depth, uint32_t tail)
{
    enum { DISTANCE = 3 };
    p->block.capacity = DISTANCE * (depth + 1) + 4;
    p->block.stack = heap_pinned(p->block.capacity * sizeof(value));
    p->away = 1;
    cr_assert(p->block.stack);
    value *base = p->block.stack;
    for (uint32_t i = 1; i <= depth; i++) {
        const code *caller = m->codes[i == 1 ? 0 : 1];
        base += DISTANCE;
        link_make(base, caller, caller->insns + i % 4, DISTANCE);
        if (tail && i % tail == 0)
            frame_mark_tail(base);
    }
    return base;
}

static void pop_frames(process *p)
{
    heap_unpin(p->block.stack);
    p->away = 0;
    memset(p->slots, 0, sizeof p->slots);
}

static value crash(uint32_t depth, uint32_t tail)
{
    process *p = fixture_process(vm);
    value *base = push_frames(p, depth, tail);
    value t = trace_take(vm, p, base, m->codes[depth ? 1 : 0], 2);
    cr_assert(value_is(t, OBJ_TRACE) && value_is_immutable(t));
    pop_frames(p);
    value e = error_make(vm, ERR_INDEX, "index %d outside a list of %d", 5, 1);
    value_error(e)->trace = t;
    return e;
}

static char *report(value e, uint64_t number, const char *name)
{
    text out;
    text_init(&out, vm);
    trace_report(vm, e, number, name, &out);
    return support_format("%.*s", (int)out.used, out.block);
}

#define AT_WORK "    at work (test.csp:3:10)\n"
#define SOURCE  "       3 | \tlet ü = xs[5]\n         | \t        ^~~~~\n"

Test(trace, a_report)
{
    fixture_process(vm)->origin =
        origin_of_spawn(vm, ORIGIN_HOST, m->codes[2]->base + 1, NULL) & PROCESS_ORIGIN_MOST;
    char *said = report(crash(3, 2), 3, "worker");
    cr_expect_str_eq(
        said,
        "process 3 (worker) crashed: index_error: index 5 outside a list of 1\n" AT_WORK SOURCE
        "    at work (test.csp:3:10) (tail calls)\n" AT_WORK "    at main (test.csp:5:1)\n"
        "    spawned at block in main (test.csp:1:1)\n");
    free(said);
}

Test(trace, main_and_the_tail_calls_of_its_frame)
{
    process *p = fixture_process(vm);
    p->flags |= PROCESS_TAIL;
    vm->main = p;
    char *said = report(crash(0, 0), process_number(p), NULL);
    cr_expect_str_eq(said, "main crashed: index_error: index 5 outside a list of 1\n"
                           "    at main (test.csp:5:1) (tail calls)\n"
                           "       5 | work([1])\n         | ^~~~~~~~~\n");
    free(said);
}

Test(trace, deep_recursion_leaves_out_the_middle)
{
    value e = crash(5000, 0);
    const trace *t = value_as_object(value_error(e)->trace);
    cr_assert_eq(t->count, 64);
    cr_assert_eq(t->omitted, 5001 - 64);
    cr_assert_eq(t->omitted_after, 48);
    /* The frames differ by their pc: frame i returns to i % 4. */
    cr_expect_eq(t->positions[0], m->codes[1]->base + 2);
    cr_expect_eq(t->positions[1], m->codes[1]->base + 5000 % 4);
    for (uint32_t i = 1; i < 48; i++)
        cr_expect_eq(t->positions[i], m->codes[1]->base + (5001 - i) % 4);
    for (uint32_t i = 48; i < 63; i++)
        cr_expect_eq(t->positions[i], m->codes[1]->base + (64 - i) % 4);
    cr_expect_eq(t->positions[63], m->codes[0]->base + 1);
    char *said = report(e, 7, NULL);
    cr_expect(strstr(said, "    … 4937 frames …\n"));
    free(said);
}

Test(trace, frames_around_the_limit_are_all_there)
{
    for (uint32_t depth = 60; depth < 70; depth++) {
        const trace *t = value_as_object(value_error(crash(depth, 0))->trace);
        cr_assert_eq(t->count + t->omitted, depth + 1);
        cr_assert_eq(t->positions[t->count - 1], m->codes[0]->base + 1);
    }
}

Test(trace, a_value_of_texts)
{
    value e = crash(1, 1);
    char *shown = fixture_show(vm, trace_value(vm, value_error(e)->trace));
    cr_expect_str_eq(shown, "(\"work (test.csp:3:10) (tail calls)\", \"main (test.csp:5:1)\")");
    free(shown);
    shown = fixture_show(vm, trace_value(vm, VALUE_NIL));
    cr_expect_str_eq(shown, "()");
    free(shown);
    const tuple *t = value_tuple(trace_value(vm, value_error(crash(100, 0))->trace));
    cr_assert_eq(t->count, 65);
    cr_assert_str_eq(fixture_text(t->items[48]), "… 37 frames …");
}

Test(trace, causes_are_told_and_cycles_end)
{
    value root = error_make(vm, ERR_FAIL, "the root"), e = error_make(vm, ERR_KILLED, "linked");
    value_error(e)->cause = root;
    char *said = report(e, 2, NULL);
    cr_expect_str_eq(said, "process 2 crashed: killed: linked\ncaused by: fail: the root\n");
    free(said);
    value_error(root)->cause = e;
    said = report(e, 2, NULL);
    cr_expect_lt(strlen(said), 1000);
    free(said);
}

Test(trace, places)
{
    text out;
    text_init(&out, vm);
    trace_place(vm, m->codes[1]->base + 1, &out);
    text_put(&out, ' ');
    trace_place(vm, 0, &out);
    cr_expect_str_eq(fixture_text(text_string(&out)), "test.csp:3:10 ?");
}
