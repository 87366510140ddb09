#include "api/loader.h"

#include <stdlib.h>

#include "api/error.h"
#include "api/host/enter.h"
#include "api/host/host.h"
#include "api/host/native.h"
#include "api/locate.h"
#include "api/own_module.h"
#include "base/array.h"
#include "vm/core/string.h"

/* A chain of imports is a recursion of the compiler. */
enum { DEPTH_MAX = 100 };

/* A text whose imports are being resolved. */
struct own_importer {
    /* who imports it; NULL: it is the program, or an input of a session */
    const struct own_importer *outer;
    struct own_module *module; /* NULL: it is the program, or an input of a session */
    const char *name, *key;    /* key NULL: nobody can import it */
    bool is_host;
    uint32_t depth;
    char body_name[80];
};

bool loader_has(const world *w, const host_module *offered)
{
    const struct own_module *m = w->own_modules;
    while (m && m->host != offered)
        m = m->next;
    return m != NULL;
}

/* ---- Life ---- */

static void free_module(struct own_module *m)
{
    if (m->loaded)
        heap_unpin(m->loaded);
    free(m->members);
    free(m->imports);
    free(m->key);
    free(m->name);
    free(m);
}

static bool has_run(const struct own_module *m)
{
    return m->loaded && ((const cell *)value_as_object(m->loaded[0]))->item != VALUE_ABSENT;
}

void loader_settle(world *w)
{
    for (struct own_module **link = &w->own_modules; *link;) {
        struct own_module *m = *link;
        if (has_run(m)) {
            link = &m->next;
            continue;
        }
        *link = m->next;
        free_module(m);
    }
    for (host_module **link = &w->host_modules; *link;) {
        host_module *m = *link;
        if (!m->loaded || loader_has(w, m)) {
            link = &m->next;
            continue;
        }
        *link = m->next;
        host_module_free(m);
    }
}

void loader_free(world *w)
{
    while (w->own_modules) {
        struct own_module *m = w->own_modules;
        w->own_modules = m->next;
        free_module(m);
    }
}

struct own_module *loader_find(const world *w, const char *key)
{
    struct own_module *m = w->own_modules;
    while (m && (m->hidden || strcmp(m->key, key) != 0))
        m = m->next;
    return m;
}

const char *loader_body_name(const world *w)
{
    return w->importer && w->importer->outer ? w->importer->body_name : NULL;
}

/* ---- Cycles ---- */

/* From the importer at `end` outwards to the one at `from`: "a → b". */
static void write_chain(const struct own_importer *end, const struct own_importer *from, FILE *out)
{
    const struct own_importer *chain[DEPTH_MAX + 2];
    uint32_t count = 0;
    for (const struct own_importer *i = end;; i = i->outer) {
        chain[count++] = i;
        if (i == from)
            break;
    }
    while (count-- > 0)
        fprintf(out, "%.*s → ", locate_shown_length(chain[count]->name), chain[count]->name);
    fprintf(out, "%.*s", locate_shown_length(from->name), from->name);
}

/* Whether the module with that key is being compiled: a cycle, which is then reported. */
static bool is_cycle(const world *w, const char *key, src_span at, diag_list *diags)
{
    const struct own_importer *from = w->importer;
    while (from && !(from->key && strcmp(from->key, key) == 0))
        from = from->outer;
    if (!from)
        return false;
    char *chain = NULL;
    size_t size;
    FILE *out = open_memstream(&chain, &size);
    if (out) {
        write_chain(w->importer, from, out);
        fclose(out);
    }
    diag *d = diag_error(diags, at, "modules import each other in a cycle: %s", chain ? chain : "");
    diag_hint(d, "put what both need into a module of its own");
    free(chain);
    return true;
}

/* ---- Importing ---- */

static bool make_cell(world *w, struct own_module *m)
{
    m->loaded = heap_pinned(2 * sizeof *m->loaded);
    if (!m->loaded)
        return false;
    value label = str_intern(w->vm, m->name, strlen(m->name));
    cell *made =
        label == VALUE_ABSENT ? NULL : heap_alloc(vm_heap(w->vm), HEAP_TRACED, sizeof *made);
    if (!made)
        return false;
    *made = (cell){.header = OBJ_CELL | OBJ_IMMUTABLE, .name = label};
    m->loaded[0] = value_object(made);
    return true;
}

/* Takes over the fields that identify it. */
static struct own_module *add_module(world *w, located *l)
{
    struct own_module *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->key = l->key;
    m->name = l->name;
    m->host = l->host;
    l->key = l->name = NULL;
    m->next = w->own_modules;
    w->own_modules = m;
    return m;
}

/* What the text of a module that has natives, too, gets when it imports its own name: these. NULL:
 * it is no such import, or there is no memory (*failed). */
static struct own_module *own_natives(world *w, const located *l, bool *failed)
{
    const char *importer = w->importer->key;
    if (!l->host || !l->host->natives || !importer || strcmp(importer, l->key) != 0)
        return NULL;
    located own = {.host = l->host, .name = strdup(l->name), .fd = -1};
    struct own_module *m = NULL;
    if (own.name && asprintf(&own.key, "natives%s", l->key) >= 0) {
        m = loader_find(w, own.key);
        if (!m && (m = add_module(w, &own)))
            m->state = OWN_COMPILED;
    } else {
        own.key = NULL;
    }
    locate_free(&own);
    *failed = !m;
    return m;
}

/* False: it has errors, which are in the world's error, or there is no memory. */
static bool compile(world *w, struct own_module *m, const char *source, size_t size)
{
    struct own_importer frame = {.outer = w->importer,
                                 .module = m,
                                 .name = m->name,
                                 .key = m->key,
                                 .is_host = m->host != NULL,
                                 .depth = w->importer->depth + 1};
    const char *base = locate_base(m->name);
    snprintf(frame.body_name, sizeof frame.body_name, "module %.*s", locate_shown_length(base),
             base);
    w->importer = &frame;
    m->code = world_compile(w, m->name, source, size, 1, NULL);
    m->loaded[1] = value_object(m->code);
    w->importer = frame.outer;
    return m->code && loader_index_members(m);
}

static bool has_compile_errors(const world *w) { return w->error && error_is_compile(w->error); }

/* Reads and compiles a module that nobody has imported before. */
static bool load(world *w, struct own_module *m, const located *l, src_span at, diag_list *diags)
{
    char *source;
    size_t size;
    m->state = OWN_BROKEN;
    locate_status status = locate_read(l, at, diags, &source, &size);
    if (status != LOCATE_FOUND || !make_cell(w, m)) {
        if (status == LOCATE_FOUND)
            free(source);
        return false;
    }
    if (l->fd >= 0)
        fstat(l->fd, &m->read);
    m->state = OWN_COMPILING;
    bool ok = compile(w, m, source, size);
    free(source);
    m->state = ok ? OWN_COMPILED : OWN_BROKEN;
    return ok;
}

/* False: no memory. */
static bool note_import(const struct own_importer *from, struct own_module *m)
{
    struct own_module *by = from->module;
    if (!by)
        return true;
    struct own_module **grown =
        array_room32(by->imports, &by->import_room, by->import_count + 1, sizeof *grown);
    if (!grown)
        return false;
    by->imports = grown;
    by->imports[by->import_count++] = m;
    return true;
}

/* For a program that is being compiled: it has no importer. */
static bool import(world *w, const char *path, size_t length, src_span at, diag_list *diags,
                   resolve_import *out)
{
    const struct own_importer *from = w->importer;
    if (from->depth >= DEPTH_MAX) {
        diag_error(diags, at, "imports are nested more than %d deep", DEPTH_MAX);
        return false;
    }
    located l;
    locate_from place = {.name = from->name, .is_host = from->is_host};
    if (locate(w, &place, path, length, at, diags, &l) != LOCATE_FOUND)
        return false;
    uint32_t errors = diags->errors;
    bool first = false, failed = false;
    struct own_module *m = own_natives(w, &l, &failed);
    if (failed || m) {
        locate_free(&l);
        *out = (resolve_import){.home = m};
        return !failed;
    }
    if (!is_cycle(w, l.key, at, diags)) {
        m = loader_find(w, l.key);
        first = !m;
        if (first && (m = add_module(w, &l)) && !load(w, m, &l, at, diags) &&
            !has_compile_errors(w)) {
            locate_free(&l);
            return false; /* no memory, or it has been reported why it cannot be read */
        }
    }
    locate_free(&l);
    if (!m || m->state != OWN_COMPILED) {
        if (m && diags->errors == errors)
            diag_error(diags, at, "the import of `%.*s` failed: %s has errors", (int)length, path,
                       m->name);
        return false;
    }
    if (!note_import(from, m))
        return false;
    *out = (resolve_import){
        .home = m, .body = first ? value_object(m->code->codes[0]) : 0, .loaded = m->loaded[0]};
    return true;
}

bool loader_import(world *w, const char *path, size_t length, src_span at, diag_list *diags,
                   resolve_import *out)
{
    if (w->importer)
        return import(w, path, length, at, diags, out);
    char *key = w->import_files ? locate_key(diags->src->name) : NULL;
    struct own_importer program = {.name = diags->src->name, .key = key};
    w->importer = &program;
    bool ok = import(w, path, length, at, diags, out);
    w->importer = NULL;
    free(key);
    return ok;
}
