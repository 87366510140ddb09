#include "repl/spent.h"

#include <stdlib.h>

#include "repl/seen.h"

struct spent_item {
    uint64_t number, reductions;
};

void spent_free(spent *s)
{
    free(s->items);
    *s = (spent){0};
}

static int by_number(const void *key, const void *item)
{
    uint64_t wanted = *(const uint64_t *)key, there = ((const struct spent_item *)item)->number;
    return wanted < there ? -1 : wanted > there;
}

uint64_t spent_since(const spent *s, const struct seen_process *p)
{
    const struct spent_item *item =
        s->count ? bsearch(&p->number, s->items, s->count, sizeof *s->items, by_number) : NULL;
    return p->reductions - (item ? item->reductions : 0);
}

void spent_note(spent *s, const struct seen *now)
{
    struct spent_item *items = malloc((now->count + 1) * sizeof *items);
    if (!items)
        return;
    for (size_t i = 0; i < now->count; i++)
        items[i] = (struct spent_item){now->processes[i].number, now->processes[i].reductions};
    free(s->items);
    *s = (spent){items, now->count};
}
