#include "lexer/lexer_internal.h"
#include "base/utf8.h"

#include <string.h>

enum {
    ASK_BYTES = 1 << 20 /* of blanks and comments, before the arena is asked whether to go on */
};

void lex_init(lexer *lx, arena *a, diag_list *diags)
{
    *lx =
        (lexer){.text = diags->src->text, .length = diags->src->length, .arena = a, .diags = diags};
    lex_keywords_init(lx);
    if (lx->length >= 3 && memcmp(lx->text, "\xef\xbb\xbf", 3) == 0)
        lx->at = 3;
}

void lex_stop(lexer *lx)
{
    lx->at = lx->length;
    lx->string_depth = 0;
    lx->stopped = true;
}

/* ---- between tokens -------------------------------------------------------------------------- */

/* The `##` lines being collected while blanks and comments are skipped. */
typedef struct doc_state {
    src_span lines;
    bool open;         /* lines holds something */
    bool line_start;   /* only blanks so far on this line */
    uint32_t newlines; /* since the last comment */
} doc_state;

/* A blank line separates a doc comment from what follows; the first one of the file then documents
 * the module. */
static void drop_doc(lexer *lx, doc_state *doc)
{
    if (doc->open && !lx->started && lx->module_doc.end == 0)
        lx->module_doc = doc->lines;
    doc->open = false;
}

static void skip_comment(lexer *lx, doc_state *doc)
{
    uint32_t start = lx->at;
    const char *end = memchr(lx->text + start, '\n', lx->length - start);
    bool is_doc = lex_peek(lx, 1) == '#' && lex_peek(lx, 2) != '#' && doc->line_start;
    lx->at = end == NULL ? lx->length : (uint32_t)(end - lx->text);
    if (is_doc) {
        if (!doc->open)
            doc->lines.start = start;
        doc->lines.end = lx->at;
        doc->open = true;
    }
    doc->newlines = 0;
}

/* A comment in another language's syntax is reported, once, and skipped whole, so that its words
 * are not read as code. */
static void skip_foreign_comment(lexer *lx)
{
    uint32_t start = lx->at;
    for (lx->at += 2; lx->at < lx->length; lx->at++) {
        if (lx->text[lx->at] == '*' && lex_peek(lx, 1) == '/') {
            lx->at += 2;
            break;
        }
    }
    if (lx->said_comment)
        return;
    lx->said_comment = true;
    diag *d = diag_error(lx->diags, (src_span){start, start + 2}, "there are no `/* */` comments");
    diag_hint(d, "a comment starts with `#` and goes to the end of its line");
}

static void lone_return(lexer *lx)
{
    if (!lx->said_return)
        diag_error(lx->diags, (src_span){lx->at, lx->at + 1},
                   "a carriage return without a line feed");
    lx->said_return = true;
}

/* Texts of which parts have been blanked out have long rows. */
static void skip_row_of_blanks(lexer *lx)
{
    static const char row[] = "        ";
    enum { ROW = sizeof row - 1 };
    while (lx->length - lx->at >= ROW && memcmp(lx->text + lx->at, row, ROW) == 0)
        lx->at += ROW;
}

/* False at the end of a line that the interpolation of a plain string must not cross. */
static bool skip_blanks(lexer *lx, lex_token *token)
{
    bool at_start = lx->at == 0 || (lx->at == 3 && lx->text[0] == '\xef');
    doc_state doc = {.line_start = at_start};
    uint32_t asked_at = lx->at;
    bool may_cross = lx->string_depth == 0 || lx->strings[lx->string_depth - 1].style != LEX_PLAIN;
    while (lx->at < lx->length) {
        char c = lx->text[lx->at];
        if (lx->at - asked_at >= ASK_BYTES) {
            asked_at = lx->at;
            if (arena_stopped(lx->arena)) {
                lex_stop(lx);
                break;
            }
        }
        if (c == '\n' || (c == '\r' && lex_peek(lx, 1) != '\n')) {
            if (!may_cross)
                return false;
            if (c == '\r')
                lone_return(lx);
            lx->at++;
            token->newline_before = doc.line_start = true;
            if (++doc.newlines >= 2)
                drop_doc(lx, &doc);
        } else if (c == ' ' || c == '\t' || c == '\r') {
            lx->at++;
            skip_row_of_blanks(lx);
        } else if (c == '#') {
            skip_comment(lx, &doc);
        } else if (c == '/' && lex_peek(lx, 1) == '*') {
            skip_foreign_comment(lx);
        } else {
            break;
        }
    }
    if (lx->at == lx->length) {
        lx->ends_with_doc = doc.open && doc.newlines == 0;
        drop_doc(lx, &doc);
        return may_cross;
    }
    if (doc.open)
        token->doc = doc.lines;
    return true;
}

/* ---- operators and brackets ------------------------------------------------------------------ */

static lex_kind take(lexer *lx, uint32_t length, lex_kind kind)
{
    lx->at += length;
    return kind;
}

/* One of two tokens: with `=` right after the first `length` bytes, or without. */
static lex_kind with_equal(lexer *lx, uint32_t length, lex_kind alone, lex_kind equal)
{
    return lex_peek(lx, length) == '=' ? take(lx, length + 1, equal) : take(lx, length, alone);
}

static lex_kind equal_sign(lexer *lx)
{
    if (lex_peek(lx, 1) == '>')
        return take(lx, 2, TOK_FAT_ARROW);
    if (lex_peek(lx, 1) == '=')
        return with_equal(lx, 2, TOK_EQ, TOK_EQ_EQ_EQ);
    return take(lx, 1, TOK_ASSIGN);
}

static lex_kind dots(lexer *lx)
{
    if (lex_peek(lx, 1) != '.')
        return take(lx, 1, TOK_DOT);
    if (lex_peek(lx, 2) == '.')
        return take(lx, 3, TOK_ELLIPSIS);
    return with_equal(lx, 2, TOK_RANGE, TOK_RANGE_CLOSED);
}

static lex_kind bar(lexer *lx)
{
    if (lex_peek(lx, 1) == '>')
        return take(lx, 2, TOK_PIPE);
    if (lex_peek(lx, 1) == '|')
        return take(lx, 2, TOK_OR_OR);
    return with_equal(lx, 1, TOK_BIT_OR, TOK_OR_ASSIGN);
}

static lex_kind doubled(lexer *lx, char c, lex_kind twice, lex_kind twice_equal, lex_kind once,
                        lex_kind once_equal)
{
    if (lex_peek(lx, 1) == (unsigned char)c)
        return with_equal(lx, 2, twice, twice_equal);
    return with_equal(lx, 1, once, once_equal);
}

/* TOK_ERROR, with nothing taken, when no operator starts here. */
static lex_kind operator_at(lexer *lx)
{
    switch (lx->text[lx->at]) {
    case '(': return take(lx, 1, TOK_PAREN_OPEN);
    case ')': return take(lx, 1, TOK_PAREN_CLOSE);
    case '[': return take(lx, 1, TOK_BRACKET_OPEN);
    case ']': return take(lx, 1, TOK_BRACKET_CLOSE);
    case '{': return take(lx, 1, TOK_BRACE_OPEN);
    case '}': return take(lx, 1, TOK_BRACE_CLOSE);
    case ',': return take(lx, 1, TOK_COMMA);
    case ';': return take(lx, 1, TOK_SEMICOLON);
    case '?': return take(lx, 1, TOK_QUESTION);
    case '~': return take(lx, 1, TOK_BIT_NOT);
    case '.': return dots(lx);
    case '|': return bar(lx);
    case '=': return equal_sign(lx);
    case ':': return with_equal(lx, 1, TOK_COLON, TOK_COLON_ASSIGN);
    case '!':
        if (lex_peek(lx, 1) == '=')
            return with_equal(lx, 2, TOK_NE, TOK_NE_EQ);
        return take(lx, 1, TOK_BANG);
    case '+':
        if (lex_peek(lx, 1) == '+')
            return take(lx, 2, TOK_INCREMENT);
        return with_equal(lx, 1, TOK_PLUS, TOK_ADD_ASSIGN);
    case '-':
        if (lex_peek(lx, 1) == '>')
            return take(lx, 2, TOK_THIN_ARROW);
        return with_equal(lx, 1, TOK_MINUS, TOK_SUB_ASSIGN);
    case '&':
        if (lex_peek(lx, 1) == '&')
            return take(lx, 2, TOK_AND_AND);
        return with_equal(lx, 1, TOK_BIT_AND, TOK_AND_ASSIGN);
    case '%': return with_equal(lx, 1, TOK_PERCENT, TOK_MOD_ASSIGN);
    case '^': return with_equal(lx, 1, TOK_BIT_XOR, TOK_XOR_ASSIGN);
    case '*': return doubled(lx, '*', TOK_POWER, TOK_POW_ASSIGN, TOK_STAR, TOK_MUL_ASSIGN);
    case '/':
        return doubled(lx, '/', TOK_FLOOR_DIV, TOK_FLOOR_DIV_ASSIGN, TOK_SLASH, TOK_DIV_ASSIGN);
    case '<': return doubled(lx, '<', TOK_SHIFT_LEFT, TOK_SHL_ASSIGN, TOK_LT, TOK_LE);
    case '>': return doubled(lx, '>', TOK_SHIFT_RIGHT, TOK_SHR_ASSIGN, TOK_GT, TOK_GE);
    default: return TOK_ERROR;
    }
}

static void hint_stray(diag *d, uint32_t rune)
{
    if (rune == 0x201c || rune == 0x201d || rune == 0xab || rune == 0xbb)
        diag_hint(d, "strings are written with `\"`");
    else if (rune == 0x2018 || rune == 0x2019 || rune == '`')
        diag_hint(d, "strings are written with `\"`");
    else if (rune == 0xa0 || rune == 0x3000 || rune == 0x2007 || rune == 0x202f)
        diag_hint(d, "this is a special space: use a plain one");
    else if (rune == '@')
        diag_hint(d, "there are no decorators or attributes, and names have no mark before them");
    else if (rune == '$')
        diag_hint(d, "`${…}` stands in strings only");
    else if (rune == '\\')
        diag_hint(
            d, "a line goes on after an operator, `,`, or an open bracket; no backslash is needed");
}

/* A run of characters that start no token is a single error. */
static void stray(lexer *lx, lex_token *token)
{
    uint32_t start = lx->at, first = 0;
    while (lx->at < lx->length) {
        uint32_t rune;
        unsigned length = utf8_decode(lx->text + lx->at, lx->length - lx->at, &rune);
        bool known =
            (rune < 0x80 && rune > ' ' && rune != 0x7f && strchr("@$`\\", (int)rune) == NULL) ||
            rune == ' ' || rune == '\t' || rune == '\n' || rune == '\r' ||
            lex_name_char(lx, lx->at, true) > 0;
        if (lx->at > start && known)
            break;
        if (lx->at == start)
            first = rune;
        lx->at += length;
    }
    token->span = (src_span){start, lx->at};
    token->kind = TOK_ERROR;
    token->bad = true;
    char shown[8] = {0};
    utf8_encode(first, shown);
    diag *d;
    if (first < ' ' || (first >= 0x7f && first < 0xa1))
        d = diag_error(lx->diags, token->span, "unexpected character U+%04X", first);
    else
        d = diag_error(lx->diags, token->span, "unexpected character `%s` (U+%04X)", shown, first);
    hint_stray(d, first);
}

static void operator_token(lexer *lx, lex_token *token)
{
    uint32_t start = lx->at;
    token->kind = operator_at(lx);
    token->span = (src_span){start, lx->at};
    if (lx->string_depth == 0)
        return;
    if (token->kind == TOK_BRACE_OPEN)
        lx->strings[lx->string_depth - 1].braces++;
    else if (token->kind == TOK_BRACE_CLOSE)
        lx->strings[lx->string_depth - 1].braces--;
}

static bool closes_interpolation(const lexer *lx)
{
    return lx->string_depth > 0 && lx->text[lx->at] == '}' &&
           lx->strings[lx->string_depth - 1].braces == 0;
}

lex_token lex_next(lexer *lx)
{
    lex_token token = {.kind = TOK_END};
    if (!skip_blanks(lx, &token)) {
        lex_unterminated(lx, &token);
        return token;
    }
    token.span = (src_span){lx->at, lx->at};
    if (lx->at == lx->length)
        return token;
    lx->started = true;
    unsigned char c = (unsigned char)lx->text[lx->at];
    unsigned char next = lex_peek(lx, 1);
    if (closes_interpolation(lx))
        lex_string_rest(lx, &token);
    else if (c == '"' || ((c == 'r' || c == 'b') && next == '"'))
        lex_string(lx, &token);
    else if (lex_is_digit(c))
        lex_number(lx, &token);
    else if (c == '\'' || c == '`')
        lex_quoted(lx, &token);
    else if (lex_name_char(lx, lx->at, true) > 0)
        lex_word(lx, &token);
    else {
        operator_token(lx, &token);
        if (token.kind == TOK_ERROR)
            stray(lx, &token);
    }
    return token;
}

bool lex_colon_after_string(const lexer *lx)
{
    /* how many bytes to look through: a bound, so that nested strings are not read again
     * and again */
    enum { FAR = 4096 };
    src_text none;
    diag_list silent;
    src_init(&none, "", "", 0);
    diag_init(&silent, &none);
    lexer copy = *lx;
    copy.diags = &silent;
    if (copy.length - copy.at > FAR)
        copy.length = copy.at + FAR;
    while (copy.length < lx->length && utf8_continues(copy.text[copy.length]))
        copy.length--;
    bool found = false;
    for (;;) {
        lex_token token = lex_next(&copy);
        if (token.kind == TOK_END || token.kind == TOK_ERROR)
            break;
        if (token.kind == TOK_STRING_END && copy.string_depth < lx->string_depth) {
            found = lex_next(&copy).kind == TOK_COLON;
            break;
        }
    }
    diag_free(&silent);
    return found;
}

const char *lex_doc(lexer *lx, src_span doc, uint32_t *length)
{
    char *out = arena_alloc(lx->arena, doc.end - doc.start + 1);
    if (out == NULL)
        return NULL;
    uint32_t used = 0, lines = 0;
    const char *at = lx->text + doc.start, *end = lx->text + doc.end;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *next = stop == NULL ? end : stop + 1;
        stop = stop == NULL ? end : stop;
        while (at < stop && (*at == ' ' || *at == '\t'))
            at++;
        bool is_doc =
            stop - at >= 2 && at[0] == '#' && at[1] == '#' && (stop - at == 2 || at[2] != '#');
        if (is_doc) {
            at += stop - at > 2 && at[2] == ' ' ? 3 : 2;
            while (stop > at && (stop[-1] == '\r' || stop[-1] == ' ' || stop[-1] == '\t'))
                stop--;
            if (lines++ > 0)
                out[used++] = '\n';
            memcpy(out + used, at, (size_t)(stop - at));
            used += (uint32_t)(stop - at);
        }
        at = next;
    }
    *length = used;
    return out;
}
