#include "repl/seq_layout.h"

#include <stdlib.h>
#include <string.h>

/* ---- Columns ---- */

static int compare(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static int by_number(const void *a, const void *b)
{
    const seq_process *p = a, *q = b;
    int order = compare(p->number, q->number);
    return order ? order : compare(p->first, q->first);
}

static int by_uses(const void *a, const void *b)
{
    const seq_process *p = *(seq_process *const *)a, *q = *(seq_process *const *)b;
    int order = compare(q->uses, p->uses);
    return order ? order : compare(p->first, q->first);
}

static int by_first(const void *a, const void *b)
{
    const seq_process *p = *(seq_process *const *)a, *q = *(seq_process *const *)b;
    int order = compare(p->first, q->first);
    return order ? order : compare(p->number, q->number);
}

static void add(seq_layout *l, uint64_t number, const char *name, size_t at)
{
    if (number)
        l->processes[l->count++] =
            (seq_process){.number = number, .name = name, .first = at, .uses = 1};
}

static void merge(seq_layout *l)
{
    size_t kept = 0;
    qsort(l->processes, l->count, sizeof *l->processes, by_number);
    for (size_t i = 0; i < l->count; i++) {
        if (kept == 0 || l->processes[kept - 1].number != l->processes[i].number) {
            l->processes[kept++] = l->processes[i];
            continue;
        }
        l->processes[kept - 1].uses++;
        l->processes[kept - 1].name = l->processes[i].name; /* it may get another one */
    }
    l->count = kept;
}

/* Those that do most have columns of their own, in the order in which they appear. */
static bool choose(seq_layout *l)
{
    seq_process **chosen = calloc(l->count + 1, sizeof *chosen);
    if (!chosen)
        return false;
    for (size_t i = 0; i < l->count; i++)
        chosen[i] = &l->processes[i];
    bool folds = l->count > SEQ_COLUMNS;
    size_t own = folds ? SEQ_COLUMNS - 1 : l->count;
    if (folds)
        qsort(chosen, l->count, sizeof *chosen, by_uses);
    qsort(chosen, own, sizeof *chosen, by_first);
    for (size_t i = 0; i < l->count; i++) {
        chosen[i]->column = i < own ? (int)i : SEQ_COLUMNS - 1;
        if (i < own)
            l->columns[i] = chosen[i];
    }
    l->others = l->count - own;
    l->column_count = (int)own + folds;
    free(chosen);
    return true;
}

int seq_column(const seq_layout *l, uint64_t process)
{
    size_t from = 0, to = l->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (l->processes[middle].number < process)
            from = middle + 1;
        else
            to = middle;
    }
    return process && from < l->count ? l->processes[from].column : -1;
}

/* ---- Buffers ---- */

typedef struct passage {
    uint64_t channel;
    size_t at; /* in the events */
} passage;

static int by_channel(const void *a, const void *b)
{
    const passage *p = a, *q = b;
    int order = compare(p->channel, q->channel);
    return order ? order : compare(p->at, q->at);
}

/* What lay there before the first event was sent by nobody: then the next message is another. */
static void pair(const sequence *s, seq_layout *l, const passage *p, size_t count)
{
    size_t oldest = 0; /* that has not been received */
    for (size_t i = 0; i < count; i++) {
        const event *e = s->events[p[i].at];
        if (i == 0 || p[i].channel != p[i - 1].channel)
            oldest = i;
        if (e->kind == CSP_EVENT_SEND)
            continue;
        while (oldest < i && s->events[p[oldest].at]->kind != CSP_EVENT_SEND)
            oldest++;
        if (oldest == i || strcmp(s->events[p[oldest].at]->value, e->value) != 0)
            continue;
        l->senders[p[i].at] = s->events[p[oldest++].at];
    }
}

static bool find_senders(seq_layout *l, const sequence *s)
{
    passage *p = calloc(s->count + 1, sizeof *p);
    l->senders = calloc(s->count + 1, sizeof *l->senders);
    size_t count = 0;
    for (size_t i = 0; p && i < s->count; i++) {
        const event *e = s->events[i];
        if (e->kind == CSP_EVENT_SEND || (e->kind == CSP_EVENT_RECEIVE && !e->other))
            p[count++] = (passage){e->channel, i};
    }
    bool ok = p && l->senders;
    if (ok) {
        qsort(p, count, sizeof *p, by_channel);
        pair(s, l, p, count);
    }
    free(p);
    return ok;
}

bool seq_layout_make(seq_layout *l, const sequence *s)
{
    *l = (seq_layout){.processes = calloc(2 * s->count + 1, sizeof *l->processes)};
    if (!l->processes)
        return false;
    for (size_t i = 0; i < s->count; i++) {
        add(l, s->events[i]->process, s->events[i]->name, i);
        add(l, s->events[i]->other, s->events[i]->other_name, i);
    }
    merge(l);
    return choose(l) && find_senders(l, s);
}

void seq_layout_free(seq_layout *l)
{
    free(l->processes);
    free(l->senders);
}
