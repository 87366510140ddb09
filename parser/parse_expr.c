/* Expressions, from the loosest operators down to the unary ones; parse_postfix.c goes on
 * from there. */
#include "parser/parse_internal.h"

/* The levels of the grammar's precedence table for operators between two operands,
 * loosest first. */
enum {
    NO_OPERATOR,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARISON,
    LEVEL_PIPE,
    LEVEL_RANGE,
    LEVEL_BIT_OR,
    LEVEL_BIT_XOR,
    LEVEL_BIT_AND,
    LEVEL_SHIFT,
    LEVEL_SUM,
    LEVEL_TERM
};

typedef struct infix {
    uint8_t level;
    uint8_t kind;
    uint8_t op;
} infix;

static const infix infixes[LEX_KINDS] = {
    [TOK_OR] = {LEVEL_OR, AST_OR, OP_NONE},
    [TOK_OR_OR] = {LEVEL_OR, AST_OR, OP_NONE},
    [TOK_AND] = {LEVEL_AND, AST_AND, OP_NONE},
    [TOK_AND_AND] = {LEVEL_AND, AST_AND, OP_NONE},
    [TOK_EQ] = {LEVEL_COMPARISON, AST_BINARY, OP_EQ},
    [TOK_EQ_EQ_EQ] = {LEVEL_COMPARISON, AST_BINARY, OP_EQ},
    [TOK_NE] = {LEVEL_COMPARISON, AST_BINARY, OP_NE},
    [TOK_NE_EQ] = {LEVEL_COMPARISON, AST_BINARY, OP_NE},
    [TOK_LT] = {LEVEL_COMPARISON, AST_BINARY, OP_LT},
    [TOK_LE] = {LEVEL_COMPARISON, AST_BINARY, OP_LE},
    [TOK_GT] = {LEVEL_COMPARISON, AST_BINARY, OP_GT},
    [TOK_GE] = {LEVEL_COMPARISON, AST_BINARY, OP_GE},
    [TOK_IN] = {LEVEL_COMPARISON, AST_BINARY, OP_IN},
    [TOK_NOT] = {LEVEL_COMPARISON, AST_BINARY, OP_NOT_IN}, /* only where `in` follows */
    [TOK_IS] = {LEVEL_COMPARISON, AST_IS, OP_NONE},
    [TOK_PIPE] = {LEVEL_PIPE, AST_CALL, OP_NONE},
    [TOK_RANGE] = {LEVEL_RANGE, AST_RANGE, OP_NONE},
    [TOK_RANGE_CLOSED] = {LEVEL_RANGE, AST_RANGE, OP_NONE},
    [TOK_BIT_OR] = {LEVEL_BIT_OR, AST_BINARY, OP_BIT_OR},
    [TOK_BIT_XOR] = {LEVEL_BIT_XOR, AST_BINARY, OP_BIT_XOR},
    [TOK_BIT_AND] = {LEVEL_BIT_AND, AST_BINARY, OP_BIT_AND},
    [TOK_SHIFT_LEFT] = {LEVEL_SHIFT, AST_BINARY, OP_SHIFT_LEFT},
    [TOK_SHIFT_RIGHT] = {LEVEL_SHIFT, AST_BINARY, OP_SHIFT_RIGHT},
    [TOK_PLUS] = {LEVEL_SUM, AST_BINARY, OP_ADD},
    [TOK_INCREMENT] = {LEVEL_SUM, AST_BINARY, OP_ADD},
    [TOK_MINUS] = {LEVEL_SUM, AST_BINARY, OP_SUB},
    [TOK_STAR] = {LEVEL_TERM, AST_BINARY, OP_MUL},
    [TOK_SLASH] = {LEVEL_TERM, AST_BINARY, OP_DIV},
    [TOK_FLOOR_DIV] = {LEVEL_TERM, AST_BINARY, OP_FLOOR_DIV},
    [TOK_PERCENT] = {LEVEL_TERM, AST_BINARY, OP_MOD},
};

static ast_node *operators(parser *p, unsigned level);
static ast_node *unary(parser *p);

/* ---- unary and power ------------------------------------------------------------------------- */

static ast_node *nested_unary(parser *p)
{
    parse_enter(p);
    ast_node *node = unary(p);
    parse_leave(p);
    return node;
}

static ast_node *prefixed(parser *p, ast_kind kind, ast_operator op)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    if (kind == AST_TRY && parse_at(p, TOK_BRACE_OPEN) && !parse_brace_opens_map(p)) {
        diag *d = parse_expected(p, "an expression after `try`");
        diag_hint(d, "`catch { … }` gives the crash of a block as an error value; `try e` returns "
                     "e's error from the function");
        return parse_error_node(p);
    }
    if (kind == AST_TRY && (parse_at(p, TOK_COLON) || parse_at(p, TOK_NEWLINE)) && !p->panic) {
        diag *d = parse_expected(p, "an expression after `try`");
        diag_hint(d, "`catch { … }` gives the crash of a block as an error value");
        return parse_error_node(p);
    }
    ast_node *operand = nested_unary(p);
    return parse_unary_node(p, kind, op, start, operand);
}

static ast_node *moved(parser *p)
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

static ast_node *spawned(parser *p)
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

static ast_node *power(parser *p)
{
    uint32_t start = p->token.span.start;
    ast_node *base = parse_postfix(p);
    if (!parse_take(p, TOK_POWER))
        return base;
    ast_node *exponent = nested_unary(p);
    return parse_binary_node(p, AST_BINARY, OP_POW, start, base, exponent);
}

static ast_node *unary(parser *p)
{
    static const struct {
        bool is_prefix;
        uint8_t kind, op;
    } prefixes[LEX_KINDS] = {
        [TOK_MINUS] = {true, AST_UNARY, OP_NEG},
        [TOK_BIT_NOT] = {true, AST_UNARY, OP_BIT_NOT},
        [TOK_QUESTION] = {true, AST_RECEIVE, OP_NONE},
        [TOK_TRY] = {true, AST_TRY, OP_NONE},
    };
    if (p->panic)
        return parse_error_node(p);
    lex_kind kind = p->token.kind;
    if (prefixes[kind].is_prefix)
        return prefixed(p, (ast_kind)prefixes[kind].kind, (ast_operator)prefixes[kind].op);
    if (kind == TOK_MOVE)
        return moved(p);
    if (kind == TOK_SPAWN)
        return spawned(p);
    return power(p);
}

/* ---- binary operators ------------------------------------------------------------------------ */

/* `x--` at the end of a line; `x - -y` is fine, `x --y` too. */
static bool is_decrement(parser *p)
{
    const lex_token *next = parse_peek(p, 1);
    if (!parse_at(p, TOK_MINUS) || next->kind != TOK_MINUS || !parse_is_adjacent(p, next))
        return false;
    const lex_token *after = parse_peek(p, 2);
    return after->newline_before || after->kind == TOK_END || after->kind == TOK_SEMICOLON ||
           after->kind == TOK_BRACE_CLOSE;
}

/* `x++` and `x--` are reported and read as `x`. True if there was one. */
static bool skip_step(parser *p)
{
    const lex_token *next = parse_peek(p, 1);
    bool is_increment =
        parse_at(p, TOK_INCREMENT) &&
        (next->newline_before || next->kind == TOK_END || next->kind == TOK_SEMICOLON ||
         next->kind == TOK_BRACE_CLOSE || next->kind == TOK_PAREN_CLOSE);
    if (!is_increment && !is_decrement(p))
        return false;
    src_span at = {p->token.span.start, p->token.span.start + 2};
    diag *d = parse_report(p, at, is_increment ? "there is no `++`" : "there is no `--`");
    diag_hint(d, is_increment ? "write `x += 1`" : "write `x -= 1`");
    if (!is_increment) {
        p->token.kind = TOK_HOLE; /* so that the newline after it is seen */
        parse_peek(p, 1);
        p->ahead[0].kind = TOK_HOLE;
        parse_advance(p);
    }
    parse_advance(p);
    return true;
}

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

static ast_node *range_from(parser *p, uint32_t start, ast_node *from)
{
    bool closed = parse_at(p, TOK_RANGE_CLOSED);
    parse_advance(p);
    ast_node *to = !closed && range_is_open(p) ? NULL : operators(p, LEVEL_RANGE + 1);
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

static ast_node *piped_into(parser *p, uint32_t start, ast_node *subject)
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
static ast_node *type_test(parser *p, uint32_t start, ast_node *object)
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

static ast_node *binary(parser *p, infix in, uint32_t start, ast_node *left)
{
    if (lex_kind_flags(p->token.kind) & LEX_FOREIGN)
        explain_foreign(p);
    if (in.op == OP_NOT_IN)
        parse_advance(p);
    parse_advance(p);
    ast_node *right = operators(p, in.level + 1u);
    return parse_binary_node(p, (ast_kind)in.kind, (ast_operator)in.op, start, left, right);
}

static infix infix_at(parser *p)
{
    infix none = {0};
    if (p->panic || (parse_at(p, TOK_NOT) && parse_peek(p, 1)->kind != TOK_IN))
        return none;
    return infixes[p->token.kind];
}

static void explain_chain(parser *p)
{
    diag *d = parse_report(p, p->token.span, "comparisons do not chain");
    diag_hint(d, "write `a < b and b < c`, or parenthesise");
}

static ast_node *negated(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_enter(p);
    parse_advance(p);
    ast_node *operand = p->panic ? parse_error_node(p) : operators(p, LEVEL_NOT);
    ast_node *node = parse_unary_node(p, AST_UNARY, OP_NOT, start, operand);
    parse_leave(p);
    return node;
}

/* Adds operators that bind at least as tightly as `level`, with their right sides, to `left`. */
static ast_node *operators_behind(parser *p, unsigned level, uint32_t start, ast_node *left)
{
    bool compared = false;
    for (infix in = infix_at(p); in.level != NO_OPERATOR && in.level >= level; in = infix_at(p)) {
        if (skip_step(p))
            break;
        if (in.level == LEVEL_COMPARISON && compared)
            explain_chain(p);
        compared = in.level == LEVEL_COMPARISON;
        if (in.kind == AST_CALL)
            left = piped_into(p, start, left);
        else if (in.kind == AST_RANGE)
            left = range_from(p, start, left);
        else if (in.kind == AST_IS)
            left = type_test(p, start, left);
        else
            left = binary(p, in, start, left);
    }
    return left;
}

/* An operand and all operators after it that bind at least as tightly as `level`. */
static ast_node *operators(parser *p, unsigned level)
{
    uint32_t start = p->token.span.start;
    parse_enter_operand(p);
    ast_node *node = parse_at(p, TOK_NOT) && level <= LEVEL_NOT ? negated(p) : unary(p);
    node = operators_behind(p, level, start, node);
    parse_leave_operand(p);
    return node;
}

/* ---- the loosest level ----------------------------------------------------------------------- */

ast_node *parse_or_expression(parser *p)
{
    parse_enter(p);
    ast_node *node = p->panic ? parse_error_node(p) : operators(p, LEVEL_OR);
    parse_leave(p);
    return node;
}

ast_node *parse_bit_expression(parser *p)
{
    parse_enter(p);
    ast_node *node = p->panic ? parse_error_node(p) : operators(p, LEVEL_BIT_OR);
    parse_leave(p);
    return node;
}

static ast_node *caught(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_node *operand = parse_block_or_expression(p);
    return parse_unary_node(p, AST_CATCH, OP_NONE, start, operand);
}

static ast_node *sent(parser *p, uint32_t start, ast_node *channel)
{
    parse_advance(p);
    ast_node *value = parse_at(p, TOK_CATCH) ? caught(p) : operators(p, LEVEL_OR);
    if (!p->panic && parse_at(p, TOK_BANG)) {
        diag *d = parse_fail(p, p->token.span, "`!` does not chain");
        diag_hint(d, "a send has no value to send on: write two statements");
    }
    return parse_binary_node(p, AST_SEND, OP_NONE, start, channel, value);
}

ast_node *parse_expression(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_enter(p);
    ast_node *node;
    if (p->panic)
        node = parse_error_node(p);
    else if (parse_at(p, TOK_CATCH))
        node = caught(p);
    else
        node = operators(p, LEVEL_OR);
    if (!p->panic && parse_at(p, TOK_BANG) && node->kind != AST_CATCH)
        node = sent(p, start, node);
    parse_leave(p);
    return node;
}

ast_node *parse_head(parser *p)
{
    bool outer = p->head;
    p->head = true;
    ast_node *node = parse_expression(p);
    p->head = outer;
    return node;
}

ast_node *parse_block_or_expression(parser *p)
{
    if (parse_at(p, TOK_BRACE_OPEN) && (p->head || !parse_brace_opens_map(p)))
        return parse_block(p);
    return parse_expression(p);
}
