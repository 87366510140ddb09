#include "api/host/signature.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/name.h"
#include "base/utf8.h"

/* ---- Types ---- */

static const struct type_name {
    const char *name;
    const char *phrase; /* NULL: another has said it */
    uint32_t types;
} type_names[] = {
    {"any", "anything", SIGNATURE_ANY},
    {"nil", "nil", SIGNATURE_NIL},
    {"bool", "a bool", SIGNATURE_BOOL},
    {"int", "an int", SIGNATURE_INT},
    {"float", "a number", SIGNATURE_FLOAT | SIGNATURE_INT | SIGNATURE_BIG},
    {"number", NULL, SIGNATURE_FLOAT | SIGNATURE_INT | SIGNATURE_BIG},
    {"string", "a string", SIGNATURE_STRING},
    {"bytes", "bytes", SIGNATURE_BYTES},
    {"tuple", "a tuple", SIGNATURE_TUPLE},
    {"list", "a list", SIGNATURE_LIST},
    {"map", "a map", SIGNATURE_MAP},
    {"buffer", "a buffer", SIGNATURE_BUFFER},
    {"range", "a range", SIGNATURE_RANGE},
    {"fn", "a function", SIGNATURE_FN},
    {"chan", "a channel", SIGNATURE_CHAN},
    {"process", "a process", SIGNATURE_PROCESS},
    {"error", "an error", SIGNATURE_ERROR},
};
enum { TYPE_NAMES = sizeof type_names / sizeof *type_names };

static const struct type_name *find_type(const char *name)
{
    for (size_t i = 0; i < TYPE_NAMES; i++)
        if (strcmp(type_names[i].name, name) == 0)
            return &type_names[i];
    return NULL;
}

bool signature_has_type(const char *name) { return find_type(name) != NULL; }

/* ---- Reading ---- */

typedef struct reader {
    const char *text;
    size_t size, at;
    signature *made;
    uint32_t param_capacity, class_capacity;
    size_t texts_used;
    signature_fault *fault;
} reader;

static bool no_memory(reader *r)
{
    r->fault->what[0] = '\0';
    return false;
}

/* What stands at the place where something else should, for a message. */
static void quote_found(const reader *r, char *out, size_t size)
{
    size_t left = r->size - r->at;
    if (left == 0) {
        snprintf(out, size, "the end");
        return;
    }
    size_t length = 0;
    for (unsigned n;
         length < 24 && (n = name_char(r->text + r->at + length, left - length, length == 0)) > 0;)
        length += n;
    uint32_t rune;
    if (length == 0)
        length = utf8_decode(r->text + r->at, left, &rune);
    unsigned char c = (unsigned char)r->text[r->at];
    if (length == 0 || c < ' ' || c == 0x7f)
        snprintf(out, size, "the byte 0x%02x", c);
    else
        snprintf(out, size, "`%.*s`", (int)length, r->text + r->at);
}

static bool wrong(reader *r, size_t at, const char *what)
{
    r->fault->at = at;
    snprintf(r->fault->what, sizeof r->fault->what, "%s", what);
    return false;
}

static bool expected(reader *r, const char *what)
{
    char found[64];
    quote_found(r, found, sizeof found);
    r->fault->at = r->at;
    snprintf(r->fault->what, sizeof r->fault->what, "expected %s, got %s", what, found);
    return false;
}

static void skip_blanks(reader *r)
{
    while (r->at < r->size && strchr(" \t\r\n", r->text[r->at]) && r->text[r->at])
        r->at++;
}

/* Whether these characters come next; they are taken. */
static bool take_mark(reader *r, const char *mark)
{
    skip_blanks(r);
    size_t length = strlen(mark);
    if (r->size - r->at < length || memcmp(r->text + r->at, mark, length) != 0)
        return false;
    r->at += length;
    return true;
}

/* Keeps a text, with a NUL behind it: there is room, as at least one character of the source
 * stands between any two of them. */
static char *keep(reader *r, const char *text, size_t size)
{
    char *kept = r->made->texts + r->texts_used;
    memcpy(kept, text, size);
    kept[size] = '\0';
    r->texts_used += size + 1;
    return kept;
}

/* A name; NULL: none comes next. */
static const char *take_name(reader *r)
{
    skip_blanks(r);
    size_t length = 0;
    for (unsigned n;
         (n = name_char(r->text + r->at + length, r->size - r->at - length, length == 0)) > 0;)
        length += n;
    if (!name_is(r->text + r->at, length))
        return NULL;
    const char *name = keep(r, r->text + r->at, length);
    r->at += length;
    return name;
}

static bool add_class(reader *r, signature_param *p, const char *name, size_t at)
{
    signature *s = r->made;
    signature_class *grown =
        array_room32(s->classes, &r->class_capacity, s->class_count + 1u, sizeof *grown);
    if (!grown)
        return no_memory(r);
    s->classes = grown;
    if (p->class_count++ == 0)
        p->first_class = s->class_count;
    s->classes[s->class_count++] = (signature_class){.name = name, .at = at};
    p->types |= SIGNATURE_CLASS;
    return true;
}

static bool read_type(reader *r, signature_param *p)
{
    do {
        skip_blanks(r);
        size_t at = r->at;
        const char *name = take_name(r);
        if (!name)
            return expected(r, "a type");
        const struct type_name *known = find_type(name);
        if (known)
            p->types |= known->types;
        else if (!add_class(r, p, name, at))
            return false;
    } while (take_mark(r, "|"));
    return true;
}

static bool read_number(reader *r, signature_param *p)
{
    char digits[400];
    size_t length = 0, from = r->at;
    bool real = false;
    if (r->text[r->at] == '-')
        digits[length++] = r->text[r->at++];
    size_t first = length;
    for (; r->at < r->size; r->at++) {
        char c = r->text[r->at];
        bool point = c == '.' && !real && length > first && r->at + 1 < r->size &&
                     isdigit((unsigned char)r->text[r->at + 1]);
        if (!point && !isdigit((unsigned char)c))
            break;
        real |= point;
        if (length + 1 >= sizeof digits)
            return wrong(r, from, "the number is too long");
        digits[length++] = c;
    }
    if (length == first)
        return expected(r, "a digit");
    digits[length] = '\0';
    errno = 0;
    if (real) {
        p->fallback = SIGNATURE_DEFAULT_FLOAT;
        p->as.real = strtod(digits, NULL);
        return true;
    }
    p->fallback = SIGNATURE_DEFAULT_INT;
    p->as.number = strtoll(digits, NULL, 10);
    return errno ? wrong(r, from, "the int does not fit 64 bits") : true;
}

/* The character that an escape stands for; '\0': there is no such escape. */
static char unescaped(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '"':
    case '\\': return c;
    default: return '\0';
    }
}

/* Behind the opening quote. */
static bool read_text(reader *r, signature_param *p)
{
    char *out = r->made->texts + r->texts_used;
    size_t size = 0;
    for (;; r->at++) {
        if (r->at >= r->size)
            return expected(r, "the text's closing quote");
        char c = r->text[r->at];
        if (c == '"')
            break;
        if (c == '\0' || c == '\n')
            return expected(r, "the text's closing quote");
        if (c == '\\') {
            r->at++;
            c = r->at < r->size ? unescaped(r->text[r->at]) : '\0';
            if (c == '\0')
                return expected(r, "one of `n t r \" \\` behind `\\`");
        }
        out[size++] = c;
    }
    if (utf8_check(out, size) < size)
        return wrong(r, r->at, "the text is no UTF-8");
    r->at++;
    out[size] = '\0';
    r->texts_used += size + 1;
    p->fallback = SIGNATURE_DEFAULT_TEXT;
    p->as.text.start = out;
    p->as.text.size = size;
    return true;
}

static bool read_literal(reader *r, signature_param *p)
{
    static const char *const words[] = {"nil", "true", "false"};
    skip_blanks(r);
    if (take_mark(r, "\""))
        return read_text(r, p);
    if (r->at < r->size && (r->text[r->at] == '-' || isdigit((unsigned char)r->text[r->at])))
        return read_number(r, p);
    size_t at = r->at;
    const char *word = take_name(r);
    for (unsigned i = 0; word && i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0) {
            p->fallback = (signature_literal)(SIGNATURE_DEFAULT_NIL + i);
            return true;
        }
    r->at = at;
    return expected(r, "nil, true, false, a number or a \"text\"");
}

static bool is_new_name(const signature *s, const char *name)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (strcmp(s->params[i].name, name) == 0)
            return false;
    return true;
}

/* A parameter, or behind `..` the rest, is put at the end of the list. */
static bool read_param(reader *r, bool rest)
{
    signature *s = r->made;
    signature_param *grown =
        array_room32(s->params, &r->param_capacity, s->count + 1u, sizeof *grown);
    if (!grown)
        return no_memory(r);
    s->params = grown;
    signature_param *p = &s->params[s->count];
    *p = (signature_param){.fallback = SIGNATURE_NO_DEFAULT};
    skip_blanks(r);
    size_t at = r->at;
    p->name = take_name(r);
    if (!p->name)
        return expected(r, "the name of a parameter");
    if (!is_new_name(s, p->name))
        return wrong(r, at, "two parameters have this name");
    if (!rest && s->count == SIGNATURE_PARAMS)
        return wrong(r, at, "there are more than 250 parameters");
    if (take_mark(r, ":")) {
        if (!read_type(r, p))
            return false;
    } else {
        p->types = SIGNATURE_ANY;
    }
    if (rest)
        return true;
    if (take_mark(r, "=")) {
        if (!read_literal(r, p))
            return false;
    } else if (s->required < s->count) {
        return wrong(r, at, "a parameter without a default cannot follow one that has one");
    } else {
        s->required++;
    }
    s->count++;
    return true;
}

static bool read_params(reader *r)
{
    if (take_mark(r, ")"))
        return true;
    do {
        if (take_mark(r, "..")) {
            if (!read_param(r, true))
                return false;
            r->made->has_rest = true;
            return take_mark(r, ")") || expected(r, "`)` behind the rest");
        }
        if (!read_param(r, false))
            return false;
    } while (take_mark(r, ","));
    return take_mark(r, ")") || expected(r, "`,` or `)`");
}

/* The type of the result is looked at for its form alone. */
static bool read_result(reader *r)
{
    signature_param ignored = {.fallback = SIGNATURE_NO_DEFAULT};
    uint32_t classes = r->made->class_count;
    bool ok = !take_mark(r, "->") || read_type(r, &ignored);
    r->made->class_count = classes;
    return ok;
}

static bool read_signature(reader *r)
{
    if (r->size > SIGNATURE_BYTES_MAX)
        return wrong(r, 0, "it is longer than 64 KiB");
    r->made->name = take_name(r);
    if (!r->made->name)
        return expected(r, "the name of the native");
    if (!take_mark(r, "("))
        return expected(r, "`(`");
    if (!read_params(r) || !read_result(r))
        return false;
    skip_blanks(r);
    return r->at == r->size || expected(r, "`->` or the end");
}

signature *signature_parse(const char *text, size_t size, signature_fault *fault)
{
    *fault = (signature_fault){0};
    signature *made = calloc(1, sizeof *made);
    size_t room = size < SIGNATURE_BYTES_MAX ? size : SIGNATURE_BYTES_MAX;
    if (made)
        made->texts = malloc(room + 2);
    /* even no bytes of it are to be looked for at NULL */
    reader r = {.text = text ? text : "", .size = size, .made = made, .fault = fault};
    if (made && made->texts && read_signature(&r))
        return made;
    signature_free(made);
    return NULL;
}

void signature_free(signature *s)
{
    if (!s)
        return;
    free(s->params);
    free(s->classes);
    free(s->texts);
    free(s);
}

/* ---- Saying what is expected ---- */

typedef struct phrase {
    char *out;
    size_t size, used;
    const char *waiting; /* the last alternative, not written yet */
    bool vowel;          /* it is a class, whose name begins with a vowel */
    bool is_class, any;
} phrase;

static void write_waiting(phrase *p, const char *before)
{
    const char *article = !p->is_class ? "" : p->vowel ? "an " : "a ";
    int n = snprintf(p->out + p->used, p->size - p->used, "%s%s%s", p->any ? before : "", article,
                     p->waiting);
    p->used += (size_t)n < p->size - p->used ? (size_t)n : p->size - p->used - 1;
    p->any = true;
}

static void add_alternative(phrase *p, const char *text, bool is_class)
{
    if (p->waiting)
        write_waiting(p, ", ");
    p->waiting = text;
    p->is_class = is_class;
    p->vowel = is_class && strchr("aeiouAEIOU", text[0]) != NULL;
}

void signature_describe(const signature *s, const signature_param *p, char *out, size_t size)
{
    phrase to = {.out = out, .size = size};
    uint32_t left = p->types;
    out[0] = '\0';
    if (left & SIGNATURE_ANY)
        left = SIGNATURE_ANY;
    for (uint32_t i = 0; i < p->class_count; i++)
        add_alternative(&to, s->classes[p->first_class + i].name, true);
    for (size_t i = 0; i < TYPE_NAMES; i++)
        if (type_names[i].phrase && (left & type_names[i].types) == type_names[i].types &&
            !(type_names[i].types == SIGNATURE_INT && left & SIGNATURE_FLOAT))
            add_alternative(&to, type_names[i].phrase, false);
    write_waiting(&to, " or ");
}
