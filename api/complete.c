/* What could stand at the end of a text: completion. */
#include <ctype.h>
#include <stdlib.h>

#include "api/host/host.h"
#include "api/session.h"
#include "lexer/lexer.h"
#include "vm/data/map.h"
#include "vm/foreign/field.h"

typedef struct candidates {
    const char *prefix;
    size_t length; /* of the prefix */
    const char **names;
    size_t count, capacity;
} candidates;

static void add_candidate(void *user, const char *name)
{
    candidates *c = user;
    if (strncmp(name, c->prefix, c->length) != 0 || name[0] == '_')
        return;
    if (c->count == c->capacity) {
        size_t capacity = c->capacity ? c->capacity * 2 : 64;
        const char **names = realloc(c->names, capacity * sizeof *names);
        if (!names)
            return;
        c->names = names;
        c->capacity = capacity;
    }
    c->names[c->count++] = name;
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

/* The fields of a map, or a struct of C's, that could be written behind a point. */
static void add_fields(const csp_session *s, const char *name, candidates *c)
{
    value item = session_value(s, name);
    if (cfield_has(item))
        cfield_each(item, add_candidate, c);
    if (!value_is(item, OBJ_MAP))
        return;
    uint32_t position = 0;
    const map_entry *entry;
    while ((entry = map_next(value_map(item), &position)))
        if (value_is(entry->key, OBJ_STRING)) {
            const char *key = ((const string *)value_as_object(entry->key))->text;
            if (key[strcspn(key, " \t\n\r\"'(){}[].,;:!?+-*/%&|^~<>=#@$\\")] == '\0' &&
                !isdigit((unsigned char)*key))
                add_candidate(c, key);
        }
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t word_start(const char *text, size_t end)
{
    while (end > 0 && in_word(text[end - 1]))
        end--;
    return end;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What could stand from byte `start` on. */
static void gather(csp_session *s, const char *text, size_t size, size_t start, candidates *c)
{
    csp_error *kept;
    if (!world_begin_quietly(s->world, &kept))
        return;
    char *prefix = strndup(text + start, size - start);
    c->prefix = prefix;
    c->length = size - start;
    if (prefix && start > 0 && text[start - 1] == '.') {
        size_t owner = word_start(text, start - 1);
        char *name = strndup(text + owner, start - 1 - owner);
        const void *home = name ? session_module(s, name) : NULL;
        int index = name ? language_find_module(name) : -1;
        if (home)
            world_each_imported(home, add_candidate, c);
        else if (index > LANGUAGE_PRELUDE)
            world_each_member(s->world, index, add_candidate, c);
        else if (name)
            add_fields(s, name, c);
        free(name);
    } else if (prefix) {
        add_everything(s, c);
    }
    world_end_quietly(s->world, kept);
    free(prefix);
}

void csp_complete(csp_session *s, const char *text, size_t size, size_t *start,
                  void (*each)(void *user, const char *candidate), void *user)
{
    host *h = session_enter(s, __func__);
    if (!h)
        return;
    candidates c = {0};
    if (start && each && text) {
        *start = word_start(text, size);
        gather(s, text, size, *start, &c);
    } else {
        door_misuse(h->vm, __func__, "the text, the place for its start, or the function is NULL");
    }
    if (c.count)
        qsort(c.names, c.count, sizeof *c.names, compare_names);
    door_hook_begin(h);
    for (size_t i = 0; i < c.count; i++)
        if (i == 0 || strcmp(c.names[i], c.names[i - 1]) != 0)
            each(user, c.names[i]);
    door_hook_end(h);
    free(c.names);
    door_leave(h);
}
