/* Hints for those who come from another language: what they wrote is an error here, and this says how it is written. */
#include "base/foreign.h"
#include "parser/parse_internal.h"

#include <string.h>

/* NULL: nothing is known about it. */
static const ast_name *first_word(const ast_node *statement)
{
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

/* What stands where an operand should; indexed by the token's kind. */
static const char *const misplaced[LEX_KINDS] = {
    [TOK_BANG] = "`not x` negates; a send is `channel ! value`",
    [TOK_FLOOR_DIV] = "a comment starts with `#`; `//` is floor division",
    [TOK_ELSE] = "`else` stands behind the `}` of its `if`, on the same line",
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
    [TOK_QUESTION] = "a receive is a statement, `c ? x`, or a value, `?c`; a choice is `if c { a } else { b }`",
};

/* `<-` is two tokens, since `a <-b` compares. */
static bool is_left_arrow(parser *p)
{
    if (!parse_at(p, TOK_LT))
        return false;
    const lex_token *next = parse_peek(p, 1);
    return next->kind == TOK_MINUS && parse_is_adjacent(p, next);
}

void parse_hint_expression(parser *p, diag *d)
{
    if (misplaced[p->token.kind] != NULL)
        diag_hint(d, "%s", misplaced[p->token.kind]);
    else if (lex_kind_flags(p->token.kind) & LEX_STATEMENT)
        diag_hint(d, "`%s` is a statement and has no value here: it may stand in a block `{ … }`",
                  lex_kind_text(p->token.kind));
    else if (is_left_arrow(p))
        diag_hint(d, "`?c` receives from a channel");
}

void parse_hint_body(parser *p, diag *d)
{
    const lex_token *next = parse_peek(p, 1);
    if (parse_at(p, TOK_ASSIGN))
        diag_hint(d, "`=` assigns, as a statement; `==` compares");
    else if (parse_at(p, TOK_NEWLINE) && next->kind == TOK_BRACE_OPEN)
        diag_hint(d, "the `{` stands on the same line");
    else if (parse_at(p, TOK_COLON) || parse_at(p, TOK_NAME) || parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_RETURN) ||
             parse_at(p, TOK_BREAK) || parse_at(p, TOK_CONTINUE))
        diag_hint(d, "a body stands in braces: `{ … }`");
    else if (parse_at(p, TOK_COLON_ASSIGN) || parse_at(p, TOK_SEMICOLON))
        diag_hint(d, "counting is written `for i in 0..n { … }`");
    else
        parse_hint_expression(p, d);
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
        diag_hint(d, "one name, then `=`: there are no types and no `mut`; what changes is a `var`");
    else if (parse_at(p, TOK_QUESTION))
        diag_hint(d, "`c ? x` receives and binds without `let`");
    else if (parse_at(p, TOK_BIT_OR))
        diag_hint(d, "alternatives stand in parentheses here: `(p | q)`");
    else if (parse_is_end(p))
        diag_hint(d, "every name is given a value where it is made: `let x = nil`");
}

/* A comment of another language behind a statement reads as a division by its first word. */
static bool line_has_slashes(const parser *p, const ast_node *statement)
{
    const char *from = p->lx.text + statement->span.start, *to = p->lx.text + p->token.span.start;
    return to > from && to - from < 4096 && memmem(from, (size_t)(to - from), "//", 2) != NULL;
}

void parse_hint_statement_end(parser *p, diag *d, const ast_node *statement)
{
    const ast_name *word = first_word(statement);
    bool is_operand = parse_at(p, TOK_NAME) || parse_at(p, TOK_STRING) || parse_at(p, TOK_STRING_START) ||
                      parse_at(p, TOK_INT) || parse_at(p, TOK_FLOAT);
    if (word != NULL && hint_foreign_word(d, word->text))
        return;
    if (parse_at(p, TOK_COLON) && statement->kind == AST_RECEIVE_INTO)
        diag_hint(d, "there is no `c ? a : b`: write `if c { a } else { b }`");
    else if (statement->kind == AST_IF &&
             (parse_at_word(p, "elif") || parse_at_word(p, "elsif") || parse_at_word(p, "elseif")))
        diag_hint(d, "write `else if`");
    else if (parse_at(p, TOK_COLON))
        diag_hint(d, "here `{` opens a block; a map's key is a name or a string, or stands in brackets: `{[1]: 2}`");
    else if (parse_at(p, TOK_COMMA))
        diag_hint(d, "several places are assigned by `(a, b) = (b, a)`");
    else if (parse_at(p, TOK_THIN_ARROW))
        diag_hint(d, "there is no `->`: a field is `x.name`, an arm or a short function is written with `=>`");
    else if (is_operand && line_has_slashes(p, statement))
        diag_hint(d, "a comment starts with `#`; `//` is floor division");
    else if (is_operand && statement->kind == AST_NAME && statement->as.name.id != NULL &&
             statement->as.name.id->length <= 30)
        diag_hint(d, "a call has parentheses: `%s(…)`", statement->as.name.id->text);
    else if (is_operand && (parse_at(p, TOK_STRING) || parse_at(p, TOK_STRING_START)) && statement->kind == AST_STRING)
        diag_hint(d, "`+` joins strings");
    else
        parse_hint_expression(p, d);
}
