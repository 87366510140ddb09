/* What a name means where it is used: a variable of the text, one of the session, a module,
 * something of the world outside; or nothing, which is reported. */
#include <string.h>

#include "parser/resolve_internal.h"

bool resolve_is_library(const resolver *r, const void *home)
{
    resolve_symbol symbol;
    return r->world->library && r->world->library(r->world->user, home, &symbol) != RESOLVE_NO_SUCH;
}

/* A variable of an earlier evaluation becomes one of the body's, so that functions capture it like
 * any other. */
static ast_binding *find_session(resolver *r, ast_name *name, src_span span)
{
    resolve_session_name found = {0};
    if (!r->session || !r->world->session_find ||
        !r->world->session_find(r->world->user, name->text, &found))
        return NULL;
    ast_function_info *body = r->function;
    while (body->outer)
        body = body->outer;
    if (body->isolated)
        return NULL;
    ast_binding *b =
        resolve_new_binding(r, found.home ? BINDING_MODULE : BINDING_SESSION, name, span);
    b->owner = body;
    b->import.home = found.home;
    b->import.library = found.home && resolve_is_library(r, found.home);
    b->cell = found.cell;
    b->late = found.late;
    b->by_name = found.by_name;
    b->assignable = found.assignable;
    b->has_symbol = found.is_function;
    b->symbol = found.function;
    return b;
}

/* ---- names that a session's functions look up ---- */

static ast_binding *new_late(resolver *r, ast_binding *origin, ast_name *name, src_span span)
{
    ast_binding *b = arena_alloc(r->arena, sizeof *b);
    if (!b) {
        r->failed = true;
        return &r->spare;
    }
    *b = (ast_binding){.kind = BINDING_LATE, .name = name, .span = span, .origin = origin};
    return b;
}

/* A function does not look itself up: it continues with the definition that it has. */
static bool is_late(const resolver *r, const ast_binding *b)
{
    if (!b->by_name || b->owner == r->function)
        return false;
    for (const ast_function_info *f = r->function; f; f = f->outer)
        if (f->fn && f->fn->binding == b)
            return false;
    return true;
}

/* The `fn` at the session's top level that is being walked, or NULL. */
static const ast_fn *session_fn(const resolver *r)
{
    for (const ast_function_info *f = r->function; r->session && f->outer; f = f->outer)
        if (!f->outer->outer && f->fn && f->fn->binding && f->fn->binding->kind == BINDING_SESSION)
            return f->fn;
    return NULL;
}

ast_binding *resolve_late_module(resolver *r, ast_name *name, src_span span)
{
    ast_binding *hidden, *b = resolve_find(r, name, &hidden);
    if (!b)
        b = find_session(r, name, span);
    if (!b || b->kind != BINDING_MODULE || !is_late(r, b))
        return NULL;
    return new_late(r, b, name, span);
}

static ast_binding *bad_binding(resolver *r)
{
    ast_binding *b = arena_alloc(r->arena, sizeof *b);
    if (!b) {
        r->failed = true;
        return &r->spare;
    }
    b->kind = BINDING_BAD;
    return b;
}

static void report_hidden(resolver *r, const ast_binding *hidden, src_span span)
{
    const char *text = hidden->name->text;
    diag *d;
    if (r->in_const) {
        d = diag_error(r->diags, span,
                       "a `const` is evaluated before any other statement and cannot use `%s`",
                       text);
        diag_hint(d, "make `%s` a `const`, too", text);
    } else {
        const ast_fn *fn = r->function->fn;
        for (const ast_function_info *f = r->function; f && !f->isolated; f = f->outer)
            fn = f->outer ? f->outer->fn : fn;
        if (fn && fn->name)
            d = diag_error(r->diags, span,
                           "the function `%s` cannot see `%s`, which belongs to the process that "
                           "runs the script",
                           fn->name->text, text);
        else
            d = diag_error(
                r->diags, span,
                "`%s` cannot be seen here: it belongs to the process that runs the script", text);
        if (hidden->kind == BINDING_VAR)
            diag_hint(d, "pass it as a parameter");
        else
            diag_hint(d, "pass it as a parameter, or make it a `const`");
    }
    diag_related(d, hidden->span, "bound here");
}

/* In a session's function a name may be bound later. */
static ast_binding *find_later(resolver *r, ast_name *name, src_span span)
{
    const ast_fn *fn = session_fn(r);
    if ((!name->settled && !fn) || strcmp(name->text, "_") == 0)
        return NULL;
    if (!name->settled) {
        diag *d = diag_note(r->diags, span,
                            "`%s` is not there yet: `%s` will look for it when it is called",
                            name->text, fn->name->text);
        resolve_hint_unknown(r, name, d);
        name->settled = true;
    }
    return new_late(r, NULL, name, span);
}

bool resolve_is_module(resolver *r, const ast_name *name, resolve_status *status, const void **home)
{
    *status = RESOLVE_FOUND;
    *home = NULL;
    ast_binding *hidden;
    ast_binding *b = resolve_find(r, name, &hidden);
    if (b) {
        b->used |= b->kind == BINDING_MODULE;
        *home = b->import.home;
        return b->kind == BINDING_MODULE;
    }
    resolve_session_name found;
    if (r->session && r->world->session_find &&
        r->world->session_find(r->world->user, name->text, &found)) {
        *home = found.home;
        return found.home != NULL;
    }
    *status = r->world->module(r->world->user, name->text);
    return *status != RESOLVE_NO_SUCH;
}

static void report_module(resolver *r, const ast_name *name, src_span span)
{
    diag *d = diag_error(r->diags, span, "`%s` is a module, not a value", name->text);
    if (!resolve_hint_foreign(d, name))
        diag_hint(d, "name one of its members: `%s.…`", name->text);
}

/* A name that nothing in the text binds. */
static ast_binding *find_outside(resolver *r, ast_name *name, src_span span,
                                 const ast_binding *hidden)
{
    resolve_symbol symbol = {0};
    switch (r->world->global(r->world->user, name->text, &symbol)) {
    case RESOLVE_FOUND: {
        /* At the bottom of the name's chain it is found again at once; if a variable hides it, that
         * must stay the innermost. */
        ast_binding *b =
            hidden ? bad_binding(r) : resolve_new_binding(r, BINDING_SYMBOL, name, span);
        b->kind = BINDING_SYMBOL;
        b->name = name;
        b->symbol = symbol;
        b->has_symbol = true;
        return b;
    }
    case RESOLVE_NOT_YET:
        diag_error(r->diags, span, "`%s` is not there yet in this version", name->text);
        return bad_binding(r);
    case RESOLVE_DENIED:
    case RESOLVE_FAILED: r->failed = true; return bad_binding(r);
    case RESOLVE_NO_SUCH: break;
    }
    if (hidden) {
        report_hidden(r, hidden, span);
        return bad_binding(r);
    }
    switch (r->world->module(r->world->user, name->text)) {
    case RESOLVE_FOUND: report_module(r, name, span); return bad_binding(r);
    case RESOLVE_NOT_YET:
        diag_error(r->diags, span, "`%s` is not there yet in this version", name->text);
        return bad_binding(r);
    case RESOLVE_DENIED:
    case RESOLVE_FAILED:
    case RESOLVE_NO_SUCH: break;
    }
    ast_binding *later =
        r->session && r->function->outer && r->assigned != name ? find_later(r, name, span) : NULL;
    if (later)
        return later;
    resolve_report_unknown(r, name, span);
    return bad_binding(r);
}

/* The name of a C library that stands alone: its value at this moment. */
static ast_binding *use_library(resolver *r, const ast_binding *b, src_span span)
{
    ast_binding *value = bad_binding(r);
    resolve_symbol symbol = {0};
    if (value == &r->spare)
        return value;
    switch (r->world->library(r->world->user, b->import.home, &symbol)) {
    case RESOLVE_FOUND:
        value->kind = BINDING_SYMBOL;
        value->name = b->name;
        value->symbol = symbol;
        value->has_symbol = true;
        break;
    case RESOLVE_NOT_YET:
        diag_error(r->diags, span, "`%s` as a value is not there yet in this version",
                   b->name->text);
        break;
    case RESOLVE_DENIED:
    case RESOLVE_FAILED:
    case RESOLVE_NO_SUCH: r->failed = true; break;
    }
    return value;
}

ast_binding *resolve_use(resolver *r, ast_name *name, src_span span)
{
    if (r->failed)
        return bad_binding(r);
    ast_binding *hidden;
    ast_binding *b = resolve_find(r, name, &hidden);
    if (!b)
        b = find_session(r, name, span);
    if (!b)
        return find_outside(r, name, span, hidden);
    if (b->kind == BINDING_MODULE) {
        b->used = true;
        if (!b->import.library) {
            report_module(r, name, span);
            return bad_binding(r);
        }
        return use_library(r, b, span);
    }
    if (is_late(r, b) && r->assigned != name)
        return new_late(r, b, name, span);
    if (resolve_lives_in_frame(b) && b->owner != r->function)
        b = resolve_capture(r, r->function, b, span);
    resolve_check_moved(r, b, span);
    b->used = true;
    return b;
}
