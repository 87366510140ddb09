/* Scopes: for each name a chain of bindings, the innermost first. A function's captures are
 * bindings of its own in that chain, so that the second use of a captured name finds the copy at
 * once. */
#include "parser/resolve_internal.h"

#include <stdlib.h>

enum { FIRST_NAMES = 256 };

static name_slot *find_slot(name_slot *names, uint32_t mask, const ast_name *name)
{
    uint32_t i = name->hash & mask;
    while (names[i].name && names[i].name != name)
        i = (i + 1) & mask;
    return &names[i];
}

static bool grow_names(resolver *r)
{
    uint32_t size = r->names ? (r->name_mask + 1) * 2 : FIRST_NAMES;
    name_slot *names = calloc(size, sizeof *names);
    if (!names)
        return false;
    for (uint32_t i = 0; r->names && i <= r->name_mask; i++)
        if (r->names[i].name)
            *find_slot(names, size - 1, r->names[i].name) = r->names[i];
    free(r->names);
    r->names = names;
    r->name_mask = size - 1;
    return true;
}

void resolve_names_free(resolver *r)
{
    free(r->names);
    r->names = NULL;
}

static name_slot *slot_of(resolver *r, const ast_name *name)
{
    if (!r->names || r->name_count * 4 > r->name_mask * 3) {
        if (!grow_names(r)) {
            r->failed = true;
            return NULL;
        }
    }
    name_slot *slot = find_slot(r->names, r->name_mask, name);
    if (!slot->name) {
        slot->name = name;
        r->name_count++;
    }
    return slot;
}

static ast_binding *innermost(const resolver *r, const ast_name *name)
{
    return r->names ? find_slot(r->names, r->name_mask, name)->top : NULL;
}

static ast_binding *new_binding(resolver *r, binding_kind kind, ast_name *name, src_span span)
{
    ast_binding *b = arena_alloc(r->arena, sizeof *b);
    name_slot *slot = slot_of(r, name);
    if (!b || !slot) {
        r->failed = true;
        r->spare = (ast_binding){.kind = BINDING_BAD, .name = name};
        return &r->spare;
    }
    *b = (ast_binding){.kind = kind, .name = name, .span = span, .shadowed = slot->top};
    slot->top = b;
    return b;
}

void resolve_open(resolver *r, scope *s)
{
    *s = (scope){.outer = r->scope};
    r->scope = s;
}

void resolve_close(resolver *r)
{
    for (ast_binding *b = r->scope->first; b; b = b->next_in_scope)
        find_slot(r->names, r->name_mask, b->name)->top = b->shadowed;
    r->scope = r->scope->outer;
}

void resolve_forget_captures(resolver *r, ast_function_info *info)
{
    for (uint32_t i = 0; i < info->capture_count; i++)
        find_slot(r->names, r->name_mask, info->captures[i]->name)->top =
            info->captures[i]->shadowed;
}

static const char *kind_text(const ast_binding *b)
{
    switch (b->kind) {
    case BINDING_LET: return "bound by `let`";
    case BINDING_VAR: return "a `var`";
    case BINDING_PARAM: return "a parameter";
    case BINDING_FN:
    case BINDING_TOP_FN: return "a function";
    case BINDING_CONST: return "a `const`";
    case BINDING_MODULE: return "a module";
    case BINDING_CAPTURE:
    case BINDING_SESSION:
    case BINDING_LATE:
    case BINDING_SYMBOL:
    case BINDING_BAD: break;
    }
    return "bound";
}

/* A block may bind a name again by `let` or a receive, what is no variable excepted. */
static void check_again(resolver *r, const ast_binding *old, binding_kind kind, src_span span)
{
    bool variable = old->kind == BINDING_LET || old->kind == BINDING_VAR;
    if (old->kind == BINDING_BAD || (kind == BINDING_LET && variable))
        return;
    diag *d;
    if (kind == BINDING_PARAM)
        d = diag_error(r->diags, span, "two parameters are called `%s`", old->name->text);
    else
        d = diag_error(r->diags, span, "`%s` is %s in this block already", old->name->text,
                       kind_text(old));
    diag_related(d, old->span, "first bound here");
    if (kind == BINDING_VAR && old->kind == BINDING_VAR)
        diag_hint(d, "to give it a new value: `%s = …`", old->name->text);
    else if (kind != BINDING_PARAM)
        diag_hint(d, "choose another name");
}

ast_binding *resolve_declare(resolver *r, binding_kind kind, ast_name *name, src_span span)
{
    ast_binding *old = innermost(r, name);
    bool session = r->session && r->scope == r->top_scope;
    if (old && old->scope == r->scope && !session)
        check_again(r, old, kind, span);
    ast_binding *b =
        new_binding(r, session && kind != BINDING_MODULE ? BINDING_SESSION : kind, name, span);
    if (b == &r->spare)
        return b;
    b->owner = r->function;
    b->scope = r->scope;
    b->again = old && old->scope == r->scope;
    b->top = r->scope == r->top_scope;
    b->next_in_scope = r->scope->first;
    r->scope->first = b;
    if (session) {
        b->assignable = kind == BINDING_VAR;
        b->by_name = kind == BINDING_FN || kind == BINDING_MODULE;
        *r->pending_end = b;
        r->pending_end = &b->next_pending;
    }
    return b;
}

static bool lives_in_frame(const ast_binding *b)
{
    switch (b->kind) {
    case BINDING_LET:
    case BINDING_VAR:
    case BINDING_PARAM:
    case BINDING_CAPTURE:
    case BINDING_SESSION: return true;
    case BINDING_FN: return !(b->fn && b->fn->info && b->fn->info->done && b->fn->info->constant);
    case BINDING_TOP_FN:
    case BINDING_CONST:
    case BINDING_MODULE:
    case BINDING_LATE:
    case BINDING_SYMBOL:
    case BINDING_BAD: break;
    }
    return false;
}

bool resolve_is_visible(const resolver *r, const ast_binding *b)
{
    if (!lives_in_frame(b))
        return true;
    if (r->in_const && b->top && !r->session)
        return false;
    for (const ast_function_info *f = r->function; f; f = f->outer) {
        if (f == b->owner)
            return true;
        if (f->isolated)
            return false;
    }
    return false;
}

ast_binding *resolve_find(resolver *r, const ast_name *name, ast_binding **hidden)
{
    *hidden = NULL;
    for (ast_binding *b = innermost(r, name); b; b = b->shadowed) {
        if (resolve_is_visible(r, b))
            return b;
        if (!*hidden)
            *hidden = b;
    }
    return NULL;
}

static void check_moved(resolver *r, const ast_binding *b, src_span span)
{
    if (!b->moved)
        return;
    diag *d =
        diag_error(r->diags, span, "`%s` was moved and cannot be used any more", b->name->text);
    diag_related(d, b->moved_at, "moved here");
    diag_hint(d, "send it without `move` to send a copy");
}

/* The binding that f's own frame has for b, which an enclosing function of f holds; goes through
 * all functions in between. */
static ast_binding *capture(resolver *r, ast_function_info *f, ast_binding *b, src_span span)
{
    if (b->owner == f)
        return b;
    ast_binding *outer = capture(r, f->outer, b, span);
    check_moved(r, outer, span);
    outer->used = true;
    if (f->capture_count == f->capture_capacity) {
        uint32_t capacity = f->capture_capacity ? f->capture_capacity * 2 : 4;
        ast_binding **captures = arena_alloc(r->arena, capacity * sizeof(ast_binding *));
        if (!captures) {
            r->failed = true;
            return &r->spare;
        }
        for (uint32_t i = 0; i < f->capture_count; i++)
            captures[i] = f->captures[i];
        f->captures = captures;
        f->capture_capacity = capacity;
    }
    ast_binding *copy = new_binding(r, BINDING_CAPTURE, b->name, b->span);
    if (copy == &r->spare)
        return copy;
    copy->owner = f;
    copy->origin = outer;
    copy->fn = outer->fn;
    copy->declared = outer->declared;
    copy->has_symbol = outer->has_symbol;
    copy->symbol = outer->symbol;
    f->captures[f->capture_count++] = copy;
    if (f->fn && f->fn->binding == outer)
        f->self = copy;
    return copy;
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
    ast_binding *b = new_binding(r, found.home ? BINDING_MODULE : BINDING_SESSION, name, span);
    b->owner = body;
    b->import.home = found.home;
    b->cell = found.cell;
    b->late = found.late;
    b->by_name = found.by_name;
    b->assignable = found.assignable;
    b->has_symbol = found.is_function;
    b->symbol = found.function;
    return b;
}

/* ---- what a session's functions look up by name ---- */

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

/* A function does not look itself up: it goes on with what it is. */
static bool is_late(const resolver *r, const ast_binding *b)
{
    if (!b->by_name || b->owner == r->function)
        return false;
    for (const ast_function_info *f = r->function; f; f = f->outer)
        if (f->fn && f->fn->binding == b)
            return false;
    return true;
}

/* The `fn` of the session's top level that is being walked, or NULL. */
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
    if (!name->settled && !fn)
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
        /* At the bottom of the name's chain it is found again at once; where a variable hides it,
         * that must stay the innermost. */
        ast_binding *b = hidden ? bad_binding(r) : new_binding(r, BINDING_SYMBOL, name, span);
        b->kind = BINDING_SYMBOL;
        b->name = name;
        b->symbol = symbol;
        b->has_symbol = true;
        return b;
    }
    case RESOLVE_NOT_YET:
        diag_error(r->diags, span, "`%s` is not there yet in this version", name->text);
        return bad_binding(r);
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
        report_module(r, name, span);
        return bad_binding(r);
    }
    if (is_late(r, b) && r->assigned != name)
        return new_late(r, b, name, span);
    if (lives_in_frame(b) && b->owner != r->function)
        b = capture(r, r->function, b, span);
    check_moved(r, b, span);
    b->used = true;
    return b;
}
