/* Modules whose files have changed: who they are, and reading them again. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/doc_text.h"
#include "api/error.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "api/loader.h"
#include "api/own_module.h"
#include "api/parsed.h"
#include "api/session_text.h"
#include "include/csp_tools.h"
#include "parser/parse.h"
#include "vm/code/frame.h"

/* ---- Files ---- */

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Whether the file has the text that was compiled. */
static bool has_text(int fd, const module *m)
{
    char piece[16384];
    size_t at = 0;
    for (;;) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got <= 0)
            return got == 0 && at == m->length;
        if (at + (size_t)got > m->length || memcmp(piece, m->text + at, (size_t)got) != 0)
            return false;
        at += (size_t)got;
    }
}

/* A file that is gone, or is no file any more, has not changed: there is nothing to read. */
static bool has_changed(struct own_module *m)
{
    struct stat now;
    if (stat(m->key, &now) != 0 || !S_ISREG(now.st_mode) || is_same_file(&now, &m->read))
        return false;
    int fd = open(m->key, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool same = has_text(fd, m->code);
    close(fd);
    if (same)
        m->read = now; /* it has only been touched */
    return !same;
}

static bool is_file(const struct own_module *m)
{
    return !m->hidden && !m->host && m->code && m->state == OWN_COMPILED;
}

csp_status csp_each_module(csp_vm *vm, void (*each)(void *user, const csp_module *module),
                           void *user)
{
    host *h = door_enter_calling(vm, __func__, each);
    if (!h)
        return CSP_E_MISUSE;
    for (struct own_module *m = h->world->own_modules; m; m = m->next) {
        if (!is_file(m))
            continue;
        csp_module info = {m->name, m->key, has_changed(m)};
        door_hook_begin(h);
        each(user, &info);
        door_hook_end(h);
    }
    door_leave(h);
    return CSP_OK;
}

/* ---- Which ones are read again ---- */

/* The module, and all that it imports. */
static void want(struct own_module *m)
{
    if (m->wanted)
        return;
    m->wanted = true;
    for (uint32_t i = 0; i < m->import_count; i++)
        want(m->imports[i]);
}

static bool imports_stale(const struct own_module *m)
{
    for (uint32_t i = 0; i < m->import_count; i++)
        if (m->imports[i]->stale)
            return true;
    return false;
}

/* Their importers hold what they had, and so are compiled again, too. */
static void mark_importers(world *w)
{
    bool again = true;
    while (again) {
        again = false;
        for (struct own_module *m = w->own_modules; m; m = m->next)
            if (!m->hidden && !m->stale && imports_stale(m))
                again = m->stale = true;
    }
}

static void mark(world *w, struct own_module *only)
{
    for (struct own_module *m = w->own_modules; m; m = m->next)
        m->stale = m->wanted = false;
    if (only)
        want(only);
    for (struct own_module *m = w->own_modules; m; m = m->next)
        m->stale = is_file(m) && (!only || m->wanted) && has_changed(m);
    mark_importers(w);
}

static void hide(world *w, bool hidden)
{
    for (struct own_module *m = w->own_modules; m; m = m->next)
        if (m->stale)
            m->hidden = hidden;
}

/* ---- Importing again ---- */

/* A module's name that must be bound anew: what it stands for is not found any more. */
static bool is_outdated(const session_variable *v)
{
    if (!v->home || !v->text || world_is_library(v->home))
        return false;
    const struct own_module *m = v->home;
    return m->hidden && !m->host;
}

static bool same_file(const session_text *a, const session_text *b)
{
    return a->file && b->file ? strcmp(a->file, b->file) == 0 : !a->file && !b->file;
}

/* The names that have been bound anew keep the statements that they had: their place among the
 * others is theirs. */
typedef struct kept_text {
    uint32_t variable;
    session_text *text;
} kept_text;

static void put_back(csp_session *s, const kept_text *kept, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        session_variable *v = &s->variables[kept[i].variable];
        session_text_drop(v->text);
        v->text = kept[i].text;
    }
}

/* The imports of one file, or of the inputs, as one text: it compiles as a whole, or not at all. */
static csp_status import_again(csp_session *s, session_text *of, kept_text *kept)
{
    char *text = NULL, *result = NULL;
    size_t size;
    uint32_t count = 0;
    FILE *out = open_memstream(&text, &size);
    for (uint32_t i = 0; out && i < s->count; i++)
        if (is_outdated(&s->variables[i]) && same_file(s->variables[i].text, of)) {
            kept[count++] = (kept_text){i, s->variables[i].text};
            s->variables[i].text->uses++;
            fprintf(out, "%s\n", s->variables[i].text->text);
        }
    char *file = s->file;
    uint32_t line = s->line, file_line = s->file_line;
    s->file = of->file;
    csp_status status = CSP_E_MEMORY;
    if (out && fclose(out) == 0)
        status = session_eval(s, text, size, &result);
    s->file = file;
    s->line = line;
    s->file_line = file_line;
    put_back(s, kept, count);
    csp_text_free(result);
    free(text);
    return status;
}

static csp_status import_all(csp_session *s)
{
    csp_status status = CSP_OK;
    kept_text *kept = calloc(s->count + 1u, sizeof *kept);
    for (uint32_t i = 0; kept && i < s->count && status == CSP_OK; i++)
        if (is_outdated(&s->variables[i]))
            status = import_again(s, s->variables[i].text, kept);
    free(kept);
    return kept ? status : CSP_E_MEMORY;
}

/* What has been read meanwhile is forgotten, since something else could not be. Names that are
 * bound to it already get back what they had, which runs nothing. */
static void go_back(csp_session *s, const struct own_module *newest)
{
    world *w = s->world;
    for (struct own_module *m = w->own_modules; m && m != newest; m = m->next)
        m->hidden = true;
    hide(w, false);
    csp_error *why = error_take(w);
    import_all(s);
    error_free(w->error);
    w->error = why;
}

/* ---- What is different ---- */

/* A module's text, and where in it each name is declared: its place in ast->items. */
typedef struct declarations {
    parsed text;
    name_index names;
} declarations;

static bool read_declarations(declarations *d, const module *m)
{
    parsed_read(&d->text, "", m->text, m->length, parse_module);
    d->names = (name_index){0};
    const ast_module *ast = d->text.ast;
    uint32_t count = ast ? ast->items.count : 0;
    if (!ast || !name_index_reserve(&d->names, count + 1))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const char *name = parsed_name(ast->items.items[i]);
        if (name)
            name_index_set(&d->names, name, i);
    }
    return true;
}

static void free_declarations(declarations *d)
{
    name_index_clear(&d->names);
    parsed_free(&d->text);
}

static bool is_same_text(const parsed *a, const ast_node *one, const parsed *b,
                         const ast_node *other)
{
    uint32_t from = doc_start(a->src.text, one->span.start);
    uint32_t with = doc_start(b->src.text, other->span.start);
    uint32_t size = one->span.end - from;
    return size == other->span.end - with &&
           memcmp(a->src.text + from, b->src.text + with, size) == 0;
}

static void compare(const declarations *old, const declarations *now, csp_reload *out)
{
    const ast_list *before = &old->text.ast->items, *after = &now->text.ast->items;
    for (uint32_t i = 0; i < after->count; i++) {
        const char *name = parsed_name(after->items[i]);
        uint32_t at = name ? name_index_find(&old->names, name) : NAME_INDEX_NONE;
        if (name && at == NAME_INDEX_NONE)
            out->added++;
        else if (name && !is_same_text(&now->text, after->items[i], &old->text, before->items[at]))
            out->changed++;
    }
    for (uint32_t i = 0; i < before->count; i++) {
        const char *name = parsed_name(before->items[i]);
        out->gone += name && name_index_find(&now->names, name) == NAME_INDEX_NONE;
    }
}

static void count_changes(const module *old, const module *now, csp_reload *out)
{
    declarations before, after;
    bool ok = read_declarations(&before, old);
    if (read_declarations(&after, now) && ok)
        compare(&before, &after, out);
    free_declarations(&before);
    free_declarations(&after);
}

/* ---- Who still runs the old code ---- */

static bool stands_in(const process *p, const module *m)
{
    enum { FRAMES = 100000 }; /* more are not looked at */
    if (!p->code)
        return false;
    frame f = {process_registers(p), p->code, NULL};
    for (unsigned i = 0; i < FRAMES; i++) {
        if (f.code->module == m)
            return true;
        if (f.base == process_stack(p))
            return false;
        f = frame_caller(f.base);
    }
    return false;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void tell(host *h, const struct own_module *old, const struct own_module *now,
                 void (*each)(void *user, const csp_reload *reload), void *user)
{
    csp_vm *vm = h->vm;
    csp_reload info = {.module = now->name};
    count_changes(old->code, now->code, &info);
    uint64_t *numbers = calloc((size_t)vm->table_count + 1, sizeof *numbers);
    for (uint32_t i = 0; numbers && i < vm->table_count; i++)
        if (stands_in(process_at(vm, i), old->code))
            numbers[info.process_count++] = process_number(process_at(vm, i));
    if (numbers)
        qsort(numbers, info.process_count, sizeof *numbers, compare_numbers);
    info.processes = numbers;
    door_hook_begin(h);
    each(user, &info);
    door_hook_end(h);
    free(numbers);
}

static csp_status reload(host *h, csp_session *s, struct own_module *only,
                         void (*each)(void *user, const csp_reload *reload), void *user)
{
    world *w = h->world;
    loader_settle(w);
    mark(w, only);
    const struct own_module *newest = w->own_modules;
    hide(w, true);
    csp_status status = import_all(s);
    if (status != CSP_OK) {
        go_back(s, newest);
        return status;
    }
    for (struct own_module *m = w->own_modules; m; m = m->next) {
        const struct own_module *now = m->stale ? loader_find(w, m->key) : NULL;
        if (now && (now->code->length != m->code->length ||
                    memcmp(now->code->text, m->code->text, m->code->length) != 0))
            tell(h, m, now, each, user);
    }
    return CSP_OK;
}

csp_status csp_reload_modules(csp_session *s, const char *name,
                              void (*each)(void *user, const csp_reload *reload), void *user)
{
    if (live_kind_of(s) != LIVE_SESSION)
        return CSP_E_MISUSE;
    csp_vm *vm = s->world->vm;
    if (!each)
        return door_misuse(vm, __func__, "there is no function to call");
    host *h = session_begin(s, __func__, false);
    if (!h)
        return CSP_E_MISUSE;
    const void *home = name ? session_module(s, name) : NULL;
    bool known = !name || (home && !world_is_library(home));
    csp_status status =
        known ? reload(h, s, (struct own_module *)home, each, user)
              : host_fail(h, CSP_E_NOT_FOUND, "not_found", "no module is imported as `%s`", name);
    host_end(h);
    return status;
}
