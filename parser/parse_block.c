/* Blocks, and lists of statements: the grammar tells by the first token what a statement is
 * (parse_grammar.c). */
#include "parser/parse_internal.h"

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

ast_node *parse_statement(parser *p)
{
    if (parse_at_foreign_line(p))
        return parse_foreign_line(p);
    if (p->panic)
        return parse_error_node(p);
    parse_function *parse = p->grammar->rules[p->token.kind].statement;
    return parse == NULL ? p->grammar->other_statement(p) : parse(p);
}

/* At the top level. */
static ast_node *item(parser *p)
{
    parse_function *parse = p->grammar->rules[p->token.kind].item;
    return parse == NULL ? parse_statement(p) : parse(p);
}

static void expect_end(parser *p, const ast_node *statement, bool top_level)
{
    if (p->panic || (parse_is_end(p) && !(top_level && parse_at(p, TOK_BRACE_CLOSE))))
        return;
    bool closes = parse_at(p, TOK_PAREN_CLOSE) || parse_at(p, TOK_BRACKET_CLOSE) ||
                  parse_at(p, TOK_BRACE_CLOSE);
    if (closes)
        parse_fail(p, p->token.span, "nothing is open that this `%s` could close",
                   lex_kind_text(p->token.kind));
    else
        parse_hint_statement_end(p, parse_expected(p, "the end of the line or `;`"), statement);
}

ast_list parse_statements(parser *p, bool top_level)
{
    uint32_t base = p->bracket_count;
    size_t list = parse_list_start(p);
    while (!p->stopped) {
        while (parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_SEMICOLON))
            parse_advance(p);
        if (parse_at(p, TOK_END) || (parse_at(p, TOK_BRACE_CLOSE) && !top_level))
            break;
        if (parse_at(p, TOK_BRACE_CLOSE)) {
            parse_report(p, p->token.span, "nothing is open that this `}` could close");
            parse_advance(p);
            continue;
        }
        uint32_t start = p->token.span.start;
        size_t whole = parse_list_start(p);
        ast_node *node = top_level ? item(p) : parse_statement(p);
        if (!p->panic) {
            parse_nodes_add(p, node);
            whole = parse_list_start(p);
            expect_end(p, node, top_level);
        }
        if (!p->panic)
            continue;
        parse_sync(p, base, start, whole);
        if (top_level && parse_at(p, TOK_BRACE_CLOSE))
            parse_advance(p); /* what it should have closed was lost in the error */
    }
    return parse_nodes_end(p, list);
}

ast_node *parse_block(parser *p)
{
    uint32_t start = p->token.span.start;
    if (p->panic)
        return parse_error_node(p);
    if (!parse_at(p, TOK_BRACE_OPEN)) {
        parse_hint_body(p, parse_expected(p, "`{`"));
        return parse_error_node(p);
    }
    parse_enter(p);
    parse_open(p, PARSE_BLOCK);
    ast_list list = parse_statements(p, false);
    parse_close(p, TOK_BRACE_CLOSE, "`}`");
    ast_node *node = parse_node(p, AST_BLOCK, start);
    node->as.list = list;
    parse_leave(p);
    return node;
}
