#include "repl/show.h"

#include <stdio.h>

#include "repl/repl.h"

enum { SHOWN_BYTES = 64 << 10, NAME_BYTES = 24 };

static const char *name_of(char name[NAME_BYTES], uint64_t number)
{
    snprintf(name, NAME_BYTES, "_%llu", (unsigned long long)number);
    return name;
}

static void forget(repl *r, uint64_t number)
{
    char name[NAME_BYTES];
    csp_session_forget(r->session, name_of(name, number));
}

void show_begin(repl *r, bool quiet)
{
    r->show.entry = 0;
    r->show.quiet = quiet;
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

void show_value(repl *r, csp_value v)
{
    if (r->show.quiet)
        return;
    name_value(r, v);
    char *text = csp_show(r->vm, v, SHOWN_BYTES);
    repl_print(1, "%s\n", text ? text : "out of memory");
    csp_text_free(text);
}

static void drop_entry(repl *r)
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
    for (uint64_t i = s->first; i + SHOW_KEPT <= count && i <= s->count; i++)
        forget(r, i);
    s->count = count;
    s->first =
        count > SHOW_KEPT && count - SHOW_KEPT >= s->first ? count - SHOW_KEPT + 1 : s->first;
    csp_scope scope = csp_scope_open(r->vm);
    csp_value last = csp_session_get(r->session, name_of(name, count));
    csp_session_set(r->session, "_", last);
    csp_scope_close(r->vm, scope);
}

void show_end(repl *r, bool succeeded)
{
    if (r->show.entry > 0 && succeeded)
        keep_entry(r);
    else
        drop_entry(r);
    r->show.entry = 0;
}
