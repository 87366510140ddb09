/* `let`, `var`, `const`. */
#include "parser/parse_grammar.h"

static ast_node *value_after_equal(parser *p)
{
    if (p->panic)
        return parse_error_node(p);
    if (parse_at(p, TOK_COLON_ASSIGN)) {
        diag *d = parse_report(p, p->token.span, "there is no `:=`");
        diag_hint(d, "write `=`");
        parse_advance(p);
    } else if (!parse_take(p, TOK_ASSIGN)) {
        parse_hint_declaration(p, parse_expected(p, "`=`"));
        return parse_error_node(p);
    }
    return parse_expression(p);
}

ast_node *parse_declaration(parser *p, ast_kind kind, uint32_t start, ast_node *pattern)
{
    ast_node *value = value_after_equal(p);
    ast_node *node = parse_node(p, kind, start);
    node->as.let.pattern = pattern;
    node->as.let.value = value;
    return node;
}

ast_node *parse_let(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    return parse_declaration(p, AST_LET, start, parse_pattern(p));
}

/* `var` and `const` take a plain name. */
static ast_node *named(parser *p, ast_kind kind)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    src_span at = p->token.span;
    bool is_pattern =
        parse_at(p, TOK_PAREN_OPEN) || parse_at(p, TOK_BRACKET_OPEN) || parse_at(p, TOK_BRACE_OPEN);
    if (is_pattern) {
        diag *d = parse_expected(p, "a name");
        diag_hint(d, "only `let` takes a pattern");
    }
    ast_name *id = p->panic ? NULL : parse_binding_name(p, "a name");
    ast_node *pattern = parse_node(p, PAT_NAME, at.start);
    pattern->as.name.id = id;
    return parse_declaration(p, kind, start, pattern);
}

ast_node *parse_var(parser *p) { return named(p, AST_VAR); }

ast_node *parse_const(parser *p)
{
    src_span doc = p->token.doc;
    ast_node *node = named(p, AST_CONST);
    if (doc.end > doc.start && !p->stopped)
        node->as.let.doc = lex_doc(&p->lx, doc, &node->as.let.doc_length);
    return node;
}
