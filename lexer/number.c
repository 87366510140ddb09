#include "lexer/lexer_internal.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

static const struct {
    const char *name;
    uint64_t ns;
} units[] = {
    {"ns", 1},         {"us", 1000},       {"ms", 1000000},
    {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

enum { UNIT_COUNT = sizeof units / sizeof units[0] };

static diag *number_error(lexer *lx, lex_token *token, const char *what)
{
    token->bad = true;
    uint32_t length = token->span.end - token->span.start;
    if (length > 40)
        return diag_error(lx->diags, token->span, "this number is not well-formed: %s", what);
    return diag_error(lx->diags, token->span, "`%.*s` is no number: %s", (int)length,
                      lx->text + token->span.start, what);
}

/* Digits with single `_` between them. */
static void skip_digits(lexer *lx)
{
    while (lex_is_digit(lex_peek(lx, 0)) ||
           (lex_peek(lx, 0) == '_' && lex_is_digit(lex_peek(lx, 1))))
        lx->at++;
}

static uint32_t skip_name(lexer *lx)
{
    uint32_t start = lx->at;
    for (unsigned step; (step = lex_name_char(lx, lx->at, false)) > 0;)
        lx->at += step;
    return lx->at - start;
}

static unsigned digit_value(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

static unsigned prefix_base(unsigned char c)
{
    return c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
}

/* `0x…`, `0o…`, `0b…`: everything that could belong to a name belongs to the number. */
static void based_number(lexer *lx, lex_token *token, unsigned base)
{
    lx->at += 2;
    uint32_t start = lx->at;
    skip_name(lx);
    token->kind = TOK_INT;
    token->span.end = lx->at;
    if (lx->at == start) {
        number_error(lx, token, "digits are missing after the prefix");
        return;
    }
    bool after_digit = false;
    for (uint32_t i = start; i < lx->at; i++) {
        char c = lx->text[i];
        bool is_digit = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
        if (c == '_' ? !after_digit || i + 1 == lx->at : !is_digit) {
            number_error(lx, token,
                         c == '_' ? "`_` stands between digits" : "a digit does not belong here");
            return;
        }
        if (is_digit && digit_value(c) >= base) {
            number_error(lx, token, "a digit is too large for its base");
            return;
        }
        after_digit = is_digit;
    }
}

static const char *unit_problem(const char *unit, uint32_t length)
{
    if (unit[0] == '_')
        return "`_` stands between digits";
    if (unit[0] == 'e' || unit[0] == 'E')
        return length == 1 ? "the exponent has no digits" : "a number does not go on with a name";
    return "a number does not go on with a name";
}

static void suffix(lexer *lx, lex_token *token, bool has_exponent)
{
    uint32_t start = lx->at, length = skip_name(lx);
    token->span.end = lx->at;
    if (length == 0)
        return;
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        if (strlen(units[i].name) != length || memcmp(units[i].name, lx->text + start, length) != 0)
            continue;
        token->kind = TOK_DURATION;
        if (has_exponent)
            number_error(lx, token, "a duration has no exponent");
        return;
    }
    diag *d = number_error(lx, token, unit_problem(lx->text + start, length));
    if (lx->text[token->span.start] == '0' && start == token->span.start + 1 &&
        strchr("XOB", lx->text[start]) != NULL)
        diag_hint(d, "the prefixes are `0x`, `0o` and `0b`");
    else if (lx->text[start] == '_')
        diag_hint(d, "one `_` at a time, with a digit on each side: `1_000`");
    else
        diag_hint(d, "durations end in ns, us, ms, s, m or h");
}

void lex_number(lexer *lx, lex_token *token)
{
    token->span = (src_span){lx->at, lx->at};
    token->kind = TOK_INT;
    unsigned base = lex_peek(lx, 0) == '0' ? prefix_base(lex_peek(lx, 1)) : 0;
    if (base != 0) {
        based_number(lx, token, base);
        return;
    }
    skip_digits(lx);
    if (lex_peek(lx, 0) == '.' && lex_is_digit(lex_peek(lx, 1))) {
        token->kind = TOK_FLOAT;
        lx->at++;
        skip_digits(lx);
    }
    unsigned char sign = lex_peek(lx, 1);
    bool has_exponent =
        (lex_peek(lx, 0) | 0x20) == 'e' &&
        (lex_is_digit(sign) || ((sign == '+' || sign == '-') && lex_is_digit(lex_peek(lx, 2))));
    if (has_exponent) {
        token->kind = TOK_FLOAT;
        lx->at += 2;
        skip_digits(lx);
    }
    suffix(lx, token, has_exponent);
    if (token->kind == TOK_INT && !token->bad && lex_peek(lx, 0) == '.' && lex_peek(lx, 1) != '.' &&
        lex_name_char(lx, lx->at + 1, true) == 0) {
        lx->at++;
        token->span.end = lx->at;
        diag *d = number_error(lx, token, "a digit must follow the point");
        diag_hint(d, "write `%.*s0`",
                  (int)(token->span.end - token->span.start > 30
                            ? 0
                            : token->span.end - token->span.start),
                  lx->text + token->span.start);
    }
}

/* ---- values ---------------------------------------------------------------------------------- */

static const char *decimal_text(lexer *lx, uint64_t value, uint32_t *length)
{
    char digits[20];
    unsigned at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    *length = (uint32_t)(sizeof digits - at);
    return arena_text(lx->arena, digits + at, sizeof digits - at);
}

/* whole * 10^-places, in nanoseconds; false if that is not whole or does not fit. `digits` continue
 * across the point. */
static bool duration_ns(const char *digits, uint32_t length, uint64_t unit, uint64_t *ns,
                        const char **problem)
{
    /* the smallest fraction of an hour that is a whole ns has no more places */
    enum { MOST_PLACES = 13 };
    wide whole = 0, part = 0, scale = 1;
    bool behind = false;
    unsigned places = 0, zeros = 0; /* zeros at the end do not count */
    *problem = "this duration is too long (more than 500 years)";
    for (uint32_t i = 0; i < length; i++) {
        if (digits[i] == '.') {
            behind = true;
        } else if (digits[i] != '_' && !behind) {
            whole = whole * 10 + (unsigned)(digits[i] - '0');
            if (whole > UINT64_MAX)
                return false;
        } else if (digits[i] == '0') {
            zeros++;
        } else if (digits[i] != '_') {
            places += zeros + 1;
            if (places > MOST_PLACES) {
                *problem = "this duration is no whole number of nanoseconds";
                return false;
            }
            for (unsigned z = 0; z <= zeros; z++) {
                part *= 10;
                scale *= 10;
            }
            part += (unsigned)(digits[i] - '0');
            zeros = 0;
        }
    }
    if (part * unit % scale != 0) {
        *problem = "this duration is no whole number of nanoseconds";
        return false;
    }
    wide total = whole * unit + part * unit / scale;
    *ns = (uint64_t)total;
    return total <= UINT64_MAX;
}

static bool duration_value(lexer *lx, const lex_token *token, lex_integer *out)
{
    const char *text = lx->text + token->span.start;
    uint32_t length = token->span.end - token->span.start;
    uint32_t number = length;
    while (number > 0 && !lex_is_digit((unsigned char)text[number - 1]))
        number--;
    uint64_t ns = 0;
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        const char *problem;
        if (strlen(units[i].name) == length - number &&
            memcmp(units[i].name, text + number, length - number) == 0 &&
            !duration_ns(text, number, units[i].ns, &ns, &problem)) {
            diag_error(lx->diags, token->span, "%s", problem);
            ns = 0;
        }
    }
    out->base = 10;
    out->fits = ns < (uint64_t)1 << 62;
    out->value = out->fits ? (int64_t)ns : 0;
    out->digits = decimal_text(lx, ns, &out->length);
    return out->digits != NULL;
}

bool lex_integer_value(lexer *lx, const lex_token *token, lex_integer *out)
{
    *out = (lex_integer){.base = 10, .fits = true, .digits = "0", .length = 1};
    if (token->bad)
        return true;
    if (token->kind == TOK_DURATION)
        return duration_value(lx, token, out);
    const char *text = lx->text + token->span.start;
    uint32_t length = token->span.end - token->span.start;
    unsigned base = length > 2 && text[0] == '0' ? prefix_base((unsigned char)text[1]) : 0;
    uint32_t start = base == 0 ? 0 : 2;
    if (base == 0)
        base = 10;
    char *digits = arena_alloc(lx->arena, length - start + 1);
    if (digits == NULL)
        return false;
    static const uint64_t most = ((uint64_t)1 << 62) - 1;
    uint64_t value = 0;
    uint32_t used = 0;
    for (uint32_t i = start; i < length; i++) {
        if (text[i] == '_')
            continue;
        digits[used++] = text[i];
        unsigned digit = digit_value(text[i]);
        out->fits = out->fits && value <= (most - digit) / base;
        value = out->fits ? value * base + digit : 0;
    }
    out->value = (int64_t)value;
    out->digits = digits;
    out->length = used;
    out->base = (uint8_t)base;
    return true;
}

double lex_float_value(lexer *lx, const lex_token *token)
{
    uint32_t length = token->span.end - token->span.start;
    char small[64];
    char *copy = length < sizeof small ? small : arena_alloc(lx->arena, length + 1);
    if (token->bad || copy == NULL)
        return 0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < length; i++)
        if (lx->text[token->span.start + i] != '_')
            copy[used++] = lx->text[token->span.start + i];
    copy[used] = '\0';
    /* The host's locale must not decide what a decimal point is. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0)
        return 0;
    double value = strtod_l(copy, NULL, c_locale);
    freelocale(c_locale);
    if (isinf(value)) {
        diag *d = diag_error(lx->diags, token->span, "this float is too large");
        diag_hint(d, "the largest is about 1.8e308; infinity is `Math.inf`");
        return 0;
    }
    return value;
}
