#include "repl/bind/json.h"

#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 16 };

/* What may come next. */
enum {
    AT_VALUE,
    AT_FIRST_ELEMENT, /* a value or `]` */
    AT_FIRST_KEY,     /* a key or `}` */
    BEHIND_VALUE,     /* `,`, the end of what is open, or of the text */
    AT_FAILURE
};

bool json_start(json_reader *r, json_source source, void *user)
{
    *r = (json_reader){.source = source, .user = user, .text = "", .state = AT_VALUE};
    r->buffer = malloc(BUFFER);
    return r->buffer != NULL;
}

void json_stop(json_reader *r)
{
    free(r->buffer);
    free(r->token);
    free(r->open);
    *r = (json_reader){0};
}

static json_event fail(json_reader *r, const char *why)
{
    if (r->state != AT_FAILURE)
        r->error = why;
    r->state = AT_FAILURE;
    return JSON_BAD;
}

/* ---- bytes ---- */

/* More bytes; false: there are none. */
static bool refill(json_reader *r)
{
    if (r->at_end)
        return false;
    ssize_t got = r->source(r->user, r->buffer, BUFFER);
    if (got < 0)
        fail(r, "it cannot be read");
    r->used = 0;
    r->filled = got > 0 ? (size_t)got : 0;
    r->at_end = got <= 0;
    return got > 0;
}

/* The next byte, -1: none. */
static int peek(json_reader *r)
{
    return r->used < r->filled || refill(r) ? (unsigned char)r->buffer[r->used] : -1;
}

static void advance(json_reader *r)
{
    r->used++;
    r->offset++;
}

static int peek_token(json_reader *r)
{
    int c = peek(r);
    while (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
        advance(r);
        c = peek(r);
    }
    return c;
}

/* ---- texts ---- */

static bool add(json_reader *r, const char *bytes, size_t count)
{
    if (r->capacity - r->length <= count) {
        size_t capacity = 2 * (r->length + count) + 64;
        char *grown = realloc(r->token, capacity);
        if (!grown)
            return fail(r, "out of memory"), false;
        r->token = grown;
        r->capacity = capacity;
    }
    if (count > 0)
        memcpy(r->token + r->length, bytes, count);
    r->length += count;
    r->token[r->length] = '\0';
    r->text = r->token;
    return true;
}

static bool add_code(json_reader *r, uint32_t code)
{
    char bytes[4];
    size_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = count - 1; i > 0; i--, code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3f));
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    bytes[0] = (char)(lead[count] | code);
    return add(r, bytes, count);
}

/* The four digits of `\uXXXX`. */
static bool read_unit(json_reader *r, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(r), lower = c | 0x20;
        bool is_digit = c >= '0' && c <= '9', is_letter = lower >= 'a' && lower <= 'f';
        if (!is_digit && !is_letter)
            return fail(r, "\\u wants four hexadecimal digits"), false;
        *unit = *unit * 16 + (uint32_t)(is_digit ? c - '0' : lower - 'a' + 10);
        advance(r);
    }
    return true;
}

static bool read_unicode(json_reader *r)
{
    uint32_t code, low = 0;
    if (!read_unit(r, &code))
        return false;
    if (code >= 0xd800 && code < 0xdc00) {
        bool more = peek(r) == '\\';
        if (more)
            advance(r);
        more = more && peek(r) == 'u';
        if (more)
            advance(r);
        if (!more || !read_unit(r, &low) || low < 0xdc00 || low > 0xdfff)
            return fail(r, "half of a surrogate pair"), false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
        return fail(r, "half of a surrogate pair"), false;
    }
    return add_code(r, code);
}

static bool read_escape(json_reader *r)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    advance(r);
    int c = peek(r);
    const char *letter = c > 0 ? strchr(letters, c) : NULL;
    if (letter || c == 'u')
        advance(r);
    if (letter)
        return add(r, &values[letter - letters], 1);
    return c == 'u' ? read_unicode(r) : (fail(r, "no such escape"), false);
}

/* From the opening quote on. */
static bool read_string(json_reader *r)
{
    r->length = 0;
    advance(r);
    if (!add(r, "", 0))
        return false;
    for (;;) {
        if (peek(r) < 0)
            return fail(r, "a string has no end"), false;
        size_t end = r->used;
        while (end < r->filled && (unsigned char)r->buffer[end] >= ' ' && r->buffer[end] != '"' &&
               r->buffer[end] != '\\')
            end++;
        if (!add(r, r->buffer + r->used, end - r->used))
            return false;
        r->offset += end - r->used;
        r->used = end;
        if (end == r->filled)
            continue;
        if (r->buffer[end] == '"') {
            advance(r);
            return true;
        }
        if (r->buffer[end] != '\\')
            return fail(r, "a control character in a string"), false;
        if (!read_escape(r))
            return false;
    }
}

/* ---- values ---- */

static bool take_digits(json_reader *r)
{
    bool any = false;
    for (int c = peek(r); c >= '0' && c <= '9'; c = peek(r), any = true) {
        char digit = (char)c;
        if (!add(r, &digit, 1))
            return false;
        advance(r);
    }
    return any || (fail(r, "a digit is missing"), false);
}

/* One of the bytes of `any`, if it is next. */
static bool take(json_reader *r, const char *any)
{
    int c = peek(r);
    if (c <= 0 || !strchr(any, c))
        return false;
    char byte = (char)c;
    advance(r);
    return add(r, &byte, 1);
}

static json_event read_number(json_reader *r)
{
    r->length = 0;
    take(r, "-");
    bool ok = take(r, "0") || take_digits(r);
    if (ok && take(r, "."))
        ok = take_digits(r);
    if (ok && take(r, "eE")) {
        take(r, "+-");
        ok = take_digits(r);
    }
    r->state = r->state == AT_FAILURE ? AT_FAILURE : BEHIND_VALUE;
    return ok && r->state != AT_FAILURE ? JSON_NUMBER : JSON_BAD;
}

static json_event read_word(json_reader *r, const char *word, json_event event)
{
    for (; *word; word++) {
        if (peek(r) != *word)
            return fail(r, "no value");
        advance(r);
    }
    r->state = BEHIND_VALUE;
    return event;
}

static json_event open_bracket(json_reader *r, bool is_object)
{
    if (r->depth == r->open_capacity) {
        size_t capacity = r->open_capacity ? 2 * r->open_capacity : 64;
        uint8_t *grown = realloc(r->open, capacity);
        if (!grown)
            return fail(r, "out of memory");
        r->open = grown;
        r->open_capacity = capacity;
    }
    r->open[r->depth++] = is_object;
    r->state = is_object ? AT_FIRST_KEY : AT_FIRST_ELEMENT;
    advance(r);
    return is_object ? JSON_OBJECT : JSON_ARRAY;
}

static json_event close_bracket(json_reader *r)
{
    advance(r);
    r->state = BEHIND_VALUE;
    return r->open[--r->depth] ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static json_event read_value(json_reader *r, int c)
{
    switch (c) {
    case '{': return open_bracket(r, true);
    case '[': return open_bracket(r, false);
    case 't': return read_word(r, "true", JSON_TRUE);
    case 'f': return read_word(r, "false", JSON_FALSE);
    case 'n': return read_word(r, "null", JSON_NULL);
    case '"':
        if (!read_string(r))
            return JSON_BAD;
        r->state = BEHIND_VALUE;
        return JSON_STRING;
    default: break;
    }
    if (c < 0)
        return fail(r, "it breaks off");
    return c == '-' || (c >= '0' && c <= '9') ? read_number(r) : fail(r, "no value");
}

static json_event read_key(json_reader *r, int c)
{
    if (c != '"')
        return fail(r, c < 0 ? "it breaks off" : "a key is missing");
    if (!read_string(r))
        return JSON_BAD;
    if (peek_token(r) != ':')
        return fail(r, "a `:` is missing");
    advance(r);
    r->state = AT_VALUE;
    return JSON_KEY;
}

/* `,` and what follows, or the end of what is open. */
static json_event go_on(json_reader *r, int c)
{
    if (r->depth == 0)
        return c < 0 ? JSON_END : fail(r, "there is more behind the value");
    bool is_object = r->open[r->depth - 1];
    if (c == (is_object ? '}' : ']'))
        return close_bracket(r);
    if (c != ',')
        return fail(r, c < 0 ? "it breaks off" : "a `,` is missing");
    advance(r);
    c = peek_token(r);
    return is_object ? read_key(r, c) : read_value(r, c);
}

json_event json_next(json_reader *r)
{
    if (r->state == AT_FAILURE)
        return JSON_BAD;
    int c = peek_token(r);
    if (r->state == AT_FAILURE)
        return JSON_BAD;
    switch (r->state) {
    case AT_FIRST_ELEMENT: return c == ']' ? close_bracket(r) : read_value(r, c);
    case AT_FIRST_KEY: return c == '}' ? close_bracket(r) : read_key(r, c);
    case BEHIND_VALUE: return go_on(r, c);
    default: return read_value(r, c);
    }
}

bool json_skip(json_reader *r, json_event event)
{
    bool is_open = event == JSON_OBJECT || event == JSON_ARRAY;
    if (!is_open && event != JSON_KEY)
        return event != JSON_BAD;
    size_t depth = r->depth - is_open;
    do
        event = json_next(r);
    while (r->depth > depth && event != JSON_BAD);
    return event != JSON_BAD;
}
