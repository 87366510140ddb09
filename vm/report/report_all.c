/* Reports of all processes. Processes that are alike, of which there may be thousands, share
 * one line. */
#include "vm/report/report_all.h"

#include <stdlib.h>

#include "vm/code/origin.h"
#include "vm/core/text.h"
#include "vm/outside/request.h"
#include "vm/report/holders.h"
#include "vm/report/report.h"
#include "vm/walk/walk_show.h"

enum { GROUPS_SHOWN = 50 }; /* the others are only counted */

/* --- groups */

typedef struct group {
    uint32_t position, spawned_at;
    const code *foreign; /* the C function that they are in; NULL: none */
    report_kind kind;
    uint32_t made_at;    /* where the one channel was made that each waits on; 0: none */
    const channel *chan; /* … if all wait on the same one; else NULL */
    const process *first;
    uint32_t count;
} group;

static group group_of(const csp_vm *vm, const process *p)
{
    group g = {.position = report_position(p),
               .spawned_at = origin_position(vm, p),
               .foreign = report_foreign(p),
               .kind = report_kind_of(vm, p),
               .first = p,
               .count = 1};
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
    if (!order)
        order = compare((uintptr_t)x->foreign, (uintptr_t)y->foreign);
    return order ? order : compare(x->made_at, y->made_at);
}

static int by_number(const void *a, const void *b)
{
    return compare(process_number(((const group *)a)->first),
                   process_number(((const group *)b)->first));
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
        groups[i] = group_of(vm, process_at(vm, i));
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

/* A channel, and what somebody waits on it for. */
typedef struct awaited {
    const channel *chan;
    bool sends, drained;
} awaited;

static bool is_known(const awaited *all, uint32_t n, const alt_case *c)
{
    for (uint32_t i = 0; i < n; i++)
        if (all[i].chan == c->chan && all[i].sends == c->sends && all[i].drained == c->drained)
            return true;
    return false;
}

/* The channels that a group waits on, if they can be named: at most REPORT_ARMS, each once for
 * each purpose. */
static uint32_t channels_of(const group *g, awaited *out)
{
    uint32_t n = 0;
    if (g->chan)
        out[n++] = (awaited){g->chan, g->kind == REPORT_SEND, false};
    const alt *a = g->kind == REPORT_ALT && g->count == 1 ? side_of(g->first)->alt : NULL;
    for (uint32_t i = 0; a && i < a->count && n < REPORT_ARMS; i++) {
        const alt_case *c = &a->cases[i];
        if (c->node && c->node->queued && !is_known(out, n, c))
            out[n++] = (awaited){c->chan, c->sends, c->drained};
    }
    return n;
}

/* Who holds what, for all groups shown. */
typedef struct held {
    holders items[GROUPS_SHOWN * REPORT_ARMS];
    uint32_t count;
    bool complete;
} held;

/* Nobody but the VM sends on the channel of an outcome or of ticks, so it does not matter who
 * holds it. */
static bool is_held(const channel *c) { return !(c->header & (CHANNEL_DONE | CHANNEL_TICK)); }

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
        awaited on[REPORT_ARMS];
        uint32_t count = channels_of(&groups[i], on);
        for (uint32_t k = 0; k < count; k++)
            if (is_held(on[k].chan) && !find_held(h, on[k].chan))
                h->items[h->count++].chan = on[k].chan;
    }
    if (h)
        h->complete = report_holders(vm, h->items, h->count);
    return h;
}

/* --- as text */

static void put_each_holder(csp_vm *vm, text *t, const holders *h)
{
    uint32_t processes = h->count < HOLDERS_SHOWN ? h->count : HOLDERS_SHOWN;
    uint32_t room = HOLDERS_SHOWN - processes;
    uint32_t shown = processes + (h->name_count < room ? h->name_count : room);
    uint32_t more = h->count + h->name_count - shown;
    for (uint32_t i = 0; i < shown; i++) {
        if (i > 0)
            text_printf(t, i + 1 == shown && more == 0 ? " and " : ", ");
        if (i < processes)
            report_process(vm, t, h->first[i]);
        else
            text_printf(t, "%s", h->names[i - processes]);
    }
    if (more > 0)
        text_printf(t, " and %u more", more);
}

static void put_holders(csp_vm *vm, text *t, const held *all, const channel *c)
{
    const holders *h = find_held(all, c);
    if (!h)
        return;
    text_printf(t, "        ");
    report_style(vm, t, REPORT_DIM);
    if (h->count + h->name_count == 0)
        text_printf(t, all->complete ? "nobody else holds " : "nobody else was found to hold ");
    walk_show(vm, t, value_object(c), 60);
    if (h->count + h->name_count > 0)
        text_printf(t, " is held by ");
    put_each_holder(vm, t, h);
    report_style(vm, t, REPORT_PLAIN);
    text_put(t, '\n');
}

/* If many wait, each on a channel of its own, only what those channels have in common is shown. */
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
    case REPORT_OUTPUT: text_printf(t, "wait to print"); return;
    case REPORT_REQUEST:
        text_printf(t, "wait for ");
        report_request(t, g->first);
        return;
    case REPORT_NATIVE: text_printf(t, "wait"); return;
    }
    if (g->chan) {
        report_channel(vm, t, g->chan);
        return;
    }
    text_printf(t, "channels");
    report_at(vm, t, " made at ", g->made_at);
}

/* An alt may both send and receive on a channel. */
static bool was_put(const awaited *on, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (on[i].chan == on[at].chan)
            return true;
    return false;
}

static void put_group(csp_vm *vm, text *t, const group *g, const held *all)
{
    text_printf(t, "    ");
    if (g->count > 1)
        text_printf(t, "%u processes like ", g->count);
    report_process(vm, t, g->first);
    text_put(t, ' ');
    if (g->count == 1) {
        report_wait(vm, t, g->first);
    } else {
        put_wait_of_many(vm, t, g);
        report_callback(t, g->first);
    }
    report_at(vm, t, " at ", g->position);
    report_at(vm, t, ", spawned at ", g->spawned_at);
    text_put(t, '\n');
    awaited on[REPORT_ARMS];
    uint32_t n = all ? channels_of(g, on) : 0;
    for (uint32_t i = 0; i < n; i++)
        if (!was_put(on, i))
            put_holders(vm, t, all, on[i].chan);
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

static void json_channel(csp_vm *vm, json *j, awaited on, const held *all)
{
    const channel *c = on.chan;
    json_open(j, '{');
    if (c->header & CHANNEL_DONE) {
        json_key(j, "operation");
        json_text(j, "outcome");
        json_key(j, "outcome_of");
        json_int(j, process_number(c->outcome_of));
        json_close(j, '}');
        return;
    }
    const holders *h = all ? find_held(all, c) : NULL;
    json_key(j, "channel");
    json_int(j, c->header >> OWNER_SHIFT);
    json_key(j, "operation");
    json_text(j, on.drained                 ? "closed"
                 : c->header & CHANNEL_TICK ? "tick"
                 : on.sends                 ? "send"
                                            : "receive");
    report_json_place(vm, j, "made_at", c->made_at);
    json_key(j, "holders");
    json_open(j, '[');
    for (uint32_t i = 0; h && i < h->count && i < HOLDERS_SHOWN; i++)
        json_int(j, process_number(h->first[i]));
    json_close(j, ']');
    json_key(j, "more_holders");
    json_int(j, h && h->count > HOLDERS_SHOWN ? h->count - HOLDERS_SHOWN : 0);
    if (h && h->name_count > 0) {
        json_key(j, "names");
        json_open(j, '[');
        for (uint32_t i = 0; i < h->name_count && i < HOLDERS_SHOWN; i++)
            json_text(j, h->names[i]);
        json_close(j, ']');
    }
    json_close(j, '}');
}

static void json_group(csp_vm *vm, json *j, const group *g, const held *all)
{
    static const char *const waits[] = {
        [REPORT_RUNS] = "nothing",    [REPORT_SEND] = "send",    [REPORT_RECEIVE] = "receive",
        [REPORT_OUTCOME] = "outcome", [REPORT_TICK] = "tick",    [REPORT_ALT] = "alt",
        [REPORT_PAR] = "par",         [REPORT_SLEEP] = "sleep",  [REPORT_OUTPUT] = "output",
        [REPORT_REQUEST] = "request", [REPORT_NATIVE] = "native"};
    json_open(j, '{');
    json_key(j, "process");
    json_int(j, process_number(g->first));
    json_key(j, "main");
    json_bool(j, g->first == vm->main);
    json_key(j, "name");
    report_json_string(j, origin_name(vm, g->first));
    json_key(j, "count");
    json_int(j, g->count);
    json_key(j, "waits_for");
    json_text(j, waits[g->kind]);
    json_key(j, "c_function");
    report_json_string(j, g->foreign ? value_string(g->foreign->name) : NULL);
    if (g->kind == REPORT_OUTCOME && g->count == 1) {
        json_key(j, "outcome_of");
        json_int(j, process_number(g->first->chan->outcome_of));
    }
    report_json_place(vm, j, "at", g->position);
    report_json_place(vm, j, "spawned_at", g->spawned_at);
    json_key(j, "channels");
    json_open(j, '[');
    awaited on[REPORT_ARMS];
    uint32_t n = channels_of(g, on);
    for (uint32_t i = 0; i < n; i++)
        json_channel(vm, j, on[i], all);
    json_close(j, ']');
    json_close(j, '}');
}

void vm_report_json(csp_vm *vm, text *out)
{
    uint32_t n = 0;
    group *groups = group_processes(vm, &n);
    held *all = groups ? find_holders(vm, groups, n) : NULL;
    json j = text_json(out);
    json_open(&j, '[');
    for (uint32_t i = 0; i < n && i < GROUPS_SHOWN; i++)
        json_group(vm, &j, &groups[i], all);
    json_close(&j, ']');
    free(all);
    free(groups);
}
