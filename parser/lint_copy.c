/* Changes of what is only a copy. What a process or branch captures is its own, so a change of it
 * that nothing inside reads afterwards is lost. A name that has been read as a whole may have
 * another name since, and what a nested function or a `defer` reads may be read later: in these
 * cases nothing is reported. */
#include "parser/lint_internal.h"

void lint_copy_begin(linter *l, lint_copy *c, src_span body)
{
    *c = (lint_copy){.outer = l->copy, .body = body, .loop = UINT32_MAX};
    l->copy = c;
}

static void report_copy(linter *l, const lint_change *change)
{
    const char *name = change->of->name->text;
    diag *d = lint_warn(l, LINT_LOST_CHANGE, change->at,
                        "this changes only the process's own copy of `%s`", name);
    diag_related(d, change->of->span, "the original, which stays as it is");
    diag_hint(d, "processes share nothing: give the value back (a `par` gives those of its "
                 "branches), or send it");
}

/* In the order of the text, which is the reverse. */
static lint_change *reversed(lint_change *list)
{
    lint_change *out = NULL;
    while (list) {
        lint_change *next = list->next;
        list->next = out;
        out = list;
        list = next;
    }
    return out;
}

void lint_copy_end(linter *l)
{
    lint_copy *c = l->copy;
    l->copy = c->outer;
    for (const lint_change *change = c->changes; change; change = change->next)
        if (!change->used)
            change->of->lint.pending = change->before;
    for (const lint_change *change = reversed(c->changes); change; change = change->next)
        if (!change->used)
            report_copy(l, change);
}

void lint_copy_read(linter *l, const ast_node *name, lint_look look)
{
    ast_binding *b = lint_root(name);
    if (!b || !l->copy)
        return;
    b->lint.read_at = name->span.start + 1;
    if (look == LINT_WHOLE || l->copy->later > 0)
        b->lint.whole_at = name->span.start + 1;
    for (lint_change *change = b->lint.pending; change; change = change->before)
        change->used = true;
    b->lint.pending = NULL;
}

/* The variable that holds the thing `place` is a part of, as far as the text tells; NULL:
 * none does. */
static ast_binding *holder(const ast_node *place)
{
    while (place->kind == AST_INDEX || place->kind == AST_FIELD)
        place = place->kind == AST_INDEX ? place->as.binary.left : place->as.field.object;
    return place->kind == AST_NAME ? lint_root(place) : NULL;
}

static bool is_variable(const ast_binding *b)
{
    return b->kind == BINDING_LET || b->kind == BINDING_VAR || b->kind == BINDING_PARAM;
}

/* Whether something in c may still read what is changed now. */
static bool may_be_seen(const lint_copy *c, const ast_binding *b)
{
    bool read = b->lint.read_at > c->body.start;
    bool in_loop = c->loop != UINT32_MAX && b->lint.read_at > c->loop; /* its next iteration */
    return b->lint.whole_at > c->body.start || (read && (c->later > 0 || in_loop));
}

void lint_copy_change(linter *l, const ast_node *subject, src_span at)
{
    lint_copy *c = l->copy;
    ast_binding *b = c ? holder(subject) : NULL;
    if (!b || !is_variable(b) || (b->span.start >= c->body.start && b->span.start < c->body.end) ||
        may_be_seen(c, b))
        return;
    lint_change *change = arena_alloc(l->arena, sizeof *change);
    if (!change)
        return;
    *change = (lint_change){.of = b, .at = at, .before = b->lint.pending, .next = c->changes};
    b->lint.pending = c->changes = change;
}

uint32_t lint_copy_look(const ast_node *place)
{
    const ast_binding *b = holder(place);
    return b ? b->lint.read_at : 0;
}

void lint_copy_unlook(const ast_node *place, uint32_t before)
{
    ast_binding *b = holder(place);
    if (b)
        b->lint.read_at = before;
}

uint32_t lint_copy_loop(linter *l, uint32_t start)
{
    lint_copy *c = l->copy;
    uint32_t outer = c ? c->loop : 0;
    if (c && outer == UINT32_MAX)
        c->loop = start;
    return outer;
}

void lint_copy_leave(linter *l, uint32_t outer)
{
    if (l->copy)
        l->copy->loop = outer;
}
