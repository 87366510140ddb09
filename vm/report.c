/* What is said of a VM in which nothing can run any more. */
#include <stdlib.h>

#include "vm/chan.h"
#include "vm/data.h"
#include "vm/machine.h"
#include "vm/text.h"
#include "vm/trace.h"
#include "vm/walk.h"

enum { REPORT_MAX = 50 };       /* lines; the rest is counted */

static void show_channel(csp_vm *vm, text *t, channel *c)
{
    walk_show(vm, t, value_object(c), 60);
    if (!c->made_at) return;
    text_printf(t, " (made at ");
    trace_place(vm, c->made_at, t);
    text_put(t, ')');
}

/* What p waits for, read off its registrations. */
static void show_wait(csp_vm *vm, text *t, process *p)
{
    if (p->chan) {
        if (p->chan->header & CHANNEL_DONE) {
            text_printf(t, "waits for the end of process %llu", (unsigned long long)process_number((process *)(void *)p->chan->ring));
            return;
        }
        text_printf(t, p->flags & PROCESS_SENDS ? "waits to send on " : "waits to receive from ");
        show_channel(vm, t, p->chan);
    } else if (p->side && p->side->alt && p->side->alt->live) {
        const alt *a = p->side->alt;
        text_printf(t, "waits in an alt of %u arms: ", a->live);
        bool first = true;
        for (uint32_t i = 0; i < a->count && i < 8; i++) {
            if (!a->cases[i].node || !a->cases[i].node->queued) continue;
            text_printf(t, "%s%s ", first ? "" : ", ", a->cases[i].sends ? "send on" : "receive from");
            show_channel(vm, t, a->cases[i].chan);
            first = false;
        }
    } else {
        text_printf(t, "waits for the branches of its par");
    }
}

/* Where it waits: natives of the VM have no place of their own, so the frame below them counts. */
static uint32_t wait_position(const process *p)
{
    const value *base = p->stack + p->base;
    const code *c = p->code;
    uint32_t pc = p->pc;
    while (c->native && base != p->stack) {
        uint64_t link = base[-1];
        const insn *at = (const insn *)(uintptr_t)base[-2];
        base -= link >> LINK_SHIFT;
        c = (const code *)(uintptr_t)(link & LINK_CODE);
        pc = (uint32_t)(at - c->insns);
    }
    return c->native ? 0 : c->base + pc;
}

typedef struct group { uint32_t position, spawned_at; process *first; uint32_t count; } group;

static int by_place(const void *a, const void *b)
{
    const group *x = a, *y = b;
    if (x->position != y->position) return x->position < y->position ? -1 : 1;
    if (x->spawned_at != y->spawned_at) return x->spawned_at < y->spawned_at ? -1 : 1;
    uint64_t m = process_number(x->first), n = process_number(y->first);
    return m < n ? -1 : m > n;
}

static int by_number(const void *a, const void *b)
{
    uint64_t m = process_number(((const group *)a)->first), n = process_number(((const group *)b)->first);
    return m < n ? -1 : m > n;
}

/* One group for all that wait at one place and were spawned at one place; returns their number. */
static uint32_t group_processes(csp_vm *vm, group *groups)
{
    uint32_t n = 0, count = vm->table_count;
    for (uint32_t i = 0; i < count; i++) groups[i] = (group){wait_position(vm->table[i]), vm->table[i]->spawned_at, vm->table[i], 1};
    qsort(groups, count, sizeof *groups, by_place);
    for (uint32_t i = 0; i < count; i++) {
        group *last = n ? &groups[n - 1] : NULL;
        if (last && last->position == groups[i].position && last->spawned_at == groups[i].spawned_at) last->count++;
        else groups[n++] = groups[i];
    }
    qsort(groups, n, sizeof *groups, by_number);
    return n;
}

static void show_group(csp_vm *vm, text *t, const group *g)
{
    process *p = g->first;
    value name = p->side ? p->side->name : VALUE_NIL;
    if (p->flags & PROCESS_MAIN) text_printf(t, "    main");
    else text_printf(t, "    process %llu", (unsigned long long)process_number(p));
    if (value_is(name, OBJ_STRING)) text_printf(t, " (%s)", value_string(name)->text);
    if (g->count > 1) text_printf(t, " and %u like it", g->count - 1);
    text_put(t, ' ');
    show_wait(vm, t, p);
    if (g->position) {
        text_printf(t, " at ");
        trace_place(vm, g->position, t);
    }
    if (g->spawned_at) {
        text_printf(t, ", spawned at ");
        trace_place(vm, g->spawned_at, t);
    }
    text_put(t, '\n');
}

void vm_report_deadlock(csp_vm *vm, text *out)
{
    text_printf(out, "deadlock: no process can run, and no timer is left to wait for\n");
    group *groups = malloc((vm->table_count + 1) * sizeof *groups);
    if (!groups) return;
    uint32_t n = group_processes(vm, groups);
    for (uint32_t i = 0; i < n && i < REPORT_MAX; i++) show_group(vm, out, &groups[i]);
    if (n > REPORT_MAX) text_printf(out, "    … and %u more\n", n - REPORT_MAX);
    free(groups);
}
