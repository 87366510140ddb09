/* Operands. */
#include "parser/parse_internal.h"

static ast_node *keyword_literal(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_kind kind = parse_at(p, TOK_TRUE) ? AST_TRUE : parse_at(p, TOK_FALSE) ? AST_FALSE : AST_NIL;
    parse_advance(p);
    return parse_node(p, kind, start);
}

static ast_node *number(parser *p) { return parse_number(p, false); }

static ast_node *bytes(parser *p) { return parse_text_node(p, AST_BYTES); }

static ast_node *name(parser *p)
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

static ast_node *parenthesised(parser *p)
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

static ast_node *list(parser *p)
{
    uint32_t start = p->token.span.start;
    size_t items = parse_list_start(p);
    parse_open(p, PARSE_SQUARE);
    return elements(p, AST_LIST, start, items, TOK_BRACKET_CLOSE, "`,` or `]`");
}

static ast_node *no_operand(parser *p)
{
    parse_hint_expression(p, parse_expected(p, "an expression"));
    return parse_error_node(p);
}

static ast_node *brace(parser *p) { return p->head ? no_operand(p) : parse_map(p); }

bool parse_brace_opens_map(parser *p)
{
    if (p->head)
        return false;
    const lex_token *key = parse_peek(p, 1);
    if (key->kind == TOK_STRING_START)
        return p->ahead_count == 1 && lex_colon_after_string(&p->lx);
    bool is_key = key->kind == TOK_NAME || key->kind == TOK_STRING ||
                  (lex_kind_flags(key->kind) & LEX_KEYWORD);
    return is_key && parse_peek(p, 2)->kind == TOK_COLON;
}

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
static ast_node *if_expression(parser *p)
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

static ast_node *alt(parser *p) { return parse_alt(p, false); }

static ast_node *anonymous_fn(parser *p)
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
static ast_node *hole(parser *p) { return p->input ? name(p) : no_operand(p); }

ast_node *parse_primary(parser *p)
{
    static ast_node *(*const operands[LEX_KINDS])(parser *) = {
        [TOK_INT] = number,
        [TOK_FLOAT] = number,
        [TOK_DURATION] = number,
        [TOK_STRING] = parse_string,
        [TOK_STRING_START] = parse_string,
        [TOK_BYTES] = bytes,
        [TOK_TRUE] = keyword_literal,
        [TOK_FALSE] = keyword_literal,
        [TOK_NIL] = keyword_literal,
        [TOK_NAME] = name,
        [TOK_HOLE] = hole,
        [TOK_PAREN_OPEN] = parenthesised,
        [TOK_BRACKET_OPEN] = list,
        [TOK_BRACE_OPEN] = brace,
        [TOK_FN] = anonymous_fn,
        [TOK_IF] = if_expression,
        [TOK_MATCH] = parse_match,
        [TOK_ALT] = alt,
        [TOK_PAR] = parse_par,
    };
    if (p->panic)
        return parse_error_node(p);
    ast_node *(*operand)(parser *) = operands[p->token.kind];
    return operand == NULL ? no_operand(p) : operand(p);
}
