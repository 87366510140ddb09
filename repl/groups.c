/* Processes that are alike. */
#include <stdlib.h>
#include <string.h>

#include "repl/processes.h"

static int compare(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

/* Names and files are the same text where they are equal. */
static int by_likeness(const process_group *a, const process_group *b)
{
    const seen_process *p = a->first, *q = b->first;
    int order = compare((uintptr_t)p->name, (uintptr_t)q->name);
    order = order ? order : compare(p->waiting, q->waiting);
    order = order ? order : compare(p->dying, q->dying);
    order = order ? order : compare((uintptr_t)p->where.file, (uintptr_t)q->where.file);
    order = order ? order : compare(p->where.line, q->where.line);
    return order ? order : compare((uintptr_t)p->work, (uintptr_t)q->work);
}

static int by_likeness_and_number(const void *a, const void *b)
{
    int order = by_likeness(a, b);
    return order ? order
                 : compare(((const process_group *)a)->first->number,
                           ((const process_group *)b)->first->number);
}

/* Those that use most first. */
static int by_reductions(const void *a, const void *b)
{
    const process_group *x = a, *y = b;
    int order = compare(y->reductions, x->reductions);
    return order ? order : compare(x->first->number, y->first->number);
}

static bool waits_for_same(const seen *s, const seen_process *p, const seen_process *q)
{
    if (p->wait_count != q->wait_count)
        return false;
    for (uint32_t i = 0; i < p->wait_count; i++) {
        const csp_wait *v = &s->waits[p->first_wait + i], *w = &s->waits[q->first_wait + i];
        if (v->kind != w->kind || (v->kind != CSP_WAITS_TIME && v->number != w->number))
            return false;
    }
    return true;
}

/* Joins neighbours that are alike; returns how many groups there are then. */
static size_t join(const seen *s, process_group *groups, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        process_group *last = n ? &groups[n - 1] : NULL;
        if (!last || by_likeness(last, &groups[i]) != 0) {
            groups[n++] = groups[i];
            continue;
        }
        last->same_wait = last->same_wait && waits_for_same(s, last->first, groups[i].first);
        last->count++;
        last->reductions += groups[i].reductions;
        last->memory += groups[i].memory;
    }
    return n;
}

process_group *group_processes(const seen *s, const spent *before, const bool *picked, bool alone,
                               size_t *count)
{
    process_group *groups = malloc((s->count + 1) * sizeof *groups);
    *count = 0;
    if (!groups)
        return NULL;
    for (size_t i = 0; i < s->count; i++) {
        const seen_process *p = &s->processes[i];
        if (!picked || picked[i])
            groups[(*count)++] = (process_group){.first = p,
                                                 .count = 1,
                                                 .reductions = spent_since(before, p),
                                                 .memory = p->memory,
                                                 .same_wait = true};
    }
    if (!alone) {
        qsort(groups, *count, sizeof *groups, by_likeness_and_number);
        *count = join(s, groups, *count);
    }
    qsort(groups, *count, sizeof *groups, by_reductions);
    return groups;
}
