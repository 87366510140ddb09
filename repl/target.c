#include "repl/target.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/evaluate.h"

/* The number in `<chan 2>`, `<chan 2 send>`, `<process 4 worker>`; 0: it is none of that kind. */
static uint64_t number_in(const char *text, const char *kind)
{
    size_t size = strlen(kind);
    if (strncmp(text, kind, size) != 0 || text[size] < '0' || text[size] > '9')
        return 0;
    return strtoull(text + size, NULL, 10);
}

/* False: the text is none of those. */
static bool read_literal(target *t, const char *text)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    if (end != text && *end == '\0') {
        *t = (target){.kind = TARGET_PROCESS, .number = number};
        return true;
    }
    uint64_t process = number_in(text, "<process "), channel = number_in(text, "<chan ");
    channel = channel ? channel : number_in(text, "<port ");
    if (!process && !channel)
        return false;
    *t = (target){.kind = process ? TARGET_PROCESS : TARGET_CHANNEL,
                  .number = process ? process : channel};
    return true;
}

/* ---- Words ---- */

size_t target_word(const char *text)
{
    size_t at = 0, depth = 0;
    const char *end = *text == '<' ? strchr(text, '>') : NULL; /* of `<chan 2>` */
    if (end)
        return (size_t)(end + 1 - text);
    for (; text[at] && (depth > 0 || !strchr(" \t", text[at])); at++) {
        if (text[at] == '"') {
            for (at++; text[at] && text[at] != '"'; at++)
                at += text[at] == '\\' && text[at + 1];
            if (!text[at])
                break;
        }
        if (strchr("([{", text[at]))
            depth++;
        else if (strchr(")]}", text[at]))
            depth -= depth > 0;
    }
    return at;
}

/* ---- A value ---- */

static const char *type_name(csp_type type)
{
    static const char *const names[] = {
        [CSP_T_NIL] = "nil",         [CSP_T_BOOL] = "a bool",     [CSP_T_INT] = "an int",
        [CSP_T_FLOAT] = "a float",   [CSP_T_STRING] = "a string", [CSP_T_BYTES] = "bytes",
        [CSP_T_TUPLE] = "a tuple",   [CSP_T_LIST] = "a list",     [CSP_T_MAP] = "a map",
        [CSP_T_BUFFER] = "a buffer", [CSP_T_FUNCTION] = "a fn",   [CSP_T_ERROR] = "an error",
        [CSP_T_RANGE] = "a range",   [CSP_T_OBJECT] = "an object"};
    return type < sizeof names / sizeof *names && names[type] ? names[type] : "a value of C";
}

/* Where the functions for it are, and what is done with it otherwise. */
static const char *uses_of(csp_type type)
{
    static const char *const uses[] = {[CSP_T_INT] = "arithmetic, :doc Math",
                                       [CSP_T_FLOAT] = "arithmetic, :doc Math",
                                       [CSP_T_STRING] = "s[i], s[from..to], for; :doc String",
                                       [CSP_T_BYTES] = "b[i], b[from..to], for; :doc Bytes",
                                       [CSP_T_TUPLE] = "t[i], for; :doc Tuple",
                                       [CSP_T_LIST] = "xs[i], xs[i] = x, for; :doc List",
                                       [CSP_T_MAP] = "m[key], m.name, for; :doc Map",
                                       [CSP_T_BUFFER] = "b[i], b[i] = n",
                                       [CSP_T_FUNCTION] = "call it, spawn it",
                                       [CSP_T_ERROR] = "e.kind, e.message, e.data, e.trace",
                                       [CSP_T_RANGE] = "for, xs[range]"};
    return type < sizeof uses / sizeof *uses ? uses[type] : NULL;
}

static bool has_length(csp_type type)
{
    return (type >= CSP_T_STRING && type <= CSP_T_BUFFER) || type == CSP_T_RANGE;
}

typedef struct noted {
    repl *r;
    target *t;
    bool any;
} noted;

static char *describe(repl *r, csp_value v, csp_type type)
{
    enum { SHOWN = 200 };
    buffer b;
    if (!buffer_open(&b))
        return NULL;
    char *shown = csp_show(r->vm, v, SHOWN);
    csp_ref *ref = csp_ref_new(r->vm, v);
    fprintf(b.out, "%s: %s\n", type_name(type), shown ? shown : "");
    if (has_length(type))
        fprintf(b.out, "  length      %zu\n", csp_length(r->vm, v));
    fprintf(b.out, "  %s\n",
            ref ? "shared      it cannot change: every process may use it, and messages are not "
                  "copied"
                : "own         the session's: messages are copies, or moved");
    if (!ref)
        csp_error_free(csp_take_error(r->vm));
    if (uses_of(type))
        fprintf(b.out, "  use         %s\n", uses_of(type));
    csp_ref_free(ref);
    csp_text_free(shown);
    return buffer_take(&b);
}

/* The last value of the argument is what is meant. */
static void note(void *user, csp_value v)
{
    noted *n = user;
    char *shown = csp_show(n->r->vm, v, 64);
    csp_type type = csp_type_of(n->r->vm, v);
    bool handle = type == CSP_T_CHANNEL || type == CSP_T_PROCESS;
    free(n->t->described);
    n->t->described = NULL;
    n->any = shown && (!handle || read_literal(n->t, shown));
    if (!handle)
        *n->t = (target){.kind = TARGET_VALUE, .described = describe(n->r, v, type)};
    csp_text_free(shown);
}

bool target_find(target *t, repl *r, const char *argument)
{
    *t = (target){0};
    if (read_literal(t, argument))
        return true;
    noted n = {r, t, false};
    bool ok = evaluate_for(r, argument, note, &n);
    if (ok && !n.any)
        repl_print(1, "nil\n");
    return ok && n.any && (t->kind != TARGET_VALUE || t->described);
}

void target_free(target *t) { free(t->described); }
