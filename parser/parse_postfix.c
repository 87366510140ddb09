/* Calls, indices, slices and fields: what follows an operand. */
#include "parser/parse_grammar.h"

static bool is_named_argument(parser *p)
{
    return parse_at(p, TOK_NAME) && parse_peek(p, 1)->kind == TOK_COLON;
}

static ast_argument argument(parser *p, bool *named)
{
    ast_argument arg = {.span = p->token.span};
    if (is_named_argument(p)) {
        arg.name = parse_name(p, &p->token);
        parse_advance(p);
        parse_advance(p);
        *named = true;
    } else if (*named && !parse_at(p, TOK_PAREN_CLOSE)) {
        parse_report(p, p->token.span, "arguments without a name stand before those with one");
    } else if (parse_take(p, TOK_RANGE)) {
        arg.spread = true;
    }
    arg.value = parse_expression(p);
    arg.span.end = p->previous_end;
    if (parse_at(p, TOK_ASSIGN) && arg.value->kind == AST_NAME && !p->panic) {
        diag *d = parse_expected(p, "`,` or `)`");
        diag_hint(d, "a named argument is written `%s: value`",
                  arg.value->as.name.id == NULL ? "name" : arg.value->as.name.id->text);
    }
    return arg;
}

ast_node *parse_call(parser *p, uint32_t start, ast_node *callee)
{
    bool named = false;
    size_t list = parse_list_start(p);
    parse_open(p, PARSE_PAREN);
    while (!p->panic && !parse_at(p, TOK_PAREN_CLOSE)) {
        ast_argument arg = argument(p, &named);
        parse_list_add(p, &arg, sizeof arg);
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    ast_call as_call = {.callee = callee};
    as_call.args = parse_list_end(p, list, sizeof *as_call.args, &as_call.count);
    parse_close(p, TOK_PAREN_CLOSE, "`,` or `)`");
    ast_node *node = parse_node(p, AST_CALL, start);
    node->as.call = as_call;
    return node;
}

ast_node *parse_index_of_slice(parser *p, ast_node *slice)
{
    const ast_node *from = slice->as.slice.from, *to = slice->as.slice.to;
    if (from == NULL)
        return slice;
    ast_node *key = parse_node(p, AST_RANGE, from->span.start);
    key->span.end = to == NULL ? from->span.end : to->span.end;
    key->as.slice.from = slice->as.slice.from;
    key->as.slice.to = slice->as.slice.to;
    key->as.slice.closed = slice->as.slice.closed;
    ast_node *node =
        parse_binary_node(p, AST_INDEX, OP_NONE, slice->span.start, slice->as.slice.object, key);
    node->span = slice->span;
    return node;
}

/* `[` index `]`: a range between the brackets makes a slice. */
ast_node *parse_index(parser *p, uint32_t start, ast_node *object)
{
    parse_open(p, PARSE_SQUARE);
    ast_node *index = NULL, *to = NULL;
    bool from_start = parse_at(p, TOK_RANGE) || parse_at(p, TOK_RANGE_CLOSED);
    bool closed = parse_at(p, TOK_RANGE_CLOSED);
    if (from_start) {
        parse_advance(p);
        if (parse_at(p, TOK_BRACKET_CLOSE) && !closed) {
            diag *d = parse_expected(p, "the end of the slice");
            diag_hint(d, "a copy of everything is `copy(xs)`");
        }
        to = parse_operators(p, POWER_BIT_OR);
    } else if (parse_at(p, TOK_BRACKET_CLOSE) || parse_at(p, TOK_COLON)) {
        diag *d = parse_expected(p, "an index");
        if (parse_at(p, TOK_COLON))
            diag_hint(d, "a slice is written `xs[a..b]`, `xs[a..]` or `xs[..b]`");
        index = parse_error_node(p);
    } else {
        index = parse_expression(p);
    }
    if (parse_at(p, TOK_COLON) && !p->panic) {
        diag *d = parse_expected(p, "`]`");
        diag_hint(d, "a slice is written `xs[a..b]`, `xs[a..]` or `xs[..b]`");
    }
    if (parse_at(p, TOK_COMMA) && !p->panic) {
        diag *d = parse_expected(p, "`]`");
        diag_hint(d, "one index at a time: `m[i][j]`, or a tuple as key: `m[(i, j)]`");
    }
    parse_close(p, TOK_BRACKET_CLOSE, "`]`");
    bool is_slice = from_start || index->kind == AST_RANGE;
    ast_node *node = parse_node(p, is_slice ? AST_SLICE : AST_INDEX, start);
    if (!is_slice) {
        node->as.binary.left = object;
        node->as.binary.right = index;
        return node;
    }
    node->as.slice.object = object;
    node->as.slice.from = from_start ? NULL : index->as.slice.from;
    node->as.slice.to = from_start ? to : index->as.slice.to;
    node->as.slice.closed = from_start ? closed : index->as.slice.closed;
    return node;
}

ast_node *parse_field(parser *p, uint32_t start, ast_node *object)
{
    parse_advance(p);
    ast_node *node = parse_node(p, AST_FIELD, start);
    node->as.field.object = object;
    if (!parse_at(p, TOK_NAME) && !(lex_kind_flags(p->token.kind) & LEX_KEYWORD)) {
        diag *d = parse_expected(p, "the name of a field after `.`");
        if (parse_at(p, TOK_INT) || parse_at(p, TOK_FLOAT))
            diag_hint(d, "an element is `t[0]`");
        else if (parse_at(p, TOK_STRING) || parse_at(p, TOK_STRING_START))
            diag_hint(d, "`+` joins strings");
        node->kind = AST_ERROR;
        return node;
    }
    node->as.field.name = parse_name(p, &p->token);
    node->as.field.name_span = p->token.span;
    parse_advance_name(p);
    node->span.end = p->previous_end;
    return node;
}
