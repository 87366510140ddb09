/* `match` and `alt`, and what their arms have in common. */
#include "parser/parse_grammar.h"

#include <string.h>

/* ---- arms ------------------------------------------------------------------------------------ */

static ast_node *arm_body(parser *p)
{
    if (p->panic)
        return parse_error_node(p);
    if (parse_at(p, TOK_THIN_ARROW)) {
        diag *d = parse_report(p, p->token.span, "there is no `->`");
        diag_hint(d, "write `=>`");
        parse_advance(p);
    } else if (!parse_take(p, TOK_FAT_ARROW)) {
        diag *d = parse_expected(p, "`=>`");
        if (parse_at(p, TOK_COLON) || parse_at(p, TOK_BRACE_OPEN) || parse_at(p, TOK_COMMA))
            diag_hint(d, "an arm is written `… => body`");
        else if (parse_at(p, TOK_IF))
            diag_hint(d, "an arm's guard stands first: `when busy < 4, c ? x => …`");
        else if (parse_at(p, TOK_WHEN))
            diag_hint(d, "a guard is written `x if c => …` in `match`, `when c, …` at the start of "
                         "an arm of `alt`");
        else if (parse_at(p, TOK_NAME))
            diag_hint(d, "a pattern has no type: `x if x is int => …`");
        else if (parse_at(p, TOK_RANGE) || parse_at(p, TOK_RANGE_CLOSED))
            diag_hint(d, "a range is no pattern: write `n if n in 0..10 =>`");
        return parse_error_node(p);
    }
    return parse_statement(p);
}

typedef void arm_parser(parser *p);

/* `{` arms `}`: each arm is added to the list by `arm`. */
static void arms(parser *p, arm_parser *arm)
{
    if (p->panic)
        return;
    if (!parse_at(p, TOK_BRACE_OPEN)) {
        parse_hint_body(p, parse_expected(p, "`{`"));
        return;
    }
    parse_open(p, PARSE_BLOCK);
    uint32_t base = p->bracket_count;
    while (!p->stopped) {
        while (parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_SEMICOLON))
            parse_advance(p);
        if (parse_at(p, TOK_END) || parse_at(p, TOK_BRACE_CLOSE))
            break;
        uint32_t start = p->token.span.start;
        size_t whole = parse_list_start(p);
        arm(p);
        if (!p->panic && !parse_is_end(p)) {
            diag *d = parse_expected(p, "the end of the arm");
            if (parse_at(p, TOK_COMMA))
                diag_hint(d, "arms are separated by a newline or `;`");
            else
                parse_hint_expression(p, d);
        }
        if (p->panic)
            parse_sync(p, base, start, whole);
    }
    parse_close(p, TOK_BRACE_CLOSE, "`}`");
}

/* ---- match ----------------------------------------------------------------------------------- */

static void match_arm(parser *p)
{
    ast_match_arm arm = {.span = p->token.span};
    if (parse_at_word(p, "case") || parse_at_word(p, "default")) {
        const lex_token *next = parse_peek(p, 1);
        bool is_foreign =
            next->kind != TOK_FAT_ARROW && next->kind != TOK_BIT_OR && next->kind != TOK_IF;
        if (is_foreign) {
            diag *d = parse_fail(p, p->token.span, "an arm starts with its pattern");
            diag_hint(d, "write `1 => …`, and `_ => …` for all the rest");
        }
    }
    arm.pattern = parse_alternatives(p);
    if (parse_take(p, TOK_IF))
        arm.guard = parse_expression(p);
    arm.body = arm_body(p);
    arm.span.end = p->previous_end;
    parse_list_add(p, &arm, sizeof arm);
}

ast_node *parse_match(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_match match = {.subject = parse_head(p)};
    size_t list = parse_list_start(p);
    arms(p, match_arm);
    match.arms = parse_list_end(p, list, sizeof *match.arms, &match.count);
    ast_node *node = parse_node(p, AST_MATCH, start);
    node->as.match = match;
    return node;
}

/* ---- alt ------------------------------------------------------------------------------------- */

static bool at_body(const parser *p)
{
    return parse_at(p, TOK_FAT_ARROW) || parse_at(p, TOK_THIN_ARROW);
}

static bool is_closed(const ast_node *node)
{
    return node->kind == AST_NAME && node->as.name.id != NULL &&
           strcmp(node->as.name.id->text, "closed") == 0;
}

/* `closed(c)`, which reads as a call until the `=>`. */
static bool drained(parser *p, ast_alt_arm *arm)
{
    const ast_node *node = arm->channel;
    bool is_call = node->kind == AST_CALL && node != p->parenthesised && !node->as.call.piped;
    if (!is_call || !is_closed(node->as.call.callee) || !at_body(p))
        return false;
    arm->kind = ALT_DRAINED;
    const ast_argument *args = node->as.call.args;
    if (node->as.call.count == 1 && args[0].name == NULL && !args[0].spread) {
        arm->channel = args[0].value;
        return true;
    }
    diag *d = parse_report(p, node->span, "`closed(c)` takes one channel");
    diag_hint(
        d,
        "one for each channel: `for c in cs, closed(c) => …`; when all are closed: `closed => …`");
    return true;
}

/* `c ? pattern`, `c ! value` or `closed(c)`. */
static void communication(parser *p, ast_alt_arm *arm)
{
    uint32_t start = p->token.span.start;
    bool is_receive_value = parse_at(p, TOK_QUESTION);
    arm->channel = parse_operators(p, POWER_OR);
    if (parse_take(p, TOK_QUESTION)) {
        arm->kind = ALT_RECEIVE;
        arm->value = parse_pattern(p);
    } else if (parse_take(p, TOK_BANG)) {
        arm->kind = ALT_SEND;
        arm->value = parse_expression(p);
    } else if (!p->panic && drained(p, arm)) {
        return;
    } else {
        arm->value = parse_error_node(p);
        if (p->panic)
            return;
        if (at_body(p) && is_closed(arm->channel)) {
            diag *d = parse_fail(p, arm->channel->span,
                                 "`closed` is about all arms, and takes no `for` or `when`");
            diag_hint(d, "`closed(c) => …` is about one channel");
            return;
        }
        src_span at = is_receive_value ? (src_span){start, p->previous_end} : parse_here(p);
        diag *d = is_receive_value || parse_at(p, TOK_FAT_ARROW)
                      ? parse_fail(p, at, "an arm of `alt` receives or sends")
                      : parse_expected(p, "`?` or `!`");
        bool is_closed = parse_at_word(p, "closed") ||
                         (arm->channel->kind == AST_IS && arm->channel->as.field.name &&
                          strcmp(arm->channel->as.field.name->text, "closed") == 0);
        diag_hint(d, is_closed ? "write `closed(c) => …`" : "write `c ? x => …` or `c ! v => …`");
    }
}

static void first_words(parser *p, ast_alt_arm *arm)
{
    if (parse_take(p, TOK_FOR)) {
        parse_targets(p, arm->target);
        if (!p->panic)
            parse_expect(p, TOK_IN);
        arm->source = parse_operators(p, POWER_OR);
        if (!p->panic)
            parse_expect(p, TOK_COMMA);
    }
    if (parse_take(p, TOK_WHEN)) {
        arm->guard = parse_expression(p);
        if (!p->panic && !parse_take(p, TOK_COMMA))
            diag_hint(parse_expected(p, "`,` after the guard"),
                      "write `when busy < 4, c ? x => …`");
    }
}

static void reject_foreign_arm(parser *p)
{
    bool is_default = parse_at_word(p, "default") && parse_peek(p, 1)->kind == TOK_COLON;
    bool is_case = parse_at_word(p, "case") && !parse_peek(p, 1)->newline_before &&
                   parse_peek(p, 1)->kind != TOK_QUESTION && parse_peek(p, 1)->kind != TOK_BANG &&
                   parse_peek(p, 1)->kind != TOK_DOT && parse_peek(p, 1)->kind != TOK_PAREN_OPEN &&
                   parse_peek(p, 1)->kind != TOK_BRACKET_OPEN;
    if (parse_at(p, TOK_IF)) {
        diag *d = parse_fail(p, p->token.span, "an arm of `alt` receives or sends");
        diag_hint(d, "a guard is written `when c, …`");
    }
    if (!is_default && !is_case && !parse_at(p, TOK_LET))
        return;
    diag *d = parse_fail(p, p->token.span, "an arm of `alt` receives or sends");
    diag_hint(d, is_default ? "write `else => …`" : "write `c ? x => …` or `c ! v => …`");
}

static void alt_arm(parser *p)
{
    ast_alt_arm arm = {.span = p->token.span};
    reject_foreign_arm(p);
    if (parse_take(p, TOK_ELSE)) {
        arm.kind = ALT_ELSE;
    } else if (parse_at_word(p, "closed") && parse_peek(p, 1)->kind == TOK_FAT_ARROW && !p->panic) {
        parse_advance(p);
        arm.kind = ALT_CLOSED;
    } else {
        first_words(p, &arm);
        bool is_after = parse_at_word(p, "after") && arm.source == NULL && !p->panic;
        if (is_after) {
            parse_advance(p);
            arm.kind = ALT_AFTER;
            arm.channel = parse_expression(p);
        } else {
            communication(p, &arm);
        }
    }
    arm.body = arm_body(p);
    arm.span.end = p->previous_end;
    parse_list_add(p, &arm, sizeof arm);
}

ast_node *parse_alt(parser *p, bool repeated)
{
    uint32_t start = p->token.span.start;
    ast_alt *alt = arena_alloc(p->module->arena, sizeof *alt);
    if (alt == NULL) {
        parse_stop(p);
        return parse_error_node(p);
    }
    alt->repeated = repeated;
    alt->prioritised = !parse_at(p, TOK_ALT);
    if (alt->prioritised)
        parse_advance(p);
    parse_advance(p);
    size_t list = parse_list_start(p);
    arms(p, alt_arm);
    alt->arms = parse_list_end(p, list, sizeof *alt->arms, &alt->count);
    ast_node *node = parse_node(p, AST_ALT, start);
    node->as.alt = alt;
    return node;
}
