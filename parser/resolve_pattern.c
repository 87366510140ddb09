/* Patterns: what they bind. Every alternative of `p | q` binds the same names, and so the same
 * bindings: the first one makes them. */
#include "parser/resolve_internal.h"

typedef struct pattern_walk {
    resolver *r;
    uint32_t id;      /* of the pattern: bindings that carry it were made here */
    uint32_t repeats; /* > 0: in an alternative other than the first */
    resolve_bound by;
    ast_node **names; /* those bound so far */
    uint32_t count, capacity;
} pattern_walk;

static void remember(pattern_walk *w, ast_node *node)
{
    if (w->count == w->capacity) {
        uint32_t capacity = w->capacity ? w->capacity * 2 : 8;
        ast_node **names = arena_alloc(w->r->arena, capacity * sizeof(ast_node *));
        if (!names) {
            w->r->failed = true;
            return;
        }
        for (uint32_t i = 0; i < w->count; i++)
            names[i] = w->names[i];
        w->names = names;
        w->capacity = capacity;
    }
    w->names[w->count++] = node;
}

/* `c ? x` beside `var x` is almost always meant to assign it. */
static void check_hides_var(resolver *r, const ast_node *node)
{
    ast_binding *hidden;
    const ast_binding *b = resolve_find(r, node->as.name.id, &hidden);
    if (!b || b->kind != BINDING_VAR || b->owner != r->function)
        return;
    const char *name = b->name->text;
    diag *d = diag_error(r->diags, node->span, "this receive would hide the `var` `%s`", name);
    diag_hint(d, "to give it the received value: `%s = ?c`", name);
    diag_related(d, b->span, "the `var`");
}

static void report_not_everywhere(diag_list *diags, src_span at, const char *name)
{
    diag *d = diag_error(diags, at, "`%s` is not bound by every alternative of the pattern", name);
    diag_hint(d, "`|` parts alternatives; the rest of a list is `[first, ..rest]`");
}

static void bind_name(pattern_walk *w, ast_node *node)
{
    resolver *r = w->r;
    if (r->failed)
        return;
    ast_name *name = node->as.name.id;
    ast_binding *hidden;
    ast_binding *old = resolve_find(r, name, &hidden);
    bool bound = old && old->pattern == w->id;
    if (bound && w->repeats > 0) {
        node->as.name.binding = old;
        remember(w, node);
        return;
    }
    if (bound) {
        diag_error(r->diags, node->span, "`%s` is bound twice in one pattern", name->text);
        node->as.name.binding = old;
        return;
    }
    if (w->repeats > 0)
        report_not_everywhere(r->diags, node->span, name->text);
    else if (w->by == BOUND_BY_RECEIVE)
        check_hides_var(r, node);
    binding_kind kind = w->by == BOUND_BY_CALL ? BINDING_PARAM : BINDING_LET;
    ast_binding *b = resolve_declare(r, kind, name, node->span);
    b->pattern = w->id;
    node->as.name.binding = b;
    remember(w, node);
}

/* The names [first, middle) of the first alternative must equal those of another one,
 * [middle, count). */
static void check_same_names(pattern_walk *w, uint32_t first, uint32_t middle)
{
    diag_list *diags = w->r->diags;
    uint32_t wanted = ++w->r->serial, found = ++w->r->serial, matched = 0;
    for (uint32_t i = first; i < middle; i++)
        w->names[i]->as.name.binding->stamp = wanted;
    for (uint32_t i = middle; i < w->count; i++) {
        const ast_node *node = w->names[i];
        ast_binding *b = node->as.name.binding;
        if (b->stamp == wanted)
            matched++;
        else if (b->stamp == found)
            diag_error(diags, node->span, "`%s` is bound twice in one pattern", b->name->text);
        else
            report_not_everywhere(diags, node->span, b->name->text);
        b->stamp = found;
    }
    if (matched == middle - first)
        return;
    for (uint32_t i = first; i < middle; i++)
        if (w->names[i]->as.name.binding->stamp == wanted)
            report_not_everywhere(diags, w->names[i]->span,
                                  w->names[i]->as.name.binding->name->text);
}

static void walk(pattern_walk *w, ast_node *node);

static void walk_alternatives(pattern_walk *w, ast_list list)
{
    uint32_t first = w->count;
    walk(w, list.items[0]);
    uint32_t middle = w->count;
    for (uint32_t i = 1; i < list.count; i++) {
        w->repeats++;
        walk(w, list.items[i]);
        w->repeats--;
        if (!w->r->failed)
            check_same_names(w, first, middle);
        w->count = middle < w->count ? middle : w->count;
    }
}

/* Holes and literals bind nothing. */
static void walk(pattern_walk *w, ast_node *node)
{
    if (node->kind == PAT_NAME) {
        bind_name(w, node);
    } else if (node->kind == PAT_ALTERNATIVES) {
        walk_alternatives(w, node->as.list);
    } else if (node->kind == PAT_MAP) {
        for (uint32_t i = 0; i < node->as.map.count; i++)
            walk(w, node->as.map.entries[i].value);
    } else if (node->kind == PAT_TUPLE || node->kind == PAT_LIST || node->kind == PAT_ERROR) {
        for (uint32_t i = 0; i < node->as.pattern.elements.count; i++)
            walk(w, node->as.pattern.elements.items[i]);
        if (node->as.pattern.rest)
            walk(w, node->as.pattern.rest);
    }
}

void resolve_pattern(resolver *r, ast_node *first, ast_node *second, resolve_bound by)
{
    pattern_walk w = {.r = r, .id = ++r->serial, .by = by};
    walk(&w, first);
    if (second)
        walk(&w, second);
}
