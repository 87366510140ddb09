#include "base/json_reader.h"

#include <string.h>

#include "base/utf8.h"

/* What may come next. */
enum { VALUE, VALUE_OR_CLOSE, NAME, NAME_OR_CLOSE, COMMA_OR_CLOSE, NOTHING, ENDED, FAILED };

void json_read(json_reader *r, const char *text, size_t size)
{
    *r = (json_reader){.text = text, .size = size, .state = VALUE};
}

static json_token bad(json_reader *r, const char *expected)
{
    r->state = FAILED;
    r->expected = expected;
    return JSON_BAD;
}

static int peek(const json_reader *r)
{
    return r->at < r->size ? (unsigned char)r->text[r->at] : -1;
}

static void skip_blanks(json_reader *r)
{
    while (r->at < r->size && r->text[r->at] != '\0' && strchr(" \t\n\r", r->text[r->at]))
        r->at++;
}

static bool in_object(const json_reader *r)
{
    unsigned i = r->depth - 1;
    return r->objects[i / 8] >> i % 8 & 1;
}

/* A value has ended. */
static void settle(json_reader *r) { r->state = r->depth ? COMMA_OR_CLOSE : NOTHING; }

/* --- strings */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four digits at text, of which `size` bytes are left; -1: something else. */
static int32_t unit(const char *text, size_t size)
{
    int32_t n = 0;
    for (unsigned i = 0; i < 4; i++) {
        int digit = i < size ? hex_digit(text[i]) : -1;
        if (digit < 0)
            return -1;
        n = n << 4 | digit;
    }
    return n;
}

size_t json_escape(const char *text, size_t size, uint32_t *rune)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *name = size > 1 && text[1] ? strchr(names, text[1]) : NULL;
    if (name) {
        *rune = (unsigned char)meant[name - names];
        return 2;
    }
    if (size < 2 || text[1] != 'u')
        return 0;
    int32_t high = unit(text + 2, size - 2);
    if (high < 0 || (high >= 0xdc00 && high < 0xe000))
        return 0;
    *rune = (uint32_t)high;
    if (high < 0xd800 || high >= 0xe000)
        return 6;
    int32_t low = size > 8 && text[6] == '\\' && text[7] == 'u' ? unit(text + 8, size - 8) : -1;
    if (low < 0xdc00 || low >= 0xe000)
        return 0;
    *rune = 0x10000 + ((uint32_t)(high - 0xd800) << 10 | (uint32_t)(low - 0xdc00));
    return 12;
}

/* Behind the opening quote; moves behind the closing one. */
static bool read_string(json_reader *r)
{
    r->from = r->at;
    r->escaped = false;
    size_t checked = r->at; /* from here on it may not be UTF-8 */
    for (;; r->at++) {
        int c = peek(r);
        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        size_t good = utf8_check(r->text + checked, r->at - checked);
        if (good != r->at - checked) {
            r->at = checked + good;
            bad(r, "UTF-8");
            return false;
        }
        if (c == '"')
            break;
        uint32_t rune;
        size_t length = c == '\\' ? json_escape(r->text + r->at, r->size - r->at, &rune) : 0;
        if (length == 0) {
            bad(r, c == '\\' ? "an escape" : c < 0 ? "`\"`" : "an escape of the control character");
            return false;
        }
        r->escaped = true;
        r->at += length - 1;
        checked = r->at + 1;
    }
    r->to = r->at++;
    return true;
}

size_t json_decode(const char *raw, size_t size, char *out)
{
    char *to = out;
    for (size_t at = 0; at < size;) {
        const char *escape = memchr(raw + at, '\\', size - at);
        size_t plain = escape ? (size_t)(escape - raw) - at : size - at;
        memmove(to, raw + at, plain);
        to += plain;
        at += plain;
        if (!escape)
            break;
        uint32_t rune = 0;
        at += json_escape(raw + at, size - at, &rune);
        to += utf8_encode(rune, to);
    }
    return (size_t)(to - out);
}

/* --- numbers and words */

static bool skip_digits(json_reader *r)
{
    size_t from = r->at;
    while (peek(r) >= '0' && peek(r) <= '9')
        r->at++;
    return r->at > from;
}

static json_token read_number(json_reader *r)
{
    json_token token = JSON_INT;
    r->from = r->at;
    if (peek(r) == '-')
        r->at++;
    if (peek(r) == '0')
        r->at++;
    else if (!skip_digits(r))
        return bad(r, "a digit");
    if (peek(r) == '.') {
        token = JSON_REAL;
        r->at++;
        if (!skip_digits(r))
            return bad(r, "a digit");
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        token = JSON_REAL;
        r->at++;
        if (peek(r) == '+' || peek(r) == '-')
            r->at++;
        if (!skip_digits(r))
            return bad(r, "a digit");
    }
    r->to = r->at;
    settle(r);
    return token;
}

static json_token read_word(json_reader *r)
{
    static const struct {
        const char *text;
        json_token token;
    } words[] = {{"null", JSON_NULL}, {"false", JSON_FALSE}, {"true", JSON_TRUE}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].text);
        if (r->size - r->at < length || memcmp(r->text + r->at, words[i].text, length) != 0)
            continue;
        r->at += length;
        settle(r);
        return words[i].token;
    }
    return bad(r, r->state == VALUE_OR_CLOSE ? "a value or `]`" : "a value");
}

/* --- structure */

static json_token read_open(json_reader *r, bool object)
{
    if (r->depth == JSON_DEPTH)
        return bad(r, "at most 512 arrays and objects inside each other");
    unsigned i = r->depth++;
    r->objects[i / 8] = (uint8_t)((r->objects[i / 8] & ~(1u << i % 8)) | (unsigned)object << i % 8);
    r->at++;
    r->state = object ? NAME_OR_CLOSE : VALUE_OR_CLOSE;
    return object ? JSON_OBJECT : JSON_ARRAY;
}

static json_token read_close(json_reader *r)
{
    r->at++;
    r->depth--;
    settle(r);
    return JSON_CLOSE;
}

static json_token read_value(json_reader *r)
{
    int c = peek(r);
    if (c == ']' && r->state == VALUE_OR_CLOSE)
        return read_close(r);
    if (c == '[' || c == '{')
        return read_open(r, c == '{');
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(r);
    if (c != '"')
        return read_word(r);
    r->at++;
    if (!read_string(r))
        return JSON_BAD;
    settle(r);
    return JSON_STRING;
}

static json_token read_name(json_reader *r)
{
    if (peek(r) == '}' && r->state == NAME_OR_CLOSE)
        return read_close(r);
    if (peek(r) != '"')
        return bad(r, r->state == NAME_OR_CLOSE ? "a name in quotes or `}`" : "a name in quotes");
    r->at++;
    if (!read_string(r))
        return JSON_BAD;
    skip_blanks(r);
    if (peek(r) != ':')
        return bad(r, "`:`");
    r->at++;
    r->state = VALUE;
    return JSON_NAME;
}

json_token json_next(json_reader *r)
{
    if (r->state == FAILED)
        return JSON_BAD;
    skip_blanks(r);
    if (r->state == COMMA_OR_CLOSE) {
        bool object = in_object(r);
        if (peek(r) == (object ? '}' : ']'))
            return read_close(r);
        if (peek(r) != ',')
            return bad(r, object ? "`,` or `}`" : "`,` or `]`");
        r->at++;
        r->state = object ? NAME : VALUE;
        skip_blanks(r);
    }
    if (r->state == NOTHING || r->state == ENDED) {
        if (r->at < r->size)
            return bad(r, "nothing more");
        r->state = ENDED;
        return JSON_END;
    }
    return r->state == NAME || r->state == NAME_OR_CLOSE ? read_name(r) : read_value(r);
}
