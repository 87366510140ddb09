/* Assignments: what may be assigned, and what is captured. */
#include "parser/resolve_internal.h"

static void report_assignment(resolver *r, const ast_binding *b, src_span span)
{
    const char *name = b->name->text;
    diag *d = NULL;
    switch (b->kind) {
    case BINDING_LET:
        d = diag_error(r->diags, span, "`%s` is bound for good and cannot be assigned", name);
        diag_hint(d, "`var %s = …` makes a variable", name);
        break;
    case BINDING_PARAM:
        d = diag_error(r->diags, span, "`%s` is a parameter and cannot be assigned", name);
        diag_hint(d, "copy it to a variable of another name: `var … = %s`", name);
        break;
    case BINDING_FN:
    case BINDING_TOP_FN:
        d = diag_error(r->diags, span, "`%s` is a function and cannot be assigned", name);
        break;
    case BINDING_CONST:
        d = diag_error(r->diags, span, "`%s` is a `const` and cannot be assigned", name);
        break;
    case BINDING_MODULE:
        d = diag_error(r->diags, span, "`%s` is a %s and cannot be assigned", name,
                       b->import.library ? "C library" : "module");
        break;
    case BINDING_SESSION:
        d = diag_error(r->diags, span, "`%s` is no `var` and cannot be assigned", name);
        diag_hint(d, "bind it again: `var %s = …`", name);
        return;
    case BINDING_SYMBOL:
        d = diag_error(r->diags, span, "`%s` belongs to the prelude and cannot be assigned", name);
        diag_hint(d, "`var %s = …` makes a variable of that name", name);
        return;
    case BINDING_CAPTURE:
    case BINDING_LATE:
    case BINDING_VAR:
    case BINDING_BAD: return;
    }
    diag_related(d, b->span, "bound here");
}

static void report_captured(resolver *r, const ast_binding *b, src_span span)
{
    while (b->kind == BINDING_CAPTURE)
        b = b->origin;
    if (b->kind != BINDING_VAR && !(b->kind == BINDING_SESSION && b->assignable)) {
        report_assignment(r, b, span);
        return;
    }
    diag *d = diag_error(r->diags, span,
                         "`%s` is captured here and cannot be assigned: a function, `spawn` block "
                         "or `par` branch sees "
                         "a copy of the value",
                         b->name->text);
    diag_hint(d, "give the new value as a result, or send it on a channel");
    diag_related(d, b->span, "the variable");
}

static void assign_name(resolver *r, ast_node *place)
{
    ast_name *name = place->as.name.id;
    ast_binding *hidden;
    ast_binding *b = resolve_find(r, name, &hidden);
    if (!b) {
        r->assigned = name;
        b = resolve_use(r, name, place->span); /* a session's, or reported as for a use */
        r->assigned = NULL;
        if (b->kind == BINDING_BAD) {
            /* it was meant to be a variable from here on */
            resolve_declare(r, BINDING_BAD, name, place->span);
            return;
        }
    }
    place->as.name.binding = b;
    if (r->failed)
        return;
    bool frame = b->owner != NULL && b->kind != BINDING_TOP_FN && b->kind != BINDING_CONST &&
                 b->kind != BINDING_MODULE;
    if (b->kind == BINDING_CAPTURE || (frame && b->owner != r->function)) {
        report_captured(r, b, place->span);
        return;
    }
    if (b->kind != BINDING_VAR && !(b->kind == BINDING_SESSION && b->assignable)) {
        report_assignment(r, b, place->span);
        return;
    }
    b->assigned = true;
    b->assigned_within |= r->function->operands > 0;
    b->moved = false;
}

/* The parts of a place that is not a name. */
static void resolve_parts(resolver *r, ast_node *place)
{
    if (place->kind == AST_FIELD) {
        resolve_field(r, place);
        const ast_node *object = place->as.field.object;
        const ast_binding *b = object->kind == AST_NAME ? object->as.name.binding : NULL;
        if (b && (b->module ||
                  (b->kind == BINDING_LATE && b->origin && b->origin->kind == BINDING_MODULE)))
            diag_error(r->diags, place->span, "a member of the module `%s` cannot be assigned",
                       object->as.name.id->text);
    } else if (place->kind == AST_INDEX) {
        resolve_operand(r, place->as.binary.left);
        resolve_operand(r, place->as.binary.right);
    }
}

/* `(a, xs[i]) = e`: the parts, e, then the names. */
static void resolve_places(resolver *r, ast_list places, ast_node *value)
{
    for (uint32_t i = 0; i < places.count; i++)
        resolve_parts(r, places.items[i]);
    if (value->kind == AST_TUPLE)
        for (uint32_t i = 0; i < value->as.list.count; i++)
            resolve_operand(r, value->as.list.items[i]);
    else
        resolve_operand(r, value);
    for (uint32_t i = 0; i < places.count; i++)
        if (places.items[i]->kind == AST_NAME)
            assign_name(r, places.items[i]);
}

static void resolve_assign_name(resolver *r, ast_node *node)
{
    ast_node *place = node->as.assign.place;
    if (node->op == OP_NONE) {
        resolve_node(r, node->as.assign.value);
    } else {
        ast_binding *hidden;
        const ast_binding *b = resolve_find(r, place->as.name.id, &hidden);
        if (b && b->owner == r->function)
            resolve_use(r, place->as.name.id, place->span);
        resolve_operand(r, node->as.assign.value);
    }
    assign_name(r, place);
}

void resolve_assign(resolver *r, ast_node *node)
{
    ast_node *place = node->as.assign.place;
    if (place->kind == AST_NAME) {
        resolve_assign_name(r, node);
    } else if (place->kind == AST_TUPLE) {
        resolve_places(r, place->as.list, node->as.assign.value);
    } else {
        resolve_parts(r, place);
        resolve_operand(r, node->as.assign.value);
    }
}
