/* Statements that are no declarations, loops or expressions. */
#include "parser/parse_grammar.h"

ast_node *parse_fn_or_expression(parser *p)
{
    return parse_peek(p, 1)->kind == TOK_NAME ? parse_fn(p) : parse_expression_statement(p);
}

ast_node *parse_return(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *value = parse_is_end(p) ? NULL : parse_expression(p);
    return parse_unary_node(p, AST_RETURN, OP_NONE, start, value);
}

ast_node *parse_jump(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_kind kind = parse_at(p, TOK_BREAK) ? AST_BREAK : AST_CONTINUE;
    parse_advance(p);
    return parse_node(p, kind, start);
}

ast_node *parse_defer(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *work = parse_block_or_expression(p);
    if (work->kind != AST_CALL && work->kind != AST_SEND && work->kind != AST_BLOCK && !p->panic) {
        diag *d = parse_report(p, work->span, "`defer` takes a call, a send or a block");
        diag_hint(d, "write `defer f(x)`, `defer c ! v` or `defer { … }`");
    }
    return parse_unary_node(p, AST_DEFER, OP_NONE, start, work);
}

ast_node *parse_block_or_map(parser *p)
{
    return parse_brace_opens_map(p) ? parse_expression_statement(p) : parse_block(p);
}

ast_node *parse_lone_else(parser *p)
{
    diag *d = parse_fail(p, p->token.span, "`else` without `if`");
    diag_hint(d, "`else` follows the `}` of its `if` on the same line");
    return parse_error_node(p);
}
