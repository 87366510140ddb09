/* C syntax where `extern` has one of its own: it is reported, with a hint at how it is written
 * here. Only the text is examined, and what is reported is skipped as a whole. */
#include "base/foreign_c.h"
#include "base/name.h"
#include "ffi/ctype.h"
#include "parser/parse_internal.h"

#include <string.h>

enum { WORDS = 8, LONGEST = 64, HINT = 400 };

/* `unsigned int *count`, if it stands on one line. */
typedef struct c_phrase {
    src_span words[WORDS];
    uint32_t count; /* of words */
    uint32_t stars;
    uint32_t end;           /* after the last word or star … */
    uint32_t at;            /* … and after the blanks that follow it */
    char type[LONGEST + 8]; /* how its type is written here; "": unknown */
    src_span name;          /* start == end: none */
} c_phrase;

static uint32_t skip_blanks(const parser *p, uint32_t at)
{
    while (at < p->lx.length && (p->lx.text[at] == ' ' || p->lx.text[at] == '\t'))
        at++;
    return at;
}

static uint32_t word_end(const parser *p, uint32_t at)
{
    unsigned size;
    for (bool first = true; (size = name_char(p->lx.text + at, p->lx.length - at, first)) > 0;
         first = false)
        at += size;
    return at;
}

/* The words and stars from `at` on. False: too many to make sense of. */
static bool read_phrase(const parser *p, uint32_t at, c_phrase *out)
{
    *out = (c_phrase){.end = at, .at = at};
    for (;;) {
        at = skip_blanks(p, at);
        out->at = at;
        uint32_t end = word_end(p, at);
        if (end > at) {
            if (out->count == WORDS)
                return false;
            out->words[out->count++] = (src_span){at, end};
            at = out->end = end;
        } else if (at < p->lx.length && p->lx.text[at] == '*') {
            out->stars++;
            out->end = ++at;
        } else {
            return true;
        }
    }
}

static void copy_word(const parser *p, src_span word, char out[LONGEST])
{
    snprintf(out, LONGEST, "%.*s", (int)(word.end - word.start), p->lx.text + word.start);
}

static bool is_word(const parser *p, src_span word, const char *text)
{
    size_t length = strlen(text);
    return word.end - word.start == length && memcmp(p->lx.text + word.start, text, length) == 0;
}

static bool is_part_of_number(const parser *p, src_span word)
{
    static const char *const parts[] = {"unsigned", "signed", "long",  "short",    "int",
                                        "char",     "double", "float", "_Complex", "complex"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (is_word(p, word, parts[i]))
            return true;
    return false;
}

static bool is_own_type(const char *name) { return ctype_find(name, strlen(name)) != CTYPE_KINDS; }

/* How a type, its words joined by `_`, is written here. */
static void translate(const char *joined, bool is_struct, uint32_t stars, char *out, size_t size)
{
    const foreign_ctype *row = is_struct ? NULL : foreign_find_ctype(joined);
    bool own = !is_struct && is_own_type(joined);
    if (row && *row->type == '\0')
        snprintf(out, size, "%s", stars ? "pointer" : "");
    else if (stars > 1 || (stars == 1 && own))
        snprintf(out, size, "pointer");
    else if (stars == 1 && row)
        snprintf(out, size, "%s", *row->of_pointer ? row->of_pointer : "pointer");
    else
        snprintf(out, size, "%s%s", row ? row->type : joined, stars ? "*" : "");
}

/* Which words are the type, and which the name. False: it is not C. */
static bool understand(const parser *p, c_phrase *c)
{
    char joined[LONGEST] = "", word[LONGEST];
    bool is_struct = false, is_number = false, has_type = false;
    size_t used = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        copy_word(p, c->words[i], word);
        bool number = is_part_of_number(p, c->words[i]);
        if (foreign_is_c_prefix(word)) {
            is_struct |= strcmp(word, "struct") == 0;
        } else if (!has_type || (is_number && number)) {
            used += (size_t)snprintf(joined + used, sizeof joined - used, "%s%s", used ? "_" : "",
                                     word);
            if (used >= sizeof joined)
                return false;
            is_number = number;
            has_type = true;
        } else if (i + 1 == c->count) {
            c->name = c->words[i];
        } else {
            return false;
        }
    }
    translate(joined, is_struct, c->stars, c->type, sizeof c->type);
    return has_type;
}

/* `x int`, as in Go. */
static void turn_round(const parser *p, c_phrase *c)
{
    char first[LONGEST], second[LONGEST];
    if (c->count != 2 || c->name.end == 0)
        return;
    copy_word(p, c->words[0], first);
    copy_word(p, c->words[1], second);
    const foreign_ctype *row = foreign_find_ctype(second);
    if (is_own_type(first) || foreign_find_ctype(first) || (!is_own_type(second) && !row))
        return;
    c->name = c->words[0];
    snprintf(c->type, sizeof c->type, "%s", row ? row->type : second);
}

/* `char name[16]`: only a field is an array. */
static void understand_length(const parser *p, c_phrase *c, bool is_field)
{
    const char *open = p->lx.text + c->at;
    if (c->at == p->lx.length || *open != '[' || c->type[0] == '\0')
        return;
    const char *close = memchr(open, ']', p->lx.length - c->at);
    size_t used = strlen(c->type), size = close ? (size_t)(close + 1 - open) : LONGEST;
    if (!is_field)
        snprintf(c->type, sizeof c->type, "pointer");
    else if (used + size < sizeof c->type && memchr(open, '\n', size) == NULL)
        snprintf(c->type + used, sizeof c->type - used, "%.*s", (int)size, open);
    else
        return;
    c->end = c->at + (close ? (uint32_t)size : 0);
}

static void write_declared(const parser *p, const c_phrase *c, char *out, size_t size)
{
    if (c->name.end > c->name.start)
        snprintf(out, size, "%.*s: %s", (int)(c->name.end - c->name.start),
                 p->lx.text + c->name.start, c->type);
    else
        snprintf(out, size, "%s", c->type);
}

static const char REFUSED[] =
    "no call can pass such a value: pass it by pointer, and read it with `Ffi.read`";

static void report_phrase(parser *p, const c_phrase *c)
{
    char here[2 * LONGEST];
    write_declared(p, c, here, sizeof here);
    diag *d = parse_fail(p, (src_span){p->token.span.start, c->end}, "this is how C writes it");
    if (*c->type == '\0')
        diag_hint(d, "%s", REFUSED);
    else
        diag_hint(d, "write `%s`", here);
}

static bool begins_c_type(const parser *p)
{
    char word[LONGEST];
    copy_word(p, p->token.span, word);
    return foreign_is_c_prefix(word) || is_part_of_number(p, p->token.span) ||
           strcmp(word, "enum") == 0;
}

static bool at_c_word(const parser *p) { return parse_at(p, TOK_NAME) || parse_at(p, TOK_CONST); }

bool parse_at_c_type(parser *p)
{
    if (!at_c_word(p))
        return false;
    const lex_token *next = parse_peek(p, 1);
    if ((next->kind != TOK_NAME && next->kind != TOK_CONST) || next->newline_before)
        return false;
    bool is_c = begins_c_type(p) || next->kind == TOK_CONST;
    c_phrase c;
    if (!is_c || !read_phrase(p, p->token.span.start, &c) || !understand(p, &c))
        return false;
    report_phrase(p, &c);
    return true;
}

bool parse_at_c_field(parser *p, bool is_field)
{
    if (!at_c_word(p) || parse_peek(p, 1)->kind == TOK_COLON)
        return false;
    c_phrase c;
    if (!read_phrase(p, p->token.span.start, &c) || !understand(p, &c))
        return false;
    turn_round(p, &c);
    understand_length(p, &c, is_field);
    bool has_name = c.name.end > c.name.start;
    if (!has_name && (is_field || c.count == 1))
        return false;
    report_phrase(p, &c);
    return true;
}

/* ---- prototypes ---- */

typedef struct c_hint {
    char text[HINT];
    size_t used;
} c_hint;

static void put(c_hint *h, const char *text)
{
    int length = snprintf(h->text + h->used, sizeof h->text - h->used, "%s", text);
    h->used += (size_t)length;
    if (h->used >= sizeof h->text)
        h->used = sizeof h->text - 1;
}

/* One parameter at `at`; *at moves to what follows it. False: it is not understood. */
static bool put_param(const parser *p, uint32_t *at, c_hint *h)
{
    static const char rest[] = "...";
    c_phrase c;
    char here[2 * LONGEST];
    *at = skip_blanks(p, *at);
    if (p->lx.length - *at >= 3 && memcmp(p->lx.text + *at, rest, 3) == 0) {
        put(h, rest);
        *at = skip_blanks(p, *at + 3);
        return true;
    }
    if (!read_phrase(p, *at, &c) || !understand(p, &c) || c.type[0] == '\0')
        return false;
    *at = c.at;
    if (strcmp(c.type, "void") == 0 && c.count == 1)
        return true; /* `(void)` */
    write_declared(p, &c, here, sizeof here);
    put(h, here);
    return true;
}

static bool put_params(const parser *p, uint32_t at, c_hint *h)
{
    at = skip_blanks(p, at);
    while (at < p->lx.length && p->lx.text[at] != ')') {
        if (!put_param(p, &at, h) || at >= p->lx.length)
            return false;
        if (p->lx.text[at] == ',') {
            put(h, ", ");
            at++;
        } else if (p->lx.text[at] != ')') {
            return false;
        }
    }
    return at < p->lx.length;
}

/* `double cos(double x)`, or in Rust's form without the `fn`. */
static void report_prototype(parser *p, const c_phrase *c)
{
    c_hint h = {.text = ""};
    char name[LONGEST];
    copy_word(p, c->name, name);
    put(&h, "fn ");
    put(&h, name);
    put(&h, "(");
    bool known = *c->type && put_params(p, c->at + 1, &h);
    put(&h, strcmp(c->type, "void") == 0 ? ")" : "): ");
    if (strcmp(c->type, "void") != 0)
        put(&h, c->type);
    diag *d =
        parse_fail(p, (src_span){p->token.span.start, c->end}, "this is how C declares a function");
    if (known && h.used < HINT - 1)
        diag_hint(d, "write `%s`", h.text);
    else
        diag_hint(d, "%s", *c->type ? "write `fn name(x: f64): f64`" : REFUSED);
}

/* Something that is not a type either, but could be meant as one. */
static void report_word(parser *p)
{
    bool is_union = parse_at_word(p, "union"), is_enum = parse_at_word(p, "enum"),
         is_typedef = parse_at_word(p, "typedef");
    bool is_call = parse_peek(p, 1)->kind == TOK_PAREN_OPEN;
    diag *d = parse_expected(p, "`fn`, `blocking fn` or `struct`");
    if (is_union)
        diag_hint(d, "a union is passed by pointer, and read with `Ffi.read`");
    else if (is_enum)
        diag_hint(d, "an enum of C is an `i32`; its names are values: `const NAME = 1`");
    else if (is_typedef)
        diag_hint(d, "a type of C has no second name: write the type itself");
    else if (is_call)
        diag_hint(d, "write `fn name(x: f64): f64`");
}

bool parse_at_c_declaration(parser *p)
{
    c_phrase c;
    bool is_struct = parse_at_word(p, "struct");
    if (p->panic || (!at_c_word(p) && !parse_at(p, TOK_EXTERN)))
        return p->panic;
    bool is_c = !parse_at_word(p, "union") && !parse_at_word(p, "enum") &&
                !parse_at_word(p, "typedef") && read_phrase(p, p->token.span.start, &c) &&
                understand(p, &c) && c.name.end > c.name.start;
    bool is_function = is_c && c.at < p->lx.length && p->lx.text[c.at] == '(';
    if (is_struct && !is_function)
        return false;
    if (is_function) {
        report_prototype(p, &c);
    } else if (is_c) {
        diag *d = parse_fail(p, (src_span){p->token.span.start, c.end},
                             "this is how C declares a variable");
        diag_hint(d, "a variable of C is reached by `Ffi.symbol(c, \"%.*s\")`",
                  (int)(c.name.end - c.name.start), p->lx.text + c.name.start);
    } else {
        report_word(p);
    }
    return true;
}
