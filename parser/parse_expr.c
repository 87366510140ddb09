/* Expressions: the loop over operands and operators. The grammar tells by the token what each of
 * them is (parse_grammar.c). This is precedence climbing, after Pratt. */
#include "parser/parse_internal.h"

ast_node *parse_no_operand(parser *p)
{
    parse_hint_expression(p, parse_expected(p, "an expression"));
    return parse_error_node(p);
}

static const parse_rule *rule_at(const parser *p) { return &p->grammar->rules[p->token.kind]; }

static ast_node *operand(parser *p)
{
    if (p->panic)
        return parse_error_node(p);
    parse_function *parse = rule_at(p)->operand;
    return parse == NULL ? parse_no_operand(p) : parse(p);
}

ast_node *parse_postfix(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_node *node = operand(p);
    while (!p->panic && rule_at(p)->postfix != NULL) {
        if (p->token.newline_before && !parse_at(p, TOK_DOT))
            break;
        node = rule_at(p)->postfix(p, start, node);
    }
    return node;
}

static ast_node *raised(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_node *base = parse_postfix(p);
    if (!parse_take(p, TOK_POWER))
        return base;
    ast_node *exponent = parse_unary(p);
    return parse_binary_node(p, AST_BINARY, OP_POW, start, base, exponent);
}

static ast_node *unary(parser *p, parse_power power)
{
    if (p->panic)
        return parse_error_node(p);
    const parse_rule *rule = rule_at(p);
    return rule->prefix != NULL && power <= rule->prefix_power ? rule->prefix(p) : raised(p);
}

ast_node *parse_unary(parser *p)
{
    parse_enter(p);
    ast_node *node = unary(p, POWER_UNARY);
    parse_leave(p);
    return node;
}

/* `x--` at the end of a line; `x - -y` is fine, `x --y` too. */
static bool is_decrement(parser *p)
{
    const lex_token *next = parse_peek(p, 1);
    if (!parse_at(p, TOK_MINUS) || next->kind != TOK_MINUS || !parse_is_adjacent(p, next))
        return false;
    const lex_token *after = parse_peek(p, 2);
    return after->newline_before || after->kind == TOK_END || after->kind == TOK_SEMICOLON ||
           after->kind == TOK_BRACE_CLOSE;
}

/* `x++` and `x--` are reported and read as `x`. True if there was one. */
static bool skip_step(parser *p)
{
    const lex_token *next = parse_peek(p, 1);
    bool is_increment =
        parse_at(p, TOK_INCREMENT) &&
        (next->newline_before || next->kind == TOK_END || next->kind == TOK_SEMICOLON ||
         next->kind == TOK_BRACE_CLOSE || next->kind == TOK_PAREN_CLOSE);
    if (!is_increment && !is_decrement(p))
        return false;
    src_span at = {p->token.span.start, p->token.span.start + 2};
    diag *d = parse_report(p, at, is_increment ? "there is no `++`" : "there is no `--`");
    diag_hint(d, is_increment ? "write `x += 1`" : "write `x -= 1`");
    if (!is_increment) {
        p->token.kind = TOK_HOLE; /* so that the newline after it is seen */
        parse_peek(p, 1);
        p->ahead[0].kind = TOK_HOLE;
        parse_advance(p);
    }
    parse_advance(p);
    return true;
}

static void explain_chain(parser *p)
{
    diag *d = parse_report(p, p->token.span, "comparisons do not chain");
    diag_hint(d, "write `a < b and b < c`, or parenthesise");
}

/* The power of the operator that goes on here; POWER_NONE: there is none. */
static parse_power power_at(parser *p)
{
    if (p->panic || (parse_at(p, TOK_NOT) && parse_peek(p, 1)->kind != TOK_IN))
        return POWER_NONE;
    return (parse_power)rule_at(p)->power;
}

/* Adds operators that bind at least as tightly as `power`, with their right sides, to `left`. */
static ast_node *operators_behind(parser *p, parse_power power, uint32_t start, ast_node *left)
{
    bool compared = false;
    for (parse_power at = power_at(p); at != POWER_NONE && at >= power; at = power_at(p)) {
        if (skip_step(p))
            break;
        if (at == POWER_COMPARISON && compared)
            explain_chain(p);
        compared = at == POWER_COMPARISON;
        left = rule_at(p)->infix(p, start, left);
    }
    return left;
}

ast_node *parse_right(parser *p, parse_power power)
{
    uint32_t start = p->token.span.start;
    parse_enter_operand(p);
    ast_node *node = unary(p, power);
    node = operators_behind(p, power, start, node);
    parse_leave_operand(p);
    return node;
}

/* ---- the loosest level ----------------------------------------------------------------------- */

ast_node *parse_operators(parser *p, parse_power power)
{
    parse_enter(p);
    ast_node *node = p->panic ? parse_error_node(p) : parse_right(p, power);
    parse_leave(p);
    return node;
}

static ast_node *caught(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *operand = parse_block_or_expression(p);
    return parse_unary_node(p, AST_CATCH, OP_NONE, start, operand);
}

static ast_node *sent(parser *p, uint32_t start, ast_node *channel)
{
    parse_advance(p);
    ast_node *value = parse_at(p, TOK_CATCH) ? caught(p) : parse_right(p, POWER_OR);
    if (!p->panic && parse_at(p, TOK_BANG)) {
        diag *d = parse_fail(p, p->token.span, "`!` does not chain");
        diag_hint(d, "a send has no value to send on: write two statements");
    }
    return parse_binary_node(p, AST_SEND, OP_NONE, start, channel, value);
}

ast_node *parse_expression(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_enter(p);
    ast_node *node;
    if (p->panic)
        node = parse_error_node(p);
    else if (parse_at(p, TOK_CATCH))
        node = caught(p);
    else
        node = parse_right(p, POWER_OR);
    if (!p->panic && parse_at(p, TOK_BANG) && node->kind != AST_CATCH)
        node = sent(p, start, node);
    parse_leave(p);
    return node;
}

ast_node *parse_head(parser *p)
{
    bool outer = p->head;
    p->head = true;
    ast_node *node = parse_expression(p);
    p->head = outer;
    return node;
}

ast_node *parse_block_or_expression(parser *p)
{
    if (parse_at(p, TOK_BRACE_OPEN) && (p->head || !parse_brace_opens_map(p)))
        return parse_block(p);
    return parse_expression(p);
}
