#include "repl/seq.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/evaluate.h"
#include "repl/numbers.h"
#include "repl/pager.h"
#include "repl/pieces.h"
#include "repl/repl.h"
#include "repl/seq_draw.h"

/* ---- Which events ---- */

/* That an input begins and ends is seen anyway. */
static bool is_shown(const event *e)
{
    if (e->kind == CSP_EVENT_SPAWN)
        return e->process != 0;
    return e->kind != CSP_EVENT_END || !e->is_input;
}

static void note_waiter(void *user, const csp_process *p)
{
    if (p->waiting != CSP_WAITS_NOT)
        numbers_add(user, p->number);
}

/* The last `most` of those from `from` on, or the first; *left_out: how many more there are. NULL:
 * no memory. */
static const event **pick(const trace *t, uint64_t from, size_t most, bool last, size_t *count,
                          size_t *left_out)
{
    const event **events = calloc(trace_left(t) + 1, sizeof *events);
    size_t found = 0;
    for (uint64_t i = from; events && i < t->count; i++)
        if (is_shown(trace_event(t, i)))
            events[found++] = trace_event(t, i);
    *count = found < most ? found : most;
    *left_out = found - *count;
    if (events && last)
        memmove(events, events + *left_out, *count * sizeof *events);
    return events;
}

/* ---- Drawing ---- */

static bool has_boxes(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

/* NULL: no memory, or nothing has happened. */
static char *draw(repl *r, uint64_t from, size_t most, bool last, size_t *left_out)
{
    size_t count;
    buffer b;
    numbers w = {0};
    const event **events = pick(&r->trace, from, most, last, &count, left_out);
    char *text = NULL;
    if (events && count > 0 && buffer_open(&b)) {
        csp_each_process(r->vm, note_waiter, &w);
        const sequence s = {events, count, w.all, *left_out && !last ? 0 : w.count};
        seq_draw(b.out, &s, columns_screen().columns - 1, has_boxes());
        text = buffer_take(&b);
    }
    free(w.all);
    free(events);
    return text;
}

static void show_diagram(repl *r, uint64_t from, size_t most, bool last)
{
    /* The head, what is left out, the prompt, and what was typed. */
    size_t rows = (size_t)columns_screen().rows - 5, left_out;
    char *text = draw(r, from, most < rows ? most : rows, last, &left_out);
    if (!text) {
        repl_print(1, "nothing has happened\n");
        return;
    }
    if (left_out > 0 && last)
        repl_print(1, "… %zu more before (:seq all pages them)\n", left_out);
    pieces_show(r, text);
    if (left_out > 0 && !last)
        repl_print(1, "… %zu more (:seq all pages them)\n", left_out);
    free(text);
}

static void page_diagram(repl *r, uint64_t from)
{
    size_t left_out;
    char *text = draw(r, from, SIZE_MAX, true, &left_out);
    if (!text)
        repl_print(1, "nothing has happened\n");
    else if (!pager_show(text, strlen(text)))
        pieces_show(r, text);
    free(text);
}

/* ---- :seq E ---- */

/* Lets those who can go on do so for a moment. */
static void settle(repl *r)
{
    enum { STEP = 10000, MOST = 50 /* ms */ };
    int64_t end = output_now() + MOST;
    while (!r->quit && output_now() < end && csp_step(r->vm, STEP, NULL) == CSP_MORE)
        evaluate_tick(r);
}

static void evaluate_recorded(repl *r, const char *text)
{
    if (!trace_record_begin(r))
        return;
    uint64_t from = r->trace.count;
    evaluate(r, text);
    settle(r);
    trace_record_end(r);
    if (r->quit)
        return;
    uint64_t oldest = r->trace.count - trace_left(&r->trace);
    show_diagram(r, from > oldest ? from : oldest, SIZE_MAX, false);
}

void command_seq(repl *r, const char *argument)
{
    enum { LAST = 50 };
    uint64_t oldest = r->trace.count - trace_left(&r->trace);
    if (strcmp(argument, "all") == 0)
        page_diagram(r, oldest);
    else if (*argument)
        evaluate_recorded(r, argument);
    else if (r->trace.count == 0)
        repl_print(1, "nothing is recorded: :seq E, or :record on\n");
    else
        show_diagram(r, oldest, LAST, true);
}
