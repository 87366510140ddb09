#include "repl/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "repl/pager.h"
#include "repl/repl.h"
#include "repl/scan.h"

enum { NAME_BYTES = 24 };

static const char *name_of(char name[NAME_BYTES], uint64_t number)
{
    snprintf(name, NAME_BYTES, "_%llu", (unsigned long long)number);
    return name;
}

/* ---- How ---- */

static void screen(uint32_t *rows, uint32_t *columns)
{
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    *rows = known && size.ws_row > 0 ? size.ws_row : 24;
    *columns = known && size.ws_col > 0 ? size.ws_col : 80;
}

static csp_print_options options_of(const repl *r)
{
    enum { AROUND = 5, LEAST_ROWS = 5 };
    const settings *s = &r->settings;
    uint32_t rows, columns;
    screen(&rows, &columns);
    rows = rows > AROUND + LEAST_ROWS ? rows - AROUND : LEAST_ROWS;
    return (csp_print_options){.struct_size = sizeof(csp_print_options),
                               .width = s->width ? s->width : columns,
                               .rows = s->rows ? s->rows : rows,
                               .items = s->items,
                               .depth = s->depth,
                               .characters = s->characters,
                               .colour = s->colour,
                               .describe = true,
                               .more = ":all pages them"};
}

static void print(const char *text, const char *before)
{
    repl_print(text ? 1 : 2, "%s%s\n", before, text ? text : "out of memory");
}

/* ---- Names ---- */

static void forget(const repl *r, uint64_t number)
{
    char name[NAME_BYTES];
    csp_session_forget(r->session, name_of(name, number));
}

/* Of one entry no more are named than are kept. */
static void name_value(repl *r, csp_value v)
{
    show *s = &r->show;
    char name[NAME_BYTES];
    csp_session_set(r->session, name_of(name, s->count + ++s->entry), v);
    if (s->entry > SHOW_KEPT)
        forget(r, s->count + s->entry - SHOW_KEPT);
}

static void drop_entry(const repl *r)
{
    const show *s = &r->show;
    uint64_t kept = s->entry < SHOW_KEPT ? s->entry : SHOW_KEPT;
    for (uint64_t i = 0; i < kept; i++)
        forget(r, s->count + s->entry - i);
}

static void keep_entry(repl *r)
{
    show *s = &r->show;
    char name[NAME_BYTES];
    uint64_t count = s->count + s->entry;
    for (; s->first + SHOW_KEPT <= count; s->first++)
        if (s->first <= s->count)
            forget(r, s->first);
    s->count = count;
    csp_scope scope = csp_scope_open(r->vm);
    csp_session_set(r->session, "_", csp_session_get(r->session, name_of(name, count)));
    csp_scope_close(r->vm, scope);
}

/* ---- Quiet entries ---- */

bool show_is_quiet(const char *entry)
{
    char last = '\0'; /* that is no blank and in no comment */
    for (const char *at = entry; *at;) {
        if (*at == '#') {
            at += strcspn(at, "\n");
            continue;
        }
        if (!strchr(" \t\r\n", *at))
            last = *at;
        at = *at == '"' ? scan_text(at, at > entry && at[-1] == 'r') : at + 1;
    }
    return last == ';';
}

/* ---- An entry ---- */

void show_init(show *s) { *s = (show){.first = 1}; }

void show_begin(repl *r, bool quiet)
{
    r->show.entry = 0;
    r->show.quiet = quiet;
}

void show_value(repl *r, csp_value v)
{
    if (r->show.quiet)
        return;
    name_value(r, v);
    csp_print_options o = options_of(r);
    char *text = csp_print(r->vm, v, &o);
    print(text, "");
    if (text)
        journal_add(&r->journal, JOURNAL_VALUE, r->show.count + r->show.entry, text, strlen(text));
    csp_text_free(text);
}

void show_end(repl *r, bool succeeded)
{
    if (succeeded && r->show.entry > 0)
        keep_entry(r);
    else
        drop_entry(r);
    r->show.entry = 0;
}

/* ---- Commands ---- */

void command_out(repl *r, const char *argument)
{
    (void)argument;
    enum { NAME_COLUMNS = 8, LEAST = 20, MARKS = 20 };
    csp_print_options o = options_of(r);
    uint32_t around = NAME_COLUMNS + MARKS;
    o.characters = o.width > around + LEAST ? o.width - around : LEAST;
    o.width = o.rows = 0;
    o.more = NULL;
    for (uint64_t i = r->show.first; i <= r->show.count; i++) {
        char name[NAME_BYTES], before[NAME_BYTES + NAME_COLUMNS];
        csp_scope scope = csp_scope_open(r->vm);
        csp_value v = csp_session_get(r->session, name_of(name, i));
        snprintf(before, sizeof before, "%-*s", NAME_COLUMNS - 1, name);
        char *text = v.word ? csp_print(r->vm, v, &o) : NULL;
        if (v.word)
            print(text, before);
        csp_text_free(text);
        csp_scope_close(r->vm, scope);
    }
    if (r->show.first > r->show.count)
        repl_print(1, "no values\n");
}

static void page(repl *r, csp_value v)
{
    csp_print_options o = options_of(r);
    o.rows = o.items = o.depth = o.characters = 0;
    char *text = csp_print(r->vm, v, &o), *lines = NULL;
    int size = text ? asprintf(&lines, "%s\n", text) : -1;
    csp_text_free(text);
    if (size < 0)
        repl_print(2, "out of memory\n");
    else if (!pager_show(lines, (size_t)size))
        repl_print(2, "the pager does not start: %s; $PAGER names one\n", strerror(errno));
    if (size >= 0)
        free(lines);
}

void command_all(repl *r, const char *argument)
{
    const char *name = *argument ? argument : "_";
    csp_scope scope = csp_scope_open(r->vm);
    csp_value v = csp_session_get(r->session, name);
    if (v.word)
        page(r, v);
    else if (*argument)
        repl_print(2, "the session has no variable `%s`\n", name);
    else
        repl_print(2, "there is no value yet\n");
    csp_scope_close(r->vm, scope);
}

void command_forget(repl *r, const char *argument)
{
    show *s = &r->show;
    if (*argument) {
        if (csp_session_forget(r->session, argument) != CSP_OK)
            repl_print(2, "the session has no name `%s`\n", argument);
        return;
    }
    for (; s->first <= s->count; s->first++)
        forget(r, s->first);
    csp_session_forget(r->session, "_");
}
