#include "parser/parse_internal.h"

#include <string.h>

/* ---- the current token and those ahead ------------------------------------------------------- */

static lex_token next_token(parser *p)
{
    if (p->diags->errors - p->errors_before > PARSE_MAX_ERRORS && !p->stopped)
        parse_stop(p);
    if (p->ahead_count == 0) {
        lex_token token = lex_next(&p->lx);
        if (p->lx.stopped)
            p->stopped = p->panic = true;
        return token;
    }
    lex_token token = p->ahead[0];
    p->ahead_count--;
    memmove(p->ahead, p->ahead + 1, p->ahead_count * sizeof token);
    return token;
}

const lex_token *parse_peek(parser *p, uint32_t ahead)
{
    while (p->ahead_count < ahead)
        p->ahead[p->ahead_count++] = lex_next(&p->lx);
    return &p->ahead[ahead - 1];
}

static bool newlines_count(const parser *p)
{
    return p->bracket_count == 0 || p->brackets[p->bracket_count - 1].kind == PARSE_BLOCK;
}

/* A line that starts with `|>` or `.name` continues the one before. */
static bool continues_line(parser *p, const lex_token *next)
{
    if (next->kind != TOK_DOT)
        return next->kind == TOK_PIPE;
    const lex_token *after = parse_peek(p, 1);
    return after->kind == TOK_NAME || (lex_kind_flags(after->kind) & LEX_KEYWORD);
}

/* open: the line continues after the current token. */
static void advance(parser *p, bool open)
{
    p->previous = p->token.kind;
    if (p->previous != TOK_NEWLINE)
        p->previous_end = p->token.span.end;
    lex_token next = next_token(p);
    p->token = next;
    if (next.newline_before && p->previous != TOK_NEWLINE && newlines_count(p) && !open &&
        !continues_line(p, &next)) {
        memmove(p->ahead + 1, p->ahead, p->ahead_count * sizeof next);
        p->ahead[0] = next;
        p->ahead_count++;
        p->token = (lex_token){.kind = TOK_NEWLINE,
                               .newline_before = true,
                               .span = {p->previous_end, p->previous_end}};
    }
}

void parse_advance(parser *p) { advance(p, (lex_kind_flags(p->token.kind) & LEX_OPEN) != 0); }

void parse_advance_name(parser *p) { advance(p, false); }

bool parse_take(parser *p, lex_kind kind)
{
    if (p->panic || p->token.kind != kind)
        return false;
    parse_advance(p);
    return true;
}

static bool parse_is_word(const parser *p, const lex_token *token, const char *word)
{
    size_t length = token->span.end - token->span.start;
    return token->kind == TOK_NAME && strlen(word) == length &&
           memcmp(p->lx.text + token->span.start, word, length) == 0;
}

bool parse_at_word(const parser *p, const char *word) { return parse_is_word(p, &p->token, word); }

bool parse_is_adjacent(const parser *p, const lex_token *next)
{
    return next->span.start == p->token.span.end;
}

bool parse_is_end(const parser *p)
{
    return parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_SEMICOLON) || parse_at(p, TOK_BRACE_CLOSE) ||
           parse_at(p, TOK_END);
}

void parse_stop(parser *p)
{
    lex_stop(&p->lx);
    p->ahead_count = 0;
    p->stopped = p->panic = true;
    p->token = (lex_token){.kind = TOK_END, .span = {p->lx.length, p->lx.length}};
}

/* ---- nesting --------------------------------------------------------------------------------- */

static void too_deep(parser *p)
{
    if (p->stopped)
        return;
    p->panic = false; /* even while another error is being skipped: it is the reason to stop here */
    parse_report(p, p->token.span, "nested too deeply (more than %d levels)", PARSE_MAX_DEPTH);
    parse_stop(p);
}

void parse_enter(parser *p)
{
    if (++p->depth > PARSE_MAX_DEPTH)
        too_deep(p);
}

void parse_leave(parser *p) { p->depth--; }

void parse_enter_operand(parser *p)
{
    if (++p->operands > PARSE_MAX_OPERANDS)
        too_deep(p);
}

void parse_leave_operand(parser *p) { p->operands--; }

/* ---- brackets -------------------------------------------------------------------------------- */

static bool push_bracket(parser *p, parse_bracket_kind kind)
{
    if (p->bracket_count == PARSE_MAX_BRACKETS) {
        too_deep(p);
        return false;
    }
    p->brackets[p->bracket_count++] = (parse_bracket){.kind = kind,
                                                      .outer_head = p->head,
                                                      .one_line = p->token.style != LEX_TRIPLE,
                                                      .span = p->token.span};
    p->head = false;
    return true;
}

void parse_open(parser *p, parse_bracket_kind kind)
{
    if (push_bracket(p, kind))
        parse_advance(p);
}

static bool is_closing(lex_kind kind)
{
    return kind == TOK_PAREN_CLOSE || kind == TOK_BRACKET_CLOSE || kind == TOK_BRACE_CLOSE ||
           kind == TOK_STRING_MIDDLE || kind == TOK_STRING_END;
}

static bool starts_statement(parser *p)
{
    if (parse_at(p, TOK_FN))
        return parse_peek(p, 1)->kind == TOK_NAME;
    return (lex_kind_flags(p->token.kind) & LEX_STATEMENT) != 0;
}

enum { FARTHEST = 4096 }; /* how many bytes of a line are examined for its indentation */

uint32_t parse_indentation(const parser *p, uint32_t offset)
{
    uint32_t start = offset, blanks = 0;
    while (start > 0 && p->lx.text[start - 1] != '\n') {
        if (offset - start == FARTHEST)
            return UINT32_MAX;
        start--;
    }
    while (start + blanks < offset &&
           (p->lx.text[start + blanks] == ' ' || p->lx.text[start + blanks] == '\t'))
        blanks++;
    return blanks;
}

/* The line is indented no deeper than that of the bracket, which must then have been meant to be
 * closed above. */
static bool is_outside(const parser *p, const parse_bracket *bracket)
{
    bool begins = (lex_kind_flags(p->token.kind) & (LEX_CLASS | LEX_KEYWORD)) != 0;
    if (!p->token.newline_before || !begins || bracket->kind == PARSE_INTERPOLATION)
        return false;
    uint32_t here = parse_indentation(p, p->token.span.start);
    return here != UINT32_MAX && here <= parse_indentation(p, bracket->span.start);
}

/* Whether something further on, within the range that is looked at, closes what is open: then it is
 * not what is missing. */
static bool closes_later(const parser *p)
{
    const char *at = p->lx.text + p->token.span.start, *end = p->lx.text + p->lx.length;
    if (end - at > FARTHEST)
        end = at + FARTHEST;
    uint32_t depth = 0;
    for (bool in_string = false; at < end; at++) {
        if (*at == '"')
            in_string = !in_string;
        else if (in_string || *at == '\n')
            in_string = in_string && *at != '\n';
        else if (*at == '(' || *at == '[' || *at == '{')
            depth++;
        else if ((*at == ')' || *at == ']' || *at == '}') && depth-- == 0)
            return true;
    }
    return false;
}

bool parse_is_outside(const parser *p)
{
    return p->bracket_count > 0 && is_outside(p, &p->brackets[p->bracket_count - 1]) &&
           !closes_later(p);
}

bool parse_close(parser *p, lex_kind closing, const char *expected)
{
    if (p->panic)
        return false;
    parse_bracket *bracket = &p->brackets[p->bracket_count - 1];
    if (p->token.kind == closing) {
        p->head = bracket->outer_head;
        p->bracket_count--;
        parse_advance(p);
        return true;
    }
    bool is_lost = parse_at(p, TOK_END) || is_closing(p->token.kind) ||
                   (p->token.newline_before && starts_statement(p));
    if (is_lost || parse_is_outside(p)) {
        parse_unclosed(p, bracket);
        return false;
    }
    diag *d = parse_expected(p, expected);
    bool is_list =
        bracket->kind == PARSE_PAREN || bracket->kind == PARSE_SQUARE || bracket->kind == PARSE_MAP;
    if (p->token.newline_before && (lex_kind_flags(p->token.kind) & LEX_CLASS) && is_list)
        diag_hint(d, "a `,` is missing at the end of the line before");
    else
        parse_hint_operator(p, d);
    if (d->hint == NULL && is_list && (lex_kind_flags(p->token.kind) & LEX_CLASS))
        diag_hint(d, "elements and arguments are separated by `,`");
    if (p->token.newline_before)
        diag_related(d, bracket->span, "what was opened here");
    return false;
}

/* ---- after an error -------------------------------------------------------------------------- */

/* The index of the innermost bracket that `kind` closes, or UINT32_MAX if there is none
 * above base. */
static uint32_t opened_by(const parser *p, uint32_t base, lex_kind closing)
{
    for (uint32_t i = p->bracket_count; i > base; i--) {
        parse_bracket_kind kind = p->brackets[i - 1].kind;
        if (closing == TOK_PAREN_CLOSE     ? kind == PARSE_PAREN
            : closing == TOK_BRACKET_CLOSE ? kind == PARSE_SQUARE
            : closing == TOK_BRACE_CLOSE   ? kind == PARSE_BLOCK || kind == PARSE_MAP
                                           : kind == PARSE_INTERPOLATION)
            return i - 1;
    }
    return UINT32_MAX;
}

static void skip_token(parser *p, uint32_t base)
{
    lex_kind kind = p->token.kind;
    if (is_closing(kind) && kind != TOK_STRING_MIDDLE) {
        uint32_t opener = opened_by(p, base, kind);
        if (opener != UINT32_MAX)
            p->bracket_count = opener;
    } else if (kind == TOK_PAREN_OPEN || kind == TOK_BRACKET_OPEN || kind == TOK_BRACE_OPEN ||
               kind == TOK_STRING_START) {
        if (!push_bracket(p, kind == TOK_PAREN_OPEN     ? PARSE_PAREN
                             : kind == TOK_BRACKET_OPEN ? PARSE_SQUARE
                             : kind == TOK_BRACE_OPEN   ? PARSE_BLOCK
                                                        : PARSE_INTERPOLATION))
            return;
    }
    parse_advance(p);
}

/* The lexer has left a string that did not end on its line: so do we, with everything that was
 * opened in it. */
static void leave_lost_strings(parser *p, uint32_t base)
{
    for (uint32_t i = base; i < p->bracket_count; i++)
        if (p->brackets[i].kind == PARSE_INTERPOLATION && p->brackets[i].one_line)
            p->bracket_count = i;
}

static bool is_resting_place(parser *p, uint32_t base)
{
    bool line_start = p->token.newline_before;
    if (line_start)
        leave_lost_strings(p, base);
    if (p->bracket_count == base)
        return line_start || parse_is_end(p);
    if (parse_at(p, TOK_BRACE_CLOSE))
        return opened_by(p, base, TOK_BRACE_CLOSE) == UINT32_MAX;
    /* A bracket that was never closed must not swallow the rest of the file. */
    return line_start && p->brackets[p->bracket_count - 1].kind != PARSE_BLOCK &&
           (starts_statement(p) || parse_is_outside(p));
}

/* What closes or continues a block in another language. */
static bool at_foreign_end(const parser *p, const lex_token *token)
{
    static const char *const words[] = {"end",    "done",    "fi",     "esac",   "od",
                                        "elif",   "elsif",   "elseif", "except", "rescue",
                                        "ensure", "finally", "until"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (parse_is_word(p, token, words[i]))
            return true;
    return token->kind == TOK_ELSE;
}

/* Lines indented deeper than a statement that could not be parsed belong to it, and so does the
 * `end` below: one error is enough for one mistake, however other languages write a block. */
static void skip_indented(parser *p, uint32_t base, uint32_t start)
{
    uint32_t indentation = parse_indentation(p, start);
    while (!p->stopped && indentation != UINT32_MAX && p->bracket_count == base) {
        const lex_token *first = parse_at(p, TOK_NEWLINE) ? parse_peek(p, 1) : &p->token;
        if (!first->newline_before || first->kind == TOK_END || first->kind == TOK_BRACE_CLOSE)
            return;
        uint32_t here = parse_indentation(p, first->span.start);
        if (here < indentation || (here == indentation && !at_foreign_end(p, first)))
            return;
        if (parse_at(p, TOK_NEWLINE))
            parse_advance(p);
        do
            skip_token(p, base);
        while (!p->stopped && !parse_at(p, TOK_END) &&
               (parse_at(p, TOK_SEMICOLON) || !is_resting_place(p, base)));
    }
}

void parse_sync(parser *p, uint32_t base, uint32_t start, size_t whole)
{
    p->scratch_used = whole;
    if (!p->stopped && p->token.span.start == start && !parse_is_end(p))
        skip_token(p, base); /* the error was at the very first token: skip at least that one */
    while (!p->stopped && !parse_at(p, TOK_END) && !is_resting_place(p, base))
        skip_token(p, base);
    skip_indented(p, base, start);
    p->bracket_count = base;
    p->head = false;
    parse_lose(p, start);
    p->panic = p->stopped;
}
