/* What is declared and never used. */
#include "parser/lint_internal.h"

ast_binding *lint_root(const ast_node *name)
{
    ast_binding *b = name->as.name.binding;
    while (b && b->kind == BINDING_CAPTURE)
        b = b->origin;
    return b;
}

static bool may_be_unused(const ast_binding *b) { return b->name->text[0] == '_'; }

void lint_declare(linter *l, lint_role role, ast_binding *b)
{
    lint_declared *d = arena_alloc(l->arena, sizeof *d);
    if (!d)
        return;
    *d = (lint_declared){role, b, NULL};
    *l->declared_end = d;
    l->declared_end = &d->next;
}

/* A receive that binds a new variable with the name of one that the function already has outside
 * the block. */
static void check_hiding(linter *l, const ast_node *name)
{
    const ast_binding *b = name->as.name.binding, *hidden = b->again ? NULL : b->shadowed;
    if (!hidden || hidden->owner != b->owner)
        return;
    bool variable =
        hidden->kind == BINDING_LET || hidden->kind == BINDING_VAR || hidden->kind == BINDING_PARAM;
    if (!variable)
        return;
    const char *text = b->name->text;
    diag *d =
        lint_warn(l, LINT_HIDING_RECEIVE, name->span, "this receive hides another `%s`", text);
    diag_related(d, hidden->span, "the one that is hidden");
    if (hidden->kind == BINDING_VAR)
        diag_hint(d, "choose another name; what gives it the received value is `%s = ?c`", text);
    else
        diag_hint(d, "choose another name");
}

static void declare_name(linter *l, const ast_node *node, lint_role role)
{
    ast_binding *b = node->as.name.binding;
    /* The names of all alternatives are those of the first. */
    if (!b || b->span.start != node->span.start)
        return;
    lint_declare(l, role, b);
    if (role == LINT_RECEIVED)
        check_hiding(l, node);
}

static void walk(linter *l, const ast_node *node, lint_role role, bool inner)
{
    lint_role part = role == LINT_LET ? LINT_PART : role;
    if (node->kind == PAT_NAME) {
        declare_name(l, node, role);
    } else if (node->kind == PAT_ALTERNATIVES) {
        if (inner)
            lint_alternatives(l, node);
        for (uint32_t i = 0; i < node->as.list.count; i++)
            walk(l, node->as.list.items[i], part, true);
    } else if (node->kind == PAT_MAP) {
        for (uint32_t i = 0; i < node->as.map.count; i++)
            walk(l, node->as.map.entries[i].value, part, true);
    } else if (node->kind == PAT_TUPLE || node->kind == PAT_LIST || node->kind == PAT_ERROR) {
        for (uint32_t i = 0; i < node->as.pattern.elements.count; i++)
            walk(l, node->as.pattern.elements.items[i], part, true);
        if (node->as.pattern.rest)
            walk(l, node->as.pattern.rest, part, true);
    }
}

void lint_pattern(linter *l, const ast_node *pattern, lint_role role)
{
    walk(l, pattern, role, role != LINT_PART);
}

static void report_variable(linter *l, const ast_binding *b, const char *hint)
{
    diag *d = lint_warn(l, LINT_UNUSED_VARIABLE, b->span, "`%s` is never used", b->name->text);
    diag_hint(d, hint, b->name->text);
}

static void report_var(linter *l, const ast_binding *b)
{
    const char *name = b->name->text;
    if (b->lint.reads == 0 && b->lint.written) {
        lint_warn(l, LINT_NEVER_READ, b->span, "`%s` is assigned, but never read", name);
    } else if (b->lint.reads == 0) {
        report_variable(l, b, "drop it, or call it `_%s`");
    } else if (!b->lint.written) {
        diag *d =
            lint_warn(l, LINT_NEVER_ASSIGNED, b->span, "the `var` `%s` is never assigned", name);
        diag_hint(d, "`let %s = …` binds for good", name);
    }
}

static void report_param(linter *l, const ast_binding *b)
{
    diag *d = lint_warn(l, LINT_UNUSED_PARAMETER, b->span, "the parameter `%s` is never used",
                        b->name->text);
    diag_hint(d, "call it `_`, or `_%s`", b->name->text);
}

static void report_import(linter *l, const ast_binding *b)
{
    const char *name = b->name->text;
    bool library = b->import.library;
    diag *d = lint_warn(l, LINT_UNUSED_IMPORT, b->span, "nothing of the %s `%s` is used",
                        library ? "C library" : "module", name);
    diag_hint(d, "drop it; one that is %s for what loading it does may be called `_%s`",
              library ? "opened" : "imported", name);
}

static void report_unused(linter *l, const lint_declared *d)
{
    const ast_binding *b = d->binding;
    bool unused = b->lint.reads == 0;
    bool own = l->program || may_be_unused(b); /* nobody else can use it */
    switch (d->role) {
    case LINT_LET:
        if (unused && !may_be_unused(b))
            report_variable(l, b, "drop it, or call it `_%s`");
        break;
    case LINT_PART:
        if (unused && !may_be_unused(b))
            report_variable(l, b, "`_` stands for what nobody needs, or call it `_%s`");
        break;
    case LINT_RECEIVED:
        if (unused && !may_be_unused(b))
            report_variable(l, b, "`c ? _` receives and drops, or call it `_%s`");
        break;
    case LINT_VAR:
        if (!may_be_unused(b))
            report_var(l, b);
        break;
    case LINT_PARAM:
        if (unused && !may_be_unused(b))
            report_param(l, b);
        break;
    case LINT_UNNAMED_PARAM: break;
    case LINT_LOCAL_FN:
        if (unused && !may_be_unused(b))
            lint_warn(l, LINT_UNUSED_FUNCTION, b->span, "the function `%s` is never used",
                      b->name->text);
        break;
    case LINT_TOP_FN:
        if (unused && own)
            lint_warn(l, LINT_UNUSED_FUNCTION, b->span, "the function `%s` is never used",
                      b->name->text);
        break;
    case LINT_CONST:
        if (unused && own)
            lint_warn(l, LINT_UNUSED_CONSTANT, b->span, "the `const` `%s` is never used",
                      b->name->text);
        break;
    case LINT_IMPORT:
        if (unused && !b->used && !may_be_unused(b))
            report_import(l, b);
        break;
    }
}

void lint_report_unused(linter *l)
{
    for (const lint_declared *d = l->declared; d; d = d->next)
        report_unused(l, d);
}
