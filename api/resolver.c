/* What names mean: the world's answers to the resolver. */
#include "api/resolver.h"

#include "api/foreign.h"
#include "api/loader.h"
#include "api/session.h"
#include "api/session_value.h"
#include "api/symbol.h"
#include "vm/code/native.h"

static resolve_status source_symbol(world *w, int index, const char *name, resolve_symbol *out)
{
    const module *m;
    if (!world_load_module(w, index, &m))
        return RESOLVE_FAILED;
    for (uint32_t i = 0; m && i < m->export_count; i++)
        if (strcmp(value_string(m->exports[i].name)->text, name) == 0)
            return symbol_of_export(w, &m->exports[i], out) ? RESOLVE_FOUND : RESOLVE_FAILED;
    return RESOLVE_NO_SUCH;
}

resolve_status world_member(world *w, int index, const char *name, resolve_symbol *out)
{
    uint64_t needs = capability_of(language_modules[index].name, name);
    /* What the library itself uses asks for them when it runs. */
    if (needs & ~w->vm->capabilities && !w->loading) {
        *out = (resolve_symbol){.needs = capability_name(needs)};
        return RESOLVE_DENIED;
    }
    const native_entry *entry = world_native(w, index, name);
    if (entry) {
        symbol_of_native(w, entry, out);
        return RESOLVE_FOUND;
    }
    value constant = world_constant(w, index, name);
    if (constant != VALUE_ABSENT) {
        *out = (resolve_symbol){.kind = RESOLVE_CONSTANT, .word = constant};
        return RESOLVE_FOUND;
    }
    bool known = language_has_word(language_modules[index].members, name);
    /* The prelude's own source is compiled for its contents, not for every misspelling. */
    resolve_status status = RESOLVE_NO_SUCH;
    if (known || index != LANGUAGE_PRELUDE)
        status = source_symbol(w, index, name, out);
    return status == RESOLVE_NO_SUCH && known ? RESOLVE_NOT_YET : status;
}

/* ---- The answers ---- */

static resolve_status answer_global(void *user, const char *name, resolve_symbol *out)
{
    const resolver *r = user;
    return world_member(r->world, LANGUAGE_PRELUDE, name, out);
}

static resolve_status answer_module(void *user, const char *name)
{
    const resolver *r = user;
    int index = world_find_module(r->world, name);
    if (index <= LANGUAGE_PRELUDE)
        return loader_replaces(r->world, name) ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
    return world_has_module(r->world, index) ? RESOLVE_FOUND : RESOLVE_NOT_YET;
}

static resolve_status answer_member(void *user, const char *home, const char *name,
                                    resolve_symbol *out)
{
    const resolver *r = user;
    int index = world_find_module(r->world, home);
    if (index < 0)
        return loader_replacement(r->world, home, name, out);
    return world_member(r->world, index, name, out);
}

static void suggest(void *user, const char *name) { suggest_offer(user, name); }

static void answer_candidates(void *user, const char *home, suggestion *s)
{
    const resolver *r = user;
    int index = home ? world_find_module(r->world, home) : LANGUAGE_PRELUDE;
    if (index < 0) {
        loader_each_replacement(r->world, home, suggest, s);
        return;
    }
    world_each_member(r->world, index, suggest, s);
    for (int i = LANGUAGE_PRELUDE + 1; !home && i < LANGUAGE_MODULES; i++)
        if (world_has_module(r->world, i))
            suggest_offer(s, language_modules[i].name);
    for (uint32_t i = 0; !home && r->session && i < r->session->count; i++)
        suggest_offer(s, r->session->variables[i].name);
}

static bool answer_session_find(void *user, const char *name, resolve_session_name *out)
{
    const resolver *r = user;
    return session_find(r->session, name, out);
}

static bool answer_session_define(void *user, const char *name, const resolve_session_name *how,
                                  resolve_session_name *out)
{
    const resolver *r = user;
    return session_define(r->session, name, how, out);
}

static uint64_t answer_session_late(void *user, const char *name)
{
    const resolver *r = user;
    return session_late(r->session, name);
}

static bool answer_import(void *user, const char *path, size_t length, src_span at,
                          diag_list *diags, resolve_import *out)
{
    const resolver *r = user;
    return loader_import(r->world, path, length, at, diags, out);
}

static resolve_status answer_imported(void *user, const void *home, const char *name,
                                      resolve_symbol *out)
{
    const resolver *r = user;
    return world_is_library(home) ? foreign_member(home, name, out)
                                  : loader_member(r->world, home, name, out);
}

void world_each_imported(const void *home, void (*each)(void *user, const char *name), void *user)
{
    if (world_is_library(home))
        foreign_each_member(home, each, user);
    else
        loader_each_member(home, each, user);
}

static void answer_imported_each(void *user, const void *home,
                                 void (*each)(void *data, const char *name), void *data)
{
    (void)user;
    world_each_imported(home, each, data);
}

static void answer_imported_candidates(void *user, const void *home, suggestion *s)
{
    (void)user;
    world_each_imported(home, suggest, s);
}

static bool answer_foreign(void *user, const ast_extern *block, diag_list *diags, const void **home)
{
    const resolver *r = user;
    return foreign_declare(r->world, block, diags, home);
}

static resolve_status answer_library(void *user, const void *home, resolve_symbol *out)
{
    (void)user;
    return world_is_library(home) ? foreign_value(home, out) : RESOLVE_NO_SUCH;
}

resolve_world resolver_answers(resolver *r)
{
    world *w = r->world;
    return (resolve_world){.user = r,
                           .global = answer_global,
                           .module = answer_module,
                           .member = answer_member,
                           .candidates = answer_candidates,
                           .session_find = r->session ? answer_session_find : NULL,
                           .session_define = r->session ? answer_session_define : NULL,
                           .session_late = r->session ? answer_session_late : NULL,
                           .import = w->loading ? NULL : answer_import,
                           .imported = answer_imported,
                           .imported_candidates = answer_imported_candidates,
                           .imported_each = answer_imported_each,
                           .foreign = answer_foreign,
                           .library = answer_library,
                           .shown = r->session ? session_shown(r->session) : VALUE_ABSENT,
                           .body_name = w->loading ? NULL : loader_body_name(w)};
}
