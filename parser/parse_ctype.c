/* C types in `extern`: those of parameters, results and fields. */
#include "parser/parse_internal.h"

static ast_ctype *kept(parser *p, ast_ctype type)
{
    ast_ctype *copy = arena_alloc(p->module->arena, sizeof *copy);
    if (copy == NULL)
        parse_stop(p);
    else
        *copy = type;
    return copy;
}

ast_ctype *parse_cresult(parser *p)
{
    if (!parse_take(p, TOK_COLON))
        return NULL;
    return kept(p, parse_ctype(p));
}

/* ---- callbacks ---- */

static void callback_param(parser *p)
{
    if (parse_at(p, TOK_ELLIPSIS)) {
        diag *d = parse_expected(p, "the type of a parameter");
        diag_hint(d, "a callback takes a fixed number of arguments");
        return;
    }
    if (parse_at(p, TOK_NAME) && parse_peek(p, 1)->kind == TOK_COLON) {
        diag *d = parse_fail(p, p->token.span, "the parameters of a callback have no names");
        diag_hint(d, "their types are enough: `fn(pointer, pointer): i32`");
        return;
    }
    ast_ctype param = parse_ctype(p);
    parse_list_add(p, &param, sizeof param);
}

static void callback(parser *p, ast_ctype *type)
{
    type->is_function = true;
    if (!parse_at(p, TOK_PAREN_OPEN)) {
        parse_expected(p, "`(` and the types of the callback's parameters");
        return;
    }
    size_t list = parse_list_start(p);
    parse_open(p, PARSE_PAREN);
    while (!p->panic && !parse_at(p, TOK_PAREN_CLOSE)) {
        callback_param(p);
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    type->params = parse_list_end(p, list, sizeof *type->params, &type->count);
    parse_close(p, TOK_PAREN_CLOSE, "`,` or `)`");
    type->result = parse_cresult(p);
    if (parse_take(p, TOK_ELSE))
        type->otherwise =
            parse_literal(p, "the value that C gets when the callback crashes, a literal");
}

/* ---- types ---- */

static void hint_no_type(parser *p, diag *d)
{
    if (parse_at(p, TOK_STAR) || parse_at(p, TOK_POWER) || parse_at(p, TOK_BIT_AND))
        diag_hint(d, "a pointer to a struct is written `name*`, any other `pointer`");
    else if (parse_at(p, TOK_BRACKET_OPEN))
        diag_hint(d,
                  "an array is a field of a struct, `name: i32[4]`; elsewhere it is a `pointer`");
    else if (lex_kind_flags(p->token.kind) & LEX_KEYWORD)
        diag_hint(d, "`%s` is a keyword and names no type", lex_kind_text(p->token.kind));
}

/* `*` directly after the name of a type: the statement does not go on after it. */
static void star(parser *p, ast_ctype *type)
{
    if (p->panic)
        return;
    if (parse_at(p, TOK_POWER)) {
        diag *d = parse_fail(p, p->token.span, "a pointer to a pointer is written `pointer`");
        diag_hint(d, "what it points to is read by `Ffi.read(p, \"pointer\")`");
    }
    type->pointer = parse_at(p, TOK_STAR) && !p->token.newline_before && !p->panic;
    if (type->pointer)
        parse_advance_name(p);
}

ast_ctype parse_ctype(parser *p)
{
    ast_ctype type = {.span = p->token.span};
    if (p->panic)
        return type;
    parse_enter(p);
    if (parse_take(p, TOK_FN)) {
        callback(p, &type);
    } else if (!parse_at_c_type(p)) {
        if (!parse_at(p, TOK_NAME))
            hint_no_type(p, parse_expected(p, "a C type"));
        if (!p->panic)
            type.name = parse_binding_name(p, "a C type");
        star(p, &type);
    }
    type.span.end = p->previous_end;
    parse_leave(p);
    return type;
}

/* ---- fields and parameters ---- */

ast_name *parse_word(parser *p, const char *what, src_span *at)
{
    *at = p->token.span;
    bool is_keyword = (lex_kind_flags(p->token.kind) & LEX_KEYWORD) != 0;
    if (p->panic || !is_keyword)
        return p->panic ? NULL : parse_binding_name(p, what);
    ast_name *name = parse_name(p, &p->token);
    parse_advance_name(p);
    return name;
}

static bool at_word(const parser *p)
{
    return parse_at(p, TOK_NAME) || (lex_kind_flags(p->token.kind) & LEX_KEYWORD);
}

static void array(parser *p, ast_cfield *field)
{
    src_span open = p->token.span;
    parse_open(p, PARSE_SQUARE);
    if (parse_at(p, TOK_INT))
        field->length = parse_number(p, false);
    else
        parse_expected(p, "the number of elements, an integer");
    parse_close(p, TOK_BRACKET_CLOSE, "`]`");
    if (!p->panic && parse_at(p, TOK_BRACKET_OPEN)) {
        diag *d = parse_fail(p, p->token.span, "an array of arrays");
        diag_hint(d, "write one that has all the elements: `m: f64[9]`");
        diag_related(d, open, "the first");
    }
}

static ast_cfield cfield(parser *p, bool is_field)
{
    ast_cfield field = {.span = p->token.span};
    bool is_named = is_field || (at_word(p) && parse_peek(p, 1)->kind == TOK_COLON);
    if (!parse_at_c_field(p, is_field) && is_named) {
        field.name = parse_word(p, is_field ? "the name of a field" : "the name of a parameter",
                                &field.name_span);
        if (!p->panic)
            parse_expect(p, TOK_COLON);
    }
    field.type = parse_ctype(p);
    if (!p->panic && parse_at(p, TOK_BRACKET_OPEN)) {
        if (is_field)
            array(p, &field);
        else
            hint_no_type(p, parse_expected(p, "`,` or `)`"));
    }
    if (!p->panic && parse_at(p, TOK_COLON)) {
        diag *d = parse_expected(p, is_field ? "`,` or `}`" : "`,` or `)`");
        if (is_field)
            diag_hint(d, "a struct with bit fields is passed by pointer, and read with `Ffi.read`");
    }
    field.span.end = p->previous_end;
    return field;
}

static void variadic(parser *p, ast_extern_item *item)
{
    item->variadic = true;
    parse_take(p, TOK_COMMA);
    if (!p->panic && !parse_at(p, TOK_PAREN_CLOSE))
        diag_hint(parse_expected(p, "`)`"), "`...` comes last");
}

void parse_cfields(parser *p, ast_extern_item *item)
{
    size_t list = parse_list_start(p);
    lex_kind closing = item->is_struct ? TOK_BRACE_CLOSE : TOK_PAREN_CLOSE;
    parse_open(p, item->is_struct ? PARSE_MAP : PARSE_PAREN);
    while (!p->panic && !parse_at(p, closing)) {
        if (!item->is_struct && parse_take(p, TOK_ELLIPSIS)) {
            variadic(p, item);
            break;
        }
        ast_cfield field = cfield(p, item->is_struct);
        parse_list_add(p, &field, sizeof field);
        if (parse_at(p, TOK_SEMICOLON) && !p->panic)
            diag_hint(parse_expected(p, item->is_struct ? "`,` or `}`" : "`,` or `)`"),
                      "fields are separated by `,`: `struct point { x: f64, y: f64 }`");
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    item->fields = parse_list_end(p, list, sizeof *item->fields, &item->count);
    parse_close(p, closing, item->is_struct ? "`,` or `}`" : "`,` or `)`");
}
