/* Assignments; receiving into a pattern; expressions that are statements. */
#include <string.h>

#include "parser/parse_grammar.h"

static const struct {
    bool assigns;
    uint8_t op;
} assignments[LEX_KINDS] = {
    [TOK_ASSIGN] = {true, OP_NONE},
    [TOK_ADD_ASSIGN] = {true, OP_ADD},
    [TOK_SUB_ASSIGN] = {true, OP_SUB},
    [TOK_MUL_ASSIGN] = {true, OP_MUL},
    [TOK_DIV_ASSIGN] = {true, OP_DIV},
    [TOK_FLOOR_DIV_ASSIGN] = {true, OP_FLOOR_DIV},
    [TOK_MOD_ASSIGN] = {true, OP_MOD},
    [TOK_POW_ASSIGN] = {true, OP_POW},
    [TOK_AND_ASSIGN] = {true, OP_BIT_AND},
    [TOK_OR_ASSIGN] = {true, OP_BIT_OR},
    [TOK_XOR_ASSIGN] = {true, OP_BIT_XOR},
    [TOK_SHL_ASSIGN] = {true, OP_SHIFT_LEFT},
    [TOK_SHR_ASSIGN] = {true, OP_SHIFT_RIGHT},
};

static bool is_place(const ast_node *node)
{
    return node->kind == AST_NAME || node->kind == AST_INDEX || node->kind == AST_FIELD;
}

static void no_place(parser *p, const ast_node *node, bool among_others)
{
    diag *d =
        parse_report(p, node->span, "only a variable, an element or a field can be assigned to");
    if (node->kind == AST_TUPLE && among_others)
        diag_hint(d, "places do not nest: write `(a, b, c) = e`");
    else if (node->kind == AST_LIST)
        diag_hint(d, "several places stand in parentheses: `(a, b) = (b, a)`");
    else if (node->kind == PAT_HOLE)
        diag_hint(d, "`let _ = e` drops a value");
    else if (node->kind == AST_SLICE)
        diag_hint(d, "a slice is a copy: assign element by element; a range as a map's key has its "
                     "start: `m[0..n] = e`");
    else if (parse_at(p, TOK_ASSIGN) && !among_others && node->kind == AST_CALL)
        diag_hint(d, "a function is declared by `fn f(x) => e`; `==` compares");
    else if (parse_at(p, TOK_ASSIGN) && !among_others)
        diag_hint(d, "`==` compares");
    p->panic |= node->kind == AST_CALL; /* what follows is the body of a function */
}

/* What was read as a session's `_`. */
static void read_as_hole(const parser *p, ast_node *place)
{
    if (p->input && place->kind == AST_NAME && place->as.name.id &&
        strcmp(place->as.name.id->text, "_") == 0)
        place->kind = PAT_HOLE;
}

/* `(a, xs[i], _) = e`. */
static void check_places(parser *p, const ast_node *places)
{
    if (!parse_at(p, TOK_ASSIGN)) {
        diag *d = parse_report(p, p->token.span, "several places are assigned by `=` only");
        diag_hint(d, "write one statement for each");
    }
    for (uint32_t i = 0; i < places->as.list.count; i++) {
        ast_node **place = &places->as.list.items[i];
        if ((*place)->kind == AST_SLICE)
            *place = parse_index_of_slice(p, *place);
        read_as_hole(p, *place);
        if (!is_place(*place) && (*place)->kind != PAT_HOLE)
            no_place(p, *place, true);
    }
}

static ast_node *checked_place(parser *p, ast_node *place)
{
    if (p->panic)
        return place;
    if (place->kind == AST_SLICE)
        place = parse_index_of_slice(p, place);
    read_as_hole(p, place);
    if (place->kind == AST_TUPLE && place->as.list.count > 0)
        check_places(p, place);
    else if (!is_place(place))
        no_place(p, place, false);
    return place;
}

static ast_node *assignment(parser *p, uint32_t start, ast_node *place)
{
    ast_operator op = (ast_operator)assignments[p->token.kind].op;
    place = checked_place(p, place);
    parse_advance(p);
    ast_node *value = parse_expression(p);
    ast_node *node = parse_node(p, AST_ASSIGN, start);
    node->op = op;
    node->as.assign.place = place;
    node->as.assign.value = value;
    if (!p->panic && assignments[p->token.kind].assigns) {
        diag *d = parse_fail(p, p->token.span, "an assignment has no value");
        diag_hint(d, "write one statement for each");
    }
    return node;
}

static ast_node *receive_into(parser *p, uint32_t start, ast_node *channel)
{
    parse_advance(p);
    ast_node *pattern = parse_pattern(p);
    ast_node *node = parse_node(p, AST_RECEIVE_INTO, start);
    node->as.let.pattern = pattern;
    node->as.let.value = channel;
    return node;
}

/* `x := e` is read as other languages mean it, so that x is known after it. */
static ast_node *foreign_declaration(parser *p, uint32_t start, ast_node *target)
{
    diag *d = parse_report(p, p->token.span, "there is no `:=`");
    if (target->kind == AST_TUPLE)
        diag_hint(d, "write `let (a, b) = e`; variables that are there already are assigned by "
                     "`(a, b) = e`");
    else
        diag_hint(d, "write `let x = e`, or `var x = e` if it changes later");
    if (target->kind != AST_NAME) {
        p->panic = true;
        return target;
    }
    ast_node *pattern = parse_node(p, PAT_NAME, target->span.start);
    pattern->as.name.id = target->as.name.id;
    return parse_declaration(p, AST_VAR, start, pattern);
}

/* `(a, _)` without an assignment. */
static ast_node *lone_hole(parser *p)
{
    diag *d = parse_fail(p, p->hole, "expected an expression, found `_`");
    diag_hint(d, "`_` holds no value; it stands for a part that nobody needs, in a pattern or in "
                 "`(a, _) = e`");
    return parse_error_node(p);
}

static ast_node *expression_or_assignment(parser *p)
{
    uint32_t start = p->token.span.start;
    p->places_at = start;
    ast_node *node = parse_expression(p);
    if (p->panic)
        return node;
    if (assignments[p->token.kind].assigns)
        return assignment(p, start, node);
    if (p->hole.end > 0)
        return lone_hole(p);
    if (parse_at(p, TOK_COLON_ASSIGN))
        return foreign_declaration(p, start, node);
    if (parse_at(p, TOK_QUESTION) && node->kind != AST_SEND && node->kind != AST_CATCH)
        return receive_into(p, start, node);
    parse_check_foreign(p, node);
    return node;
}

ast_node *parse_expression_statement(parser *p)
{
    src_span outer = p->hole;
    p->hole = (src_span){0, 0};
    ast_node *node = expression_or_assignment(p);
    p->hole = outer;
    return node;
}
