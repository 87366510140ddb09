#include "lexer/lexer_internal.h"
#include "base/utf8.h"

#include <string.h>

/* ---- where a string ends --------------------------------------------------------------------- */

static uint32_t opening_length(const lexer *lx, uint32_t open, lex_style style)
{
    return style == LEX_TRIPLE ? 3 : lx->text[open] == '"' ? 1 : 2;
}

/* Also leaves the strings that must end on this line: one error is enough for all of them. */
static void leave_plain_strings(lexer *lx)
{
    while (lx->string_depth > 0 && lx->strings[lx->string_depth - 1].style == LEX_PLAIN)
        lx->string_depth--;
}

/* a quote further away than that belongs to another string */
enum { FARTHEST = 4096, LINES = 100 };

/* Whether the text from `at` on, at the beginning of a line, reads like the rest of a string that
 * was meant to span lines: the first quote is followed by what may follow a string, not by the
 * first letter of one. The place after it, or 0. */
static uint32_t end_on_later_line(const lexer *lx, uint32_t at)
{
    uint32_t last = lx->length - at > FARTHEST ? at + FARTHEST : lx->length;
    for (uint32_t lines = 0; at < last && lx->text[at] != '"'; at++)
        if (lx->text[at] == '\n' && ++lines > LINES)
            return 0;
    if (at == last)
        return 0;
    at++;
    return at == lx->length || strchr(" \t\r\n),]};.", lx->text[at]) ? at : 0;
}

static void report_unterminated(lexer *lx, lex_token *token, uint32_t open, lex_style style)
{
    src_span at = {open, open + opening_length(lx, open, style)};
    token->kind = TOK_ERROR;
    token->bad = true;
    token->span = (src_span){open, lx->at};
    if (style != LEX_TRIPLE) {
        diag *d = diag_error(lx->diags, at, "this string does not end on its line");
        diag_hint(d, "add the closing `\"`, or use `\"\"\"` for a text of several lines");
        leave_plain_strings(lx);
        uint32_t end =
            lx->string_depth == 0 && lx->text[open] == '"' ? end_on_later_line(lx, lx->at) : 0;
        if (end > 0) {
            token->kind = TOK_STRING;
            token->style = LEX_RAW;
            token->text = (src_span){open + 1, end - 1};
            token->span.end = lx->at = end;
        }
        return;
    }
    diag_error(lx->diags, at, "this string has no closing `\"\"\"`");
    bool mendable = true;
    for (uint32_t i = 0; i < lx->string_depth; i++)
        mendable = mendable && lx->strings[i].style == LEX_TRIPLE;
    lx->mendable += mendable;
    lx->string_depth = 0;
}

void lex_unterminated(lexer *lx, lex_token *token)
{
    uint32_t open = lx->strings[lx->string_depth - 1].open;
    diag *d =
        diag_error(lx->diags, (src_span){open, open + 1}, "this string does not end on its line");
    diag_hint(d, "its `${` has no `}` on this line");
    leave_plain_strings(lx);
    token->kind = TOK_ERROR;
    token->bad = true;
    token->span = (src_span){open, lx->at};
}

typedef enum { ENDS_NOWHERE, ENDS_AT_QUOTE, ENDS_AT_INTERPOLATION } string_end;

static string_end scan_text(lexer *lx, lex_style style, bool interpolates)
{
    while (lx->at < lx->length) {
        char c = lx->text[lx->at];
        if (c == '"') {
            if (style != LEX_TRIPLE || (lex_peek(lx, 1) == '"' && lex_peek(lx, 2) == '"'))
                return ENDS_AT_QUOTE;
        } else if (c == '\n') {
            if (style != LEX_TRIPLE)
                return ENDS_NOWHERE;
        } else if (c == '\\') {
            unsigned char next = lex_peek(lx, 1);
            if (style != LEX_RAW && next != '\n' && next != '\r' && lx->at + 1 < lx->length)
                lx->at++;
        } else if (c == '$' && interpolates && lex_peek(lx, 1) == '{') {
            return ENDS_AT_INTERPOLATION;
        }
        lx->at++;
    }
    return ENDS_NOWHERE;
}

static void enter_interpolation(lexer *lx, lex_token *token, uint32_t open, lex_style style)
{
    if (lx->string_depth == LEX_MAX_STRINGS) {
        diag_error(lx->diags, (src_span){open, open + 1},
                   "strings are nested too deeply (more than %d levels)", LEX_MAX_STRINGS);
        token->kind = TOK_ERROR;
        token->bad = true;
        lex_stop(lx);
        return;
    }
    lx->strings[lx->string_depth].open = open;
    lx->strings[lx->string_depth].braces = 0;
    lx->strings[lx->string_depth].style = style;
    lx->string_depth++;
}

/* The opening has been read: reads to the closing quote or the first interpolation. */
static void first_piece(lexer *lx, lex_token *token, uint32_t open, lex_style style,
                        bool interpolates)
{
    token->style = (uint8_t)style;
    token->text.start = lx->at;
    string_end end = scan_text(lx, style, interpolates);
    token->text.end = lx->at;
    if (end == ENDS_NOWHERE) {
        report_unterminated(lx, token, open, style);
        return;
    }
    lx->at += end == ENDS_AT_INTERPOLATION ? 2 : style == LEX_TRIPLE ? 3 : 1;
    token->span = (src_span){open, lx->at};
    if (end == ENDS_AT_INTERPOLATION) {
        token->kind = TOK_STRING_START;
        enter_interpolation(lx, token, open, style);
    }
}

/* `r"""` and `b"""` do not exist; reading them as they are meant keeps the rest of the file
 * in step. */
static bool foreign_triple(lexer *lx, lex_token *token)
{
    uint32_t open = lx->at;
    if (lex_peek(lx, 2) != '"' || lex_peek(lx, 3) != '"' || lx->length - open < 7)
        return false;
    const char *end = memmem(lx->text + open + 4, lx->length - open - 4, "\"\"\"", 3);
    if (end == NULL)
        return false;
    diag *d = diag_error(lx->diags, (src_span){open, open + 4}, "`\"\"\"` takes no prefix");
    diag_hint(d, "a plain `\"\"\"…\"\"\"` text spans lines; in it a backslash is written `\\\\`");
    token->style = LEX_RAW;
    token->bad = true;
    token->text = (src_span){open + 4, (uint32_t)(end - lx->text)};
    lx->at = token->text.end + 3;
    token->span = (src_span){open, lx->at};
    return true;
}

void lex_string(lexer *lx, lex_token *token)
{
    uint32_t open = lx->at;
    char prefix = lx->text[open];
    token->kind = prefix == 'b' ? TOK_BYTES : TOK_STRING;
    if (prefix != '"') {
        if (foreign_triple(lx, token))
            return;
        lx->at += 2;
        first_piece(lx, token, open, prefix == 'r' ? LEX_RAW : LEX_PLAIN, false);
    } else if (lex_peek(lx, 1) == '"' && lex_peek(lx, 2) == '"') {
        lx->at += 3;
        first_piece(lx, token, open, LEX_TRIPLE, true);
    } else {
        lx->at++;
        first_piece(lx, token, open, LEX_PLAIN, true);
    }
}

void lex_string_rest(lexer *lx, lex_token *token)
{
    uint32_t start = lx->at, open = lx->strings[lx->string_depth - 1].open;
    lex_style style = lx->strings[lx->string_depth - 1].style;
    lx->at++;
    token->style = (uint8_t)style;
    token->text.start = lx->at;
    string_end end = scan_text(lx, style, true);
    token->text.end = lx->at;
    if (end == ENDS_NOWHERE) {
        lx->string_depth--;
        report_unterminated(lx, token, open, style);
        return;
    }
    if (end == ENDS_AT_INTERPOLATION) {
        token->kind = TOK_STRING_MIDDLE;
        lx->at += 2;
    } else {
        token->kind = TOK_STRING_END;
        lx->at += style == LEX_TRIPLE ? 3 : 1;
        lx->string_depth--;
    }
    token->span = (src_span){start, lx->at};
}

void lex_quoted(lexer *lx, lex_token *token)
{
    uint32_t open = lx->at++;
    char quote = lx->text[open];
    while (lx->at < lx->length && lx->text[lx->at] != quote && lx->text[lx->at] != '\n')
        lx->at +=
            lx->text[lx->at] == '\\' && lex_peek(lx, 1) != '\n' && lx->at + 1 < lx->length ? 2 : 1;
    token->bad = true;
    if (lx->at < lx->length && lx->text[lx->at] == quote) {
        token->kind = TOK_STRING;
        token->style = LEX_RAW;
        token->text = (src_span){open + 1, lx->at};
        lx->at++;
    } else {
        lx->at = open + 1;
        token->kind = TOK_ERROR;
    }
    token->span = (src_span){open, lx->at};
    diag *d = diag_error(lx->diags, token->span,
                         quote == '`' ? "a string stands in `\"`, not in backquotes"
                                      : "a string stands in `\"`, not in `'`");
    if (token->kind == TOK_STRING && token->text.end - token->text.start <= 40)
        diag_hint(d, "write `\"%.*s\"`", (int)(token->text.end - token->text.start),
                  lx->text + token->text.start);
}

/* ---- the text of a string -------------------------------------------------------------------- */

static bool is_first(const lex_token *piece)
{
    return piece->kind == TOK_STRING || piece->kind == TOK_STRING_START;
}

static uint32_t newline_length(const char *at, const char *end)
{
    if (at < end && *at == '\n')
        return 1;
    return end - at >= 2 && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

uint32_t lex_margin(const lexer *lx, const lex_token *piece, uint32_t margin)
{
    if (piece->style != LEX_TRIPLE)
        return margin;
    const char *at = lx->text + piece->text.start, *end = lx->text + piece->text.end;
    /* Text on the line of the opening quotes, or after an interpolation, has no indentation of
     * its own. */
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        const char *line = ++at;
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        if (newline_length(at, end) == 0 && (uint32_t)(at - line) < margin)
            margin = (uint32_t)(at - line);
    }
    return margin;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A string being extracted from the source: from `at` to `end`, into `out`. */
typedef struct unescaper {
    lexer *lx;
    const char *at, *end;
    char *out;
    bool bytes;
} unescaper;

static diag *escape_error(unescaper *u, const char *start, const char *stop, const char *message)
{
    const char *text = u->lx->text;
    u->at = stop;
    return diag_error(u->lx->diags, (src_span){(uint32_t)(start - text), (uint32_t)(stop - text)},
                      "%s", message);
}

static void put_rune(unescaper *u, uint32_t rune)
{
    char utf8[4];
    unsigned length = utf8_encode(rune, utf8);
    memcpy(u->out, utf8, length);
    u->out += length;
}

/* `\xHH`, at the backslash: a code point in a string, a byte in bytes. */
static void hex_escape(unescaper *u)
{
    const char *start = u->at;
    if (u->end - start < 4 || hex_value(start[2]) < 0 || hex_value(start[3]) < 0) {
        escape_error(u, start, start + 2, "`\\x` takes two hexadecimal digits");
        return;
    }
    unsigned value = (unsigned)(hex_value(start[2]) * 16 + hex_value(start[3]));
    if (u->bytes)
        *u->out++ = (char)value;
    else
        put_rune(u, value);
    u->at = start + 4;
}

/* `\u{…}`, at the backslash. */
static void unicode_escape(unescaper *u)
{
    const char *start = u->at, *at = start + 3;
    uint32_t value = 0;
    while (u->end - at > 0 && hex_value(*at) >= 0 && at - start < 3 + 7)
        value = value * 16 + (uint32_t)hex_value(*at++);
    if (u->end - start < 5 || start[2] != '{' || at == start + 3 || at == u->end || *at != '}') {
        diag *d = escape_error(u, start, start + 2, "`\\u` takes a code point in braces");
        diag_hint(d, "like `\\u{e9}`, one to six hexadecimal digits");
    } else if (!utf8_is_rune(value)) {
        escape_error(u, start, at + 1, "this is no Unicode character");
    } else {
        put_rune(u, value);
        u->at = at + 1;
    }
}

static void unescape(unescaper *u)
{
    static const char from[] = "nrt0\\\"$", to[] = "\n\r\t\0\\\"$";
    const char *start = u->at;
    const char *found = u->end - start < 2 || start[1] == '\0' ? NULL : strchr(from, start[1]);
    if (found != NULL) {
        *u->out++ = to[found - from];
        u->at = start + 2;
    } else if (u->end - start >= 2 && start[1] == 'x') {
        hex_escape(u);
    } else if (u->end - start >= 2 && start[1] == 'u') {
        unicode_escape(u);
    } else {
        uint32_t rune;
        unsigned length =
            u->end - start < 2 ? 0 : utf8_decode(start + 1, (size_t)(u->end - start - 1), &rune);
        diag *d = escape_error(u, start, start + 1 + length, "unknown escape");
        diag_hint(
            d,
            "known are \\n \\r \\t \\0 \\\\ \\\" \\$ \\xHH \\u{…}; a backslash itself is `\\\\`");
    }
}

const char *lex_text(lexer *lx, const lex_token *piece, uint32_t margin, uint32_t *length)
{
    const char *at = lx->text + piece->text.start, *end = lx->text + piece->text.end;
    bool is_triple = piece->style == LEX_TRIPLE;
    bool line_start = false;
    if (is_triple && is_first(piece) && newline_length(at, end) > 0) {
        at += newline_length(at, end);
        line_start = true;
    }
    *length = (uint32_t)(end - at);
    if (piece->style == LEX_RAW || (!is_triple && memchr(at, '\\', (size_t)(end - at)) == NULL))
        return arena_text(lx->arena, at, (size_t)(end - at));
    char *out = arena_alloc(lx->arena, (size_t)(end - at) + 1);
    if (out == NULL)
        return NULL;
    unescaper u = {.lx = lx, .at = at, .end = end, .out = out, .bytes = piece->kind == TOK_BYTES};
    while (u.at < end) {
        for (uint32_t column = 0;
             line_start && column < margin && u.at < end && (*u.at == ' ' || *u.at == '\t');
             column++)
            u.at++;
        line_start = false;
        if (u.at == end)
            break;
        uint32_t newline = is_triple ? newline_length(u.at, end) : 0;
        if (newline > 0) {
            *u.out++ = '\n'; /* a text means the same whatever line endings its file has */
            u.at += newline;
            line_start = true;
        } else if (*u.at == '\\') {
            unescape(&u);
        } else {
            *u.out++ = *u.at++;
        }
    }
    *length = (uint32_t)(u.out - out);
    return out;
}
