#include "repl/bind/macros.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "repl/bind/dump.h"

/* ---- files ---- */

/* A file that is being included. */
typedef struct inclusion {
    const char *path;
    bool is_main; /* the header, or a part of it */
} inclusion;

typedef struct reading {
    header *h;
    inclusion *open;
    size_t depth, capacity;
    bool all;
    bool has_header;
} reading;

/* Folders of which glibc says "Never include <bits/…> directly". */
static bool is_part(const char *path)
{
    static const char *const folders[] = {"/bits/", "/asm/", "/asm-generic/", "/linux/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strstr(path, folders[i]))
            return true;
    return false;
}

/* The compiler's own <limits.h> includes that of the C library. */
static bool is_wrapped(const char *path, const char *by)
{
    return strcmp(header_last_part(path), header_last_part(by)) == 0;
}

static bool is_main(const reading *r, const char *path)
{
    const inclusion *by = r->depth > 0 ? &r->open[r->depth - 1] : NULL;
    return !r->has_header || (by && by->is_main && (is_part(path) || is_wrapped(path, by->path)));
}

static void enter(reading *r, const char *path)
{
    if (r->depth == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 64;
        r->open = memory_grow(r->open, r->capacity * sizeof *r->open);
    }
    bool is_real = path[0] != '<'; /* no "<built-in>" */
    inclusion i = {.path = memory_text(path)};
    i.is_main = is_real && is_main(r, path);
    r->has_header |= is_real;
    r->open[r->depth++] = i;
    if (!i.is_main && (!r->all || !is_real))
        return;
    const c_file *old = table_find(&r->h->files, path);
    c_file *file = memory_get(sizeof *file);
    file->is_main = i.is_main || (old && old->is_main);
    table_set(&r->h->files, i.path, file);
}

/* # 12 "path" 1 3: line 12 of that file begins here, entered (1) or returned to (2). */
static void read_marker(reading *r, const char *line)
{
    const char *quote = strchr(line, '"');
    if (!quote)
        return;
    text path = {0};
    text_put(&path, "");
    const char *at;
    for (at = quote + 1; *at && *at != '"'; at++) {
        at += *at == '\\' && at[1];
        text_add(&path, at, 1);
    }
    const char *flags = *at ? at + 1 : at;
    if (strstr(flags, " 1"))
        enter(r, path.bytes);
    else if (strstr(flags, " 2") && r->depth > 0)
        r->depth--;
    text_free(&path);
}

/* ---- macros ---- */

static size_t name_length(const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '$' || at[n] & 0x80)
        n++;
    return n;
}

/* Whether the current position is in a wanted file. */
static bool in_own_file(const reading *r)
{
    const char *path = r->depth > 0 ? r->open[r->depth - 1].path : "<";
    return table_find(&r->h->files, path) != NULL;
}

static void read_define(reading *r, const char *at)
{
    size_t length = name_length(at);
    c_macro *m = memory_get(sizeof *m);
    m->name = memory_slice(at, length);
    at += length;
    if (*at == '(') {
        size_t params = strcspn(at, ")") + 1;
        m->params = memory_slice(at, strnlen(at, params));
        at += strlen(m->params);
    }
    m->body = memory_text(at + strspn(at, " "));
    m->number = r->h->macro_count++;
    m->is_own = in_own_file(r);
    c_macro *old = table_find(&r->h->macro_names, m->name);
    if (old)
        old->is_gone = true;
    table_set(&r->h->macro_names, m->name, m);
    *r->h->last_macro = m;
    r->h->last_macro = &m->next;
}

static void read_undef(reading *r, const char *at)
{
    char *name = memory_slice(at, name_length(at));
    c_macro *m = table_find(&r->h->macro_names, name);
    if (m)
        m->is_gone = true;
}

static void read_line(reading *r, const char *line)
{
    static const char define[] = "#define ", undef[] = "#undef ";
    if (line[0] != '#')
        return;
    if (strncmp(line, define, sizeof define - 1) == 0)
        read_define(r, line + sizeof define - 1);
    else if (strncmp(line, undef, sizeof undef - 1) == 0)
        read_undef(r, line + sizeof undef - 1);
    else if (line[1] == ' ' && isdigit((unsigned char)line[2]))
        read_marker(r, line);
}

void macros_read(header *h, ssize_t (*source)(void *user, char *bytes, size_t size), void *user,
                 bool all)
{
    reading r = {.h = h, .all = all};
    text line = {0};
    char bytes[1 << 14];
    ssize_t got;
    while ((got = source(user, bytes, sizeof bytes)) > 0) {
        for (const char *at = bytes, *end = bytes + got; at < end;) {
            const char *newline = memchr(at, '\n', (size_t)(end - at));
            text_add(&line, at, (size_t)((newline ? newline : end) - at));
            if (!newline)
                break;
            read_line(&r, line.bytes);
            line.length = 0;
            at = newline + 1;
        }
    }
    text_free(&line);
    free(r.open);
}

/* ---- values ---- */

enum { UNKNOWN, BEING_LOOKED_AT, CLOSED, NOT_CLOSED };
enum { CHAIN = 200 }; /* macros that stand for macros */

static bool is_closed(const header *h, c_macro *m, int depth);

/* After a string or character; NULL: it has no end. */
static const char *skip_quoted(const char *at)
{
    char quote = *at++;
    while (*at && *at != quote)
        at += at[0] == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : NULL;
}

/* Whether the name that begins here may stand in brackets, as it may be a macro. */
static bool is_closed_name(const header *h, c_macro *user, const char *at, size_t length, int depth)
{
    c_macro *m = table_find(&h->macro_names, memory_slice(at, length));
    if (!m || m->is_gone)
        return true;
    bool ok = is_closed(h, m, depth);
    user->has_text |= m->has_text;
    user->has_float |= m->has_float;
    return ok;
}

/* After a number. */
static const char *skip_number(c_macro *m, const char *at)
{
    bool is_hex = at[0] == '0' && (at[1] | 0x20) == 'x';
    size_t length = name_length(at);
    m->has_float |= !is_hex && memchr(at, 'e', length);
    m->has_float |= !is_hex && memchr(at, 'E', length);
    return at + length;
}

/* Whether the macro may stand in brackets: its brackets are balanced, and it is not a statement. */
static bool is_closed_text(const header *h, c_macro *m, int depth)
{
    int open = 0;
    for (const char *at = m->body; *at && open >= 0;) {
        size_t name = isdigit((unsigned char)*at) ? 0 : name_length(at);
        if (name > 0) {
            if (!is_closed_name(h, m, at, name, depth))
                return false;
            at += name;
        } else if (*at == '"' || *at == '\'') {
            m->has_text |= *at == '"';
            at = skip_quoted(at);
            if (!at)
                return false;
        } else if (isdigit((unsigned char)*at)) {
            at = skip_number(m, at);
        } else if (strchr("{};#", *at)) {
            return false;
        } else {
            open += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
            m->has_float |= *at == '.';
            at++;
        }
    }
    return open == 0;
}

/* Otherwise it would take the questions after it with it. */
static bool is_closed(const header *h, c_macro *m, int depth)
{
    if (m->closing == UNKNOWN && depth < CHAIN) {
        m->closing = BEING_LOOKED_AT;
        m->closing = is_closed_text(h, m, depth + 1) ? CLOSED : NOT_CLOSED;
    }
    return m->closing == CLOSED || m->closing == BEING_LOOKED_AT; /* no macro contains itself */
}

void macros_ask(const header *h, text *out)
{
    for (c_macro *m = h->macros; m; m = m->next) {
        if (!m->is_probed || m->params || !is_closed(h, m, 0))
            continue;
        text_print(out, "enum " DUMP_INTEGER "%u { csp_bind_%u = (%s) };\n", m->number, m->number,
                   m->name);
        if (m->has_text)
            text_print(out, "static const char " DUMP_TEXT "%u[] = %s;\n", m->number, m->name);
        if (m->has_float)
            text_print(out, "static const double " DUMP_FLOAT "%u = %s;\n", m->number, m->name);
    }
}

void macros_take(header *h)
{
    for (c_macro *m = h->macros; m; m = m->next)
        m->value = h->values[m->number];
}
