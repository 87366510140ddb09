/* Looking up what is known about a name. */
#include <stdlib.h>

#include "api/doc_text.h"
#include "api/foreign.h"
#include "api/host/host.h"
#include "api/loader.h"
#include "api/parsed.h"
#include "api/session.h"
#include "base/foreign.h"
#include "base/words.h"
#include "parser/parse.h"
#include "stdlib/natives.h"
#include "vm/code/native.h"

/* What is known of a library function and cannot be seen from its head. */
static void write_traits(const char *module_name, const char *name, FILE *out)
{
    unsigned traits = language_traits(module_name, name);
    if (traits & LANGUAGE_CHANGES)
        fputs("    (changes its first argument)\n", out);
    if (traits & LANGUAGE_MAY_FAIL)
        fputs("    (may give an error value)\n", out);
}

static bool write_native(world *w, int index, const char *name, FILE *out)
{
    const native_entry *e = world_native(w, index, name);
    if (!e)
        return false;
    fprintf(out, "%s%s%s\n", language_modules[index].name, index == LANGUAGE_PRELUDE ? "" : ".",
            e->signature);
    doc_indented(e->doc, strlen(e->doc), out);
    write_traits(language_modules[index].name, name, out);
    return true;
}

static bool write_constant(int index, const char *name, FILE *out)
{
    for (const native_constant *c = math_constants; index == LANGUAGE_MATH && c->name; c++)
        if (strcmp(c->name, name) == 0) {
            fprintf(out, "%s.%s\n", language_modules[index].name, name);
            doc_indented(c->doc, strlen(c->doc), out);
            return true;
        }
    return false;
}

/* A function written in csp: its source has everything. */
static bool write_source(const char *source, size_t size, const char *module_name, const char *name,
                         FILE *out)
{
    parsed p;
    parsed_read(&p, "", source, size, parse_module);
    const ast_fn *fn = parsed_function(&p, name);
    if (fn) {
        doc_head(source, fn, module_name, out);
        if (fn->doc)
            doc_indented(fn->doc, fn->doc_length, out);
    }
    parsed_free(&p);
    return fn != NULL;
}

static bool write_export(const module *m, const char *home, const char *name, FILE *out)
{
    for (uint32_t i = 0; m && i < m->export_count; i++)
        if (strcmp(value_string(m->exports[i].name)->text, name) == 0)
            return write_source(m->text, m->length, home, name, out);
    return false;
}

static void write_name(void *out, const char *name) { fprintf(out, " %s", name); }

static bool write_import(const void *home, const char *name, FILE *out)
{
    if (!home)
        return false;
    fprintf(out, "%s:", name);
    world_each_imported(home, write_name, out);
    putc('\n', out);
    return true;
}

static bool write_module(world *w, int index, FILE *out)
{
    if (index <= LANGUAGE_PRELUDE || index >= LANGUAGE_MODULES || !world_has_module(w, index))
        return false;
    fprintf(out, "%s:", language_modules[index].name);
    world_each_member(w, index, write_name, out);
    putc('\n', out);
    return true;
}

static bool write_member(world *w, const char *home, const char *name, FILE *out)
{
    int index = world_find_module(w, home);
    if (index < 0)
        return false;
    if (write_native(w, index, name, out) || write_constant(index, name, out))
        return true;
    const module *m;
    bool written = world_load_module(w, index, &m) && write_export(m, home, name, out);
    if (written)
        write_traits(home, name, out);
    return written;
}

/* A word of the language: the ways to write it, one per line. */
static bool write_word(const char *name, FILE *out)
{
    const word_row *row = word_find(name);
    if (!row)
        return false;
    fprintf(out, "%s\n", name);
    const char *way = row->form;
    for (const char *end; (end = strstr(way, "    ")); way = end + 4)
        doc_indented(way, (size_t)(end - way), out);
    doc_indented(way, strlen(way), out);
    fputs("\n", out);
    doc_indented(row->doc, strlen(row->doc), out);
    return true;
}

/* All members with that name, in any module. */
static bool write_members_named(world *w, const char *name, FILE *out)
{
    bool found = false;
    for (int i = LANGUAGE_PRELUDE + 1; i < LANGUAGE_MODULES; i++)
        if (world_has_module(w, i) && write_member(w, language_modules[i].name, name, out))
            found = true;
    return found;
}

/* What other languages call the things that csp has. */
static bool write_foreign(const char *name, FILE *out)
{
    char home[64] = "";
    const char *point = strchr(name, '.');
    if (point)
        snprintf(home, sizeof home, "%.*s", (int)(point - name), name);
    const foreign_row *row = point ? foreign_find_member(home, point + 1) : foreign_find_word(name);
    if (!row)
        return false;
    char hint[FOREIGN_HINT];
    foreign_hint(row, hint, sizeof hint);
    fprintf(out, "%s: another language's name\n    %s\n", name, hint);
    return true;
}

static bool write_variable(const csp_session *s, const char *name, FILE *out)
{
    value item = session_value(s, name);
    if (!value_is(item, OBJ_CLOSURE))
        return false;
    const code *c = ((const closure *)value_as_object(item))->code;
    if (!value_is(c->name, OBJ_STRING) || !c->module)
        return false;
    return write_source(c->module->text, c->module->length, "", value_string(c->name)->text, out);
}

static bool write_foreign_member(const void *home, const char *alias, const char *name, FILE *out)
{
    foreign_description d;
    if (!foreign_describe(home, name, &d))
        return false;
    fprintf(out, "%s%s.%s\n", d.blocking ? "blocking " : "", alias, d.text);
    if (d.doc)
        doc_indented(d.doc, strlen(d.doc), out);
    return true;
}

static bool write_native_member(const void *home, const char *alias, const char *name, FILE *out)
{
    const native_entry *e = loader_native(home, name);
    if (!e)
        return false;
    fprintf(out, "%s.%s\n", alias, e->signature);
    if (e->doc[0])
        doc_indented(e->doc, strlen(e->doc), out);
    return true;
}

static bool write_any(csp_session *s, char *name, FILE *out)
{
    char *point = strchr(name, '.');
    if (!point) {
        if (write_import(session_module(s, name), name, out) || write_variable(s, name, out) ||
            write_member(s->world, "", name, out) ||
            write_module(s->world, world_find_module(s->world, name), out))
            return true;
        bool word = write_word(name, out);
        return write_members_named(s->world, name, out) || word;
    }
    *point = '\0';
    const void *imported = session_module(s, name);
    if (imported && world_is_library(imported))
        return write_foreign_member(imported, name, point + 1, out);
    if (!imported)
        return write_member(s->world, name, point + 1, out);
    return write_native_member(imported, name, point + 1, out) ||
           write_export(loader_code(imported), name, point + 1, out);
}

static char *doc(csp_session *s, const char *name)
{
    char *rendered = NULL;
    size_t size;
    FILE *out = open_memstream(&rendered, &size);
    char *copy = strdup(name);
    csp_error *kept;
    bool found = false;
    if (out && copy && world_begin_quietly(s->world, &kept)) {
        found = write_any(s, copy, out);
        world_end_quietly(s->world, kept);
    }
    if (out && !found)
        found = write_foreign(name, out);
    free(copy);
    if (out && fclose(out) != 0)
        found = false;
    if (!found) {
        free(rendered);
        return NULL;
    }
    return rendered;
}

char *csp_doc(csp_session *s, const char *name) { return session_tell(s, __func__, name, doc); }

/* The head with which the text begins: up to the end of the line on which its brackets are closed.
 * 0: it is not that of a function. */
static size_t head_size(const char *text, const char *name)
{
    static const char blocking[] = "blocking ";
    size_t at = strncmp(text, blocking, sizeof blocking - 1) == 0 ? sizeof blocking - 1 : 0;
    size_t length = strlen(name);
    int depth = 0;
    if (strncmp(text + at, name, length) != 0 || text[at + length] != '(')
        return 0;
    for (; text[at] && (depth > 0 || text[at] != '\n'); at++)
        depth += (strchr("([{", text[at]) != NULL) - (strchr(")]}", text[at]) != NULL);
    return at;
}

static char *signature_of(csp_session *s, const char *name)
{
    char *text = doc(s, name);
    size_t size = text ? head_size(text, name) : 0;
    if (size > 0) {
        text[size] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

char *csp_signature(csp_session *s, const char *name)
{
    return session_tell(s, __func__, name, signature_of);
}
