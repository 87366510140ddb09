/* What is done with a value that is known to be an error: a field that errors do not have, a
 * question with a known answer. */
#include "parser/lint_internal.h"

#include <string.h>

#include "base/language.h"

static ast_binding *known_error(const ast_node *node)
{
    ast_binding *b = node->kind == AST_NAME ? lint_root(node) : NULL;
    return b && (b->lint.errors > 0 || b->lint.type == LINT_ERROR) ? b : NULL;
}

void lint_error_field(linter *l, const ast_node *node)
{
    const ast_node *object = node->as.field.object;
    const char *field = node->as.field.name->text;
    if (!known_error(object) || language_has_word("kind message data trace cause", field))
        return;
    diag *d =
        lint_warn(l, LINT_KNOWN_ERROR, node->span, "`%s` is an error here, which has no field `%s`",
                  object->as.name.id->text, field);
    diag_hint(d, "an error has kind, message, data, trace and cause");
}

/* A condition, or an operand of `and`, `or`, `not`. */
void lint_condition(linter *l, const ast_node *node)
{
    if (!known_error(node))
        return;
    lint_warn(l, LINT_KNOWN_ERROR, node->span, "`%s` is an error here, and never true",
              node->as.name.id->text);
}

/* What one question says about its subject if it holds (or, with `holds` false, does not): `x is
 * error`, in any form. */
static ast_binding *asked(const ast_node *condition, bool holds)
{
    for (; condition->kind == AST_UNARY && condition->op == OP_NOT; holds = !holds)
        condition = condition->as.unary.operand;
    if (condition->kind != AST_IS || !holds || condition->as.field.object->kind != AST_NAME ||
        strcmp(condition->as.field.name->text, "error") != 0)
        return NULL;
    ast_binding *b = lint_root(condition->as.field.object);
    return b && !b->assigned ? b : NULL;
}

/* The same for a chain of `and`, all parts of which hold; any number of parts. */
static ast_binding *shown(const ast_node *condition, bool holds)
{
    ast_binding *b = NULL;
    for (; holds && !b && condition->kind == AST_AND; condition = condition->as.binary.left)
        b = asked(condition->as.binary.right, true);
    return b ? b : asked(condition, holds);
}

ast_binding *lint_error_shown(const ast_node *condition, bool holds)
{
    ast_binding *b = shown(condition, holds);
    if (b)
        b->lint.errors++;
    return b;
}

ast_binding *lint_error_matched(const ast_node *subject, const ast_node *pattern)
{
    ast_binding *b =
        subject->kind == AST_NAME && pattern->kind == PAT_ERROR ? lint_root(subject) : NULL;
    if (!b || b->assigned)
        return NULL;
    b->lint.errors++;
    return b;
}

void lint_error_over(ast_binding *shown_before)
{
    if (shown_before)
        shown_before->lint.errors--;
}
