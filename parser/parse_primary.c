/* Operands. */
#include "parser/parse_grammar.h"

ast_node *parse_keyword_literal(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_kind kind = parse_at(p, TOK_TRUE) ? AST_TRUE : parse_at(p, TOK_FALSE) ? AST_FALSE : AST_NIL;
    parse_advance(p);
    return parse_node(p, kind, start);
}

ast_node *parse_number_literal(parser *p) { return parse_number(p, false); }

ast_node *parse_bytes(parser *p) { return parse_text_node(p, AST_BYTES); }

ast_node *parse_name_operand(parser *p)
{
    if (parse_at_word(p, "pri") && parse_peek(p, 1)->kind == TOK_ALT &&
        !parse_peek(p, 1)->newline_before)
        return parse_alt(p, false);
    uint32_t start = p->token.span.start;
    ast_name *id = parse_name(p, &p->token);
    parse_advance(p);
    ast_node *node = parse_node(p, AST_NAME, start);
    node->as.name.id = id;
    return node;
}

/* In brackets that begin a statement, which may be the places of an assignment, `_` is one
 * of them. */
static ast_node *element(parser *p, bool places)
{
    if (!places || !parse_at(p, TOK_HOLE) || p->input)
        return parse_expression(p);
    uint32_t start = p->token.span.start;
    if (p->hole.end == 0)
        p->hole = p->token.span;
    parse_advance(p);
    return parse_node(p, PAT_HOLE, start);
}

/* The rest of `(a, b, …)` or `[a, b, …]`; what is in the list so far belongs to it. */
static ast_node *elements(parser *p, ast_kind kind, uint32_t start, size_t list, lex_kind closing,
                          const char *expected)
{
    bool places = kind == AST_TUPLE && start == p->places_at;
    while (!p->panic && !parse_at(p, closing)) {
        ast_node *item = element(p, places);
        parse_nodes_add(p, item);
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    ast_list items = parse_nodes_end(p, list);
    parse_close(p, closing, expected);
    ast_node *node = parse_node(p, kind, start);
    node->as.list = items;
    return node;
}

ast_node *parse_parenthesised(parser *p)
{
    uint32_t start = p->token.span.start;
    size_t list = parse_list_start(p);
    parse_open(p, PARSE_PAREN);
    if (parse_at(p, TOK_PAREN_CLOSE))
        return elements(p, AST_TUPLE, start, list, TOK_PAREN_CLOSE, "`)`");
    ast_node *first = element(p, start == p->places_at);
    if (parse_take(p, TOK_COMMA)) {
        parse_nodes_add(p, first);
        return elements(p, AST_TUPLE, start, list, TOK_PAREN_CLOSE, "`,` or `)`");
    }
    parse_close(p, TOK_PAREN_CLOSE, "`,` or `)`");
    p->parenthesised = first;
    return first;
}

ast_node *parse_list(parser *p)
{
    uint32_t start = p->token.span.start;
    size_t items = parse_list_start(p);
    parse_open(p, PARSE_SQUARE);
    return elements(p, AST_LIST, start, items, TOK_BRACKET_CLOSE, "`,` or `]`");
}

ast_node *parse_brace(parser *p) { return p->head ? parse_no_operand(p) : parse_map(p); }

/* At `if`: without what follows an `else`. */
static ast_node *if_part(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *condition = parse_head(p);
    ast_node *then = parse_block(p);
    ast_node *node = parse_node(p, AST_IF, start);
    node->as.branch.condition = condition;
    node->as.branch.then = then;
    return node;
}

/* `else if` is a chain of any length. */
ast_node *parse_if(parser *p)
{
    ast_node *first = if_part(p), *last = first;
    while (parse_take(p, TOK_ELSE)) {
        bool goes_on = parse_at(p, TOK_IF);
        ast_node *otherwise = goes_on ? if_part(p) : parse_block(p);
        last->as.branch.otherwise = otherwise;
        if (!goes_on)
            break;
        last = otherwise;
    }
    if (p->stopped)
        return first;
    for (ast_node *node = first; node && node->kind == AST_IF; node = node->as.branch.otherwise)
        node->span.end = p->previous_end; /* each extends to the end of all */
    return first;
}

ast_node *parse_plain_alt(parser *p) { return parse_alt(p, false); }

ast_node *parse_anonymous_fn(parser *p)
{
    const lex_token *next = parse_peek(p, 1);
    if (next->kind == TOK_NAME) {
        diag *d = parse_fail(p, next->span, "a function in an expression has no name");
        diag_hint(
            d, "declare it as a statement of its own (`fn name(…) { … }`), or leave out the name");
        return parse_error_node(p);
    }
    return parse_fn(p);
}

/* In a session `_` is what was shown last. */
ast_node *parse_hole(parser *p) { return p->input ? parse_name_operand(p) : parse_no_operand(p); }
