/* `extern`: what C has, with its types. */
#include "parser/parse_internal.h"

static ast_ctype ctype(parser *p);

static ast_ctype *kept_ctype(parser *p, ast_ctype type)
{
    ast_ctype *kept = arena_alloc(p->module->arena, sizeof *kept);
    if (kept == NULL)
        parse_stop(p);
    else
        *kept = type;
    return kept;
}

/* `: type` where a result may stand, or NULL. */
static ast_ctype *result(parser *p) { return parse_take(p, TOK_COLON) ? kept_ctype(p, ctype(p)) : NULL; }

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
        ast_ctype param = ctype(p);
        parse_list_add(p, &param, sizeof param);
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    type->params = parse_list_end(p, list, sizeof *type->params, &type->count);
    parse_close(p, TOK_PAREN_CLOSE, "`,` or `)`");
    type->result = result(p);
}

static ast_ctype ctype(parser *p)
{
    ast_ctype type = {.span = p->token.span};
    if (p->panic)
        return type;
    parse_enter(p);
    if (parse_take(p, TOK_FN)) {
        callback(p, &type);
    } else {
        type.name = parse_binding_name(p, "a C type");
        type.pointer = parse_at(p, TOK_STAR) && !p->panic;
        if (type.pointer)
            parse_advance_name(p);
    }
    type.span.end = p->previous_end;
    parse_leave(p);
    return type;
}

static ast_cfield cfield(parser *p, bool needs_name)
{
    ast_cfield field = {0};
    if (needs_name || (parse_at(p, TOK_NAME) && parse_peek(p, 1)->kind == TOK_COLON)) {
        field.name = parse_binding_name(p, "the name of a field");
        if (!p->panic)
            parse_expect(p, TOK_COLON);
    }
    field.type = ctype(p);
    return field;
}

static void cfields(parser *p, ast_extern_item *item, lex_kind closing)
{
    size_t list = parse_list_start(p);
    while (!p->panic && !parse_at(p, closing)) {
        if (!item->is_struct && parse_take(p, TOK_ELLIPSIS)) {
            item->variadic = true;
            break;
        }
        ast_cfield field = cfield(p, item->is_struct);
        parse_list_add(p, &field, sizeof field);
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    item->fields = parse_list_end(p, list, sizeof *item->fields, &item->count);
    parse_close(p, closing, closing == TOK_PAREN_CLOSE ? "`,` or `)`" : "`,` or `}`");
}

static void extern_fn(parser *p, ast_extern_item *item)
{
    parse_expect(p, TOK_FN);
    if (!p->panic)
        item->name = parse_binding_name(p, "the name of a C function");
    if (!p->panic && !parse_at(p, TOK_PAREN_OPEN))
        parse_expected(p, "`(`");
    if (p->panic)
        return;
    parse_open(p, PARSE_PAREN);
    cfields(p, item, TOK_PAREN_CLOSE);
    item->result = result(p);
    if (parse_at(p, TOK_THIN_ARROW) && !p->panic) {
        diag *d = parse_expected(p, "`:` and the type of the result");
        diag_hint(d, "write `fn f(x: f64): f64`");
    }
}

static void extern_struct(parser *p, ast_extern_item *item)
{
    item->is_struct = true;
    parse_advance(p);
    item->name = parse_binding_name(p, "the name of a C struct");
    if (!p->panic && !parse_at(p, TOK_BRACE_OPEN))
        parse_expected(p, "`{`");
    if (p->panic)
        return;
    parse_open(p, PARSE_MAP);
    cfields(p, item, TOK_BRACE_CLOSE);
}

static void extern_item(parser *p)
{
    ast_extern_item item = {.span = p->token.span};
    if (parse_at_word(p, "struct")) {
        extern_struct(p, &item);
    } else {
        if (parse_at_word(p, "blocking")) {
            item.blocking = true;
            parse_advance(p);
        }
        extern_fn(p, &item);
    }
    item.span.end = p->previous_end;
    parse_list_add(p, &item, sizeof item);
}

static void extern_items(parser *p)
{
    parse_open(p, PARSE_BLOCK);
    uint32_t base = p->bracket_count;
    while (!p->stopped) {
        while (parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_SEMICOLON))
            parse_advance(p);
        if (parse_at(p, TOK_END) || parse_at(p, TOK_BRACE_CLOSE))
            break;
        uint32_t start = p->token.span.start;
        size_t whole = parse_list_start(p);
        extern_item(p);
        if (!p->panic && !parse_is_end(p))
            parse_expected(p, "the end of the line or `;`");
        if (p->panic)
            parse_sync(p, base, start, whole);
    }
    parse_close(p, TOK_BRACE_CLOSE, "`}`");
}

ast_node *parse_extern(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *node = parse_node(p, AST_EXTERN, start);
    if (!parse_at(p, TOK_STRING)) {
        parse_expected(p, "the name of a C library, a string");
        return node;
    }
    node->as.ext.path = parse_text_node(p, AST_STRING)->as.text;
    if (!parse_at_word(p, "as")) {
        diag_hint(parse_expected(p, "`as`"), "write `extern \"libm.so.6\" as m { … }`");
        return node;
    }
    parse_advance(p);
    node->as.ext.alias = parse_binding_name(p, "a name for the library");
    if (!p->panic && !parse_at(p, TOK_BRACE_OPEN))
        parse_expected(p, "`{`");
    if (p->panic)
        return node;
    size_t list = parse_list_start(p);
    extern_items(p);
    node->as.ext.items = parse_list_end(p, list, sizeof *node->as.ext.items, &node->as.ext.count);
    node->span.end = p->previous_end;
    return node;
}
