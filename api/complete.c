/* What could stand at the end of a text: completion. Nothing of the user's is run. */
#include <ctype.h>
#include <stdlib.h>

#include "api/complete_path.h"
#include "api/host/host.h"
#include "api/session_names.h"
#include "base/array.h"
#include "lexer/lexer.h"
#include "vm/data/map.h"
#include "vm/foreign/field.h"

typedef struct candidates {
    const char *prefix;
    size_t length;      /* of the prefix */
    const char *behind; /* what each is followed by */
    bool hidden;        /* names that begin with `_`, too */
    char **names;       /* owned */
    size_t count, capacity;
} candidates;

static void add_candidate(void *user, const char *name)
{
    candidates *c = user;
    if (strncmp(name, c->prefix, c->length) != 0 || (name[0] == '_' && !c->hidden))
        return;
    char **names = array_room(c->names, &c->capacity, c->count + 1, sizeof *names);
    if (!names)
        return;
    c->names = names;
    char *copy;
    if (asprintf(&copy, "%s%s", name, c->behind) >= 0)
        c->names[c->count++] = copy;
}

static void add_everything(csp_session *s, candidates *c)
{
    world *w = s->world;
    for (int kind = 0; kind < LEX_KINDS; kind++)
        if (lex_kind_flags((lex_kind)kind) & LEX_KEYWORD)
            add_candidate(c, lex_kind_text((lex_kind)kind));
    world_each_member(w, LANGUAGE_PRELUDE, add_candidate, c);
    for (int i = LANGUAGE_PRELUDE + 1; i < LANGUAGE_MODULES; i++)
        if (world_has_module(w, i))
            add_candidate(c, language_modules[i].name);
    for (uint32_t i = 0; i < s->count; i++)
        add_candidate(c, s->variables[i].name);
}

/* ---- Fields of live values ---- */

/* Whether the key can be written behind a point. */
static bool is_name(const char *key)
{
    return key[0] && key[strcspn(key, " \t\n\r\"'(){}[].,;:!?+-*/%&|^~<>=#@$\\")] == '\0' &&
           !isdigit((unsigned char)*key);
}

/* Whether it can be written between quotes as it is. */
static bool is_plain(const char *key) { return key[strcspn(key, "\"\\$\n\r\t")] == '\0'; }

static void add_keys(const csp_vm *vm, value item, bool (*is_written)(const char *key),
                     candidates *c)
{
    uint32_t position = 0, seen = 0;
    map_entry entry;
    while (value_is(item, OBJ_MAP) && seen++ < COMPLETE_KEYS &&
           map_next(vm, value_map(item), &position, &entry))
        if (value_is(entry.key, OBJ_STRING) && is_written(value_string(entry.key)->text))
            add_candidate(c, value_string(entry.key)->text);
}

/* What is behind `PATH.` */
static void add_members(csp_session *s, const char *path, size_t size, candidates *c)
{
    char *name = strndup(path, size);
    const void *home = name ? session_module(s, name) : NULL;
    int index = name ? world_find_module(s->world, name) : -1;
    value item = complete_path_value(s, path, size);
    if (home) {
        world_each_imported(home, add_candidate, c);
    } else if (item != VALUE_ABSENT) {
        if (cfield_has(item))
            cfield_each(item, add_candidate, c);
        c->hidden = true;
        add_keys(s->world->vm, item, is_name, c);
    } else if (index > LANGUAGE_PRELUDE) {
        world_each_member(s->world, index, add_candidate, c);
    }
    free(name);
}

/* What is behind `PATH["`, where that is what the text ends with but for the key. */
static void add_string_keys(csp_session *s, const char *text, size_t quote, candidates *c)
{
    if (quote == 0 || text[quote - 1] != '[')
        return;
    size_t from = complete_path_start(text, quote - 1);
    c->behind = "\"]";
    c->hidden = true;
    add_keys(s->world->vm, complete_path_value(s, text + from, quote - 1 - from), is_plain, c);
}

/* ---- Calls ---- */

/* What the text is in the middle of, at its end. */
typedef struct place {
    size_t quote; /* the quote that begins the string, or NOWHERE */
    size_t call;  /* the parenthesis of the innermost call, or NOWHERE */
    bool comment;
} place;

enum { BRACKETS = 64 }; /* more are not told apart */
#define NOWHERE ((size_t)-1)

/* Behind the string whose quote is at `at`; NOWHERE: it does not end. */
static size_t skip_string(const char *text, size_t size, size_t at)
{
    bool raw = at > 0 && text[at - 1] == 'r' && (at < 2 || !complete_in_word(text[at - 2]));
    for (at++; at < size && text[at] != '"'; at++)
        at += !raw && text[at] == '\\';
    return at < size ? at + 1 : NOWHERE;
}

static place find_place(const char *text, size_t size)
{
    place p = {NOWHERE, NOWHERE, false};
    size_t open[BRACKETS], depth = 0;
    for (size_t at = 0; at < size;) {
        char c = text[at];
        if (c == '"') {
            size_t end = skip_string(text, size, at);
            if (end == NOWHERE)
                p.quote = at;
            at = end == NOWHERE ? size : end;
            continue;
        }
        if (c == '#') {
            const char *line = memchr(text + at, '\n', size - at);
            p.comment = !line;
            at = line ? (size_t)(line - text) : size;
            continue;
        }
        if (strchr("([{", c) && depth++ < BRACKETS)
            open[depth - 1] = at;
        else if (strchr(")]}", c))
            depth -= depth > 0;
        at++;
    }
    if (depth > 0 && depth <= BRACKETS && text[open[depth - 1]] == '(')
        p.call = open[depth - 1];
    return p;
}

/* The names of parameters, where an argument begins. */
static void add_parameters(csp_session *s, const char *text, size_t call, size_t start,
                           candidates *c)
{
    size_t before = start;
    while (before > 0 && strchr(" \t\r\n", text[before - 1]))
        before--;
    if (call == NOWHERE || before == 0 || (text[before - 1] != '(' && text[before - 1] != ','))
        return;
    size_t from = complete_path_start(text, call);
    char *name = strndup(text + from, call - from);
    resolve_symbol fn = {0};
    c->behind = ": ";
    bool found = name && *name && session_function(s, name, &fn) && fn.param_names;
    for (uint32_t i = 0; found && i < fn.max && (fn.param_names[i] || fn.max != UINT32_MAX); i++)
        if (fn.param_names[i])
            add_candidate(c, fn.param_names[i]);
    c->behind = "";
    free(name);
}

/* ---- All together ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Where the word to be completed begins. */
static size_t find_start(const char *text, size_t size, const place *p)
{
    return p->quote != NOWHERE ? p->quote + 1 : complete_word_start(text, size);
}

static void gather(csp_session *s, const char *text, const place *p, size_t start, candidates *c)
{
    if (p->quote != NOWHERE) {
        add_string_keys(s, text, p->quote, c);
    } else if (start > 0 && text[start - 1] == '.') {
        size_t from = complete_path_start(text, start - 1);
        add_members(s, text + from, start - 1 - from, c);
    } else {
        add_parameters(s, text, p->call, start, c);
        add_everything(s, c);
    }
}

static void complete(csp_session *s, const char *text, size_t size, size_t *start, candidates *c)
{
    csp_error *kept;
    place p = find_place(text, size);
    *start = find_start(text, size, &p);
    char *prefix = strndup(text + *start, size - *start);
    if (!p.comment && prefix && world_begin_quietly(s->world, &kept)) {
        c->prefix = prefix;
        c->length = strlen(prefix);
        c->behind = "";
        gather(s, text, &p, *start, c);
        world_end_quietly(s->world, kept);
    }
    free(prefix);
}

void csp_complete(csp_session *s, const char *text, size_t size, size_t *start,
                  void (*each)(void *user, const char *candidate), void *user)
{
    host *h = session_enter(s, __func__);
    if (!h)
        return;
    candidates c = {0};
    if (start && each && text)
        complete(s, text, size, start, &c);
    else
        door_misuse(h->vm, __func__, "the text, the place for its start, or the function is NULL");
    if (c.count)
        qsort(c.names, c.count, sizeof *c.names, compare_names);
    door_hook_begin(h);
    for (size_t i = 0; i < c.count; i++)
        if (i == 0 || strcmp(c.names[i], c.names[i - 1]) != 0)
            each(user, c.names[i]);
    door_hook_end(h);
    for (size_t i = 0; i < c.count; i++)
        free(c.names[i]);
    free(c.names);
    door_leave(h);
}
