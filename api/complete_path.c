#include "api/complete_path.h"

#include <ctype.h>
#include <stdlib.h>

#include "vm/data/map.h"

bool complete_in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

size_t complete_word_start(const char *text, size_t end)
{
    while (end > 0 && complete_in_word(text[end - 1]))
        end--;
    return end;
}

/* Where the bracket before the `]` at end - 1 stands; `end`: it has not the form of an index. */
static size_t bracket_start(const char *text, size_t end)
{
    size_t at = end - 1;
    if (at > 0 && text[at - 1] == '"') {
        for (at--; at > 0 && text[at - 1] != '"'; at--)
            if (text[at - 1] == '\\' || text[at - 1] == '\n')
                return end;
        at -= at > 0;
    } else {
        while (at > 0 && (isdigit((unsigned char)text[at - 1]) || text[at - 1] == '-'))
            at--;
    }
    return at > 0 && text[at - 1] == '[' ? at - 1 : end;
}

size_t complete_path_start(const char *text, size_t end)
{
    size_t at = end;
    for (;;) {
        while (at > 0 && text[at - 1] == ']') {
            size_t open = bracket_start(text, at);
            if (open == at)
                return end;
            at = open;
        }
        size_t word = complete_word_start(text, at);
        if (word == at || isdigit((unsigned char)text[word]))
            return end;
        at = word;
        if (at == 0 || text[at - 1] != '.')
            return at;
        at--;
    }
}

/* ---- The value ---- */

/* Nobody else may change it while it is looked at. */
static bool is_readable(const csp_session *s, value v)
{
    return value_is_object(v) &&
           (value_is_immutable(v) || obj_header(v) >> OWNER_SHIFT == s->number);
}

static value field(const csp_vm *vm, value v, const char *name, size_t size)
{
    uint32_t position = 0, seen = 0;
    map_entry entry;
    while (value_is(v, OBJ_MAP) && seen++ < COMPLETE_KEYS &&
           map_next(vm, value_map(v), &position, &entry)) {
        if (!value_is(entry.key, OBJ_STRING))
            continue;
        const char *key = value_string(entry.key)->text;
        if (strncmp(key, name, size) == 0 && key[size] == '\0')
            return entry.item;
    }
    return VALUE_ABSENT;
}

static value element(value v, const char *digits)
{
    long long index = strtoll(digits, NULL, 10);
    const value *items = NULL;
    uint64_t count = 0;
    if (value_is(v, OBJ_LIST)) {
        items = value_list(v)->items;
        count = value_list(v)->count;
    } else if (value_is(v, OBJ_TUPLE)) {
        items = value_tuple(v)->items;
        count = value_tuple(v)->count;
    }
    if (index < 0)
        index += (long long)count;
    return index >= 0 && (uint64_t)index < count ? items[index] : VALUE_ABSENT;
}

/* One step on: `.name`, `[1]` or `["key"]`; *path is moved behind it. */
static value step(const csp_vm *vm, value v, const char **path, const char *end)
{
    const char *from = *path + 1, *to = from;
    if (**path == '.') {
        while (to < end && complete_in_word(*to))
            to++;
        *path = to;
        return field(vm, v, from, (size_t)(to - from));
    }
    if (*from == '"') {
        to = memchr(from + 1, '"', (size_t)(end - from - 1));
        *path = to + 2;
        return field(vm, v, from + 1, (size_t)(to - from - 1));
    }
    *path = (const char *)memchr(from, ']', (size_t)(end - from)) + 1;
    return element(v, from);
}

value complete_path_value(const csp_session *s, const char *path, size_t size)
{
    const char *end = path + size;
    size_t word = 0;
    while (word < size && complete_in_word(path[word]))
        word++;
    char *name = strndup(path, word);
    value v = name && !session_module(s, name) ? session_value(s, name) : VALUE_ABSENT;
    free(name);
    for (path += word; path < end && is_readable(s, v);)
        v = step(s->world->vm, v, &path, end);
    return path == end && is_readable(s, v) ? v : VALUE_ABSENT;
}
