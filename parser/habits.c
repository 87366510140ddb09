/* Hints for people who come from another language: what they wrote is an error here, and the hint
 * says how it is written. */
#include "base/foreign.h"
#include "parser/parse_internal.h"

#include <string.h>

/* NULL: unknown. */
static const ast_name *first_word(const ast_node *statement)
{
    if (statement->kind == AST_LET || statement->kind == AST_VAR)
        statement = statement->as.let.value;
    else if (statement->kind == AST_DEFER)
        statement = statement->as.unary.operand;
    if (statement->kind == AST_CALL)
        statement = statement->as.call.callee;
    return statement->kind == AST_NAME ? statement->as.name.id : NULL;
}

static bool hint_foreign_word(diag *d, const char *word)
{
    char hint[FOREIGN_HINT];
    const foreign_row *row = foreign_find_word(word);
    if (row == NULL)
        return false;
    foreign_hint(row, hint, sizeof hint);
    diag_hint(d, "%s", hint);
    return true;
}

/* The row of the word that ends just before the current token. */
static bool hint_previous_word(parser *p, diag *d)
{
    char word[32];
    uint32_t end = p->previous_end, start = end;
    while (p->previous == TOK_NAME && start > 0 && parse_in_word(p->lx.text[start - 1]))
        start--;
    if (start == end || end - start >= sizeof word)
        return false;
    memcpy(word, p->lx.text + start, end - start);
    word[end - start] = '\0';
    return hint_foreign_word(d, word);
}

/* ---- comments of other languages ------------------------------------------------------------- */

const char *parse_foreign_comment(const src_text *src, uint32_t offset)
{
    const char *from = src->text + offset, *lowest = offset > 4096 ? from - 4096 : src->text;
    while (from > lowest && from[-1] != '\n')
        from--;
    const char *to = src->text + offset, *first = from;
    while (first < to && (*first == ' ' || *first == '\t'))
        first++;
    if (first < to && *first == '%' && (to - first == 1 || first[1] != '{'))
        return "%";
    if (to - first >= 1 && first[0] == ';')
        return ";";
    for (const char *at = first; to - at >= 2; at++) {
        bool stands_alone = at == first || at[-1] == ' ' || at[-1] == ';';
        if (stands_alone && at[0] == '/' && at[1] == '/')
            return "//";
        if (stands_alone && at[0] == '-' && at[1] == '-' &&
            (to - at == 2 || at[2] == ' ' || at[2] == '-'))
            return "--";
    }
    return NULL;
}

/* Marks that begin a comment in other languages, and what they mean here. */
static bool hint_comment(const parser *p, diag *d, uint32_t offset)
{
    const char *mark = parse_foreign_comment(p->diags->src, offset);
    if (mark == NULL)
        return false;
    if (*mark == '/')
        diag_hint(d, "a comment starts with `#`; `//` is floor division");
    else
        diag_hint(d, "a comment starts with `#`, not with `%s`", mark);
    return true;
}

/* ---- operands and operators ------------------------------------------------------------------ */

/* What stands where an operand is expected; indexed by the token's kind. */
static const char *const misplaced[LEX_KINDS] = {
    [TOK_BANG] = "`not x` negates; a send is `channel ! value`",
    [TOK_FLOOR_DIV] = "a comment starts with `#`; `//` is floor division",
    [TOK_ELSE] = "`else` follows the `}` of its `if` on the same line",
    [TOK_RANGE] = "a range says where it starts: `0..n`",
    [TOK_RANGE_CLOSED] = "a range says where it starts: `0..=n`",
    [TOK_ELLIPSIS] = "`f(..xs)` spreads a list, `0..n` is a range",
    [TOK_CATCH] = "`catch` takes all that follows it: put it into parentheses here",
    [TOK_NOT] = "put it into parentheses: `(not x)`",
    [TOK_HOLE] = "`_` holds no value; `let _ = e` drops one",
    [TOK_INCREMENT] = "write `x += 1`",
    [TOK_ASSIGN] = "`=` assigns, as a statement; `==` compares",
    [TOK_FAT_ARROW] = "a function is written `fn(x) => e`",
    [TOK_THIN_ARROW] = "a function is written `fn(x) => e`",
    [TOK_AND_AND] = "write `and`",
    [TOK_OR_OR] = "write `or`",
    [TOK_COLON_ASSIGN] = "write `let x = e`",
    [TOK_BRACE_OPEN] = "a map in a head stands in parentheses: `({a: 1})`",
    [TOK_PLUS] = "there is no sign `+`",
    [TOK_PERCENT] = "a map is written `{name: x}`, a comment starts with `#`",
    [TOK_BIT_OR] = "a function is written `fn(x) => e`",
    [TOK_BIT_AND] =
        "a function is a value by its name, `f`, and a short one is written `fn(x) => e`",
    [TOK_STAR] = "`f(..xs)` spreads a list",
    [TOK_COLON] = "a name as a value is a string: `\"ok\"`",
    [TOK_GT] = "`!=` compares; `+` joins strings",
    [TOK_DOT] = "a digit stands before the point: `0.5`",
    [TOK_QUESTION] =
        "a receive is a statement, `c ? x`, or a value, `?c`; a choice is `if c { a } else { b }`",
};

/* `<-` is two tokens, since `a <-b` compares. */
static bool is_left_arrow(parser *p)
{
    if (!parse_at(p, TOK_LT))
        return false;
    const lex_token *next = parse_peek(p, 1);
    return next->kind == TOK_MINUS && parse_is_adjacent(p, next);
}

/* The line before could have ended in it. */
static bool is_operator(lex_kind kind)
{
    static const bool operators[LEX_KINDS] = {
        [TOK_AND] = true,         [TOK_OR] = true,      [TOK_IN] = true,
        [TOK_IS] = true,          [TOK_PLUS] = true,    [TOK_STAR] = true,
        [TOK_SLASH] = true,       [TOK_BIT_AND] = true, [TOK_BIT_OR] = true,
        [TOK_BIT_XOR] = true,     [TOK_POWER] = true,   [TOK_EQ] = true,
        [TOK_NE] = true,          [TOK_LT] = true,      [TOK_LE] = true,
        [TOK_GT] = true,          [TOK_GE] = true,      [TOK_SHIFT_LEFT] = true,
        [TOK_SHIFT_RIGHT] = true, [TOK_AND_AND] = true, [TOK_OR_OR] = true,
        [TOK_ASSIGN] = true,      [TOK_COMMA] = true,   [TOK_RANGE] = true,
    };
    return operators[kind];
}

bool parse_continues_above(const parser *p)
{
    return p->token.newline_before && is_operator(p->token.kind);
}

void parse_hint_expression(parser *p, diag *d)
{
    const lex_token *next = parse_peek(p, 1);
    if (parse_at(p, TOK_MINUS) && next->kind == TOK_MINUS) {
        diag_hint(d, "a comment starts with `#`, not with `--`");
        return;
    }
    bool at_end = parse_at(p, TOK_END) || parse_at(p, TOK_NEWLINE);
    if (p->lx.length - p->previous_end > 2 && memcmp(p->lx.text + p->previous_end, "#{", 2) == 0 &&
        (at_end || p->token.newline_before)) {
        diag_hint(d, "a map is written `{name: x}`; `#` starts a comment");
        return;
    }
    if (parse_continues_above(p) && p->previous == TOK_NEWLINE && !is_left_arrow(p)) {
        diag_hint(d, "a line that goes on ends in its operator: put the `%s` there",
                  lex_kind_text(p->token.kind));
        return;
    }
    if ((parse_at(p, TOK_PERCENT) || parse_at(p, TOK_LT)) && p->previous == TOK_NEWLINE &&
        next->kind != TOK_BRACE_OPEN && next->kind != TOK_MINUS) {
        diag_hint(d, "a comment starts with `#`");
        return;
    }
    if (is_left_arrow(p))
        diag_hint(d, "`?c` receives from a channel");
    else if (parse_at(p, TOK_BRACE_OPEN) && !p->head)
        return;
    else if (misplaced[p->token.kind] != NULL)
        diag_hint(d, "%s", misplaced[p->token.kind]);
    else if (lex_kind_flags(p->token.kind) & LEX_STATEMENT)
        diag_hint(d, "`%s` is a statement and has no value here: it may stand in a block `{ … }`",
                  lex_kind_text(p->token.kind));
}

/* What stands after an operand, where no such thing can; indexed by the token's kind. */
static const char *const behind_operand[LEX_KINDS] = {
    [TOK_IF] = "a choice is written `if c { a } else { b }`",
    [TOK_FOR] =
        "a list of results is made by `List.map(xs, fn(x) => e)`, or by `par for x in xs { … }`",
    [TOK_DIV_ASSIGN] = "write `!=`",
    [TOK_BIT_NOT] = "write `!=`",
    [TOK_THIN_ARROW] =
        "there is no `->`: a field is `x.name`, an arm or a short function is written with `=>`",
    [TOK_IN] = "write `for x in xs { … }`, without parentheses",
    [TOK_CATCH] = "`catch e` gives a crash of e as an error value",
    [TOK_NOT] = "write `x is not T`, `x not in xs` or `x != y`",
    [TOK_SEMICOLON] = "elements and arguments are separated by `,`",
    [TOK_ELLIPSIS] = "a range is written `0..n`, or `0..=n` with its end",
};

/* Words that are operators in other languages, or keywords after a condition. */
static bool at_operator_word(const parser *p)
{
    static const char *const words[] = {
        "mod", "div", "rem",    "xor",    "instanceof", "andalso", "orelse", "then",
        "do",  "end", "except", "rescue", "elif",       "elsif",   "elseif", "until"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (parse_at_word(p, words[i]))
            return true;
    return false;
}

/* `5 ms`, `f"…"`, `a b`: two operands side by side. */
static bool hint_neighbours(parser *p, diag *d)
{
    static const char *const units[] = {"ns", "us", "ms", "s", "m", "h", "sec", "min"};
    for (size_t i = 0; p->previous == TOK_INT && i < sizeof units / sizeof *units; i++) {
        if (parse_at_word(p, units[i])) {
            diag_hint(d, "a duration is written in one: `20ms`, `5s`, `1h`");
            return true;
        }
    }
    bool is_text = parse_at(p, TOK_STRING) || parse_at(p, TOK_STRING_START);
    if (is_text && p->previous == TOK_NAME && p->previous_end == p->token.span.start) {
        diag_hint(d, "a string takes no prefix: every `\"${x}\"` interpolates");
        return true;
    }
    if (is_text && p->previous == TOK_STRING) {
        diag_hint(d, "`+` joins strings");
        return true;
    }
    return false;
}

void parse_hint_operator(parser *p, diag *d)
{
    const lex_token *next = parse_peek(p, 1);
    char word[32];
    uint32_t length = p->token.span.end - p->token.span.start;
    if (at_operator_word(p) && length < sizeof word) {
        memcpy(word, p->lx.text + p->token.span.start, length);
        word[length] = '\0';
        hint_foreign_word(d, word);
    } else if (hint_neighbours(p, d)) {
        return;
    } else if (parse_at(p, TOK_ASSIGN) && next->kind == TOK_LT && parse_is_adjacent(p, next)) {
        diag_hint(d, "write `<=`");
    } else if (parse_at(p, TOK_ASSIGN) && next->kind == TOK_COLON_ASSIGN) {
        diag_hint(d, "write `==`");
    } else if (behind_operand[p->token.kind] != NULL) {
        diag_hint(d, "%s", behind_operand[p->token.kind]);
    } else if (hint_previous_word(p, d)) {
        return;
    } else {
        parse_hint_expression(p, d);
    }
}

void parse_hint_body(parser *p, diag *d)
{
    const lex_token *next = parse_peek(p, 1);
    bool is_one_statement =
        parse_at(p, TOK_COLON) || parse_at(p, TOK_NAME) || parse_at(p, TOK_NEWLINE) ||
        parse_at(p, TOK_RETURN) || parse_at(p, TOK_BREAK) || parse_at(p, TOK_CONTINUE) ||
        parse_at(p, TOK_INT) || parse_at(p, TOK_FLOAT) || parse_at(p, TOK_STRING) ||
        parse_at(p, TOK_NIL) || parse_at(p, TOK_TRUE) || parse_at(p, TOK_FALSE);
    if (parse_at(p, TOK_ASSIGN))
        diag_hint(d, "`=` assigns, as a statement; `==` compares");
    else if (parse_at(p, TOK_NEWLINE) && next->kind == TOK_BRACE_OPEN)
        diag_hint(d, "the `{` stands on the same line");
    else if (is_one_statement)
        diag_hint(d, "a body stands in braces: `{ … }`");
    else if (parse_at(p, TOK_COLON_ASSIGN) || parse_at(p, TOK_SEMICOLON))
        diag_hint(d, "counting is written `for i in 0..n { … }`");
    else
        parse_hint_operator(p, d);
}

void parse_hint_declaration(parser *p, diag *d)
{
    if (parse_at(p, TOK_COMMA))
        diag_hint(d, "several names are bound by a pattern: `let (a, b) = e`");
    else if (parse_at(p, TOK_COLON))
        diag_hint(d, "there are no type declarations: `let x = e`");
    else if (parse_at(p, TOK_EQ))
        diag_hint(d, "`=` binds, `==` compares");
    else if (parse_at(p, TOK_NAME))
        diag_hint(d,
                  "one name, then `=`: there are no types and no `mut`; what changes is a `var`");
    else if (parse_at(p, TOK_QUESTION))
        diag_hint(d, "`c ? x` receives and binds without `let`");
    else if (parse_at(p, TOK_BIT_OR))
        diag_hint(d, "alternatives stand in parentheses here: `(p | q)`");
    else if (parse_is_end(p))
        diag_hint(d, "every name is given a value where it is made: `let x = nil`");
}

/* A place cannot begin like this. */
static bool is_value(const ast_node *node)
{
    return node->kind == AST_LET || node->kind == AST_VAR || node->kind == AST_RETURN ||
           node->kind == AST_CONST || node->kind == AST_SEND || node->kind == AST_RECEIVE_INTO;
}

void parse_hint_statement_end(parser *p, diag *d, const ast_node *statement)
{
    const ast_name *word = first_word(statement);
    bool is_operand = parse_at(p, TOK_NAME) || parse_at(p, TOK_STRING) ||
                      parse_at(p, TOK_STRING_START) || parse_at(p, TOK_INT) ||
                      parse_at(p, TOK_FLOAT);
    if (word != NULL && hint_foreign_word(d, word->text))
        return;
    if ((is_operand || lex_kind_flags(p->token.kind) & LEX_KEYWORD) &&
        hint_comment(p, d, p->token.span.start))
        return;
    if (parse_at(p, TOK_COLON) && parse_peek(p, 1)->kind == TOK_COLON)
        diag_hint(d, "a member of a module is `module.name`");
    else if (parse_at(p, TOK_COLON) && statement->kind == AST_RECEIVE_INTO)
        diag_hint(d, "there is no `c ? a : b`: write `if c { a } else { b }`");
    else if (parse_at(p, TOK_COLON))
        diag_hint(d, "here `{` opens a block; a map's key is a name or a string, or stands in "
                     "brackets: `{[1]: 2}`");
    else if (parse_at(p, TOK_COMMA) && is_value(statement))
        diag_hint(d, "one value: drop the `,`, or make a tuple of several: `(a, b)`");
    else if (parse_at(p, TOK_COMMA))
        diag_hint(
            d, "`(a, b) = (b, a)` assigns to several places, `let (a, b) = e` binds several names");
    else if (parse_at(p, TOK_BRACE_OPEN) && statement->kind == AST_CATCH)
        diag_hint(d, "`catch { … }` gives the crash of a block as an error value");
    else if (parse_at(p, TOK_BRACE_OPEN) &&
             (statement->kind == AST_CALL || statement->kind == AST_FIELD))
        diag_hint(d, "a function is declared by `fn f(x) { … }`, and given to another as an "
                     "argument: `fn(x) => e`");
    else if (is_operand && !at_operator_word(p) && statement->kind == AST_NAME &&
             statement->as.name.id != NULL && statement->as.name.id->length <= 30)
        diag_hint(d, "a call has parentheses: `%s(…)`", statement->as.name.id->text);
    else
        parse_hint_operator(p, d);
}
