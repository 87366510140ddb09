/* Values: their types as far as the text tells, comparisons with a known answer, statements
 * without effect. */
#include "parser/lint_internal.h"

#include <string.h>

/* ---- types ---- */

static bool is_prelude(const ast_binding *b, const char *name)
{
    return b && b->kind == BINDING_SYMBOL && !b->module && strcmp(b->name->text, name) == 0;
}

static lint_type type_of_call(const ast_node *callee)
{
    static const struct {
        const char *name;
        lint_type type;
    } known[] = {{"len", LINT_INT},      {"now", LINT_INT},     {"str", LINT_STRING},
                 {"repr", LINT_STRING},  {"type", LINT_STRING}, {"chan", LINT_CHAN},
                 {"self", LINT_PROCESS}, {"error", LINT_ERROR}};
    if (callee->kind != AST_NAME)
        return LINT_ANY;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (is_prelude(callee->as.name.binding, known[i].name))
            return known[i].type;
    return LINT_ANY;
}

static lint_type type_of_name(const ast_node *node)
{
    const ast_binding *b = lint_root(node);
    if (!b)
        return LINT_ANY;
    if (b->kind == BINDING_FN || b->kind == BINDING_TOP_FN)
        return LINT_FN;
    if (b->kind == BINDING_SYMBOL)
        return b->has_symbol && b->symbol.kind == RESOLVE_FUNCTION ? LINT_FN : LINT_ANY;
    return (lint_type)b->lint.type;
}

static bool is_number(lint_type t) { return t == LINT_INT || t == LINT_FLOAT || t == LINT_NUMBER; }

/* A sum has the type of its first part: its parts are not examined further, since sums may
 * be long. */
static lint_type type_of_sum(const ast_node *node)
{
    lint_type right =
        node->as.binary.right->kind == AST_BINARY ? LINT_ANY : lint_type_of(node->as.binary.right);
    return is_number(right) ? LINT_NUMBER : right == LINT_STRING ? LINT_STRING : LINT_ANY;
}

static lint_type type_of_binary(const ast_node *node)
{
    switch (node->op) {
    case OP_ADD: return type_of_sum(node);
    case OP_SUB:
    case OP_MUL:
    case OP_FLOOR_DIV:
    case OP_MOD:
    case OP_POW: return LINT_NUMBER;
    case OP_DIV: return LINT_FLOAT;
    case OP_BIT_AND:
    case OP_BIT_OR:
    case OP_BIT_XOR:
    case OP_SHIFT_LEFT:
    case OP_SHIFT_RIGHT: return LINT_INT;
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
    case OP_IN:
    case OP_NOT_IN: return LINT_BOOL;
    case OP_NEG:
    case OP_BIT_NOT:
    case OP_NOT:
    case OP_NONE: break;
    }
    return LINT_ANY;
}

/* A value written down in place; the name is what `is` calls its type. */
static const struct literal {
    ast_kind kind;
    lint_type type;
    const char *name;
} literals[] = {
    {AST_NIL, LINT_NIL, "nil"},       {AST_TRUE, LINT_BOOL, "bool"},
    {AST_FALSE, LINT_BOOL, "bool"},   {AST_INT, LINT_INT, "int"},
    {AST_FLOAT, LINT_FLOAT, "float"}, {AST_STRING, LINT_STRING, "string"},
    {AST_BYTES, LINT_BYTES, "bytes"}, {AST_INTERPOLATION, LINT_STRING, "string"},
    {AST_TUPLE, LINT_TUPLE, "tuple"}, {AST_LIST, LINT_LIST, "list"},
    {AST_MAP, LINT_MAP, "map"},       {AST_FN, LINT_FN, "fn"},
    {AST_RANGE, LINT_RANGE, "range"},
};

static const struct literal *find_literal(const ast_node *node)
{
    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++)
        if (literals[i].kind == node->kind)
            return &literals[i];
    return NULL;
}

static lint_type type_of_literal(const ast_node *node)
{
    const struct literal *found = find_literal(node);
    return found ? found->type : LINT_ANY;
}

lint_type lint_type_of(const ast_node *node)
{
    lint_type literal = type_of_literal(node);
    if (literal != LINT_ANY)
        return literal;
    if (node->kind == AST_NAME)
        return type_of_name(node);
    if (node->kind == AST_CALL)
        return type_of_call(node->as.call.callee);
    if (node->kind == AST_BINARY)
        return type_of_binary(node);
    if (node->kind == AST_IS || (node->kind == AST_UNARY && node->op == OP_NOT))
        return LINT_BOOL;
    if (node->kind == AST_UNARY)
        return LINT_NUMBER;
    return LINT_ANY;
}

static const char *const names[] = {
    [LINT_ANY] = "anything",    [LINT_NIL] = "nil",           [LINT_BOOL] = "a bool",
    [LINT_INT] = "an int",      [LINT_FLOAT] = "a float",     [LINT_NUMBER] = "a number",
    [LINT_STRING] = "a string", [LINT_BYTES] = "bytes",       [LINT_TUPLE] = "a tuple",
    [LINT_LIST] = "a list",     [LINT_MAP] = "a map",         [LINT_FN] = "a function",
    [LINT_CHAN] = "a channel",  [LINT_PROCESS] = "a process", [LINT_RANGE] = "a range",
    [LINT_ERROR] = "an error",
};

/* ---- comparisons ---- */

static bool compares(ast_operator op)
{
    return op == OP_EQ || op == OP_NE || op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

static void check_itself(linter *l, const ast_node *node)
{
    const ast_node *left = node->as.binary.left, *right = node->as.binary.right;
    if (left->kind != AST_NAME || right->kind != AST_NAME || !lint_root(left) ||
        lint_root(left) != lint_root(right))
        return;
    diag *d = lint_warn(l, LINT_CONSTANT_COMPARISON, node->span, "this compares `%s` with itself",
                        left->as.name.id->text);
    if (node->op == OP_EQ || node->op == OP_NE)
        diag_hint(d, "whether a float is a nan is told by `Math.is_nan(%s)`",
                  left->as.name.id->text);
}

static void check_types(linter *l, const ast_node *node)
{
    lint_type left = lint_type_of(node->as.binary.left),
              right = lint_type_of(node->as.binary.right);
    if (left == LINT_ANY || right == LINT_ANY || left == right ||
        (is_number(left) && is_number(right)))
        return;
    diag *d =
        lint_warn(l, LINT_CONSTANT_COMPARISON, node->span, "this is always %s: %s never equals %s",
                  node->op == OP_EQ ? "false" : "true", names[left], names[right]);
    const ast_node *type = node->as.binary.right;
    if (node->as.binary.left->kind == AST_CALL && left == LINT_STRING && right == LINT_FN &&
        type->kind == AST_NAME)
        diag_hint(d, "a type is asked for by `x is %s`", type->as.name.id->text);
    else if (left == LINT_STRING && is_number(right))
        diag_hint(d, "`int(…)` reads a number from text");
}

void lint_comparison(linter *l, const ast_node *node)
{
    if (!compares(node->op))
        return;
    check_itself(l, node);
    if (node->op == OP_EQ || node->op == OP_NE)
        check_types(l, node);
}

void lint_is(linter *l, const ast_node *node)
{
    const struct literal *found = find_literal(node->as.field.object);
    if (!found)
        return;
    bool same = strcmp(found->name, node->as.field.name->text) == 0;
    lint_warn(l, LINT_CONSTANT_COMPARISON, node->span, "this is always %s: it is %s",
              same ? "true" : "false", names[found->type]);
}

/* ---- statements without effect ---- */

/* Whether evaluating it does nothing but yield a value, or crash. Its parts are checked separately,
 * except those of `and` and `or`, which are written for the effect of the right side. */
static bool only_gives(const ast_node *node)
{
    if (node->kind == AST_AND || node->kind == AST_OR)
        return only_gives(node->as.binary.right);
    return type_of_literal(node) != LINT_ANY || node->kind == AST_NAME ||
           node->kind == AST_BINARY || node->kind == AST_UNARY || node->kind == AST_IS ||
           node->kind == AST_INDEX || node->kind == AST_SLICE || node->kind == AST_FIELD;
}

void lint_dropped(linter *l, const ast_node *node, bool last)
{
    if (node->kind == AST_CALL)
        lint_result(l, node);
    bool equals = node->kind == AST_BINARY && node->op == OP_EQ;
    if (last ? !equals : !only_gives(node))
        return;
    diag *d =
        lint_warn(l, LINT_NO_EFFECT, node->span, "this has no effect: its value is thrown away");
    if (equals)
        diag_hint(d, "did you mean `=`?");
    else if ((node->kind == AST_NAME || node->kind == AST_FIELD) && lint_type_of(node) == LINT_FN)
        diag_hint(d, "a call has parentheses");
    else if (node->kind == AST_STRING)
        diag_hint(d, "a comment begins with `#`");
}

/* ---- texts ---- */

/* `#{name}` or `#{a.b}`: what Ruby and Elixir interpolate. */
void lint_text(linter *l, const ast_node *node)
{
    const char *text = node->as.text.bytes, *end = text ? text + node->as.text.length : NULL;
    const char *at = text ? memmem(text, node->as.text.length, "#{", 2) : NULL;
    const char *close = at ? memchr(at, '}', (size_t)(end - at)) : NULL;
    if (!close || close == at + 2)
        return;
    diag *d = lint_warn(l, LINT_FOREIGN_INTERPOLATION, node->span,
                        "nothing is interpolated in this string");
    diag_hint(d, "write `${…}` for the value of an expression");
}
