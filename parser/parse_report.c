#include "base/utf8.h"
#include "parser/parse_internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static diag *unsaid(parser *p)
{
    free(p->unsaid.message);
    free(p->unsaid.hint);
    free(p->unsaid.related_message);
    p->unsaid = (diag){0};
    return &p->unsaid;
}

/* More text would mend an error at the end of the input, where the next line would continue
 * this one. */
static bool is_mendable(const parser *p)
{
    bool newline_is_space =
        p->bracket_count > 0 && p->brackets[p->bracket_count - 1].kind != PARSE_BLOCK;
    return newline_is_space || (lex_kind_flags(p->previous) & LEX_OPEN);
}

static diag *say(parser *p, src_span at, const char *format, va_list arguments)
{
    char *text;
    bool at_end = parse_at(p, TOK_END) && at.start >= p->previous_end;
    if (p->panic || p->stopped || (at_end && p->said_end) ||
        vasprintf(&text, format, arguments) < 0)
        return unsaid(p);
    if (at_end) {
        p->said_end = true;
        p->mendable += is_mendable(p);
    }
    diag *d = diag_error(p->diags, at, "%s", text);
    free(text);
    return d;
}

diag *parse_report(parser *p, src_span at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag *d = say(p, at, format, arguments);
    va_end(arguments);
    return d;
}

diag *parse_fail(parser *p, src_span at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    /* The lexer has reported what it could not read. */
    diag *d = parse_at(p, TOK_ERROR) ? unsaid(p) : say(p, at, format, arguments);
    va_end(arguments);
    p->panic = true;
    return d;
}

src_span parse_here(const parser *p)
{
    if (parse_at(p, TOK_END) || parse_at(p, TOK_NEWLINE))
        return (src_span){p->previous_end, p->previous_end};
    return p->token.span;
}

enum { SHOWN = 40 }; /* bytes of a token's text in a message */

static void describe(const parser *p, char *out, size_t size)
{
    lex_kind kind = p->token.kind;
    bool is_shown =
        kind == TOK_NAME || kind == TOK_INT || kind == TOK_FLOAT || kind == TOK_DURATION;
    if (!(lex_kind_flags(kind) & LEX_CLASS)) {
        snprintf(out, size, "`%s`", lex_kind_text(kind));
    } else if (!is_shown) {
        snprintf(out, size, "%s", lex_kind_text(kind));
    } else {
        const char *text = p->lx.text + p->token.span.start;
        uint32_t length = p->token.span.end - p->token.span.start;
        bool is_cut = length > SHOWN;
        if (is_cut)
            length = SHOWN;
        while (is_cut && utf8_continues(text[length]))
            length--;
        snprintf(out, size, "`%.*s%s`", (int)length, text, is_cut ? "…" : "");
    }
}

diag *parse_expected(parser *p, const char *what)
{
    char found[SHOWN + 16];
    describe(p, found, sizeof found);
    return parse_fail(p, parse_here(p), "expected %s, found %s", what, found);
}

bool parse_expect(parser *p, lex_kind kind)
{
    if (parse_take(p, kind))
        return true;
    char what[SHOWN];
    snprintf(what, sizeof what, lex_kind_flags(kind) & LEX_CLASS ? "%s" : "`%s`",
             lex_kind_text(kind));
    parse_expected(p, what);
    return false;
}

static const char *opening_text(const parse_bracket *bracket)
{
    switch (bracket->kind) {
    case PARSE_PAREN: return "(";
    case PARSE_SQUARE: return "[";
    case PARSE_MAP:
    case PARSE_BLOCK: return "{";
    case PARSE_INTERPOLATION: return "${";
    }
    return "";
}

static const char *closing_text(const parse_bracket *bracket)
{
    switch (bracket->kind) {
    case PARSE_PAREN: return ")";
    case PARSE_SQUARE: return "]";
    case PARSE_MAP:
    case PARSE_BLOCK:
    case PARSE_INTERPOLATION: return "}";
    }
    return "";
}

void parse_unclosed(parser *p, const parse_bracket *bracket)
{
    bool at_end = parse_at(p, TOK_END);
    if (at_end && p->said_end) {
        p->panic = true;
        return;
    }
    src_span at = bracket->span;
    if (bracket->kind == PARSE_INTERPOLATION)
        at.start = at.end - 2; /* the piece of the string before it belongs to the token */
    diag *d = parse_fail(p, at, "this `%s` is never closed", opening_text(bracket));
    p->said_end = p->said_end || at_end;
    p->mendable += at_end;
    src_span found = parse_here(p);
    if (at_end)
        diag_related(d, found, "the input ends here without `%s`", closing_text(bracket));
    else
        diag_related(d, found, "`%s` was expected before this", closing_text(bracket));
}
