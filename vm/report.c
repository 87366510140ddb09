/* What is said of processes that wait: one by one, or for thousands alike in one line. */
#include "vm/report.h"

#include <stdlib.h>

#include "vm/data.h"
#include "vm/machine.h"
#include "vm/origin.h"
#include "vm/trace.h"
#include "vm/walk.h"

enum {
    GROUPS_SHOWN = 50, /* the rest is counted */
    ARMS_SHOWN = 8
};

/* --- one process */

report_kind report_kind_of(const csp_vm *vm, const process *p)
{
    (void)vm;
    if ((p->ticket & TICKET_STATE) == TICKET_RUN)
        return REPORT_RUNS;
    const side *sd = p->side;
    if (p->chan)
        return p->chan->header & CHANNEL_DONE   ? REPORT_OUTCOME
               : p->chan->header & CHANNEL_TICK ? REPORT_TICK
               : p->flags & PROCESS_SENDS       ? REPORT_SEND
                                                : REPORT_RECEIVE;
    if (sd && sd->alt && sd->alt->live)
        return REPORT_ALT;
    uint16_t op = p->code->insns[p->pc].op;
    if (op == OPC_PARWAIT || op == OPC_PARCANCEL)
        return REPORT_PAR;
    return sd && sd->timer && sd->timer->index >= 0 ? REPORT_SLEEP : REPORT_NATIVE;
}

void report_style(const csp_vm *vm, text *t, report_colour colour)
{
    static const char *const codes[] = {[REPORT_PLAIN] = "\033[0m",
                                        [REPORT_HEAD] = "\033[1;31m",
                                        [REPORT_DIM] = "\033[2m",
                                        [REPORT_CARET] = "\033[1;32m"};
    if (vm->host.style == VM_COLOUR)
        text_add(t, codes[colour], strlen(codes[colour]));
}

/* The lowest frame that has a source. */
static const code *first_code(const process *p)
{
    const value *base = p->stack + p->base;
    const code *c = p->code, *first = NULL;
    while (c) {
        if (!c->native)
            first = c;
        if (base == p->stack)
            break;
        uint64_t link = base[-1];
        base -= link >> LINK_SHIFT;
        c = (const code *)(uintptr_t)(link & LINK_CODE);
    }
    return first;
}

const string *report_name(const process *p)
{
    if (p->side && value_is(p->side->name, OBJ_STRING))
        return value_string(p->side->name);
    const code *c = first_code(p);
    return c && value_is(c->name, OBJ_STRING) && !c->is_branch ? value_string(c->name) : NULL;
}

void report_process(csp_vm *vm, text *t, const process *p)
{
    if (p == vm->main) {
        text_printf(t, "main");
        return;
    }
    text_printf(t, "process %llu", (unsigned long long)process_number(p));
    const string *name = report_name(p);
    if (!name)
        return;
    text_printf(t, " (");
    text_add(t, name->text, name->size);
    text_put(t, ')');
}

uint32_t report_position(const process *p)
{
    const value *base = p->stack + p->base;
    const code *c = p->code;
    if (!c)
        return 0;
    uint32_t pc = p->pc;
    while (c->native && base != p->stack) {
        uint64_t link = base[-1];
        const insn *at = (const insn *)(uintptr_t)base[-2];
        base -= link >> LINK_SHIFT;
        c = (const code *)(uintptr_t)(link & LINK_CODE);
        pc = (uint32_t)(at - c->insns);
    }
    return c->native ? 0 : c->base + code_standing(c, base, pc);
}

void report_at(csp_vm *vm, text *t, const char *before, uint32_t position)
{
    if (!position)
        return;
    text_add(t, before, strlen(before));
    trace_place(vm, position, t);
}

static void put_channel(csp_vm *vm, text *t, const channel *c)
{
    walk_show(vm, t, value_object(c), 60);
    report_at(vm, t, " (made at ", c->made_at);
    if (c->made_at)
        text_put(t, ')');
}

static uint32_t live_arms(const alt *a)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->count; i++)
        n += a->cases[i].node && a->cases[i].node->queued;
    return n;
}

static void put_arms(csp_vm *vm, text *t, const alt *a)
{
    uint32_t n = live_arms(a), shown = 0;
    text_printf(t, "waits in an alt to ");
    for (uint32_t i = 0; i < a->count && shown < ARMS_SHOWN; i++) {
        const alt_case *c = &a->cases[i];
        if (!c->node || !c->node->queued)
            continue;
        if (shown++ > 0)
            text_printf(t, shown == n ? " or " : ", ");
        text_printf(t, c->sends ? "send on " : "receive from ");
        put_channel(vm, t, c->chan);
    }
    if (n > shown)
        text_printf(t, " or one of %u more", n - shown);
}

void report_wait(csp_vm *vm, text *t, const process *p)
{
    switch (report_kind_of(vm, p)) {
    case REPORT_RUNS: text_printf(t, "runs"); break;
    case REPORT_SEND:
        text_printf(t, "waits to send on ");
        put_channel(vm, t, p->chan);
        break;
    case REPORT_RECEIVE:
        text_printf(t, "waits to receive from ");
        put_channel(vm, t, p->chan);
        break;
    case REPORT_OUTCOME:
        text_printf(t, "waits for the end of ");
        report_process(vm, t, (const process *)(void *)p->chan->ring);
        break;
    case REPORT_TICK:
        text_printf(t, "waits for a tick of ");
        put_channel(vm, t, p->chan);
        break;
    case REPORT_ALT: put_arms(vm, t, p->side->alt); break;
    case REPORT_PAR: text_printf(t, "waits for the branches of its par"); break;
    case REPORT_SLEEP: text_printf(t, "sleeps"); break;
    case REPORT_NATIVE: text_printf(t, "waits"); break;
    }
}

/* --- all of them, in groups that are alike */

typedef struct group {
    uint32_t position, spawned_at;
    report_kind kind;
    uint32_t made_at;    /* of the one channel that each waits on; 0: none */
    const channel *chan; /* … which is the same for all; NULL: it is not */
    const process *first;
    uint32_t count;
} group;

static group group_of(const csp_vm *vm, const process *p)
{
    group g = {report_position(p), origin_position(vm, p), report_kind_of(vm, p), 0, NULL, p, 1};
    if (g.kind == REPORT_SEND || g.kind == REPORT_RECEIVE || g.kind == REPORT_TICK) {
        g.chan = p->chan;
        g.made_at = p->chan->made_at;
    }
    return g;
}

static int compare(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static int by_likeness(const group *x, const group *y)
{
    int order = compare(x->position, y->position);
    if (!order)
        order = compare(x->spawned_at, y->spawned_at);
    if (!order)
        order = compare(x->kind, y->kind);
    return order ? order : compare(x->made_at, y->made_at);
}

static int by_number(const void *a, const void *b)
{
    return compare(process_number(((const group *)a)->first), process_number(((const group *)b)->first));
}

static int by_likeness_and_number(const void *a, const void *b)
{
    int order = by_likeness(a, b);
    return order ? order : by_number(a, b);
}

/* NULL: out of memory. Freed by the caller. */
static group *group_processes(csp_vm *vm, uint32_t *count)
{
    group *groups = malloc((vm->table_count + 1) * sizeof *groups);
    if (!groups)
        return NULL;
    for (uint32_t i = 0; i < vm->table_count; i++)
        groups[i] = group_of(vm, vm->table[i]);
    qsort(groups, vm->table_count, sizeof *groups, by_likeness_and_number);
    uint32_t n = 0;
    for (uint32_t i = 0; i < vm->table_count; i++) {
        group *last = n ? &groups[n - 1] : NULL;
        if (!last || by_likeness(last, &groups[i]) != 0) {
            groups[n++] = groups[i];
            continue;
        }
        last->count++;
        if (last->chan != groups[i].chan)
            last->chan = NULL;
    }
    qsort(groups, n, sizeof *groups, by_number);
    *count = n;
    return groups;
}

/* The channels that a group waits on, as far as they can be named: at most ARMS_SHOWN. */
static uint32_t channels_of(const group *g, const channel **out, bool *sends)
{
    uint32_t n = 0;
    if (g->chan) {
        out[n] = g->chan;
        sends[n++] = g->kind == REPORT_SEND;
    }
    const alt *a = g->kind == REPORT_ALT && g->count == 1 ? g->first->side->alt : NULL;
    for (uint32_t i = 0; a && i < a->count && n < ARMS_SHOWN; i++) {
        if (!a->cases[i].node || !a->cases[i].node->queued)
            continue;
        out[n] = a->cases[i].chan;
        sends[n++] = a->cases[i].sends;
    }
    return n;
}

/* Who holds what, for all groups that are shown. */
typedef struct held {
    holders items[GROUPS_SHOWN * ARMS_SHOWN];
    uint32_t count;
    bool complete;
} held;

static const holders *find_held(const held *h, const channel *c)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (h->items[i].chan == c)
            return &h->items[i];
    return NULL;
}

static held *find_holders(csp_vm *vm, const group *groups, uint32_t n)
{
    held *h = calloc(1, sizeof *h);
    for (uint32_t i = 0; h && i < n && i < GROUPS_SHOWN; i++) {
        const channel *chans[ARMS_SHOWN];
        bool sends[ARMS_SHOWN];
        uint32_t count = channels_of(&groups[i], chans, sends);
        for (uint32_t k = 0; k < count; k++)
            if (!find_held(h, chans[k]))
                h->items[h->count++].chan = chans[k];
    }
    if (h)
        h->complete = report_holders(vm, h->items, h->count);
    return h;
}

/* --- as text */

static void put_holders(csp_vm *vm, text *t, const held *all, const channel *c)
{
    const holders *h = find_held(all, c);
    if (!h)
        return;
    text_printf(t, "        ");
    report_style(vm, t, REPORT_DIM);
    if (h->count == 0)
        text_printf(t, all->complete ? "nobody else holds " : "nobody else was found to hold ");
    walk_show(vm, t, value_object(c), 60);
    if (h->count > 0)
        text_printf(t, " is held by ");
    for (uint32_t i = 0; i < h->count && i < HOLDERS_SHOWN; i++) {
        if (i > 0)
            text_printf(t, i + 1 == h->count ? " and " : ", ");
        report_process(vm, t, h->first[i]);
    }
    if (h->count > HOLDERS_SHOWN)
        text_printf(t, " and %u more", h->count - HOLDERS_SHOWN);
    report_style(vm, t, REPORT_PLAIN);
    text_put(t, '\n');
}

/* Of many that each wait on a channel of their own, only what these have in common is said. */
static void put_wait_of_many(csp_vm *vm, text *t, const group *g)
{
    switch (g->kind) {
    case REPORT_RUNS: text_printf(t, "run"); return;
    case REPORT_SEND: text_printf(t, "wait to send on "); break;
    case REPORT_RECEIVE: text_printf(t, "wait to receive from "); break;
    case REPORT_TICK: text_printf(t, "wait for a tick of "); break;
    case REPORT_OUTCOME: text_printf(t, "wait for the end of others"); return;
    case REPORT_ALT: text_printf(t, "wait in an alt"); return;
    case REPORT_PAR: text_printf(t, "wait for the branches of their pars"); return;
    case REPORT_SLEEP: text_printf(t, "sleep"); return;
    case REPORT_NATIVE: text_printf(t, "wait"); return;
    }
    if (g->chan) {
        put_channel(vm, t, g->chan);
        return;
    }
    text_printf(t, "channels");
    report_at(vm, t, " made at ", g->made_at);
}

static void put_group(csp_vm *vm, text *t, const group *g, const held *all)
{
    text_printf(t, "    ");
    if (g->count > 1)
        text_printf(t, "%u processes like ", g->count);
    report_process(vm, t, g->first);
    text_put(t, ' ');
    if (g->count > 1)
        put_wait_of_many(vm, t, g);
    else
        report_wait(vm, t, g->first);
    report_at(vm, t, " at ", g->position);
    report_at(vm, t, ", spawned at ", g->spawned_at);
    text_put(t, '\n');
    const channel *chans[ARMS_SHOWN];
    bool sends[ARMS_SHOWN];
    uint32_t n = all ? channels_of(g, chans, sends) : 0;
    for (uint32_t i = 0; i < n; i++)
        put_holders(vm, t, all, chans[i]);
}

static void put_groups(csp_vm *vm, text *t, bool with_holders)
{
    uint32_t n = 0;
    group *groups = group_processes(vm, &n);
    held *all = groups && with_holders ? find_holders(vm, groups, n) : NULL;
    for (uint32_t i = 0; i < n && i < GROUPS_SHOWN; i++)
        put_group(vm, t, &groups[i], all);
    if (n > GROUPS_SHOWN)
        text_printf(t, "    … and %u more kinds\n", n - GROUPS_SHOWN);
    free(all);
    free(groups);
}

void vm_report_deadlock(csp_vm *vm, text *out)
{
    text_printf(out, "deadlock: no process can run, and no timer is left to wait for\n");
    put_groups(vm, out, true);
}

void vm_report_processes(csp_vm *vm, text *out)
{
    text_printf(out, "%u process%s\n", vm->table_count, vm->table_count == 1 ? "" : "es");
    put_groups(vm, out, false);
}

/* --- as data */

void report_json_string(text *t, const char *s, size_t size)
{
    text_put(t, '"');
    for (size_t i = 0; i < size; i++) {
        if (s[i] == '"' || s[i] == '\\')
            text_printf(t, "\\%c", s[i]);
        else if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
            text_printf(t, "\\u%04x", (unsigned char)s[i]);
        else
            text_put(t, s[i]);
    }
    text_put(t, '"');
}

void report_json_place(csp_vm *vm, text *t, const char *key, uint32_t position)
{
    uint32_t pc = 0, line, column;
    const code *c = position ? code_at(vm, position, &pc) : NULL;
    text_printf(t, ",\"%s\":", key);
    if (!c || !c->module || !value_is(c->module->name, OBJ_STRING)) {
        text_printf(t, "null");
        return;
    }
    code_place(c, pc, &line, &column);
    const string *file = value_string(c->module->name);
    text_printf(t, "{\"file\":");
    report_json_string(t, file->text, file->size);
    text_printf(t, ",\"line\":%u,\"column\":%u}", line, column);
}

static void json_channel(csp_vm *vm, text *t, const channel *c, bool sends, const held *all)
{
    const holders *h = all ? find_held(all, c) : NULL;
    text_printf(t, "{\"channel\":%llu,\"operation\":\"%s\"", (unsigned long long)(c->header >> OWNER_SHIFT),
                sends ? "send" : "receive");
    report_json_place(vm, t, "made_at", c->made_at);
    text_printf(t, ",\"holders\":[");
    for (uint32_t i = 0; h && i < h->count && i < HOLDERS_SHOWN; i++)
        text_printf(t, "%s%llu", i ? "," : "", (unsigned long long)process_number(h->first[i]));
    text_printf(t, "],\"more_holders\":%u}", h && h->count > HOLDERS_SHOWN ? h->count - HOLDERS_SHOWN : 0);
}

static void json_group(csp_vm *vm, text *t, const group *g, const held *all)
{
    static const char *const waits[] = {
        [REPORT_RUNS] = "nothing",    [REPORT_SEND] = "send",   [REPORT_RECEIVE] = "receive",
        [REPORT_OUTCOME] = "outcome", [REPORT_TICK] = "tick",   [REPORT_ALT] = "alt",
        [REPORT_PAR] = "par",         [REPORT_SLEEP] = "sleep", [REPORT_NATIVE] = "native"};
    const string *name = report_name(g->first);
    text_printf(t, "{\"process\":%llu,\"main\":%s,\"name\":", (unsigned long long)process_number(g->first),
                g->first == vm->main ? "true" : "false");
    if (name)
        report_json_string(t, name->text, name->size);
    else
        text_printf(t, "null");
    text_printf(t, ",\"count\":%u,\"waits_for\":\"%s\"", g->count, waits[g->kind]);
    if (g->kind == REPORT_OUTCOME && g->count == 1)
        text_printf(t, ",\"outcome_of\":%llu",
                    (unsigned long long)process_number((const process *)(void *)g->first->chan->ring));
    report_json_place(vm, t, "at", g->position);
    report_json_place(vm, t, "spawned_at", g->spawned_at);
    text_printf(t, ",\"channels\":[");
    const channel *chans[ARMS_SHOWN];
    bool sends[ARMS_SHOWN];
    uint32_t n = channels_of(g, chans, sends);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            text_put(t, ',');
        json_channel(vm, t, chans[i], sends[i], all);
    }
    text_printf(t, "]}");
}

void vm_report_json(csp_vm *vm, text *out)
{
    uint32_t n = 0;
    group *groups = group_processes(vm, &n);
    held *all = groups ? find_holders(vm, groups, n) : NULL;
    text_put(out, '[');
    for (uint32_t i = 0; i < n && i < GROUPS_SHOWN; i++) {
        if (i > 0)
            text_put(out, ',');
        json_group(vm, out, &groups[i], all);
    }
    text_put(out, ']');
    free(all);
    free(groups);
}
