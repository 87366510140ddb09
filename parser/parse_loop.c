/* Loops, and `par`. */
#include "parser/parse_grammar.h"

/* `for (i = 0; i < n; i++) {`: the rest of such a head is not a statement. */
static void skip_foreign_head(parser *p)
{
    while (!parse_at(p, TOK_NEWLINE) && !parse_at(p, TOK_BRACE_OPEN) &&
           !parse_at(p, TOK_BRACE_CLOSE) && !parse_at(p, TOK_END))
        parse_advance(p);
}

static void expect_in(parser *p, const ast_node *target)
{
    if (parse_take(p, TOK_IN) || p->panic)
        return;
    diag *d = parse_expected(p, "`in`");
    if (parse_at(p, TOK_ASSIGN) || parse_at(p, TOK_COLON_ASSIGN) || parse_at(p, TOK_SEMICOLON)) {
        diag_hint(d, "counting is written `for i in 0..n { … }`");
        skip_foreign_head(p);
    } else if (parse_at(p, TOK_LT) || parse_at(p, TOK_GT) || parse_at(p, TOK_LE) ||
               parse_at(p, TOK_GE) || parse_at(p, TOK_NE) || parse_at(p, TOK_EQ)) {
        diag_hint(d, "a loop with a condition is `while c { … }`");
    } else if (target->kind == PAT_MAP) {
        diag_hint(d, "an endless loop is `loop { … }`");
    } else {
        diag_hint(d, "write `for x in xs { … }`");
    }
}

/* `for {`, without an `in`. */
static bool is_endless(parser *p)
{
    const lex_token *first = parse_peek(p, 1), *second = parse_peek(p, 2);
    bool is_map =
        (first->kind == TOK_NAME || first->kind == TOK_STRING ||
         lex_kind_flags(first->kind) & LEX_KEYWORD) &&
        (second->kind == TOK_COLON || second->kind == TOK_COMMA || second->kind == TOK_BRACE_CLOSE);
    return parse_at(p, TOK_BRACE_OPEN) && !is_map;
}

/* From the targets on. */
static ast_loop iteration(parser *p)
{
    ast_loop loop = {0};
    if (parse_at(p, TOK_LET) || parse_at(p, TOK_VAR) || parse_at(p, TOK_SEMICOLON)) {
        diag *d = parse_expected(p, "a name or a pattern");
        diag_hint(d, "write `for i in 0..n { … }`");
        skip_foreign_head(p);
    }
    if (is_endless(p))
        diag_hint(parse_expected(p, "a name or a pattern"), "an endless loop is `loop { … }`");
    else if (parse_at(p, TOK_TRUE) || parse_at(p, TOK_NOT))
        diag_hint(parse_expected(p, "a name or a pattern"),
                  "a loop with a condition is `while c { … }`");
    parse_targets(p, loop.target);
    expect_in(p, loop.target[0]);
    loop.value = parse_head(p);
    loop.body = parse_block(p);
    return loop;
}

static ast_node *loop_node(parser *p, ast_kind kind, uint32_t start, ast_loop loop)
{
    ast_node *node = parse_node(p, kind, start);
    node->as.loop = loop;
    return node;
}

ast_node *parse_loop(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_loop loop = {0};
    lex_kind kind = p->token.kind;
    parse_advance(p);
    if (kind == TOK_LOOP) {
        loop.body = parse_block(p);
        return loop_node(p, AST_LOOP, start, loop);
    }
    if (kind == TOK_WHILE) {
        loop.value = parse_head(p);
        loop.body = parse_block(p);
        return loop_node(p, AST_WHILE, start, loop);
    }
    bool is_pri_alt = parse_at_word(p, "pri") && parse_peek(p, 1)->kind == TOK_ALT;
    if (is_pri_alt || parse_at(p, TOK_ALT)) {
        ast_node *alt = parse_alt(p, true);
        alt->span.start = start;
        return alt;
    }
    return loop_node(p, AST_FOR, start, iteration(p));
}

ast_node *parse_par(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    if (parse_take(p, TOK_FOR)) {
        ast_loop loop = iteration(p);
        loop.body = parse_thunk(p, loop.body);
        return loop_node(p, AST_PAR_FOR, start, loop);
    }
    ast_node *block = parse_block(p);
    ast_list branches = block->kind == AST_BLOCK ? block->as.list : (ast_list){0};
    for (uint32_t i = 0; i < branches.count; i++)
        branches.items[i] = parse_thunk(p, branches.items[i]);
    ast_node *node = parse_node(p, AST_PAR, start);
    node->as.par.branches = branches;
    return node;
}
