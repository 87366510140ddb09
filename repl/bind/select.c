#include "repl/bind/select.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "repl/bind/translate.h"
#include "repl/bind/type.h"

/* ---- names ---- */

bool select_name(const selection *s, const char *name)
{
    bool is_hidden = name[0] == '_';
    for (uint32_t i = 0; i < s->glob_count; i++)
        if ((!is_hidden || s->globs[i][0] == '_') && fnmatch(s->globs[i], name, 0) == 0)
            return true;
    return s->glob_count == 0 && !is_hidden;
}

/* #define STDIO_H 1, a guard against being included twice. */
static bool is_guard(const c_macro *m)
{
    size_t length = strlen(m->name);
    while (length > 0 && m->name[length - 1] == '_')
        length--;
    bool ends_so = length > 2 && memcmp(m->name + length - 2, "_H", 2) == 0;
    return ends_so && (m->body[0] == '\0' || strcmp(m->body, "1") == 0);
}

bool select_macro(const selection *s, const c_macro *m)
{
    return m->is_own && !m->is_gone && m->body[0] && !is_guard(m) && select_name(s, m->name);
}

static bool is_taken(const table *taken, const table *words, const char *name)
{
    return table_find(taken, name) || table_find(words, name);
}

const char *select_free_name(table *taken, const table *words, const char *name, const char *prefix)
{
    text own = {0};
    if (isdigit((unsigned char)name[0]))
        text_put(&own, "_");
    text_put(&own, name);
    for (char *at = own.bytes; *at; at++)
        if (!isalnum((unsigned char)*at) && !(*at & 0x80))
            *at = '_';
    if (is_taken(taken, words, own.bytes)) {
        text prefixed = {0};
        text_print(&prefixed, "%s%s", prefix, own.bytes);
        text_free(&own);
        own = prefixed;
    }
    while (is_taken(taken, words, own.bytes) || strspn(own.bytes, "_") == own.length)
        text_put(&own, "_0");
    table_set(taken, own.bytes, taken);
    return own.bytes;
}

/* ---- functions ---- */

void select_functions(const selection *s, header *h)
{
    for (c_function *f = h->function_list; f; f = f->next)
        f->is_selected = f->is_own && select_name(s, f->name);
}

/* From included headers, only functions that the library has itself are meant: the others may be
 * another library's. */
static void judge_function(selection *s, const header *h, c_function *f)
{
    const library *l = &s->library;
    if (f->is_selected && f->is_static)
        f->why = "inline in the header, no symbol";
    else if (f->is_selected && s->all && l->handle && !library_owns(l, f->symbol))
        f->is_selected = false;
    else if (f->is_selected && l->handle && !library_has(l, f->symbol))
        f->why = "no symbol of the library";
    else if (f->is_selected)
        f->why = translate_signature(h, type_resolve(h, f->type), &f->where);
    else
        s->elsewhere +=
            l->handle && !f->is_own && select_name(s, f->name) && library_owns(l, f->symbol);
}

/* ---- structs ---- */

/* Those that are printed and whose fields have not been examined. */
typedef struct marking {
    header *h;
    c_record **records;
    size_t count, capacity;
} marking;

static void mark(marking *m, c_record *record)
{
    if (!record || record->is_printed)
        return;
    record->is_printed = true;
    if (m->count == m->capacity) {
        m->capacity = m->capacity ? 2 * m->capacity : 64;
        m->records = memory_grow(m->records, m->capacity * sizeof *m->records);
    }
    m->records[m->count++] = record;
}

/* What a type needs; for a callback, what its parameters need. */
static void mark_type(marking *m, const c_type *type, bool by_value)
{
    mark(m, translate_needs(m->h, type, by_value));
    const c_type *t = type_resolve(m->h, type);
    if (t->kind == C_POINTER)
        t = type_resolve(m->h, t->of);
    if (t->kind != C_FUNCTION)
        return;
    mark(m, translate_needs(m->h, t->of, by_value));
    for (const c_type *param = t->params; param; param = param->next)
        mark(m, translate_needs(m->h, param, by_value));
}

static void mark_signature(marking *m, const c_type *function)
{
    mark_type(m, function->of, false);
    for (const c_type *param = function->params; param; param = param->next)
        mark_type(m, param, false);
}

static const char *record_name(const c_record *record)
{
    return record->alias ? record->alias : record->tag;
}

static void mark_structs(const selection *s, header *h)
{
    marking m = {.h = h};
    for (c_record *record = h->complete; record; record = record->next_complete) {
        const char *name = record_name(record);
        record->is_selected = record->is_own && name && select_name(s, name) &&
                              (record->is_union || !translate_is_private(record));
        if (record->is_selected && !record->why)
            mark(&m, record);
    }
    for (c_function *f = h->function_list; f; f = f->next)
        if (f->is_selected && !f->why)
            mark_signature(&m, type_resolve(h, f->type));
    while (m.count > 0) {
        const c_record *record = m.records[--m.count];
        for (const c_field *field = record->fields; field; field = field->next)
            mark_type(&m, field->type, !record->is_own);
    }
}

/* Functions come first: C calls structs `struct stat`, which can be given another name. */
static void name_structs(selection *s, header *h)
{
    table taken = {0};
    for (const c_function *f = h->function_list; f; f = f->next)
        if (f->is_selected && !f->why)
            table_set(&taken, f->name, h);
    for (c_record *record = h->complete; record; record = record->next_complete) {
        text made = {0};
        const char *name = record_name(record);
        if (!record->is_printed)
            continue;
        if (!name && record->within) {
            const char *outer =
                record->within->shown ? record->within->shown : record_name(record->within);
            text_print(&made, "%s_%s", outer ? outer : "struct",
                       record->field ? record->field : "0");
            name = made.bytes;
        }
        if (name && translate_is_type(name))
            table_set(&taken, name, h);
        record->shown = select_free_name(&taken, &s->words, name ? name : "struct_0", "struct_");
    }
}

void select_all(selection *s, header *h)
{
    for (c_record *record = h->complete; record; record = record->next_complete)
        translate_record(h, record);
    for (c_function *f = h->function_list; f; f = f->next)
        judge_function(s, h, f);
    mark_structs(s, h);
    name_structs(s, h);
}
