#include "repl/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/pieces.h"
#include "repl/repl.h"
#include "repl/seen.h"

enum { DEPTH = 30 /* what is deeper is only counted */, LINKS = 3 };

/* Processes that share a line: siblings that are alike and have no children; or one. */
typedef struct line {
    const seen_process *first;
    size_t count;
} line;

typedef struct tree {
    FILE *out;
    const seen *seen;
    const seen_process **sorted; /* by parent; those of one parent that are alike are neighbours */
    line *lines;                 /* by parent and number */
    size_t line_count;
    char bars[DEPTH * 4 * 4]; /* what stands before a line, in UTF-8 */
    size_t used;
} tree;

/* ---- Order ---- */

static int compare(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

/* Equal texts are one. */
static int by_likeness(const seen_process *p, const seen_process *q)
{
    int order = compare((uintptr_t)p->name, (uintptr_t)q->name);
    order = order ? order : compare(p->waiting, q->waiting);
    order = order ? order : compare(p->dying, q->dying);
    order = order ? order : compare(p->restarts, q->restarts);
    return order ? order : compare(p->link_count, q->link_count);
}

static int by_parent(const void *a, const void *b)
{
    const seen_process *p = *(const seen_process *const *)a;
    const seen_process *q = *(const seen_process *const *)b;
    int order = compare(p->parent, q->parent);
    order = order ? order : by_likeness(p, q);
    return order ? order : compare(p->number, q->number);
}

static int by_first(const void *a, const void *b)
{
    const seen_process *p = ((const line *)a)->first, *q = ((const line *)b)->first;
    int order = compare(p->parent, q->parent);
    return order ? order : compare(p->number, q->number);
}

static int by_number(const void *key, const void *item)
{
    return compare(*(const uint64_t *)key, (*(const seen_process *const *)item)->parent);
}

static bool is_leaf(const tree *t, const seen_process *p)
{
    return t->seen->count == 0 ||
           !bsearch(&p->number, t->sorted, t->seen->count, sizeof *t->sorted, by_number);
}

static void find_lines(tree *t)
{
    for (size_t i = 0; i < t->seen->count; i++) {
        const seen_process *p = t->sorted[i];
        line *last = t->line_count ? &t->lines[t->line_count - 1] : NULL;
        if (last && last->first->parent == p->parent && by_likeness(last->first, p) == 0 &&
            is_leaf(t, p) && is_leaf(t, last->first))
            last->count++;
        else
            t->lines[t->line_count++] = (line){p, 1};
    }
    qsort(t->lines, t->line_count, sizeof *t->lines, by_first);
}

/* The first line of that process's children. */
static const line *first_child(const tree *t, uint64_t parent)
{
    size_t low = 0, high = t->line_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->lines[middle].first->parent < parent)
            low = middle + 1;
        else
            high = middle;
    }
    return t->lines + low;
}

static bool is_child(const tree *t, const line *l, uint64_t parent)
{
    return l < t->lines + t->line_count && l->first->parent == parent;
}

/* ---- Lines ---- */

static void put_links(FILE *out, const seen *s, const seen_process *p)
{
    for (uint32_t i = 0; i < p->link_count && i < LINKS; i++)
        fprintf(out, "%s%" PRIu64, i ? ", " : "  linked with ", s->links[p->first_link + i]);
    if (p->link_count > LINKS)
        fprintf(out, " and %" PRIu32 " more", p->link_count - LINKS);
}

static void put_restarts(FILE *out, const seen_process *p)
{
    if (p->restarts)
        fprintf(out, "  %" PRIu32 " restart%s, last: %s", p->restarts, p->restarts == 1 ? "" : "s",
                p->last_end);
}

static void put_line(const tree *t, const line *l)
{
    const seen_process *p = l->first;
    if (l->count > 1) {
        seen_put_count(t->out, l->count);
        fprintf(t->out, " × %s", p->name);
    } else {
        seen_put_process(t->out, t->seen, p->number);
    }
    fprintf(t->out, "%s  ", p->supervisor ? " (supervisor)" : "");
    seen_put_state(t->out, t->seen, p);
    if (l->count > 1)
        fprintf(t->out, ", as %" PRIu64, p->number);
    else
        put_links(t->out, t->seen, p);
    put_restarts(t->out, p);
    fprintf(t->out, "\n");
}

static void push_bar(tree *t, const char *bar)
{
    memcpy(t->bars + t->used, bar, strlen(bar) + 1);
    t->used += strlen(bar);
}

static void put_children(tree *t, uint64_t parent, int depth)
{
    for (const line *l = first_child(t, parent); is_child(t, l, parent); l++) {
        size_t used = t->used;
        bool last = !is_child(t, l + 1, parent);
        fprintf(t->out, "%s%s", t->bars, last ? "└─ " : "├─ ");
        put_line(t, l);
        push_bar(t, last ? "   " : "│  ");
        if (depth < DEPTH)
            put_children(t, l->first->number, depth + 1);
        else if (!is_leaf(t, l->first))
            fprintf(t->out, "%s└─ …\n", t->bars);
        t->used = used;
        t->bars[used] = '\0';
    }
}

/* Whose parents do not live, or are the host. */
static void put_roots(tree *t)
{
    for (const line *l = t->lines; l < t->lines + t->line_count; l++) {
        if (l->first->parent && seen_process_of(t->seen, l->first->parent))
            continue;
        put_line(t, l);
        put_children(t, l->first->number, 1);
    }
}

/* ---- The command ---- */

/* NULL: no memory. */
static char *draw(const seen *s)
{
    screen_size screen = columns_screen();
    tree t = {.seen = s,
              .sorted = malloc((s->count + 1) * sizeof *t.sorted),
              .lines = malloc((s->count + 1) * sizeof *t.lines)};
    buffer whole, cut;
    char *text = NULL;
    if (t.sorted && t.lines && buffer_open(&whole)) {
        for (size_t i = 0; i < s->count; i++)
            t.sorted[i] = &s->processes[i];
        qsort(t.sorted, s->count, sizeof *t.sorted, by_parent);
        find_lines(&t);
        t.out = whole.out;
        put_roots(&t);
        text = buffer_take(&whole);
    }
    free(t.sorted);
    free(t.lines);
    if (!text || !buffer_open(&cut)) {
        free(text);
        return NULL;
    }
    columns_put_lines(cut.out, text, screen.columns - 1, screen.rows - 3);
    free(text);
    return buffer_take(&cut);
}

void command_tree(repl *r, const char *argument)
{
    (void)argument;
    seen s;
    char *text = seen_take(&s, r->vm, 0) ? draw(&s) : NULL;
    if (!text)
        repl_print(2, "out of memory\n");
    else
        pieces_show(r, *text ? text : "no processes\n");
    free(text);
    seen_free(&s);
}
