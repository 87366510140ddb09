#include "repl/trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/repl.h"
#include "repl/terminal.h"

enum { SECOND = 1000 /* ms */, LINES = 200 /* shown in one */ };

/* ---- Which are wanted ---- */

static bool is_one(const trace_wanted *w, const csp_event *v)
{
    if (w->name)
        return strcmp(v->name, w->name) == 0 || strcmp(v->other_name, w->name) == 0;
    return w->channel ? v->channel == w->channel
                      : v->process == w->process || v->other == w->process;
}

static bool is_wanted(const trace *t, const csp_event *v)
{
    /* That an input begins and ends is seen anyway. */
    bool begins = v->kind == CSP_EVENT_SPAWN && !v->process;
    bool ends = v->kind == CSP_EVENT_END && !v->spawned.file;
    bool wanted = t->wanted_count == 0 && !begins && !ends;
    for (int i = 0; i < t->wanted_count && !wanted; i++)
        wanted = is_one(&t->wanted[i], v);
    return t->shown && wanted;
}

/* ---- Showing ---- */

void trace_tell_dropped(repl *r)
{
    trace *t = &r->trace;
    if (t->dropped > 0) {
        output_begin(r);
        terminal_fresh_line();
        repl_print(1, "… %" PRIu32 " more event%s\n", t->dropped, t->dropped == 1 ? "" : "s");
    }
    t->lines = t->dropped = 0;
}

void trace_tick(repl *r)
{
    if (r->trace.dropped > 0 && output_now() - r->trace.second >= SECOND)
        trace_tell_dropped(r);
}

int trace_timeout(const repl *r)
{
    if (r->trace.dropped == 0)
        return -1;
    int64_t left = r->trace.second + SECOND - output_now();
    return left > 0 ? (int)left : 0;
}

/* Whether one more line may be shown in this second. */
static bool has_room(repl *r)
{
    trace *t = &r->trace;
    int64_t now = output_now();
    if (now - t->second >= SECOND) {
        trace_tell_dropped(r);
        t->second = now;
    }
    bool room = t->lines < LINES;
    t->lines += room;
    t->dropped += !room;
    return room;
}

static void show_event(repl *r, const event *e)
{
    buffer b;
    if (!buffer_open(&b))
        return;
    double ms = (double)(e->time - r->trace.began) / 1e6;
    int head = fprintf(b.out, "%.3f ms  ", ms);
    event_put(b.out, e, columns_screen().columns - 1 - head);
    fputc('\n', b.out);
    char *line = buffer_take(&b);
    if (line) {
        output_begin(r);
        terminal_fresh_line();
        terminal_write(1, line, strlen(line));
    }
    free(line);
}

/* ---- Keeping ---- */

static bool is_recording(const trace *t) { return t->recorded || t->recorded_for_once; }

static void keep(trace *t, const event *e)
{
    event *place = &t->ring[t->count++ % TRACE_KEPT];
    event_free(place);
    *place = *e;
}

static void forget(trace *t)
{
    for (uint64_t i = 0; t->ring && i < trace_left(t); i++)
        event_free(&t->ring[i]);
    t->count = 0;
}

static void on_event(void *user, const csp_event *v)
{
    repl *r = user;
    trace *t = &r->trace;
    bool shown = is_wanted(t, v) && has_room(r);
    event e;
    if (!shown && !is_recording(t))
        return;
    if (!event_take(&e, r->vm, v))
        return;
    if (shown)
        show_event(r, &e);
    if (is_recording(t))
        keep(t, &e);
    else
        event_free(&e);
}

void trace_update(repl *r)
{
    bool wanted = r->trace.shown || is_recording(&r->trace);
    csp_trace(r->vm, wanted ? on_event : NULL, r);
}

bool trace_make_ring(repl *r)
{
    if (!r->trace.ring)
        r->trace.ring = calloc(TRACE_KEPT, sizeof *r->trace.ring);
    if (!r->trace.ring)
        repl_print(2, "out of memory\n");
    return r->trace.ring != NULL;
}

bool trace_record_begin(repl *r)
{
    if (!trace_make_ring(r))
        return false;
    if (!r->trace.recorded)
        forget(&r->trace);
    r->trace.recorded_for_once = true;
    trace_update(r);
    return true;
}

void trace_record_end(repl *r)
{
    r->trace.recorded_for_once = false;
    trace_update(r);
}

void trace_forget_wanted(trace *t)
{
    for (int i = 0; i < t->wanted_count; i++)
        free(t->wanted[i].name);
    t->wanted_count = 0;
}

void trace_free(trace *t)
{
    trace_forget_wanted(t);
    forget(t);
    free(t->ring);
    t->ring = NULL;
}
