#include "repl/graph_build.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/graph_boxes.h"

typedef struct build {
    const seen *seen;
    graph_of of;
    graph *graph;
    boxes boxes;
    int session;              /* the node that stands for it; -1: not needed yet */
    bool beside[GRAPH_NODES]; /* by node: has to do with what is shown */
} build;

/* What a box does on a channel. MAY: it holds both ends, and does nothing now. */
enum { SENDS = 1, RECEIVES = 2, MAY = 4 };

/* ---- Arrows ---- */

enum { LABEL_NUMBERS = 3 };
/* Adds a number to a label, unless it is full. */
static void add_label(char *label, const char *text)
{
    size_t size = strlen(label);
    int numbers = 1;
    for (const char *c = label; *c; c++)
        numbers += *c == ',';
    if (size == 0)
        snprintf(label, GRAPH_LABEL, "%s", text);
    else if (numbers < LABEL_NUMBERS)
        snprintf(label + size, GRAPH_LABEL - size, ",%s", text);
    else if (!strstr(label, "…"))
        snprintf(label + size, GRAPH_LABEL - size, "…");
}

static void add_edge(build *b, int from, int to, bool ahead, const char *label)
{
    graph *g = b->graph;
    b->beside[from] = b->beside[to] = true;
    if (from == to) {
        if (!strstr(g->nodes[from], "↻"))
            strncat(g->nodes[from], " ↻", GRAPH_LABEL - strlen(g->nodes[from]) - 1);
        return;
    }
    for (int i = 0; i < g->edge_count; i++) {
        graph_edge *e = &g->edges[i];
        if (e->from == from && e->to == to && e->ahead == ahead) {
            add_label(e->label, label);
            return;
        }
    }
    if (g->edge_count == GRAPH_EDGES)
        return;
    g->edges[g->edge_count] = (graph_edge){.from = from, .to = to, .ahead = ahead};
    add_label(g->edges[g->edge_count++].label, label);
}

static int session_node(build *b)
{
    if (b->session < 0) {
        b->session = b->graph->node_count++;
        snprintf(b->graph->nodes[b->session], GRAPH_LABEL, "the session");
    }
    return b->session;
}

/* What the boxes do on one channel. */
typedef struct roles {
    unsigned of[GRAPH_NODES];
    int boxes[GRAPH_NODES]; /* that do anything */
    int count;
    bool session; /* it, or the host, holds the channel */
} roles;

static void add_role(roles *r, int of, unsigned role)
{
    if (of < 0)
        return;
    if (!r->of[of])
        r->boxes[r->count++] = of;
    r->of[of] |= role;
}

static unsigned role_of_wait(csp_waiting kind) { return kind == CSP_WAITS_SEND ? SENDS : RECEIVES; }

static void add_holders(const build *b, const seen_channel *c, roles *r)
{
    const seen *s = b->seen;
    for (uint32_t i = 0; i < c->holder_count; i++) {
        const seen_holder *h = &s->holders[c->first_holder + i];
        const seen_process *p = seen_process_of(s, h->process);
        unsigned role = h->sends && h->receives ? MAY : h->sends ? SENDS : RECEIVES;
        if (!p)
            r->session = r->session || !h->channel;
        else
            add_role(r, boxes_of(&b->boxes, p), role);
    }
}

/* Who holds both ends and has spawned others that hold the channel has made it for them. */
static bool is_maker(const build *b, const roles *r, int of)
{
    for (int i = 0; i < r->count; i++)
        if (r->boxes[i] != of && b->boxes.items[r->boxes[i]].parent == of)
            return true;
    return false;
}

/* How likely a box is the other side of one that sends or receives on a channel of which it holds
 * both ends: most if it has another name; less if it has the same, but other channels, as its
 * neighbour in a pipeline has; least if it is its like, or has made the channel. */
enum { UNLIKELY = 0, LIKELY = 1, MOST_LIKELY = 2 };
static int likelihood(const build *b, const roles *r, unsigned known, int of)
{
    const seen_process *p = b->boxes.items[of].first;
    int best = is_maker(b, r, of) ? UNLIKELY : MOST_LIKELY;
    for (int i = 0; i < r->count; i++) {
        const seen_process *q = b->boxes.items[r->boxes[i]].first;
        if (!(r->of[r->boxes[i]] & known) || p->name != q->name)
            continue;
        bool alike = boxes_held(&b->boxes, p) == boxes_held(&b->boxes, q);
        int here = alike ? UNLIKELY : LIKELY;
        best = here < best ? here : best;
    }
    return best;
}

/* The likeliest other sides of `known`; the session is likelier than what is unlikely. Returns how
 * many. */
static int others_of(build *b, const roles *r, unsigned known, int *out)
{
    for (int least = MOST_LIKELY; least >= UNLIKELY; least--) {
        int count = 0;
        for (int i = 0; i < r->count; i++)
            if (!(r->of[r->boxes[i]] & (SENDS | RECEIVES)) &&
                likelihood(b, r, known, r->boxes[i]) >= least)
                out[count++] = r->boxes[i];
        if (count > 0)
            return count;
        if (least == LIKELY && r->session) {
            out[0] = session_node(b);
            return 1;
        }
    }
    return 0;
}

static int known_of(const roles *r, unsigned role, int *out)
{
    int count = 0;
    for (int i = 0; i < r->count; i++)
        if (r->of[r->boxes[i]] & role)
            out[count++] = r->boxes[i];
    return count;
}

/* Nobody waits: it is only known who could, and of many with one name it is not even likely. */
static void connect_idle(build *b, const roles *r, const char *label)
{
    int all[GRAPH_NODES], count = others_of(b, r, 0, all);
    for (int i = 1; i < count; i++)
        if (count == 2 || b->boxes.items[all[i]].first->name != b->boxes.items[all[0]].first->name)
            add_edge(b, all[0], all[i], false, label);
    if (count == 1 && r->session && all[0] != b->session)
        add_edge(b, session_node(b), all[0], false, label);
}

static void connect_boxes(build *b, const roles *r, const char *label)
{
    int from[GRAPH_NODES], to[GRAPH_NODES];
    int senders = known_of(r, SENDS, from), receivers = known_of(r, RECEIVES, to);
    if (!senders && !receivers) {
        connect_idle(b, r, label);
        return;
    }
    if (!receivers)
        receivers = others_of(b, r, SENDS, to);
    if (!senders)
        senders = others_of(b, r, RECEIVES, from);
    for (int i = 0; i < senders; i++)
        for (int k = 0; k < receivers; k++)
            add_edge(b, from[i], to[k], true, label);
}

/* The waits of all processes on each channel, by their places: those of channel i are
 * items[first[i]] to items[first[i + 1]]. */
typedef struct channel_waits {
    uint32_t *first;
    struct wait_item {
        int box;
        unsigned role;
    } * items;
} channel_waits;

static bool find_waits(const build *b, channel_waits *w)
{
    const seen *s = b->seen;
    w->first = calloc(s->channel_count + 2, sizeof *w->first);
    w->items = calloc(s->wait_count + 1, sizeof *w->items);
    if (!w->first || !w->items)
        return false;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < s->count; i++)
            for (uint32_t k = 0; k < s->processes[i].wait_count; k++) {
                const csp_wait *x = &s->waits[s->processes[i].first_wait + k];
                bool other = x->kind == CSP_WAITS_TIME || x->kind == CSP_WAITS_END;
                const seen_channel *c = other ? NULL : seen_channel_of(s, x->number);
                if (!c)
                    continue;
                uint32_t *at = &w->first[c - s->channels + (pass == 0)];
                if (pass == 1)
                    w->items[*at] = (struct wait_item){b->boxes.of[i], role_of_wait(x->kind)};
                ++*at;
            }
        for (size_t i = 0; pass == 0 && i < s->channel_count; i++)
            w->first[i + 1] += w->first[i];
    }
    for (size_t i = s->channel_count; i > 0; i--)
        w->first[i] = w->first[i - 1];
    w->first[0] = 0;
    return true;
}

static bool add_channels(build *b)
{
    const seen *s = b->seen;
    channel_waits w = {0};
    bool ok = find_waits(b, &w);
    for (size_t i = 0; ok && i < s->channel_count; i++) {
        const seen_channel *c = &s->channels[i];
        if (c->kind == CSP_IS_OUTCOME || (b->of.channel && c->number != b->of.channel))
            continue;
        roles r = {0};
        char label[24];
        for (uint32_t k = w.first[i]; k < w.first[i + 1]; k++)
            add_role(&r, w.items[k].box, w.items[k].role);
        add_holders(b, c, &r);
        snprintf(label, sizeof label, "%" PRIu64, c->number);
        for (int k = 0; k < r.count; k++)
            b->beside[r.boxes[k]] = b->beside[r.boxes[k]] || b->of.channel;
        connect_boxes(b, &r, label);
    }
    free(w.first);
    free(w.items);
    return ok;
}

/* Who waits for the end of a process hears from it, too. */
static void add_ends(build *b)
{
    const seen *s = b->seen;
    for (size_t i = 0; i < s->count; i++)
        for (uint32_t k = 0; k < s->processes[i].wait_count; k++) {
            const csp_wait *w = &s->waits[s->processes[i].first_wait + k];
            const seen_process *p = w->kind == CSP_WAITS_END ? seen_process_of(s, w->number) : NULL;
            int from = p ? boxes_of(&b->boxes, p) : -1;
            if (from >= 0 && b->boxes.of[i] >= 0)
                add_edge(b, from, b->boxes.of[i], true, "end");
        }
}

/* ---- What is beside what is asked for ---- */

static void keep_edges_of(graph *g, int node, bool *kept)
{
    int count = 0;
    for (int i = 0; i < g->edge_count; i++) {
        if (g->edges[i].from != node && g->edges[i].to != node)
            continue;
        kept[g->edges[i].from] = kept[g->edges[i].to] = true;
        g->edges[count++] = g->edges[i];
    }
    kept[node] = true;
    g->edge_count = count;
}

/* Nodes that are not kept go; the others move up. */
static void keep_nodes(graph *g, const bool *kept)
{
    int moved[GRAPH_NODES] = {0}, count = 0;
    for (int n = 0; n < g->node_count; n++) {
        moved[n] = count;
        if (kept[n])
            memmove(g->nodes[count++], g->nodes[n], GRAPH_LABEL);
    }
    g->node_count = count;
    for (int i = 0; i < g->edge_count; i++) {
        g->edges[i].from = moved[g->edges[i].from];
        g->edges[i].to = moved[g->edges[i].to];
    }
}

static void select_part(build *b)
{
    bool kept[GRAPH_NODES] = {false};
    const seen_process *p = seen_process_of(b->seen, b->of.process);
    int node = p ? boxes_of(&b->boxes, p) : -1;
    if (node >= 0)
        keep_edges_of(b->graph, node, kept);
    else if (b->of.channel)
        memcpy(kept, b->beside, sizeof kept);
    else
        return;
    keep_nodes(b->graph, kept);
}

bool graph_build(graph *g, const blocked *of_all, graph_of of, size_t *more)
{
    build b = {.seen = of_all->seen, .of = of, .graph = g, .session = -1};
    *g = (graph){0};
    bool ok = boxes_find(&b.boxes, of_all, of.process);
    for (int i = 0; i < b.boxes.count; i++)
        boxes_label(&b.boxes, i, g->nodes[i]);
    g->node_count = b.boxes.count;
    *more = b.boxes.more;
    ok = ok && add_channels(&b);
    if (ok && !of.channel)
        add_ends(&b);
    if (ok)
        select_part(&b);
    boxes_free(&b.boxes);
    return ok;
}
