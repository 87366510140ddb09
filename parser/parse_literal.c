/* Strings with interpolations, and maps. */
#include "parser/parse_grammar.h"

#include <string.h>

/* ---- strings --------------------------------------------------------------------------------- */

/* A piece of the string and the expression after it; the last piece has none. */
typedef struct part {
    lex_token piece;
    ast_node *value;
} part;

/* Parts lie on the scratch stack, which moves as it grows. */
static part part_at(const parser *p, size_t list, size_t index)
{
    part copy;
    memcpy(&copy, p->scratch + list + index * sizeof copy, sizeof copy);
    return copy;
}

static void add_text(parser *p, const lex_token *piece, uint32_t margin)
{
    if (piece->text.start == piece->text.end)
        return;
    ast_node *node = parse_node(p, AST_STRING, piece->text.start);
    node->span.end = piece->text.end;
    node->as.text.bytes = lex_text(&p->lx, piece, margin, &node->as.text.length);
    if (node->as.text.bytes == NULL)
        parse_stop(p);
    else if (node->as.text.length > 0)
        parse_nodes_add(p, node);
}

/* Texts come last: how much is removed from the lines of a triple-quoted string depends on
 * its end. */
static ast_list join_parts(parser *p, size_t list)
{
    size_t count = (p->scratch_used - list) / sizeof(part);
    uint32_t margin = LEX_NO_MARGIN;
    for (size_t i = 0; i < count; i++) {
        part next = part_at(p, list, i);
        margin = lex_margin(&p->lx, &next.piece, margin);
    }
    size_t joined = parse_list_start(p);
    for (size_t i = 0; i < count && !p->stopped; i++) {
        part next = part_at(p, list, i);
        add_text(p, &next.piece, margin);
        if (next.value != NULL)
            parse_nodes_add(p, next.value);
    }
    return parse_nodes_end(p, joined);
}

/* After an interpolated expression: goes to the piece that follows, or reports a missing `}`. */
static bool at_next_piece(parser *p)
{
    if (p->panic || parse_at(p, TOK_STRING_MIDDLE) || parse_at(p, TOK_STRING_END))
        return !p->panic;
    if (parse_at(p, TOK_END)) {
        parse_unclosed(p, &p->brackets[p->bracket_count - 1]);
        return false;
    }
    diag *d = parse_expected(p, "`}`");
    if (parse_at(p, TOK_COLON))
        diag_hint(d, "for a format write `String.format(\"%%5.2f\", x)`");
    else
        parse_hint_operator(p, d);
    return false;
}

static ast_node *interpolation(parser *p)
{
    uint32_t start = p->token.span.start;
    size_t list = parse_list_start(p);
    part next = {.piece = p->token};
    parse_open(p, PARSE_INTERPOLATION);
    for (;;) {
        next.value = parse_expression(p);
        parse_list_add(p, &next, sizeof next);
        if (!at_next_piece(p))
            break;
        next.piece = p->token;
        if (!parse_at(p, TOK_STRING_MIDDLE))
            break;
        parse_advance(p);
    }
    ast_list pieces = {0};
    if (parse_close(p, TOK_STRING_END, "`}`")) {
        next.value = NULL;
        parse_list_add(p, &next, sizeof next);
        pieces = join_parts(p, list);
    }
    p->scratch_used = list;
    ast_node *node = parse_node(p, pieces.count == 0 ? AST_ERROR : AST_INTERPOLATION, start);
    node->as.list = pieces;
    return node;
}

ast_node *parse_string(parser *p)
{
    return parse_at(p, TOK_STRING) ? parse_text_node(p, AST_STRING) : interpolation(p);
}

/* ---- maps ------------------------------------------------------------------------------------ */

static ast_node *name_key(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_name *name = parse_name(p, &p->token);
    parse_advance(p);
    ast_node *key = parse_node(p, AST_STRING, start);
    key->as.text = parse_name_text(name);
    return key;
}

static ast_node *key(parser *p)
{
    if (parse_at(p, TOK_NAME) || (lex_kind_flags(p->token.kind) & LEX_KEYWORD))
        return name_key(p);
    if (parse_at(p, TOK_STRING) || parse_at(p, TOK_STRING_START))
        return parse_string(p);
    if (parse_at(p, TOK_BRACKET_OPEN)) {
        parse_open(p, PARSE_SQUARE);
        ast_node *computed = parse_expression(p);
        parse_close(p, TOK_BRACKET_CLOSE, "`]`");
        return computed;
    }
    diag *d = parse_expected(p, "a key or `}`");
    const lex_token *next = parse_peek(p, 1);
    uint32_t length = p->token.span.end - p->token.span.start;
    if (next->kind == TOK_COLON && length <= 30)
        diag_hint(d, "a key that is no name or string stands in brackets: `{[%.*s]: …}`",
                  (int)length, p->lx.text + p->token.span.start);
    else if (parse_at(p, TOK_PAREN_OPEN) || parse_at(p, TOK_MINUS))
        diag_hint(d, "a key that is no name or string stands in brackets: `{[key]: value}`");
    else
        diag_hint(d, "here `{` opens a map: `{name: value}`");
    return parse_error_node(p);
}

/* is_outside: the key stood where the map should have been closed. */
static void expect_colon(parser *p, const ast_node *after, bool is_outside)
{
    if (parse_take(p, TOK_COLON) || p->panic)
        return;
    if (parse_at(p, TOK_END)) {
        parse_unclosed(p, &p->brackets[p->bracket_count - 1]);
        return;
    }
    if (is_outside && p->bracket_count > 0) {
        parse_unclosed(p, &p->brackets[p->bracket_count - 1]);
        return;
    }
    diag *d = parse_expected(p, "`:` after the key");
    bool is_name = after->kind == AST_STRING && after->as.text.length <= 30;
    if (is_name && (parse_at(p, TOK_COMMA) || parse_at(p, TOK_BRACE_CLOSE)))
        diag_hint(d, "write `{%.*s: %.*s}`; here `{` opens a map, not a block",
                  (int)after->as.text.length, after->as.text.bytes, (int)after->as.text.length,
                  after->as.text.bytes);
    else if (parse_at(p, TOK_ASSIGN) || parse_at(p, TOK_FAT_ARROW))
        diag_hint(d, "an entry is written `key: value`");
    else
        diag_hint(d, "here `{` opens a map, not a block");
}

ast_node *parse_map(parser *p)
{
    uint32_t start = p->token.span.start;
    size_t list = parse_list_start(p);
    parse_open(p, PARSE_MAP);
    while (!p->panic && !parse_at(p, TOK_BRACE_CLOSE)) {
        bool is_outside = parse_is_outside(p);
        ast_entry entry = {.key = key(p)};
        expect_colon(p, entry.key, is_outside);
        entry.value = parse_expression(p);
        parse_list_add(p, &entry, sizeof entry);
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    ast_map map;
    map.entries = parse_list_end(p, list, sizeof *map.entries, &map.count);
    parse_close(p, TOK_BRACE_CLOSE, "`,` or `}`");
    ast_node *node = parse_node(p, AST_MAP, start);
    node->as.map = map;
    return node;
}
