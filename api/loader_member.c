/* What imported modules have: exports, and natives of the host. */
#include <stdlib.h>

#include "api/host/host.h"
#include "api/host/native.h"
#include "api/loader.h"
#include "api/own_module.h"
#include "api/symbol.h"

static int compare_members(const void *a, const void *b)
{
    return strcmp(((const own_member *)a)->name, ((const own_member *)b)->name);
}

bool loader_index_members(struct own_module *m)
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

static resolve_status host_symbol(world *w, const native_entry *e, resolve_symbol *out)
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
        return host_symbol(w, loader_native(home, name), out);
    if (!found->known) {
        found->symbol = (resolve_symbol){.kind = RESOLVE_CELL, .word = found->item};
        found->known = !value_is(found->item, OBJ_CLOSURE) ||
                       symbol_of_closure(w, value_as_object(found->item), &found->symbol);
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

host_module *loader_host_module(const world *w, const char *name)
{
    host_module *m = w->host_modules;
    while (m && strcmp(m->name, name) != 0)
        m = m->next;
    return m;
}

static const host_module *replacement(const world *w, const char *home)
{
    int index = language_find_module(home);
    const host_module *m = index >= 0 && w->omitted[index] ? loader_host_module(w, home) : NULL;
    return m && m->natives && !m->text ? m : NULL;
}

bool loader_replaces(const world *w, const char *home) { return replacement(w, home) != NULL; }

resolve_status loader_replacement(world *w, const char *home, const char *name, resolve_symbol *out)
{
    const host_module *m = replacement(w, home);
    const host_native *n = m ? native_find(m->natives, name) : NULL;
    return host_symbol(w, n ? &n->entry : NULL, out);
}

void loader_each_replacement(const world *w, const char *home,
                             void (*each)(void *user, const char *name), void *user)
{
    const host_module *m = replacement(w, home);
    if (m)
        native_each(m->natives, each, user);
}

const module *loader_code(const void *home) { return ((const struct own_module *)home)->code; }
