/* Statements, blocks, and the top level. */
#include <string.h>

#include "parser/parse_internal.h"

/* ---- let, var, const ------------------------------------------------------------------------- */

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

static ast_node *declaration(parser *p, ast_kind kind, uint32_t start, ast_node *pattern)
{
    ast_node *value = value_after_equal(p);
    ast_node *node = parse_node(p, kind, start);
    node->as.let.pattern = pattern;
    node->as.let.value = value;
    return node;
}

static ast_node *let(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    return declaration(p, AST_LET, start, parse_pattern(p));
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
    return declaration(p, kind, start, pattern);
}

static ast_node *var(parser *p) { return named(p, AST_VAR); }

static ast_node *constant(parser *p)
{
    src_span doc = p->token.doc;
    ast_node *node = named(p, AST_CONST);
    if (doc.end > doc.start && !p->stopped)
        node->as.let.doc = lex_doc(&p->lx, doc, &node->as.let.doc_length);
    return node;
}

/* ---- assignment, receive, expression --------------------------------------------------------- */

static const struct {
    bool assigns;
    uint8_t op;
} assignments[LEX_KINDS] = {
    [TOK_ASSIGN] = {true, OP_NONE},
    [TOK_ADD_ASSIGN] = {true, OP_ADD},
    [TOK_SUB_ASSIGN] = {true, OP_SUB},
    [TOK_MUL_ASSIGN] = {true, OP_MUL},
    [TOK_DIV_ASSIGN] = {true, OP_DIV},
    [TOK_FLOOR_DIV_ASSIGN] = {true, OP_FLOOR_DIV},
    [TOK_MOD_ASSIGN] = {true, OP_MOD},
    [TOK_POW_ASSIGN] = {true, OP_POW},
    [TOK_AND_ASSIGN] = {true, OP_BIT_AND},
    [TOK_OR_ASSIGN] = {true, OP_BIT_OR},
    [TOK_XOR_ASSIGN] = {true, OP_BIT_XOR},
    [TOK_SHL_ASSIGN] = {true, OP_SHIFT_LEFT},
    [TOK_SHR_ASSIGN] = {true, OP_SHIFT_RIGHT},
};

static bool is_place(const ast_node *node)
{
    return node->kind == AST_NAME || node->kind == AST_INDEX || node->kind == AST_FIELD;
}

static void no_place(parser *p, const ast_node *node, bool among_others)
{
    diag *d =
        parse_report(p, node->span, "only a variable, an element or a field can be assigned to");
    if (node->kind == AST_TUPLE && among_others)
        diag_hint(d, "places do not nest: write `(a, b, c) = e`");
    else if (node->kind == AST_LIST)
        diag_hint(d, "several places stand in parentheses: `(a, b) = (b, a)`");
    else if (node->kind == PAT_HOLE)
        diag_hint(d, "`let _ = e` drops a value");
    else if (node->kind == AST_SLICE)
        diag_hint(d, "a slice is a copy: assign element by element; a range as a map's key has its "
                     "start: `m[0..n] = e`");
    else if (parse_at(p, TOK_ASSIGN) && !among_others && node->kind == AST_CALL)
        diag_hint(d, "a function is declared by `fn f(x) => e`; `==` compares");
    else if (parse_at(p, TOK_ASSIGN) && !among_others)
        diag_hint(d, "`==` compares");
    p->panic |= node->kind == AST_CALL; /* what follows is the body of a function */
}

/* What was read as a session's `_`. */
static void read_as_hole(const parser *p, ast_node *place)
{
    if (p->input && place->kind == AST_NAME && place->as.name.id &&
        strcmp(place->as.name.id->text, "_") == 0)
        place->kind = PAT_HOLE;
}

/* `(a, xs[i], _) = e`. */
static void check_places(parser *p, const ast_node *places)
{
    if (!parse_at(p, TOK_ASSIGN)) {
        diag *d = parse_report(p, p->token.span, "several places are assigned by `=` only");
        diag_hint(d, "write one statement for each");
    }
    for (uint32_t i = 0; i < places->as.list.count; i++) {
        ast_node **place = &places->as.list.items[i];
        if ((*place)->kind == AST_SLICE)
            *place = parse_index_of_slice(p, *place);
        read_as_hole(p, *place);
        if (!is_place(*place) && (*place)->kind != PAT_HOLE)
            no_place(p, *place, true);
    }
}

static ast_node *checked_place(parser *p, ast_node *place)
{
    if (p->panic)
        return place;
    if (place->kind == AST_SLICE)
        place = parse_index_of_slice(p, place);
    read_as_hole(p, place);
    if (place->kind == AST_TUPLE && place->as.list.count > 0)
        check_places(p, place);
    else if (!is_place(place))
        no_place(p, place, false);
    return place;
}

static ast_node *assignment(parser *p, uint32_t start, ast_node *place)
{
    ast_operator op = (ast_operator)assignments[p->token.kind].op;
    place = checked_place(p, place);
    parse_advance(p);
    ast_node *value = parse_expression(p);
    ast_node *node = parse_node(p, AST_ASSIGN, start);
    node->op = op;
    node->as.assign.place = place;
    node->as.assign.value = value;
    if (!p->panic && assignments[p->token.kind].assigns) {
        diag *d = parse_fail(p, p->token.span, "an assignment has no value");
        diag_hint(d, "write one statement for each");
    }
    return node;
}

static ast_node *receive_into(parser *p, uint32_t start, ast_node *channel)
{
    parse_advance(p);
    ast_node *pattern = parse_pattern(p);
    ast_node *node = parse_node(p, AST_RECEIVE_INTO, start);
    node->as.let.pattern = pattern;
    node->as.let.value = channel;
    return node;
}

/* `x := e` is read as other languages mean it, so that x is known after it. */
static ast_node *foreign_declaration(parser *p, uint32_t start, ast_node *target)
{
    diag *d = parse_report(p, p->token.span, "there is no `:=`");
    if (target->kind == AST_TUPLE)
        diag_hint(d, "write `let (a, b) = e`; variables that are there already are assigned by "
                     "`(a, b) = e`");
    else
        diag_hint(d, "write `let x = e`, or `var x = e` if it changes later");
    if (target->kind != AST_NAME) {
        p->panic = true;
        return target;
    }
    ast_node *pattern = parse_node(p, PAT_NAME, target->span.start);
    pattern->as.name.id = target->as.name.id;
    return declaration(p, AST_VAR, start, pattern);
}

/* `(a, _)` without an assignment. */
static ast_node *lone_hole(parser *p)
{
    diag *d = parse_fail(p, p->hole, "expected an expression, found `_`");
    diag_hint(d, "`_` holds no value; it stands for a part that nobody needs, in a pattern or in "
                 "`(a, _) = e`");
    return parse_error_node(p);
}

static ast_node *expression_or_assignment(parser *p)
{
    uint32_t start = p->token.span.start;
    p->places_at = start;
    ast_node *node = parse_expression(p);
    if (p->panic)
        return node;
    if (assignments[p->token.kind].assigns)
        return assignment(p, start, node);
    if (p->hole.end > 0)
        return lone_hole(p);
    if (parse_at(p, TOK_COLON_ASSIGN))
        return foreign_declaration(p, start, node);
    if (parse_at(p, TOK_QUESTION) && node->kind != AST_SEND && node->kind != AST_CATCH)
        return receive_into(p, start, node);
    parse_check_foreign(p, node);
    return node;
}

static ast_node *expression_statement(parser *p)
{
    src_span outer = p->hole;
    p->hole = (src_span){0, 0};
    ast_node *node = expression_or_assignment(p);
    p->hole = outer;
    return node;
}

/* ---- the other statements -------------------------------------------------------------------- */

static ast_node *declared_or_anonymous_fn(parser *p)
{
    return parse_peek(p, 1)->kind == TOK_NAME ? parse_fn(p) : expression_statement(p);
}

static ast_node *returned(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *value = parse_is_end(p) ? NULL : parse_expression(p);
    return parse_unary_node(p, AST_RETURN, OP_NONE, start, value);
}

static ast_node *jump(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_kind kind = parse_at(p, TOK_BREAK) ? AST_BREAK : AST_CONTINUE;
    parse_advance(p);
    return parse_node(p, kind, start);
}

static ast_node *deferred(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *work = parse_block_or_expression(p);
    if (work->kind != AST_CALL && work->kind != AST_SEND && work->kind != AST_BLOCK && !p->panic) {
        diag *d = parse_report(p, work->span, "`defer` takes a call, a send or a block");
        diag_hint(d, "write `defer f(x)`, `defer c ! v` or `defer { … }`");
    }
    return parse_unary_node(p, AST_DEFER, OP_NONE, start, work);
}

static ast_node *block_or_map(parser *p)
{
    return parse_brace_opens_map(p) ? expression_statement(p) : parse_block(p);
}

static ast_node *lone_else(parser *p)
{
    diag *d = parse_fail(p, p->token.span, "`else` without `if`");
    diag_hint(d, "`else` follows the `}` of its `if` on the same line");
    return parse_error_node(p);
}

static ast_node *imported(parser *p);

typedef ast_node *statement_parser(parser *p);

static statement_parser *statement_for(lex_kind kind)
{
    static statement_parser *const statements[LEX_KINDS] = {
        [TOK_LET] = let,
        [TOK_VAR] = var,
        [TOK_CONST] = constant,
        [TOK_FN] = declared_or_anonymous_fn,
        [TOK_RETURN] = returned,
        [TOK_BREAK] = jump,
        [TOK_CONTINUE] = jump,
        [TOK_DEFER] = deferred,
        [TOK_WHILE] = parse_loop,
        [TOK_LOOP] = parse_loop,
        [TOK_FOR] = parse_loop,
        [TOK_BRACE_OPEN] = block_or_map,
        [TOK_ELSE] = lone_else,
        [TOK_IMPORT] = imported,
        [TOK_EXTERN] = parse_extern,
    };
    return statements[kind] == NULL ? expression_statement : statements[kind];
}

ast_node *parse_statement(parser *p)
{
    if (parse_at_foreign_line(p))
        return parse_foreign_line(p);
    bool top_only = parse_at(p, TOK_CONST) || parse_at(p, TOK_IMPORT) || parse_at(p, TOK_EXTERN);
    if (top_only) {
        diag *d = parse_report(p, p->token.span, "`%s` stands at the top level only",
                               lex_kind_text(p->token.kind));
        if (parse_at(p, TOK_CONST))
            diag_hint(d, "`let` binds for good, too");
    }
    if (p->panic)
        return parse_error_node(p);
    return statement_for(p->token.kind)(p);
}

/* ---- lists of statements --------------------------------------------------------------------- */

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

static ast_node *parse_item(parser *p);

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
        ast_node *node = top_level ? parse_item(p) : parse_statement(p);
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

/* ---- the top level --------------------------------------------------------------------------- */

static bool expect_plain_string(parser *p, const char *what, ast_text *path)
{
    if (!parse_at(p, TOK_STRING)) {
        diag *d = parse_expected(p, what);
        if (parse_at(p, TOK_STRING_START))
            diag_hint(d, "it must be known before the program runs: no `${…}` here");
        else if (parse_at(p, TOK_NAME))
            diag_hint(d, "write `import \"lib/name\"`; `Math`, `List` and the other standard "
                         "modules are always there");
        return false;
    }
    *path = parse_text_node(p, AST_STRING)->as.text;
    return true;
}

/* The name that `import "lib/geometry"` binds. */
static ast_name *last_part(parser *p, ast_text path, src_span at)
{
    uint32_t start = path.length;
    while (start > 0 && path.bytes[start - 1] != '/')
        start--;
    if (!lex_is_name(&p->lx, path.bytes + start, path.length - start)) {
        diag *d = parse_report(p, at, "the last part of this path is no name");
        diag_hint(d, "name it: `import \"…\" as name`");
        return NULL;
    }
    ast_name *name = parse_intern(p->module, path.bytes + start, path.length - start);
    if (name == NULL)
        parse_stop(p);
    return name;
}

static ast_node *imported(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    src_span at = p->token.span;
    ast_node *node = parse_node(p, AST_IMPORT, start);
    ast_text path;
    if (!expect_plain_string(p, "the path of a module, a string", &path))
        return node;
    node->as.import.path = path;
    if (parse_at_word(p, "as")) {
        parse_advance(p);
        node->as.import.alias = parse_binding_name(p, "a name for the module");
    } else if (!p->stopped) {
        node->as.import.alias = last_part(p, path, at);
    }
    if (node->as.import.alias == NULL)
        return parse_error_node(p);
    node->span.end = p->previous_end;
    return node;
}

static ast_node *test(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_text name = {0};
    expect_plain_string(p, "the name of the test, a string", &name);
    ast_node *body = parse_thunk(p, parse_block(p));
    ast_node *node = parse_node(p, AST_TEST, start);
    node->as.test.name = name;
    node->as.test.body = body;
    return node;
}

static bool is_test(parser *p)
{
    if (!parse_at_word(p, "test"))
        return false;
    const lex_token *next = parse_peek(p, 1);
    return (next->kind == TOK_STRING || next->kind == TOK_STRING_START) && !next->newline_before;
}

/* At the top level. */
static ast_node *parse_item(parser *p)
{
    if (parse_at(p, TOK_CONST))
        return constant(p);
    if (parse_at(p, TOK_IMPORT))
        return imported(p);
    if (parse_at(p, TOK_EXTERN))
        return parse_extern(p);
    if (is_test(p))
        return test(p);
    return parse_statement(p);
}
