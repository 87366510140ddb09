/* The text of what a name is, and its bytecode. */
#include <stdlib.h>

#include "api/doc_text.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "api/loader.h"
#include "api/parsed.h"
#include "api/session_names.h"
#include "api/session_text.h"
#include "include/csp_tools.h"
#include "parser/parse.h"
#include "vm/report/disasm.h"

typedef struct found {
    char *text; /* owned, as is file */
    char *file; /* NULL: an input of the session */
    uint32_t line;
} found;

/* `text` is taken; NULL: nothing has been found. */
static void set(found *out, char *text, const module *m, uint32_t line)
{
    if (!text)
        return;
    free(out->text);
    free(out->file);
    *out = (found){.text = text, .file = strdup(value_string(m->name)->text), .line = line};
}

/* The top-level declaration of a module. */
static void find_declaration(const module *m, const char *name, found *out)
{
    parsed p;
    parsed_read(&p, "", m->text, m->length, parse_module);
    for (uint32_t i = p.ast ? p.ast->items.count : 0; i-- > 0;) {
        const ast_node *item = p.ast->items.items[i];
        const char *declared = parsed_name(item);
        if (!declared || strcmp(declared, name) != 0)
            continue;
        uint32_t start = doc_start(m->text, item->span.start);
        set(out, strndup(m->text + start, item->span.end - start), m,
            src_locate(&p.src, start).line);
        break;
    }
    parsed_free(&p);
}

static void find_module(const module *m, found *out)
{
    set(out, strndup(m->text, m->length), m, 1);
}

static void find_variable(const csp_session *s, const char *name, found *out)
{
    uint32_t i = name_index_find(&s->names, name);
    if (i == NAME_INDEX_NONE)
        return;
    const session_text *t = s->variables[i].text;
    if (!t)
        return;
    out->text = strdup(t->text);
    out->file = t->file ? strdup(t->file) : NULL;
    out->line = t->line;
}

static void find_standard(world *w, const char *home, const char *name, found *out)
{
    int index = world_find_module(w, home);
    const module *m;
    if (index >= 0 && name[0] != '_' && world_load_module(w, index, &m) && m)
        find_declaration(m, name, out);
}

static void find_source(csp_session *s, const char *name, found *out)
{
    const char *point = strchr(name, '.');
    char *home = strndup(name, point ? (size_t)(point - name) : 0);
    const void *imported = home ? session_module(s, point ? home : name) : NULL;
    const module *m = imported && !world_is_library(imported) ? loader_code(imported) : NULL;
    if (!home)
        return;
    if (m && point)
        find_declaration(m, point + 1, out);
    else if (m)
        find_module(m, out);
    else
        find_variable(s, imported && point ? home : name, out);
    if (!out->text && !imported)
        find_standard(s->world, home, point ? point + 1 : name, out);
    free(home);
}

char *csp_source(csp_session *s, const char *name, char **file, uint32_t *line)
{
    if (file)
        *file = NULL;
    if (line)
        *line = 0;
    host *h = session_enter(s, __func__);
    if (!h)
        return NULL;
    found out = {0};
    csp_error *kept;
    if (door_check_text(h->vm, __func__, name, "", 0) == CSP_OK &&
        world_begin_quietly(s->world, &kept)) {
        find_source(s, name, &out);
        world_end_quietly(s->world, kept);
    }
    if (line)
        *line = out.line;
    if (file)
        *file = out.file;
    else
        free(out.file);
    door_leave(h);
    return out.text;
}

/* ---- Bytecode ---- */

static const code *find_code(csp_session *s, const char *name)
{
    resolve_symbol fn = {0};
    return session_function(s, name, &fn) && value_is(fn.word, OBJ_CLOSURE)
               ? ((const closure *)value_as_object(fn.word))->code
               : NULL;
}

static csp_status disassemble(host *h, csp_session *s, const char *name, char **out)
{
    const code *c = find_code(s, name);
    if (!c)
        return host_fail(h, CSP_E_NOT_FOUND, "not_found", "`%s` is no function written in csp",
                         name);
    size_t length;
    FILE *file = open_memstream(out, &length);
    if (file)
        code_disassemble(h->vm, c, file);
    if (file && fclose(file) == 0)
        return CSP_OK;
    free(*out);
    *out = NULL;
    return host_fail_memory(h);
}

csp_status csp_disassemble_name(csp_session *s, const char *name, char **out)
{
    if (out)
        *out = NULL;
    if (live_kind_of(s) != LIVE_SESSION)
        return CSP_E_MISUSE;
    csp_vm *vm = s->world->vm;
    if (!out)
        return door_misuse(vm, __func__, "there is no place for the result");
    if (door_check_text(vm, __func__, name, "", 0) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = host_begin(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = disassemble(h, s, name, out);
    host_end(h);
    return status;
}
