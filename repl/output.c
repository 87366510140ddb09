#include "repl/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <time.h>

#include "repl/repl.h"
#include "repl/terminal.h"

/* HOLD: how long a partial line waits for its end; PAUSE: after which a process is named again;
 * both in ms. A line of more bytes than MOST is shown in pieces. */
enum { HOLD = 50, PAUSE = 500, MOST = 64 << 10 };

int64_t output_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void output_begin(repl *r) { r->out.latest = 0; }

/* ---- Showing ---- */

static void show_text(repl *r, uint64_t process, const char *mark, int stream, const char *text,
                      size_t size)
{
    output *out = &r->out;
    int64_t now = output_now();
    bool named = out->latest == process && now - out->shown < PAUSE;
    out->latest = process;
    out->shown = now;
    const char *before = r->colour ? "\033[2m" : "", *after = r->colour ? "\033[0m" : "";
    char *marked = NULL;
    int length = named ? 0 : asprintf(&marked, "%s[%s]%s ", before, mark, after);
    char *whole = length > 0 ? realloc(marked, (size_t)length + size) : NULL;
    terminal_fresh_line();
    if (!whole) {
        terminal_write(stream, text, size);
        if (length > 0)
            free(marked);
        return;
    }
    memcpy(whole + length, text, size);
    terminal_write(stream, whole, (size_t)length + size);
    free(whole);
}

static void show_held(repl *r, output_held *h)
{
    output_held shown = *h;
    *h = (output_held){0};
    show_text(r, shown.process, shown.mark, shown.stream, shown.text, shown.size);
    free(shown.mark);
    free(shown.text);
}

void output_show(repl *r, bool all)
{
    int64_t now = output_now();
    for (int i = 0; i < OUTPUT_HELD; i++)
        if (r->out.held[i].process && (all || r->out.held[i].due <= now))
            show_held(r, &r->out.held[i]);
}

int output_timeout(const repl *r)
{
    int64_t first = -1, now = output_now();
    for (int i = 0; i < OUTPUT_HELD; i++) {
        const output_held *h = &r->out.held[i];
        int64_t left = h->due > now ? h->due - now : 0;
        if (h->process && (first < 0 || left < first))
            first = left;
    }
    return (int)first;
}

/* ---- Holding ---- */

static output_held *find_held(output *out, uint64_t process, int stream)
{
    for (int i = 0; i < OUTPUT_HELD; i++)
        if (out->held[i].process == process && (process == 0 || out->held[i].stream == stream))
            return &out->held[i];
    return NULL;
}

/* The one that has waited longest gives up its place. */
static output_held *make_room(repl *r)
{
    output_held *oldest = &r->out.held[0];
    for (int i = 1; i < OUTPUT_HELD; i++)
        if (r->out.held[i].due < oldest->due)
            oldest = &r->out.held[i];
    show_held(r, oldest);
    return oldest;
}

/* False: no memory. */
static bool append(output_held *h, const char *text, size_t size)
{
    char *longer = realloc(h->text, h->size + size);
    if (!longer)
        return false;
    memcpy(longer + h->size, text, size);
    h->text = longer;
    h->size += size;
    return true;
}

static void hold(repl *r, uint64_t process, const char *mark, int stream, const char *text,
                 size_t size)
{
    output_held *h = find_held(&r->out, process, stream);
    if (!h) {
        h = find_held(&r->out, 0, 0);
        if (!h)
            h = make_room(r);
        *h = (output_held){
            .process = process, .stream = stream, .mark = strdup(mark), .due = output_now() + HOLD};
    }
    if (!h->mark || !append(h, text, size)) {
        free(h->mark);
        free(h->text);
        *h = (output_held){0};
        show_text(r, process, mark, stream, text, size);
    } else if (h->size > MOST) {
        show_held(r, h);
    }
}

/* Of a process other than the foreground's. */
static void write_marked(repl *r, uint64_t process, const char *mark, int stream, const char *text,
                         size_t size)
{
    const char *end = memrchr(text, '\n', size);
    size_t whole = end ? (size_t)(end + 1 - text) : 0;
    output_held *h = find_held(&r->out, process, stream);
    if (whole > 0 && h && append(h, text, whole))
        show_held(r, h);
    else if (whole > 0)
        show_text(r, process, mark, stream, text, whole);
    if (whole < size)
        hold(r, process, mark, stream, text + whole, size - whole);
}

void output_write(void *user, int stream, const char *text, size_t size)
{
    repl *r = user;
    const char *name;
    uint64_t process = csp_writer(r->vm, &name);
    if (stream == STDOUT_FILENO)
        journal_add(&r->journal, JOURNAL_OUTPUT, 0, text, size);
    if (process == 0 || process == r->out.foreground || r->out.starting) {
        output_begin(r);
        terminal_write(stream, text, size);
        return;
    }
    char mark[96];
    snprintf(mark, sizeof mark, *name ? "%llu %.64s" : "%llu", (unsigned long long)process, name);
    write_marked(r, process, mark, stream, text, size);
}
