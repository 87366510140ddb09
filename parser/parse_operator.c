/* Operators: those before an operand, and those between two. */
#include "parser/parse_grammar.h"

/* ---- before an operand ----------------------------------------------------------------------- */

static ast_node *prefixed(parser *p, ast_kind kind, ast_operator op)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *operand = parse_unary(p);
    return parse_unary_node(p, kind, op, start, operand);
}

ast_node *parse_negation(parser *p) { return prefixed(p, AST_UNARY, OP_NEG); }

ast_node *parse_complement(parser *p) { return prefixed(p, AST_UNARY, OP_BIT_NOT); }

ast_node *parse_receive(parser *p) { return prefixed(p, AST_RECEIVE, OP_NONE); }

/* `try { … }`, and Python's `try:`, are meant for `catch`. */
ast_node *parse_try(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    if (parse_at(p, TOK_BRACE_OPEN) && !parse_brace_opens_map(p)) {
        diag *d = parse_expected(p, "an expression after `try`");
        diag_hint(d, "`catch { … }` gives the crash of a block as an error value; `try e` returns "
                     "e's error from the function");
        return parse_error_node(p);
    }
    if ((parse_at(p, TOK_COLON) || parse_at(p, TOK_NEWLINE)) && !p->panic) {
        diag *d = parse_expected(p, "an expression after `try`");
        diag_hint(d, "`catch { … }` gives the crash of a block as an error value");
        return parse_error_node(p);
    }
    return parse_unary_node(p, AST_TRY, OP_NONE, start, parse_unary(p));
}

ast_node *parse_move(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *operand = parse_postfix(p);
    if (operand->kind == AST_SLICE && !p->panic)
        operand = parse_index_of_slice(p, operand);
    if (operand->kind != AST_NAME && operand->kind != AST_FIELD && operand->kind != AST_INDEX &&
        !p->panic)
        parse_report(p, operand->span, "`move` takes a variable, a field or an element");
    return parse_unary_node(p, AST_MOVE, OP_NONE, start, operand);
}

ast_node *parse_spawn(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *work;
    if (parse_at(p, TOK_BRACE_OPEN) && !parse_brace_opens_map(p)) {
        work = parse_thunk(p, parse_block(p));
    } else {
        work = parse_postfix(p);
        if (work->kind != AST_CALL && !p->panic) {
            diag *d = parse_report(p, work->span, "`spawn` takes a call or a block");
            diag_hint(d, work->kind == AST_FN
                             ? "call the function: `spawn fn() { … }()`, or just `spawn { … }`"
                             : "write `spawn f(x)` or `spawn { … }`");
        }
    }
    ast_node *node = parse_node(p, AST_SPAWN, start);
    node->as.spawn.work = work;
    return node;
}

ast_node *parse_not(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_enter(p);
    parse_advance(p);
    ast_node *operand = p->panic ? parse_error_node(p) : parse_right(p, POWER_NOT);
    ast_node *node = parse_unary_node(p, AST_UNARY, OP_NOT, start, operand);
    parse_leave(p);
    return node;
}

/* ---- between two ----------------------------------------------------------------------------- */

static void explain_foreign(parser *p)
{
    static const struct {
        const char *here;
    } instead[LEX_KINDS] = {
        [TOK_AND_AND] = {"`and`"},
        [TOK_OR_OR] = {"`or`"},
        [TOK_EQ_EQ_EQ] = {"`==`: it compares by structure"},
        [TOK_NE_EQ] = {"`!=`"},
        [TOK_INCREMENT] = {"`+`: it joins strings, lists, tuples and bytes, too"},
    };
    diag *d = parse_report(p, p->token.span, "there is no `%s`", lex_kind_text(p->token.kind));
    diag_hint(d, "write %s", instead[p->token.kind].here);
}

ast_node *parse_binary(parser *p, uint32_t start, ast_node *left)
{
    const parse_rule *rule = &p->grammar->rules[p->token.kind];
    if (lex_kind_flags(p->token.kind) & LEX_FOREIGN)
        explain_foreign(p);
    if (rule->op == OP_NOT_IN)
        parse_advance(p);
    parse_advance(p);
    ast_node *right = parse_right(p, (parse_power)(rule->power + 1));
    return parse_binary_node(p, (ast_kind)rule->kind, (ast_operator)rule->op, start, left, right);
}

static bool range_is_open(const parser *p)
{
    static const bool ends[LEX_KINDS] = {
        [TOK_NEWLINE] = true,       [TOK_SEMICOLON] = true,   [TOK_PAREN_CLOSE] = true,
        [TOK_BRACKET_CLOSE] = true, [TOK_BRACE_CLOSE] = true, [TOK_COMMA] = true,
        [TOK_FAT_ARROW] = true,     [TOK_END] = true,         [TOK_PIPE] = true,
        [TOK_STRING_MIDDLE] = true, [TOK_STRING_END] = true,
    };
    return ends[p->token.kind] || (p->head && parse_at(p, TOK_BRACE_OPEN));
}

static bool is_text(const ast_node *node)
{
    return node->kind == AST_STRING || node->kind == AST_INTERPOLATION;
}

ast_node *parse_range(parser *p, uint32_t start, ast_node *from)
{
    bool closed = parse_at(p, TOK_RANGE_CLOSED);
    parse_advance(p);
    ast_node *to =
        !closed && range_is_open(p) ? NULL : parse_right(p, (parse_power)(POWER_RANGE + 1));
    ast_node *node = parse_node(p, AST_RANGE, start);
    node->as.slice.from = from;
    node->as.slice.to = to;
    node->as.slice.closed = closed;
    if (!p->panic && (parse_at(p, TOK_RANGE) || parse_at(p, TOK_RANGE_CLOSED)))
        parse_fail(p, p->token.span, "a range has two ends only");
    const ast_node *text = is_text(from) ? from : to != NULL && is_text(to) ? to : NULL;
    if (!p->panic && text != NULL) {
        diag *d = parse_report(p, text->span, "a string cannot be an end of a range");
        diag_hint(d, "`+` joins strings");
    }
    return node;
}

ast_node *parse_pipe(parser *p, uint32_t start, ast_node *subject)
{
    src_span subject_span = subject->span;
    parse_advance(p);
    ast_node *call = parse_postfix(p);
    if (p->panic)
        return call;
    if (call->kind != AST_CALL || call == p->parenthesised) {
        diag *d = parse_report(p, call->span, "`|>` goes into a call");
        diag_hint(d, "`x |> f(a)` is `f(x, a)`; write `f()` when there is nothing else to give");
        return call;
    }
    ast_call *as_call = &call->as.call;
    ast_argument *args = arena_alloc(p->module->arena, (as_call->count + (size_t)1) * sizeof *args);
    if (args == NULL) {
        parse_stop(p);
        return call;
    }
    args[0] = (ast_argument){.value = subject, .span = subject_span};
    for (uint32_t i = 0; i < as_call->count; i++)
        args[i + 1] = as_call->args[i];
    as_call->args = args;
    as_call->count++;
    as_call->piped = true;
    call->span.start = start;
    return call;
}

static void no_type(parser *p, bool negated)
{
    diag *d = parse_expected(p, negated ? "the name of a type after `is not`"
                                        : "the name of a type after `is`");
    bool is_value = parse_at(p, TOK_INT) || parse_at(p, TOK_FLOAT) || parse_at(p, TOK_STRING) ||
                    parse_at(p, TOK_TRUE) || parse_at(p, TOK_FALSE);
    if (is_value)
        diag_hint(d, negated ? "values are compared by `!=`" : "values are compared by `==`");
    else if (parse_at(p, TOK_IN))
        diag_hint(d, "write `x not in xs`");
}

/* `x is NAME`, `x is not NAME`; of the types, `nil` and `fn` are keywords. */
ast_node *parse_is(parser *p, uint32_t start, ast_node *object)
{
    parse_advance(p);
    bool negated = parse_take(p, TOK_NOT);
    lex_token type = p->token;
    ast_node *node = parse_node(p, AST_IS, start);
    node->as.field.object = object;
    if (type.kind != TOK_NAME && type.kind != TOK_NIL && type.kind != TOK_FN) {
        no_type(p, negated);
        return node;
    }
    node->as.field.name = parse_name(p, &type);
    node->as.field.name_span = type.span;
    parse_advance(p);
    node->span.end = p->previous_end;
    if (!negated)
        return node;
    return parse_unary_node(p, AST_UNARY, OP_NOT, start, node);
}
