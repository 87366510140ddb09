#include "repl/waits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/blocked.h"
#include "repl/columns.h"
#include "repl/pieces.h"
#include "repl/processes.h"
#include "repl/target.h"

/* ---- One chain: `4 worker → <chan 2> → held by 7 logger → …` ---- */

enum { STEPS = 6 };

typedef struct chain {
    FILE *out;
    const blocked *of;
    uint64_t met[STEPS]; /* the processes in it */
    int count;
    bool closed; /* it has come back to one of them */
} chain;

static bool is_met(const chain *c, uint64_t number)
{
    for (int i = 0; i < c->count; i++)
        if (c->met[i] == number)
            return true;
    return false;
}

/* How well it goes on with that holder: in a circle, with who is as deaf, with any process, with a
 * name; a supervisor holds what it gives to its children. */
enum { RANK_SUPERVISOR, RANK_OTHER, RANK_PROCESS, RANK_DEAF, RANK_CIRCLE };
static int rank_of(const chain *c, const seen_holder *h)
{
    const seen_process *p = seen_process_of(c->of->seen, h->process);
    if (!p || p->supervisor)
        return p ? RANK_SUPERVISOR : RANK_OTHER;
    size_t place = (size_t)(p - c->of->seen->processes);
    return RANK_PROCESS + c->of->deaf[place] + c->of->circle[place];
}

/* Who could serve this wait on a channel: the one with whom the chain goes on, and how many there
 * are. NULL: nobody. */
static const seen_holder *find_server(const chain *c, const seen_channel *on, csp_waiting kind,
                                      size_t *count)
{
    const seen *s = c->of->seen;
    const seen_holder *best = NULL;
    int rank = -1;
    *count = 0;
    for (uint32_t i = 0; i < on->holder_count; i++) {
        const seen_holder *h = &s->holders[on->first_holder + i];
        const seen_process *p = seen_process_of(s, h->process);
        if (!blocked_serves(h, kind) || (p && blocked_waits_on(s, p, on->number)))
            continue;
        ++*count;
        if (rank_of(c, h) > rank) {
            rank = rank_of(c, h);
            best = h;
        }
    }
    return best;
}

/* The wait with which the chain goes on: the first on which others act. */
static const csp_wait *main_wait(const seen *s, const seen_process *p)
{
    for (uint32_t i = 0; i < p->wait_count; i++)
        if (s->waits[p->first_wait + i].kind != CSP_WAITS_TIME)
            return &s->waits[p->first_wait + i];
    return NULL;
}

/* The process after the one that waits on a channel; NULL: the chain ends. */
static const seen_process *put_channel(chain *c, const csp_wait *w)
{
    const seen *s = c->of->seen;
    const seen_channel *on = seen_channel_of(s, w->number);
    fprintf(c->out, " → <chan %" PRIu64 ">", w->number);
    if (!on || on->kind == CSP_IS_TICKER)
        return NULL;
    size_t count;
    const seen_holder *h = find_server(c, on, w->kind, &count);
    if (!h) {
        fprintf(c->out, on->complete ? " → held by nobody else" : " → nobody else was found");
        return NULL;
    }
    fprintf(c->out, " → held by ");
    seen_put_holder(c->out, s, h);
    if (count > 1 && rank_of(c, h) < RANK_DEAF)
        fprintf(c->out, " (and %zu more)", count - 1);
    return seen_process_of(s, h->process);
}

static void put_chain(chain *c, const seen_process *p)
{
    const seen *s = c->of->seen;
    while (p) {
        if (is_met(c, p->number)) {
            fprintf(c->out, " !");
            c->closed = true;
            return;
        }
        const csp_wait *w = main_wait(s, p);
        if (c->count == STEPS) {
            fprintf(c->out, " → …");
            return;
        }
        c->met[c->count++] = p->number;
        if (!w || p->waiting == CSP_WAITS_PAR) {
            fprintf(c->out, " → ");
            seen_put_state(c->out, s, p);
            return;
        }
        if (w->kind == CSP_WAITS_END) {
            fprintf(c->out, " → end of ");
            seen_put_process(c->out, s, w->number);
            p = seen_process_of(s, w->number);
        } else {
            p = put_channel(c, w);
        }
    }
}

/* The collector has found that out, or what is known of holders says so. */
static bool is_stuck(const blocked *of, size_t place)
{
    return of->lost[place] || seen_is_stuck(of->seen, of->seen->processes[place].number);
}

/* Those in a circle that has been shown as a whole are not shown again. */
static void note_told(const chain *c, bool *told)
{
    const seen *s = c->of->seen;
    for (int i = 0; i < c->count && c->closed; i++)
        told[seen_process_of(s, c->met[i]) - s->processes] = true;
}

static void put_group(FILE *out, const blocked *of, const process_group *g, bool *told)
{
    const seen *s = of->seen;
    size_t place = (size_t)(g->first - s->processes);
    bool stuck = is_stuck(of, place);
    if (g->count == 1 && told[place])
        return;
    fprintf(out, stuck || of->circle[place] ? "! " : "  ");
    if (g->count > 1) {
        seen_put_count(out, g->count);
        fprintf(out, " × %s", g->first->name);
    } else {
        seen_put_process(out, s, g->first->number);
    }
    if (g->count > 1 && !g->same_wait)
        fprintf(out, ", as %" PRIu64, g->first->number);
    chain c = {.out = out, .of = of};
    put_chain(&c, g->first);
    note_told(&c, told);
    fprintf(out, "\n");
}

/* ---- All that wait ---- */

enum { STUCK, CIRCLES, OTHERS, CLASSES };

/* Which of the classes it is in; CLASSES: it waits for nobody. */
static int class_of(const blocked *of, size_t place)
{
    const seen *s = of->seen;
    const seen_process *p = &s->processes[place];
    if (is_stuck(of, place))
        return STUCK;
    if (of->circle[place])
        return CIRCLES;
    return main_wait(s, p) || p->waiting == CSP_WAITS_PAR ? OTHERS : CLASSES;
}

static int by_first(const void *a, const void *b)
{
    uint64_t x = ((const process_group *)a)->first->number;
    uint64_t y = ((const process_group *)b)->first->number;
    return x < y ? -1 : x > y;
}

/* Those of one class that are `wanted` (NULL: all), grouped if there are many. False: no memory. */
static bool put_class(FILE *out, const blocked *of, int class, const bool *wanted, bool *told,
                      size_t *all)
{
    enum { SINGLE = 12 };
    const seen *s = of->seen;
    static const spent none;
    bool *picked = calloc(s->count + 1, sizeof *picked);
    size_t count = 0, groups_count = 0;
    for (size_t i = 0; picked && i < s->count; i++) {
        picked[i] = class_of(of, i) == class && (!wanted || wanted[i]);
        count += picked[i];
    }
    process_group *groups =
        picked ? group_processes(s, &none, picked, count <= SINGLE, &groups_count) : NULL;
    if (groups)
        qsort(groups, groups_count, sizeof *groups, by_first);
    if (class == STUCK && groups_count > 0)
        fprintf(out, "nobody can ever wake %s:\n", count == 1 ? "this one" : "these");
    else if (class == OTHERS && groups_count > 0 && *all > 0)
        fprintf(out, "others:\n");
    for (size_t i = 0; groups && i < groups_count; i++)
        put_group(out, of, &groups[i], told);
    *all += count;
    bool ok = groups != NULL;
    free(groups);
    free(picked);
    return ok;
}

static bool put_waits(FILE *out, const blocked *of, const bool *wanted)
{
    size_t all = 0;
    bool *told = calloc(of->seen->count + 1, sizeof *told), ok = told != NULL;
    for (int class = 0; ok && class < CLASSES; class ++)
        ok = put_class(out, of, class, wanted, told, &all);
    free(told);
    size_t others = of->seen->count - all;
    if (ok && others > 0 && !wanted) {
        seen_put_count(out, others);
        fprintf(out, " %s for nobody\n", others == 1 ? "process waits" : "processes wait");
    }
    return ok;
}

/* ---- The command ---- */

static void print(repl *r, buffer *b)
{
    screen_size screen = columns_screen();
    char *text = buffer_take(b);
    buffer cut;
    if (text && buffer_open(&cut)) {
        columns_put_lines(cut.out, text, screen.columns - 1, screen.rows - 3);
        free(text);
        text = buffer_take(&cut);
        if (text)
            pieces_show(r, text);
    }
    free(text);
}

/* Those whom the argument names: a process, who waits on a channel. NULL: no memory. */
static bool *find_wanted(const seen *s, const target *t)
{
    bool *wanted = calloc(s->count + 1, sizeof *wanted);
    for (size_t i = 0; wanted && i < s->count; i++) {
        const seen_process *p = &s->processes[i];
        wanted[i] = t->kind == TARGET_PROCESS   ? p->number == t->number
                    : t->kind == TARGET_CHANNEL ? blocked_waits_on(s, p, t->number)
                                                : false;
    }
    return wanted;
}

static void show_waits(repl *r, const target *t)
{
    seen s;
    blocked of = {0};
    buffer b;
    bool ok = seen_take(&s, r->vm, SEEN_CHANNELS | SEEN_STUCK) && blocked_find(&of, &s);
    bool *wanted = ok && t ? find_wanted(&s, t) : NULL;
    ok = ok && (!t || wanted) && buffer_open(&b);
    if (ok) {
        ok = put_waits(b.out, &of, wanted);
        fflush(b.out);
        if (ok && b.size == 0)
            fprintf(b.out, t ? "nobody waits there\n" : "no processes\n");
        print(r, &b);
    }
    if (!ok)
        repl_print(2, "out of memory\n");
    free(wanted);
    blocked_free(&of);
    seen_free(&s);
}

void command_wait(repl *r, const char *argument)
{
    target t;
    if (!*argument) {
        show_waits(r, NULL);
    } else if (target_find(&t, r, argument)) {
        if (t.kind == TARGET_VALUE)
            repl_print(2, "`%s` is neither a process nor a channel\n", argument);
        else
            show_waits(r, &t);
        target_free(&t);
    }
}
