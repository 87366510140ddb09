#include "repl/names.h"

#include <stdlib.h>
#include <string.h>

#include "include/csp_tools.h"
#include "repl/columns.h"
#include "repl/pieces.h"
#include "repl/room.h"

typedef struct bound {
    char *name, *line; /* line: the first of the statement that bound it */
    csp_name_kind kind;
} bound;

typedef struct names {
    const char *wanted; /* what they contain */
    bound *all;
    size_t count, capacity;
    int width; /* of the longest, in columns */
    bool failed;
} names;

/* The VM may not be asked for values here. What the host has named, as `_`, :out shows. */
static void note_name(void *user, const csp_name *name)
{
    names *n = user;
    if (!name->text || !strstr(name->name, n->wanted) || n->failed)
        return;
    bound b = {.kind = name->kind, .name = strdup(name->name)};
    b.line = strndup(name->text, strcspn(name->text, "\n"));
    bound *all = room_for_one(n->all, n->count, &n->capacity, sizeof *all);
    n->all = all ? all : n->all;
    n->failed = !b.name || !b.line || !all;
    if (n->failed) {
        free(b.name);
        free(b.line);
        return;
    }
    int width = columns_of(b.name);
    n->width = width > n->width ? width : n->width;
    n->all[n->count++] = b;
}

static void free_names(names *n)
{
    for (size_t i = 0; i < n->count; i++) {
        free(n->all[i].name);
        free(n->all[i].line);
    }
    free(n->all);
}

/* What a variable holds, on one line; else how the name was bound. */
static void put_what(FILE *out, const repl *r, const bound *b, int room)
{
    csp_print_options o = {.struct_size = sizeof o,
                           .items = r->settings.items,
                           .depth = r->settings.depth,
                           .characters = (uint32_t)room,
                           .describe = true};
    csp_scope scope = csp_scope_open(r->vm);
    csp_value v = csp_session_get(r->session, b->name);
    char *text = v.word ? csp_print(r->vm, v, &o) : NULL;
    if (!v.word)
        csp_error_free(csp_take_error(r->vm));
    columns_put(out, text ? text : b->line, room, false);
    csp_text_free(text);
    csp_scope_close(r->vm, scope);
}

static void put_name(FILE *out, const repl *r, const bound *b, int width)
{
    static const char *const kinds[] = {
        [CSP_NAME_LET] = "let",     [CSP_NAME_VAR] = "var",       [CSP_NAME_FN] = "fn",
        [CSP_NAME_CONST] = "const", [CSP_NAME_IMPORT] = "import", [CSP_NAME_EXTERN] = "extern"};
    enum { KIND = 6, GAPS = 2, LEAST = 10 };
    int room = columns_screen().columns - 1 - KIND - width - GAPS;
    fprintf(out, "%-*s ", KIND, kinds[b->kind]);
    columns_put(out, b->name, width, false);
    fprintf(out, " ");
    put_what(out, r, b, room > LEAST ? room : LEAST);
    fprintf(out, "\n");
}

/* The latest, as many as the screen has room for. */
static void put_names(FILE *out, const repl *r, const names *n)
{
    enum { AROUND = 4 };
    int columns = columns_screen().columns / 2, width = n->width < columns ? n->width : columns;
    size_t rows = (size_t)columns_screen().rows, room = rows > AROUND ? rows - AROUND : 1;
    size_t first = n->count > room ? n->count - room : 0;
    if (first > 0)
        fprintf(out, "… %zu more before (:names TEXT finds them)\n", first);
    for (size_t i = first; i < n->count; i++)
        put_name(out, r, &n->all[i], width);
}

void command_names(repl *r, const char *argument)
{
    names n = {.wanted = argument};
    buffer b;
    char *text = NULL;
    bool ok = csp_each_name(r->session, note_name, &n) == CSP_OK && !n.failed;
    if (ok && buffer_open(&b)) {
        put_names(b.out, r, &n);
        text = buffer_take(&b);
    }
    if (!text)
        repl_print(2, "out of memory\n");
    else if (n.count == 0)
        repl_print(1, *argument ? "no name contains `%s`\n" : "no names\n", argument);
    else
        pieces_show(r, text);
    free(text);
    free_names(&n);
}
