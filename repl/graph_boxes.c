#include "repl/graph_boxes.h"

#include <inttypes.h>
#include <stdlib.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t h = (a ^ b * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
    return h ^ h >> 29;
}

static size_t place_of(const seen *s, const seen_process *p) { return (size_t)(p - s->processes); }

/* One that is asked for has a box of its own. */
static uint64_t name_key(const boxes *b, const seen_process *p)
{
    return mix((uintptr_t)p->name, p->number == b->alone ? p->number : 0) | 1;
}

/* Alike are those that hold the same channels and wait on the same ones. */
static void find_keys(boxes *b, bool by_channels)
{
    const seen *s = b->seen;
    for (size_t i = 0; i < s->count; i++) {
        const seen_process *p = &s->processes[i];
        b->keys[i] = name_key(b, p);
        b->held[i] = 0;
        for (uint32_t k = 0; by_channels && k < p->wait_count; k++) {
            const csp_wait *w = &s->waits[p->first_wait + k];
            if (w->kind != CSP_WAITS_TIME)
                b->keys[i] += mix(w->number, w->kind);
        }
    }
    for (size_t i = 0; i < s->channel_count; i++) {
        const seen_channel *c = &s->channels[i];
        for (uint32_t k = 0; k < c->holder_count; k++) {
            const seen_process *p = seen_process_of(s, s->holders[c->first_holder + k].process);
            if (p)
                b->held[place_of(s, p)] += mix(c->number, 1);
        }
    }
    for (size_t i = 0; by_channels && i < s->count; i++)
        b->keys[i] += mix(b->held[i], 1);
}

/* The box of that key among those that are there; -1: none. */
static int find_box(const boxes *b, uint64_t key)
{
    for (int i = 0; i < b->count; i++)
        if (b->keys[place_of(b->seen, b->items[i].first)] == key)
            return i;
    return -1;
}

/* Puts each process into a box; *more: those for which there is none. One box is the session's. */
static void fill_boxes(boxes *b)
{
    const seen *s = b->seen;
    uint64_t last = 0;
    int at = -1;
    b->count = 0;
    b->more = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (b->keys[i] != last || at < 0)
            at = find_box(b, b->keys[i]);
        last = b->keys[i];
        if (at < 0 && b->count < GRAPH_NODES - 1) {
            at = b->count++;
            b->items[at] = (box){.first = &s->processes[i], .parent = -1};
        }
        b->of[i] = at;
        b->more += at < 0;
        if (at < 0)
            continue;
        b->items[at].count++;
        b->items[at].circle = b->items[at].circle || b->blocked->circle[i] || b->blocked->lost[i];
    }
}

static void fill(boxes *b)
{
    enum { FEW = 14 };
    find_keys(b, true);
    fill_boxes(b);
    if (b->more > 0 || b->count > FEW) {
        find_keys(b, false);
        fill_boxes(b);
    }
    for (int i = 0; i < b->count; i++) {
        const seen_process *parent = seen_process_of(b->seen, b->items[i].first->parent);
        if (parent)
            b->items[i].parent = b->of[place_of(b->seen, parent)];
    }
}

void boxes_label(const boxes *b, int i, char *label)
{
    const box *x = &b->items[i];
    const char *mark = x->circle ? "! " : "";
    if (x->count > 1)
        snprintf(label, GRAPH_LABEL, "%s%.24s × %zu", mark, x->first->name, x->count);
    else
        snprintf(label, GRAPH_LABEL, "%s%" PRIu64 " %.24s", mark, x->first->number, x->first->name);
}

bool boxes_find(boxes *b, const blocked *of_all, uint64_t alone)
{
    size_t count = of_all->seen->count + 1;
    *b = (boxes){.seen = of_all->seen,
                 .blocked = of_all,
                 .alone = alone,
                 .keys = calloc(count, sizeof *b->keys),
                 .held = calloc(count, sizeof *b->held),
                 .of = calloc(count, sizeof *b->of)};
    if (!b->keys || !b->held || !b->of)
        return false;
    fill(b);
    return true;
}

void boxes_free(boxes *b)
{
    free(b->keys);
    free(b->held);
    free(b->of);
}
