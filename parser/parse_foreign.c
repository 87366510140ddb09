/* Lines of other languages that cannot be statements here, and some that can but are not meant as
 * such: each is explained once. */
#include "base/foreign.h"
#include "parser/parse_internal.h"

#include <string.h>

/* `SEQ`, `do`, `receive` alone on a line, with indented lines below: a block in
 * another language. */
static void check_foreign_block(parser *p, const ast_node *node)
{
    if (node->kind != AST_NAME || node->as.name.id == NULL || !parse_at(p, TOK_NEWLINE) || p->panic)
        return;
    const lex_token *next = parse_peek(p, 1);
    if (next->kind == TOK_END ||
        parse_indentation(p, next->span.start) <= parse_indentation(p, node->span.start) ||
        foreign_find_word(node->as.name.id->text) == NULL)
        return;
    parse_hint_statement_end(
        p, parse_fail(p, node->span, "`%.30s` begins no block", node->as.name.id->text), node);
}

/* `c <- v` means `c < -v`: nobody compares like that as a statement. */
static void check_left_arrow(parser *p, const ast_node *node)
{
    if (node->kind != AST_BINARY || node->op != OP_LT || node->as.binary.right->kind != AST_UNARY ||
        p->panic)
        return;
    uint32_t at = node->as.binary.right->span.start;
    if (at + 1 >= p->lx.length || p->lx.text[at - 1] != '<' || p->lx.text[at] != '-' ||
        p->lx.text[at + 1] != ' ')
        return;
    diag *d = parse_report(p, (src_span){at - 1, at + 1}, "there is no `<-`");
    diag_hint(d, "`c ! v` sends, `c ? x` receives");
}

void parse_check_foreign(parser *p, const ast_node *statement)
{
    check_left_arrow(p, statement);
    check_foreign_block(p, statement);
}

static bool begins_with_operator(const char *text, const char *end)
{
    static const char *const words[] = {"in ", "is ", "or ", "and ", "not "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(end - text) >= length && memcmp(text, words[i], length) == 0)
            return true;
    }
    return false;
}

/* `-- two words`: useless as an expression. After one, a word alone is the same. */
static bool is_dashed_comment(parser *p)
{
    if (!parse_at(p, TOK_MINUS))
        return false;
    const lex_token *dash = parse_peek(p, 1), *word = parse_peek(p, 2);
    if (dash->kind != TOK_MINUS || !parse_is_adjacent(p, dash) ||
        word->span.start == dash->span.end || word->kind == TOK_END ||
        !parse_in_word(p->lx.text[word->span.start]) || word->newline_before)
        return false;
    const char *at = p->lx.text + word->span.end, *end = p->lx.text + p->lx.length;
    return p->said_comment || (end - at >= 2 && *at == ' ' && parse_in_word(at[1]) &&
                               !begins_with_operator(at + 1, end));
}

static bool at_comment(parser *p)
{
    return parse_at(p, TOK_FLOOR_DIV) || (parse_at(p, TOK_PERCENT) && p->token.newline_before) ||
           is_dashed_comment(p);
}

bool parse_at_foreign_line(parser *p)
{
    bool goes_on = parse_continues_above(p);
    p->said_operator = p->said_operator && goes_on;
    return !p->panic && (goes_on || at_comment(p));
}

ast_node *parse_foreign_line(parser *p)
{
    bool *said = parse_continues_above(p) ? &p->said_operator : &p->said_comment;
    if (!*said)
        parse_hint_expression(p, parse_expected(p, "an expression"));
    *said = true;
    p->panic = true;
    return parse_error_node(p);
}
