/* Scopes: for each name a chain of bindings, innermost first. The captures of a function
 * are bindings of its own in that chain, so the second use of a captured name finds the
 * copy at once. */
#include "parser/resolve_internal.h"

#include <stdlib.h>

enum { FIRST_NAMES = 32 };

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

static name_slot *slot_for(resolver *r, const ast_name *name)
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

ast_binding *resolve_new_binding(resolver *r, binding_kind kind, ast_name *name, src_span span)
{
    ast_binding *b = arena_alloc(r->arena, sizeof *b);
    name_slot *slot = slot_for(r, name);
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
    case BINDING_MODULE: return b->import.library ? "a C library" : "a module";
    case BINDING_CAPTURE:
    case BINDING_SESSION:
    case BINDING_LATE:
    case BINDING_SYMBOL:
    case BINDING_BAD: break;
    }
    return "bound";
}

/* A block may rebind a name by `let` or a receive, unless it is not a variable. */
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
    ast_binding *b = resolve_new_binding(
        r, session && kind != BINDING_MODULE ? BINDING_SESSION : kind, name, span);
    if (b == &r->spare)
        return b;
    b->owner = r->function;
    r->function->names++;
    b->scope = r->scope;
    b->again = old && old->scope == r->scope;
    b->top = r->scope == r->top_scope;
    b->next_in_scope = r->scope->first;
    r->scope->first = b;
    if (session) {
        b->assignable = kind == BINDING_VAR;
        b->item = r->item;
        b->by_name = kind == BINDING_FN || kind == BINDING_MODULE;
        *r->pending_end = b;
        r->pending_end = &b->next_pending;
    }
    return b;
}

bool resolve_lives_in_frame(const ast_binding *b)
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
    if (!resolve_lives_in_frame(b))
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

void resolve_check_moved(resolver *r, const ast_binding *b, src_span span)
{
    if (!b->moved)
        return;
    diag *d =
        diag_error(r->diags, span, "`%s` was moved and cannot be used any more", b->name->text);
    diag_related(d, b->moved_at, "moved here");
    diag_hint(d, "send it without `move` to send a copy");
}

ast_binding *resolve_capture(resolver *r, ast_function_info *f, ast_binding *b, src_span span)
{
    if (b->owner == f)
        return b;
    ast_binding *outer = resolve_capture(r, f->outer, b, span);
    resolve_check_moved(r, outer, span);
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
    ast_binding *copy = resolve_new_binding(r, BINDING_CAPTURE, b->name, b->span);
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
