#include "repl/processes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/pieces.h"

/* ---- Which are meant ---- */

/* A word for what a process does; SEVERAL stand for `waiting`. */
static bool is_in_state(const seen_process *p, const char *word)
{
    static const char *const waits[] = {
        [CSP_WAITS_NOT] = "runnable", [CSP_WAITS_SEND] = "send",   [CSP_WAITS_RECEIVE] = "receive",
        [CSP_WAITS_TICK] = "tick",    [CSP_WAITS_DRAINED] = "end", [CSP_WAITS_END] = "end",
        [CSP_WAITS_ALT] = "alt",      [CSP_WAITS_PAR] = "par",     [CSP_WAITS_TIME] = "sleep",
        [CSP_WAITS_OUTPUT] = "print", [CSP_WAITS_WORK] = "work"};
    const char *own = p->waiting < sizeof waits / sizeof *waits ? waits[p->waiting] : NULL;
    return (own && strcmp(own, word) == 0) || (p->dying && strcmp(word, "dying") == 0) ||
           (p->running && strcmp(word, "running") == 0) ||
           (p->waiting != CSP_WAITS_NOT && strcmp(word, "waiting") == 0);
}

static bool is_meant(const seen_process *p, const char *what)
{
    char *end;
    unsigned long long number = strtoull(what, &end, 10);
    if (end != what && *end == '\0')
        return p->number == number;
    return strcmp(p->name, what) == 0 || is_in_state(p, what);
}

/* The flags of those that are meant, malloc'ed; *any: there are such. NULL: no memory. */
static bool *pick(const seen *s, const char *what, size_t *count)
{
    bool *picked = calloc(s->count + 1, sizeof *picked);
    *count = 0;
    for (size_t i = 0; picked && i < s->count; i++) {
        picked[i] = !*what || strcmp(what, "all") == 0 || is_meant(&s->processes[i], what);
        *count += picked[i];
    }
    return picked;
}

/* ---- What is shown ---- */

/* What is not shown of `count` groups from `shown` on. */
static void put_rest(FILE *out, const process_group *groups, size_t shown, size_t count)
{
    size_t processes = 0;
    for (size_t i = shown; i < count; i++)
        processes += groups[i].count;
    if (processes == 0)
        return;
    fprintf(out, "… ");
    seen_put_count(out, processes);
    fprintf(out, " more (:ps all)\n");
}

/* As many as the screen has room for, one by one if that is all of them, else those alike in one
 * line. */
static bool put_processes(FILE *out, const seen *s, const spent *before, const bool *picked,
                          size_t count, bool all)
{
    screen_size screen = columns_screen();
    /* The head, the line for the rest, the prompt, and what was typed. */
    size_t rows = (size_t)screen.rows - 4, groups_count;
    process_group *groups = group_processes(s, before, picked, all || count <= rows, &groups_count);
    if (!groups)
        return false;
    size_t shown = all || groups_count < rows ? groups_count : rows;
    bool ok = processes_put_table(out, s, groups, shown, screen.columns);
    if (ok)
        put_rest(out, groups, shown, groups_count);
    free(groups);
    return ok;
}

static void show_picked(repl *r, const seen *s, const char *what)
{
    size_t count;
    buffer b;
    bool *picked = pick(s, what, &count);
    if (picked && count == 0) {
        repl_print(1, *what && s->count ? "no process is `%s`\n" : "no processes\n", what);
        free(picked);
        return;
    }
    char *text = NULL;
    if (picked && buffer_open(&b)) {
        bool ok = put_processes(b.out, s, &r->spent, picked, count, strcmp(what, "all") == 0);
        text = buffer_take(&b);
        if (!ok) {
            free(text);
            text = NULL;
        }
    }
    if (text)
        pieces_show(r, text);
    else
        repl_print(2, "out of memory\n");
    free(text);
    free(picked);
}

void command_ps(repl *r, const char *argument)
{
    seen s;
    if (seen_take(&s, r->vm, 0)) {
        show_picked(r, &s, argument);
        spent_note(&r->spent, &s);
    } else {
        repl_print(2, "out of memory\n");
    }
    seen_free(&s);
}
