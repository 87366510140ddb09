/* Functions: parameters and bodies. */
#include "parser/parse_grammar.h"

static bool at_bracket(const parser *p)
{
    return parse_at(p, TOK_PAREN_OPEN) || parse_at(p, TOK_BRACKET_OPEN) ||
           parse_at(p, TOK_BRACE_OPEN);
}

static void no_param(parser *p)
{
    diag *d = parse_expected(p, "the name of a parameter");
    if (lex_kind_flags(p->token.kind) & LEX_KEYWORD)
        diag_hint(d, "`%s` is a keyword and names nothing", lex_kind_text(p->token.kind));
    else if (parse_at(p, TOK_STAR) || parse_at(p, TOK_ELLIPSIS) || parse_at(p, TOK_BIT_AND))
        diag_hint(d, "a parameter that takes the rest is written `..xs`");
    else
        diag_hint(d,
                  "a parameter is a name, `_` or a pattern in brackets: `fn((a, b), {x, y}) => …`");
}

/* A name, `_`, or a pattern in brackets. */
static void param_head(parser *p, ast_param *param)
{
    if (at_bracket(p) && !p->panic)
        param->pattern = parse_pattern(p);
    else if (parse_at(p, TOK_NAME))
        param->name = parse_binding_name(p, "the name of a parameter");
    else if (!parse_take(p, TOK_HOLE))
        no_param(p);
}

static ast_param param(parser *p)
{
    ast_param param = {.span = p->token.span};
    param_head(p, &param);
    src_span equal = p->token.span;
    if (parse_take(p, TOK_ASSIGN)) {
        ast_node *fallback = parse_expression(p);
        if (!param.pattern) {
            param.fallback = fallback;
        } else if (!p->panic) {
            diag *d = parse_report(p, equal, "a parameter that is a pattern has no default");
            diag_hint(d, "give it a name, and take it apart in the body: `let (a, b) = pair`");
        }
    }
    param.span.end = p->previous_end;
    return param;
}

static void add_rest(parser *p, ast_fn *fn)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_name *name = NULL;
    if (at_bracket(p)) {
        diag *d = parse_expected(p, "a name for the rest of the arguments");
        diag_hint(d, "take the list apart in the body: `let [a, ..more] = rest`");
    } else if (!parse_take(p, TOK_HOLE)) {
        name = parse_binding_name(p, "a name for the rest of the arguments");
    }
    fn->rest = arena_alloc(p->module->arena, sizeof *fn->rest);
    if (fn->rest == NULL) {
        parse_stop(p);
        return;
    }
    fn->rest->name = name;
    fn->rest->span = (src_span){start, p->previous_end};
    parse_take(p, TOK_COMMA);
    if (!p->panic && !parse_at(p, TOK_PAREN_CLOSE)) {
        diag *d = parse_expected(p, "`)`");
        if (parse_at(p, TOK_NAME) || parse_at(p, TOK_HOLE) || parse_at(p, TOK_RANGE))
            diag_hint(d, "the parameter that takes the rest comes last");
    }
}

static void params(parser *p, ast_fn *fn)
{
    size_t list = parse_list_start(p);
    parse_open(p, PARSE_PAREN);
    while (!p->panic && !parse_at(p, TOK_PAREN_CLOSE)) {
        if (parse_at(p, TOK_RANGE)) {
            add_rest(p, fn);
            break;
        }
        ast_param next = param(p);
        parse_list_add(p, &next, sizeof next);
        if ((parse_at(p, TOK_COLON) || parse_at(p, TOK_NAME)) && !p->panic &&
            !p->token.newline_before) {
            diag *d = parse_expected(p, "`,` or `)`");
            diag_hint(d, "there are no type declarations; a default is `name = value`");
        } else if (parse_at(p, TOK_PAREN_OPEN) && !p->panic) {
            diag *d = parse_expected(p, "`,` or `)`");
            diag_hint(d, "a pattern that is a parameter stands in brackets: `fn((error(kind, "
                         "message))) => …`");
        }
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    fn->params = parse_list_end(p, list, sizeof *fn->params, &fn->param_count);
    parse_close(p, TOK_PAREN_CLOSE, "`,` or `)`");
}

static void hint_no_body(parser *p, diag *d)
{
    const lex_token *next = parse_peek(p, 1);
    if (parse_at(p, TOK_ASSIGN))
        diag_hint(d, "a function of one expression is written `fn f(x) => e`");
    else if (parse_at(p, TOK_THIN_ARROW) || parse_at(p, TOK_COLON))
        diag_hint(d, "there are no types: `fn f(x) { … }` or `fn f(x) => e`");
    else if (parse_at(p, TOK_NEWLINE) &&
             (next->kind == TOK_BRACE_OPEN || next->kind == TOK_FAT_ARROW))
        diag_hint(d, "the body starts on the same line");
    else if (parse_at(p, TOK_NAME) || parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_RETURN))
        diag_hint(d, "a body stands in braces, `{ … }`, or is an expression after `=>`");
    else
        parse_hint_expression(p, d);
}

static ast_node *body(parser *p)
{
    if (p->panic)
        return parse_error_node(p);
    if (parse_at(p, TOK_BRACE_OPEN))
        return parse_block(p);
    if (parse_take(p, TOK_FAT_ARROW))
        return parse_block_or_expression(p);
    hint_no_body(p, parse_expected(p, "`{` or `=>`"));
    return parse_error_node(p);
}

ast_node *parse_fn(parser *p)
{
    lex_token start = p->token;
    parse_advance(p);
    ast_fn *fn = arena_alloc(p->module->arena, sizeof *fn);
    if (fn == NULL) {
        parse_stop(p);
        return parse_error_node(p);
    }
    bool is_declaration = parse_at(p, TOK_NAME);
    if (is_declaration) {
        fn->name_span = p->token.span;
        fn->name = parse_binding_name(p, "a name");
    }
    if (start.doc.end > start.doc.start)
        fn->doc = lex_doc(&p->lx, start.doc, &fn->doc_length);
    if (!parse_at(p, TOK_PAREN_OPEN) && !p->panic) {
        diag *d = parse_expected(p, is_declaration ? "`(` after the name of the function"
                                                   : "`(` or a name after `fn`");
        if (lex_kind_flags(p->token.kind) & LEX_KEYWORD)
            diag_hint(d, "`%s` is a keyword and names nothing", lex_kind_text(p->token.kind));
        else
            diag_hint(d, "parameters stand in parentheses: `fn f(x) => e`");
    }
    if (!p->panic)
        params(p, fn);
    fn->body = body(p);
    ast_node *node = parse_node(p, is_declaration ? AST_FN_DECL : AST_FN, start.span.start);
    node->as.fn = fn;
    return node;
}
