#include "repl/event.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"

/* ---- Keeping ---- */

static void put_clean(FILE *out, const char *text)
{
    while (*text) {
        size_t control = columns_control(text);
        fputc(control ? '?' : *text, out);
        text += control ? control : 1;
    }
}

/* Lines of the standard library say nothing to those who do not write it. */
static void put_place(FILE *out, const csp_place *place)
{
    static const char library[] = "stdlib/";
    const char *slash = place->file ? strrchr(place->file, '/') : NULL;
    if (!place->file)
        return;
    put_clean(out, slash ? slash + 1 : place->file);
    if (strncmp(place->file, library, sizeof library - 1) != 0)
        fprintf(out, ":%" PRIu32, place->line);
}

/* What the host has begun is what was typed. */
static void put_name(FILE *out, uint64_t process, const char *name, const csp_place *spawned)
{
    bool named = *name && (spawned->file || strcmp(name, "main") != 0);
    if (named)
        put_clean(out, name);
    else if (spawned->file)
        put_place(out, spawned);
    else if (process)
        fprintf(out, "input");
}

static void put_value(FILE *out, csp_vm *vm, const csp_event *v)
{
    csp_print_options o = {.struct_size = sizeof o,
                           .characters = 2 * EVENT_VALUE_COLUMNS,
                           .items = EVENT_VALUE_COLUMNS / 2,
                           .depth = 4};
    char *shown = v->has_value ? csp_event_value(vm, &o) : NULL;
    int columns;
    if (shown && columns_of(shown) > EVENT_VALUE_COLUMNS) {
        size_t size = columns_fitting(shown, EVENT_VALUE_COLUMNS - 1, &columns);
        shown[size] = '\0';
        put_clean(out, shown);
        fprintf(out, "…");
    } else if (shown) {
        put_clean(out, shown);
    }
    csp_text_free(shown);
}

bool event_take(event *e, csp_vm *vm, const csp_event *v)
{
    buffer b;
    if (!buffer_open(&b))
        return false;
    put_name(b.out, v->process, v->name, &v->spawned);
    fputc('\0', b.out);
    put_name(b.out, v->other, v->other_name, &v->other_spawned);
    fputc('\0', b.out);
    put_value(b.out, vm, v);
    fputc('\0', b.out);
    put_place(b.out, v->where.file ? &v->where : &v->other_where);
    fputc('\0', b.out);
    char *texts = buffer_take(&b);
    *e = (event){.kind = v->kind,
                 .waited = v->waited,
                 .other_waited = v->other_waited,
                 .is_input = v->process && !v->spawned.file,
                 .time = v->time,
                 .process = v->process,
                 .other = v->other,
                 .channel = v->channel,
                 .texts = texts};
    if (!texts)
        return false;
    e->name = texts;
    e->other_name = e->name + strlen(e->name) + 1;
    e->value = e->other_name + strlen(e->other_name) + 1;
    e->place = e->value + strlen(e->value) + 1;
    return true;
}

void event_free(event *e)
{
    free(e->texts);
    e->texts = NULL;
}

/* ---- In a line ---- */

static void put_process(FILE *out, uint64_t number, const char *name)
{
    if (number)
        fprintf(out, "%" PRIu64 " %s", number, name);
    else
        fprintf(out, "the host");
}

/* `: VALUE`, unless it is nil, which says nothing. */
static void put_outcome(FILE *out, const char *value)
{
    if (*value && strcmp(value, "nil") != 0)
        fprintf(out, ": %s", value);
}

static void put_deed(FILE *out, const event *e, const char *value)
{
    switch (e->kind) {
    case CSP_EVENT_MESSAGE:
        fprintf(out, "  -- %s --> ", value);
        put_process(out, e->other, e->other_name);
        break;
    case CSP_EVENT_SEND: fprintf(out, "  -- %s -->", value); break;
    case CSP_EVENT_RECEIVE:
        fprintf(out, "  <-- %s --", value);
        if (e->other)
            fprintf(out, " the outcome of %" PRIu64 " %s", e->other, e->other_name);
        break;
    case CSP_EVENT_CLOSE: fprintf(out, "  closes"); break;
    case CSP_EVENT_SPAWN:
        fprintf(out, "  spawns ");
        put_process(out, e->other, e->other_name);
        break;
    case CSP_EVENT_END:
        fprintf(out, "  ends");
        put_outcome(out, value);
        break;
    case CSP_EVENT_CRASH:
        fprintf(out, "  crashes");
        put_outcome(out, value);
        break;
    case CSP_EVENT_KILL:
        fprintf(out, "  kills ");
        put_process(out, e->other, e->other_name);
        put_outcome(out, value);
        break;
    case CSP_EVENT_KILLED:
        fprintf(out, "  was killed");
        put_outcome(out, value);
        break;
    }
}

/* NULL: no memory. */
static char *line_of(const event *e, const char *value)
{
    buffer b;
    if (!buffer_open(&b))
        return NULL;
    put_process(b.out, e->process, e->name);
    put_deed(b.out, e, value);
    if (e->channel && !(e->kind == CSP_EVENT_RECEIVE && e->other))
        fprintf(b.out, "  <chan %" PRIu64 ">", e->channel);
    if (*e->place)
        fprintf(b.out, "  %s", e->place);
    return buffer_take(&b);
}

/* The value in so many columns. NULL: no memory. */
static char *cut_value(const char *value, int width)
{
    buffer b;
    if (!buffer_open(&b))
        return NULL;
    if (columns_of(value) <= width)
        fprintf(b.out, "%s", value);
    else
        columns_put(b.out, value, width, false);
    return buffer_take(&b);
}

void event_put(FILE *out, const event *e, int width)
{
    enum { LEAST = 6 };
    char *line = line_of(e, e->value);
    int over = line ? columns_of(line) - width : 0;
    if (over > 0) {
        int left = columns_of(e->value) - over;
        char *value = cut_value(e->value, left > LEAST ? left : LEAST);
        free(line);
        line = value ? line_of(e, value) : NULL;
        free(value);
    }
    if (line && columns_of(line) > width)
        columns_put(out, line, width, false);
    else if (line)
        fprintf(out, "%s", line);
    free(line);
}
