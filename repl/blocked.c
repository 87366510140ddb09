#include "repl/blocked.h"

#include <stdlib.h>

/* Processes and channels are the nodes of one graph: processes first. */
typedef struct work {
    const seen *seen;
    bool *awake;    /* by node: something may still happen to it */
    uint32_t *todo; /* processes whose wakeness is to be passed on */
    size_t todo_count;
    /* The processes that wait on a channel, for a process, or for the branches of their par: those
     * of node n are waiters[first[n]] to waiters[first[n + 1]]. */
    uint32_t *first, *waiters;
    /* The channels that a process holds, in the same way. */
    uint32_t *held_first, *held;
} work;

static size_t process_place(const seen *s, const seen_process *p)
{
    return (size_t)(p - s->processes);
}
static size_t channel_node(const seen *s, const seen_channel *c)
{
    return s->count + (size_t)(c - s->channels);
}

bool blocked_waits_on(const seen *s, const seen_process *p, uint64_t channel)
{
    for (uint32_t i = 0; i < p->wait_count; i++) {
        const csp_wait *w = &s->waits[p->first_wait + i];
        if (w->number == channel && w->kind != CSP_WAITS_END && w->kind != CSP_WAITS_TIME)
            return true;
    }
    return false;
}

bool blocked_serves(const seen_holder *h, csp_waiting kind)
{
    return kind == CSP_WAITS_SEND ? h->receives : h->sends;
}

/* ---- Who waits on what ---- */

/* The node on which a wait is; SIZE_MAX: none that others act on. */
static size_t node_of_wait(const seen *s, const csp_wait *w)
{
    if (w->kind == CSP_WAITS_TIME)
        return SIZE_MAX;
    if (w->kind == CSP_WAITS_END) {
        const seen_process *p = seen_process_of(s, w->number);
        return p ? process_place(s, p) : SIZE_MAX;
    }
    const seen_channel *c = seen_channel_of(s, w->number);
    return c ? channel_node(s, c) : SIZE_MAX;
}

/* Calls for each pair of a waiting process and the node on which it waits. */
static void each_wait(work *w, void (*each)(work *w, size_t node, size_t process))
{
    const seen *s = w->seen;
    for (size_t i = 0; i < s->count; i++) {
        const seen_process *p = &s->processes[i];
        for (uint32_t k = 0; k < p->wait_count; k++) {
            size_t node = node_of_wait(s, &s->waits[p->first_wait + k]);
            if (node != SIZE_MAX)
                each(w, node, i);
        }
        const seen_process *parent =
            p->kind == CSP_IS_BRANCH ? seen_process_of(s, p->parent) : NULL;
        if (parent && parent->waiting == CSP_WAITS_PAR)
            each(w, i, process_place(s, parent));
    }
}

static void count_wait(work *w, size_t node, size_t process)
{
    (void)process;
    w->first[node + 1]++;
}
static void place_wait(work *w, size_t node, size_t process)
{
    w->waiters[w->first[node]++] = (uint32_t)process;
}

static void each_held(work *w, void (*each)(work *w, size_t process, size_t channel))
{
    const seen *s = w->seen;
    for (size_t i = 0; i < s->channel_count; i++) {
        const seen_channel *c = &s->channels[i];
        for (uint32_t k = 0; k < c->holder_count; k++) {
            const seen_process *p = seen_process_of(s, s->holders[c->first_holder + k].process);
            if (p)
                each(w, process_place(s, p), i);
        }
    }
}
static void count_held(work *w, size_t process, size_t channel)
{
    (void)channel;
    w->held_first[process + 1]++;
}
static void place_held(work *w, size_t process, size_t channel)
{
    w->held[w->held_first[process]++] = (uint32_t)channel;
}

/* Counts become places; after placing, each has moved on by one. */
static void add_up(uint32_t *first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        first[i + 1] += first[i];
}
static void move_back(uint32_t *first, size_t count)
{
    for (size_t i = count; i > 0; i--)
        first[i] = first[i - 1];
    first[0] = 0;
}

static bool prepare(work *w, const seen *s)
{
    size_t nodes = s->count + s->channel_count;
    *w = (work){.seen = s};
    w->awake = calloc(nodes + 1, sizeof *w->awake);
    w->todo = calloc(s->count + 1, sizeof *w->todo);
    w->first = calloc(nodes + 2, sizeof *w->first);
    w->waiters = calloc(s->wait_count + s->count + 1, sizeof *w->waiters);
    w->held_first = calloc(s->count + 2, sizeof *w->held_first);
    w->held = calloc(s->holder_count + 1, sizeof *w->held);
    if (!w->awake || !w->todo || !w->first || !w->waiters || !w->held_first || !w->held)
        return false;
    each_wait(w, count_wait);
    add_up(w->first, nodes);
    each_wait(w, place_wait);
    move_back(w->first, nodes);
    each_held(w, count_held);
    add_up(w->held_first, s->count);
    each_held(w, place_held);
    move_back(w->held_first, s->count);
    return true;
}

static void release(work *w)
{
    free(w->awake);
    free(w->todo);
    free(w->first);
    free(w->waiters);
    free(w->held_first);
    free(w->held);
}

/* ---- Who can still be woken ---- */

static void wake(work *w, size_t process)
{
    if (w->awake[process])
        return;
    w->awake[process] = true;
    w->todo[w->todo_count++] = (uint32_t)process;
}

static void wake_waiters(work *w, size_t node)
{
    for (uint32_t i = w->first[node]; i < w->first[node + 1]; i++)
        wake(w, w->waiters[i]);
}

/* By itself: it runs, or what it waits for comes from outside or with time. */
static bool wakes_alone(const seen *s, const seen_process *p)
{
    if (p->waiting == CSP_WAITS_NOT || p->waiting == CSP_WAITS_OUTPUT ||
        p->waiting == CSP_WAITS_WORK || p->waiting == CSP_WAITS_OTHER || p->dying)
        return true;
    for (uint32_t i = 0; i < p->wait_count; i++) {
        const csp_wait *w = &s->waits[p->first_wait + i];
        const seen_channel *c = w->kind == CSP_WAITS_END || w->kind == CSP_WAITS_TIME
                                    ? NULL
                                    : seen_channel_of(s, w->number);
        if (w->kind == CSP_WAITS_TIME || w->kind == CSP_WAITS_TICK || (c && c->kind == CSP_IS_PORT))
            return true;
    }
    return false;
}

static void pass_on(work *w)
{
    const seen *s = w->seen;
    while (w->todo_count > 0) {
        size_t p = w->todo[--w->todo_count];
        wake_waiters(w, p);
        for (uint32_t i = w->held_first[p]; i < w->held_first[p + 1]; i++) {
            size_t node = s->count + w->held[i];
            if (w->awake[node])
                continue;
            w->awake[node] = true;
            wake_waiters(w, node);
        }
    }
}

static void wake_all(work *w)
{
    const seen *s = w->seen;
    for (size_t i = 0; i < s->count; i++)
        if (wakes_alone(s, &s->processes[i]))
            wake(w, i);
    pass_on(w);
}

/* Somebody else than a process may act there. */
static bool is_open(const seen *s, const seen_channel *c)
{
    bool open = !c->complete;
    for (uint32_t i = 0; i < c->holder_count && !open; i++)
        open = !s->holders[c->first_holder + i].process;
    return open;
}

/* Whoever waits for an end may be woken by a kill. */
static bool waits_for_end(const seen *s, const seen_process *p)
{
    for (uint32_t i = 0; i < p->wait_count; i++)
        if (s->waits[p->first_wait + i].kind == CSP_WAITS_END)
            return true;
    return false;
}

/* As if who types, and the host, might still do whatever they can. */
static void wake_from_outside(work *w)
{
    const seen *s = w->seen;
    for (size_t i = 0; i < s->channel_count; i++)
        if (is_open(s, &s->channels[i])) {
            w->awake[s->count + i] = true;
            wake_waiters(w, s->count + i);
        }
    for (size_t i = 0; i < s->count; i++)
        if (waits_for_end(s, &s->processes[i]))
            wake(w, i);
    pass_on(w);
}

/* ---- Circles: Tarjan's strongly connected components, without recursion ---- */

typedef struct components {
    work *work;
    uint32_t *order, *low; /* by node; order 0: not yet seen */
    uint32_t *stack;       /* of nodes whose component is not known yet */
    bool *stacked;
    struct at {
        uint32_t node, next;
    } * path;
    size_t stack_count, path_count;
    uint32_t count;
} components;

/* The k-th node to which an edge leads from this one; SIZE_MAX: there are no more, SIZE_MAX - 1: it
 * is not one of these. A process leads to what it waits for; a channel to who holds it and does not
 * wait on it (a supervisor holds what it gives to its children, and does not use it); a process
 * that is awaited is its own node. */
enum { NONE = 1 };
static size_t successor(const work *w, size_t node, uint32_t k)
{
    const seen *s = w->seen;
    const size_t none = SIZE_MAX - NONE;
    size_t to = none;
    if (node >= s->count) {
        const seen_channel *c = &s->channels[node - s->count];
        if (k >= c->holder_count)
            return SIZE_MAX;
        const seen_process *p = seen_process_of(s, s->holders[c->first_holder + k].process);
        if (p && !p->supervisor && !blocked_waits_on(s, p, c->number))
            to = process_place(s, p);
    } else {
        const seen_process *p = &s->processes[node];
        if (k >= p->wait_count)
            return SIZE_MAX;
        to = node_of_wait(s, &s->waits[p->first_wait + k]);
        to = to == SIZE_MAX ? none : to;
    }
    return to != none && to < s->count && w->awake[to] ? none : to;
}

static void enter(components *c, size_t node)
{
    c->order[node] = c->low[node] = ++c->count;
    c->stack[c->stack_count++] = (uint32_t)node;
    c->stacked[node] = true;
    c->path[c->path_count++] = (struct at){(uint32_t)node, 0};
}

/* The component of this node, which is its first one, is complete. */
static void leave(components *c, size_t node, bool *circle)
{
    size_t from = c->stack_count;
    while (c->stack[from - 1] != node)
        from--;
    from--;
    for (size_t i = from; i < c->stack_count; i++) {
        size_t member = c->stack[i];
        c->stacked[member] = false;
        if (c->stack_count - from > 1 && member < c->work->seen->count)
            circle[member] = true;
    }
    c->stack_count = from;
}

static void find_components(components *c, size_t start, bool *circle)
{
    enter(c, start);
    while (c->path_count > 0) {
        struct at *at = &c->path[c->path_count - 1];
        size_t node = at->node, to = successor(c->work, node, at->next++);
        if (to == SIZE_MAX) {
            if (c->low[node] == c->order[node])
                leave(c, node, circle);
            c->path_count--;
            size_t above = c->path_count ? c->path[c->path_count - 1].node : node;
            if (c->low[node] < c->low[above])
                c->low[above] = c->low[node];
        } else if (to != SIZE_MAX - NONE && !c->order[to]) {
            enter(c, to);
        } else if (to != SIZE_MAX - NONE && c->stacked[to] && c->order[to] < c->low[node]) {
            c->low[node] = c->order[to];
        }
    }
}

static bool find_circles(work *w, bool *circle)
{
    size_t nodes = w->seen->count + w->seen->channel_count + 1;
    components c = {.work = w,
                    .order = calloc(nodes, sizeof *c.order),
                    .low = calloc(nodes, sizeof *c.low),
                    .stack = calloc(nodes, sizeof *c.stack),
                    .stacked = calloc(nodes, sizeof *c.stacked),
                    .path = calloc(nodes, sizeof *c.path)};
    bool ok = c.order && c.low && c.stack && c.stacked && c.path;
    for (size_t i = 0; ok && i < w->seen->count; i++)
        if (!w->awake[i] && !c.order[i])
            find_components(&c, i, circle);
    free(c.order);
    free(c.low);
    free(c.stack);
    free(c.stacked);
    free(c.path);
    return ok;
}

bool blocked_find(blocked *b, const seen *s)
{
    work w;
    *b = (blocked){.seen = s,
                   .deaf = calloc(s->count + 1, sizeof *b->deaf),
                   .circle = calloc(s->count + 1, sizeof *b->circle),
                   .lost = calloc(s->count + 1, sizeof *b->lost)};
    if (!b->deaf || !b->circle || !b->lost)
        return false;
    bool ok = prepare(&w, s);
    if (ok) {
        wake_all(&w);
        for (size_t i = 0; i < s->count; i++)
            b->deaf[i] = !w.awake[i];
        ok = find_circles(&w, b->circle);
        wake_from_outside(&w);
        for (size_t i = 0; i < s->count; i++)
            b->lost[i] = !w.awake[i];
    }
    release(&w);
    return ok;
}

void blocked_free(blocked *b)
{
    free(b->deaf);
    free(b->circle);
    free(b->lost);
}
