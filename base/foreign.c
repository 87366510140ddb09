#include "base/foreign.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/language.h"

const foreign_row foreign_names[] = {
#define FOREIGN(names, lead, here, tail)               {NULL, names, lead, here, tail},
#define FOREIGN_MEMBER(homes, names, lead, here, tail) {homes, names, lead, here, tail},
#include "base/foreign.def"
    {NULL, NULL, NULL, NULL, NULL}};

const foreign_row foreign_words[] = {
#define FOREIGN_WORD(names, lead, here, tail) {NULL, names, lead, here, tail},
#define FOREIGN_TYPE(names, type)
#define FOREIGN_MODULE(names, module)
#include "base/foreign_words.def"
#undef FOREIGN_WORD
#undef FOREIGN_TYPE
#undef FOREIGN_MODULE
    {NULL, NULL, NULL, NULL, NULL}};

const foreign_module foreign_modules[] = {
#define FOREIGN_WORD(names, lead, here, tail)
#define FOREIGN_TYPE(names, type)
#define FOREIGN_MODULE(names, module) {names, module},
#include "base/foreign_words.def"
#undef FOREIGN_TYPE
#undef FOREIGN_MODULE
    {NULL, NULL}};

static const foreign_module foreign_types[] = {
#define FOREIGN_TYPE(names, type) {names, type},
#define FOREIGN_MODULE(names, module)
#include "base/foreign_words.def"
    {NULL, NULL}};

static const foreign_row *find_row(const foreign_row *rows, const char *home, const char *name)
{
    size_t length;
    const char *homes = NULL; /* of the row before, which usually apply to this one, too */
    bool at_home = home == NULL;
    for (const foreign_row *row = rows; row->names; row++) {
        if (row->homes != homes) {
            homes = row->homes;
            at_home =
                home && homes ? language_same_word(homes, home, &length) != NULL : home == homes;
        }
        if (at_home && language_same_word(row->names, name, &length))
            return row;
    }
    return NULL;
}

const foreign_row *foreign_find(const char *name) { return find_row(foreign_names, NULL, name); }

const foreign_row *foreign_find_member(const char *home, const char *member)
{
    return find_row(foreign_names, home, member);
}

const foreign_row *foreign_find_word(const char *name)
{
    const foreign_row *word = find_row(foreign_words, NULL, name);
    return word ? word : foreign_find(name);
}

static const char *find_module(const foreign_module *m, const char *name)
{
    size_t length;
    for (; m->names; m++)
        if (language_same_word(m->names, name, &length))
            return m->module;
    return NULL;
}

const char *foreign_find_module(const char *name) { return find_module(foreign_modules, name); }

const char *foreign_find_type(const char *name) { return find_module(foreign_types, name); }

static void write_hint(const foreign_row *row, const char *here, char *out, size_t size)
{
    if (*row->here == '\0') {
        snprintf(out, size, "%s", row->lead);
        return;
    }
    bool is_word = isalpha((unsigned char)*row->tail) != 0;
    snprintf(out, size, "%s `%s`%s%s", row->lead, here, is_word ? " " : "", row->tail);
}

void foreign_hint(const foreign_row *row, char *out, size_t size)
{
    write_hint(row, row->here, out, size);
}

/* ---- methods ---- */

typedef struct type_home {
    const char *type, *module; /* module: "" where none has functions of it */
    bool has_rows;             /* the module's rows are for this type, which has another name */
    const char *subject;       /* what base/foreign.def calls the subject */
    const char *globals;       /* those of the prelude that take one */
} type_home;

static const type_home homes[] = {
    {"string", "String", false, "s", "len str repr int float type print"},
    {"list", "List", false, "xs", "len str repr type copy freeze print"},
    {"map", "Map", false, "m", "len str repr type copy freeze print"},
    {"tuple", "Tuple", false, "t", "len str repr type copy print"},
    {"bytes", "Bytes", false, "b", "len str repr type"},
    {"buffer", "Buffer", false, "b", "len str repr type copy"},
    /* can be read like a list, but not changed */
    {"range", "List", false, "xs", "len str repr type"},
    {"int", "Math", true, "x", "abs min max int float str repr type print"},
    {"float", "Math", true, "x", "abs min max int float str repr type print"},
    {"chan", "", false, "c", "close send_end recv_end str type"},
    {"process", "Process", false, "p", "done wait kill link unlink str type"},
};

static const type_home *home_of(const char *type)
{
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
        if (strcmp(homes[i].type, type) == 0)
            return &homes[i];
    return NULL;
}

static bool in_name(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* A placeholder is a whole name that is not a field, key, function or number. */
static size_t placeholder(const char *form, const char *at)
{
    if (!in_name(*at) || isdigit((unsigned char)*at) || (at > form && in_name(at[-1])) ||
        (at > form && at[-1] == '.' && (at == form + 1 || at[-2] != '.')))
        return 0;
    size_t length = 0;
    while (in_name(at[length]))
        length++;
    bool is_other =
        at[length] == '(' || at[length] == ':' || (at[length] == '.' && at[length + 1] != '.');
    return is_other || length > 2 ? 0 : length;
}

typedef struct substitution {
    const char *subject;
    const char *seen[8]; /* the other placeholders, in order */
    size_t lengths[8], count;
} substitution;

/* The argument that replaces the placeholder, counted from 1; 0: the subject. */
static size_t argument_for(substitution *s, const char *at, size_t length)
{
    if (strlen(s->subject) == length && memcmp(at, s->subject, length) == 0)
        return 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->lengths[i] == length && memcmp(s->seen[i], at, length) == 0)
            return i + 1;
    if (s->count < sizeof s->seen / sizeof *s->seen) {
        s->seen[s->count] = at;
        s->lengths[s->count++] = length;
    }
    return s->count;
}

/* Puts the arguments of the call itself into the form. False: it has other arguments, or they do
 * not fit. */
static bool fill(const char *form, const char *subject, const foreign_call *call, char *out,
                 size_t size)
{
    substitution s = {.subject = subject};
    size_t used = 0;
    for (const char *at = form; *at != '\0';) {
        size_t length = placeholder(form, at), step = length ? length : 1;
        const char *text = at;
        if (length > 0) {
            size_t index = argument_for(&s, at, length);
            if (index > call->count)
                return false;
            text = index == 0 ? call->subject : call->args[index - 1];
            length = strlen(text);
        } else {
            length = 1;
        }
        if (used + length >= size)
            return false;
        memcpy(out + used, text, length);
        used += length;
        at += step;
    }
    out[used] = '\0';
    return s.count == call->count;
}

/* The function here with that name, say `List.map`; false: there is none. */
static bool find_function(const type_home *home, const char *member, char *out, size_t size)
{
    int module = *home->module ? language_find_module(home->module) : -1;
    size_t length;
    const char *word =
        module < 0 ? NULL : language_same_word(language_modules[module].members, member, &length);
    if (word)
        return snprintf(out, size, "%s.%.*s", home->module, (int)length, word) < (int)size;
    word = language_same_word(home->globals, member, &length);
    return word && snprintf(out, size, "%.*s", (int)length, word) < (int)size;
}

/* `List.map(xs, f)`. False: it is too long. */
static bool write_call(const char *function, const foreign_call *call, char *out, size_t size)
{
    int used = snprintf(out, size, "write `%s(%s", function, call->subject);
    for (size_t i = 0; i < call->count && used < (int)size; i++)
        used += snprintf(out + used, size - (size_t)used, ", %s", call->args[i]);
    if (used < (int)size)
        used += snprintf(out + used, size - (size_t)used, ")`");
    return used < (int)size;
}

bool foreign_method(const char *type, const char *member, const foreign_call *call, char *out,
                    size_t size)
{
    const type_home *home = home_of(type);
    if (!home)
        return false;
    const char *subject = home->subject;
    const foreign_row *row = foreign_find_member(type, member);
    char text[FOREIGN_HINT];
    if (!row && find_function(home, member, text, sizeof text)) {
        if (!call || !write_call(text, call, out, size))
            snprintf(out, size, "call `%s`, which takes the %s as its first argument", text, type);
        return true;
    }
    if (!row && home->has_rows)
        row = foreign_find_member(home->module, member);
    if (!row) {
        row = foreign_find_member("any", member);
        subject = "x";
    }
    if (!row)
        return false;
    bool filled = call && fill(row->here, subject, call, text, sizeof text);
    write_hint(row, filled ? text : row->here, out, size);
    return true;
}
