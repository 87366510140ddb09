/* Patterns. */
#include "parser/parse_internal.h"

static ast_node *hole(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    return parse_node(p, PAT_HOLE, start);
}

static ast_node *named(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_name *id = parse_name(p, &p->token);
    parse_advance(p);
    ast_node *node = parse_node(p, PAT_NAME, start);
    node->as.name.id = id;
    return node;
}

static ast_node *literal_node(parser *p, uint32_t start, ast_node *value)
{
    value->span.start = start;
    return parse_unary_node(p, PAT_LITERAL, OP_NONE, start, value);
}

static ast_node *literal(parser *p)
{
    uint32_t start = p->token.span.start;
    if (parse_at(p, TOK_STRING) || parse_at(p, TOK_BYTES))
        return literal_node(p, start,
                            parse_text_node(p, parse_at(p, TOK_STRING) ? AST_STRING : AST_BYTES));
    bool is_word = parse_at(p, TOK_TRUE) || parse_at(p, TOK_FALSE) || parse_at(p, TOK_NIL);
    if (!is_word)
        return literal_node(p, start, parse_number(p, false));
    ast_kind kind = parse_at(p, TOK_TRUE) ? AST_TRUE : parse_at(p, TOK_FALSE) ? AST_FALSE : AST_NIL;
    parse_advance(p);
    return literal_node(p, start, parse_node(p, kind, start));
}

static ast_node *negative(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    if (parse_at(p, TOK_INT) || parse_at(p, TOK_FLOAT))
        return literal_node(p, start, parse_number(p, true));
    parse_expected(p, "a number after `-`");
    return parse_error_node(p);
}

/* `..`, `..name` or `.._`, which comes last. */
static void rest(parser *p, ast_pattern *pattern, lex_kind closing)
{
    parse_advance(p);
    pattern->has_rest = true;
    if (parse_at(p, TOK_NAME))
        pattern->rest = named(p);
    else if (parse_at(p, TOK_HOLE))
        pattern->rest = hole(p);
    parse_take(p, TOK_COMMA);
    if (!p->panic && !parse_at(p, closing) && !parse_at(p, TOK_END)) {
        diag *d = parse_expected(p, closing == TOK_PAREN_CLOSE ? "`)`" : "`]`");
        diag_hint(d, "the rest comes last in a pattern");
    }
}

/* The elements up to the closing bracket; those in the list so far belong to them. */
static ast_node *elements(parser *p, ast_kind kind, uint32_t start, size_t list, lex_kind closing)
{
    ast_pattern pattern = {0};
    while (!p->panic && !parse_at(p, closing)) {
        if (parse_at(p, TOK_RANGE)) {
            rest(p, &pattern, closing);
            break;
        }
        ast_node *element = parse_alternatives(p);
        parse_nodes_add(p, element);
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    pattern.elements = parse_nodes_end(p, list);
    parse_close(p, closing, closing == TOK_PAREN_CLOSE ? "`,` or `)`" : "`,` or `]`");
    ast_node *node = parse_node(p, kind, start);
    node->as.pattern = pattern;
    return node;
}

static ast_node *list(parser *p)
{
    uint32_t start = p->token.span.start;
    size_t items = parse_list_start(p);
    parse_open(p, PARSE_SQUARE);
    return elements(p, PAT_LIST, start, items, TOK_BRACKET_CLOSE);
}

static ast_node *parenthesised(parser *p)
{
    uint32_t start = p->token.span.start;
    size_t items = parse_list_start(p);
    parse_open(p, PARSE_PAREN);
    if (parse_at(p, TOK_PAREN_CLOSE))
        return elements(p, PAT_TUPLE, start, items, TOK_PAREN_CLOSE);
    ast_node *first = parse_alternatives(p);
    if (parse_take(p, TOK_COMMA)) {
        parse_nodes_add(p, first);
        return elements(p, PAT_TUPLE, start, items, TOK_PAREN_CLOSE);
    }
    parse_close(p, TOK_PAREN_CLOSE, "`,` or `)`");
    return first;
}

static ast_entry field(parser *p)
{
    lex_token token = p->token;
    bool is_word = parse_at(p, TOK_NAME) || (lex_kind_flags(token.kind) & LEX_KEYWORD);
    ast_entry entry;
    if (is_word) {
        ast_name *name = parse_name(p, &token);
        parse_advance(p);
        entry.key = parse_node(p, AST_STRING, token.span.start);
        entry.key->as.text = parse_name_text(name);
    } else if (parse_at(p, TOK_STRING)) {
        entry.key = parse_text_node(p, AST_STRING);
    } else {
        diag *d = parse_expected(p, "a key, which is a name or a string");
        if (parse_at(p, TOK_RANGE))
            diag_hint(d, "a map pattern always leaves the other keys alone");
        entry.key = parse_error_node(p);
    }
    if (token.kind == TOK_NAME && !parse_at(p, TOK_COLON)) {
        entry.value = parse_node(p, PAT_NAME, token.span.start);
        entry.value->as.name.id = p->stopped ? NULL : parse_name(p, &token);
        return entry;
    }
    if (!p->panic)
        parse_expect(p, TOK_COLON);
    entry.value = parse_alternatives(p);
    return entry;
}

static ast_node *map(parser *p)
{
    uint32_t start = p->token.span.start;
    size_t entries = parse_list_start(p);
    parse_open(p, PARSE_MAP);
    while (!p->panic && !parse_at(p, TOK_BRACE_CLOSE)) {
        ast_entry entry = field(p);
        parse_list_add(p, &entry, sizeof entry);
        if (!parse_take(p, TOK_COMMA))
            break;
    }
    ast_map fields;
    fields.entries = parse_list_end(p, entries, sizeof *fields.entries, &fields.count);
    parse_close(p, TOK_BRACE_CLOSE, "`,` or `}`");
    ast_node *node = parse_node(p, PAT_MAP, start);
    node->as.map = fields;
    return node;
}

/* `error(kind, message, data)`, the later ones optional. */
static ast_node *error(parser *p)
{
    enum { MOST = 3 };
    uint32_t start = p->token.span.start;
    size_t items = parse_list_start(p);
    parse_advance(p);
    parse_open(p, PARSE_PAREN);
    uint32_t count = 0;
    do {
        if (count == MOST)
            parse_fail(p, p->token.span,
                       "an `error` pattern has at most three parts: kind, message, data");
        ast_node *part = parse_alternatives(p);
        parse_nodes_add(p, part);
        count++;
    } while (parse_take(p, TOK_COMMA) && !parse_at(p, TOK_PAREN_CLOSE));
    ast_pattern pattern = {.elements = parse_nodes_end(p, items)};
    parse_close(p, TOK_PAREN_CLOSE, "`,` or `)`");
    ast_node *node = parse_node(p, PAT_ERROR, start);
    node->as.pattern = pattern;
    return node;
}

static ast_node *name_or_error(parser *p)
{
    const lex_token *next = parse_peek(p, 1);
    bool calls = next->kind == TOK_PAREN_OPEN && !next->newline_before;
    if (calls && parse_at_word(p, "error"))
        return error(p);
    ast_node *node = named(p);
    if (calls) {
        diag *d = parse_expected(p, "the end of the pattern");
        diag_hint(d, "of the calls only `error(kind, message, data)` is a pattern; a test is a "
                     "guard: `x if f(x) =>`");
    }
    return node;
}

static ast_node *no_pattern(parser *p)
{
    diag *d = parse_expected(p, "a pattern");
    if (parse_at(p, TOK_STRING_START))
        diag_hint(d, "a string in a pattern has no `${…}`");
    else if (parse_at(p, TOK_ELSE))
        diag_hint(d, "the arm that always matches is `_ => …`");
    else if (lex_kind_flags(p->token.kind) & LEX_KEYWORD)
        diag_hint(d, "`%s` is a keyword and names nothing", lex_kind_text(p->token.kind));
    else if (parse_at(p, TOK_ELLIPSIS))
        diag_hint(d, "the rest of a list is written `..rest`");
    else if (parse_at(p, TOK_COLON))
        diag_hint(d, "a name as a value is a string: `\"ok\"`");
    else if (parse_at(p, TOK_RANGE))
        diag_hint(d, "the rest follows an element, or stands in `[ ]`: `[first, ..rest]`");
    return parse_error_node(p);
}

static ast_node *(*const patterns[LEX_KINDS])(parser *) = {
    [TOK_HOLE] = hole,         [TOK_NAME] = name_or_error, [TOK_MINUS] = negative,
    [TOK_INT] = literal,       [TOK_FLOAT] = literal,      [TOK_DURATION] = literal,
    [TOK_STRING] = literal,    [TOK_BYTES] = literal,      [TOK_TRUE] = literal,
    [TOK_FALSE] = literal,     [TOK_NIL] = literal,        [TOK_PAREN_OPEN] = parenthesised,
    [TOK_BRACKET_OPEN] = list, [TOK_BRACE_OPEN] = map,
};

ast_node *parse_literal(parser *p, const char *what)
{
    ast_node *(*pattern)(parser *) = patterns[p->token.kind];
    if (!p->panic && (pattern == literal || pattern == negative))
        return pattern(p);
    if (!p->panic)
        parse_expected(p, what);
    return parse_error_node(p);
}

ast_node *parse_pattern(parser *p)
{
    if (p->panic)
        return parse_error_node(p);
    parse_enter(p);
    ast_node *(*pattern)(parser *) = patterns[p->token.kind];
    ast_node *node = pattern == NULL ? no_pattern(p) : pattern(p);
    parse_leave(p);
    return node;
}

ast_node *parse_alternatives(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_node *first = parse_pattern(p);
    if (!parse_at(p, TOK_BIT_OR) || p->panic)
        return first;
    size_t items = parse_list_start(p);
    parse_nodes_add(p, first);
    while (parse_take(p, TOK_BIT_OR)) {
        ast_node *next = parse_pattern(p);
        parse_nodes_add(p, next);
    }
    ast_list list = parse_nodes_end(p, items);
    ast_node *node = parse_node(p, PAT_ALTERNATIVES, start);
    node->as.list = list;
    return node;
}

void parse_targets(parser *p, ast_node *target[2])
{
    target[0] = parse_pattern(p);
    target[1] = NULL;
    if (parse_take(p, TOK_COMMA))
        target[1] = parse_pattern(p);
}
