#include "api/loader.h"

#include <stdlib.h>

#include "api/error.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
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

static host_module *find_host_module(const world *w, const char *name)
{
    host_module *m = w->host_modules;
    while (m && strcmp(m->name, name) != 0)
        m = m->next;
    return m;
}

/* Compiles the text that the host module has now; what is in memory of its name is not found. */
static csp_status try_compile(world *w, const char *name)
{
    src_text src;
    src_init(&src, name, "", 0);
    diag_list diags;
    diag_init(&diags, &src);
    resolve_import found;
    bool ok = loader_import(w, name, strlen(name), (src_span){0, 0}, &diags, &found);
    csp_status status = ok ? CSP_OK : world_failure(w);
    if (!ok && status == CSP_E_MEMORY && diags.errors > 0) {
        error_set_compile(w, &diags);
        status = CSP_E_COMPILE;
    }
    diag_free(&diags);
    src_free(&src);
    return status;
}

/* What has been loaded of it is not found any more, but stays: sessions have names of its
 * members. NULL: nothing has been loaded. */
static struct own_module *hide(world *w, const char *key)
{
    struct own_module *m = loader_find(w, key);
    if (m)
        m->hidden = true;
    return m;
}

static csp_status replace_module(host *h, host_module *m, const char *source, size_t size)
{
    world *w = h->world;
    char *copy = malloc(size + 1), *key;
    if (!copy || asprintf(&key, ":%s", m->name) < 0) {
        free(copy);
        return host_fail_memory(h);
    }
    if (size > 0)
        memcpy(copy, source, size);
    host_module before = *m;
    loader_settle(w);
    struct own_module *loaded = hide(w, key);
    m->text = copy;
    m->size = size;
    csp_status status = try_compile(w, m->name);
    loader_settle(w); /* its top level runs when it is next asked for */
    if (status == CSP_OK) {
        free(before.text);
    } else {
        free(copy);
        m->text = before.text;
        m->size = before.size;
        if (loaded)
            loaded->hidden = false;
    }
    free(key);
    return status;
}

csp_status csp_module_replace(csp_vm *vm, const char *name, const char *source, size_t size)
{
    if (door_check_text(vm, __func__, name, source, size) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = host_begin(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    host_module *m = find_host_module(h->world, name);
    csp_status status = m && m->text ? replace_module(h, m, source, size)
                                     : host_fail(h, CSP_E_NOT_FOUND, "not_found",
                                                 "no module of the name `%s` has been added", name);
    host_end(h);
    return status;
}

/* ---- Members ---- */

static int compare_members(const void *a, const void *b)
{
    return strcmp(((const own_member *)a)->name, ((const own_member *)b)->name);
}

static bool index_members(struct own_module *m)
{
    const module *made = m->code;
    m->members = calloc(made->export_count + 1u, sizeof *m->members);
    if (!m->members)
        return false;
    for (uint32_t i = 0; i < made->export_count; i++)
        m->members[i] = (own_member){.name = value_string(made->exports[i].name)->text,
                                     .item = made->exports[i].item};
    m->member_count = made->export_count;
    qsort(m->members, m->member_count, sizeof *m->members, compare_members);
    return true;
}

static own_member *find_export(const struct own_module *m, const char *name)
{
    const own_member wanted = {.name = name};
    return m->member_count
               ? bsearch(&wanted, m->members, m->member_count, sizeof *m->members, compare_members)
               : NULL;
}

const native_entry *loader_native(const void *home, const char *name)
{
    const struct own_module *m = home;
    const host_native *n =
        m->host && (name[0] != '_' || !m->code) ? native_find(m->host->natives, name) : NULL;
    return n && !find_export(m, name) ? &n->entry : NULL;
}

static resolve_status native_symbol(world *w, const native_entry *e, resolve_symbol *out)
{
    if (!e)
        return RESOLVE_NO_SUCH;
    *out = (resolve_symbol){.kind = RESOLVE_FUNCTION,
                            .word = native_value(w->vm, e),
                            .min = e->min,
                            .max = e->max == NATIVE_VARIADIC ? UINT32_MAX : e->max,
                            .param_names = e->names};
    return out->word == VALUE_ABSENT ? RESOLVE_FAILED : RESOLVE_FOUND;
}

resolve_status loader_member(world *w, const void *home, const char *name, resolve_symbol *out)
{
    own_member *found = find_export(home, name);
    if (!found)
        return native_symbol(w, loader_native(home, name), out);
    if (!found->known) {
        found->symbol = (resolve_symbol){.kind = RESOLVE_CELL, .word = found->item};
        found->known = !value_is(found->item, OBJ_CLOSURE) ||
                       world_closure_symbol(w, value_as_object(found->item), &found->symbol);
    }
    *out = found->symbol;
    return found->known ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
}

/* For each native that no export of the same name hides. */
typedef struct native_names {
    const struct own_module *of;
    void (*each)(void *user, const char *name);
    void *user;
} native_names;

static void pass_native(void *user, const char *name)
{
    const native_names *names = user;
    if (!find_export(names->of, name))
        names->each(names->user, name);
}

void loader_each_member(const void *home, void (*each)(void *user, const char *name), void *user)
{
    const struct own_module *m = home;
    for (uint32_t i = 0; i < m->member_count; i++)
        each(user, m->members[i].name);
    native_names names = {m, each, user};
    if (m->host)
        native_each(m->host->natives, pass_native, &names);
}

/* ---- In place of standard modules ---- */

static const host_module *replacement(const world *w, const char *home)
{
    int index = language_find_module(home);
    const host_module *m = index >= 0 && w->omitted[index] ? find_host_module(w, home) : NULL;
    return m && m->natives && !m->text ? m : NULL;
}

bool loader_replaces(const world *w, const char *home) { return replacement(w, home) != NULL; }

resolve_status loader_replacement(world *w, const char *home, const char *name, resolve_symbol *out)
{
    const host_module *m = replacement(w, home);
    const host_native *n = m ? native_find(m->natives, name) : NULL;
    return native_symbol(w, n ? &n->entry : NULL, out);
}

void loader_each_replacement(const world *w, const char *home,
                             void (*each)(void *user, const char *name), void *user)
{
    const host_module *m = replacement(w, home);
    if (m)
        native_each(m->natives, each, user);
}

const module *loader_code(const void *home) { return ((const struct own_module *)home)->code; }

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
    return m->code && index_members(m);
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
