#include "ffi/ctype_parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign_c.h"
#include "base/suggest.h"
#include "ffi/invoke.h"

enum { NESTED = 16 };

typedef struct reader {
    ffi_block *block;
    const char *text, *at;
    ffi_refusal *why;
    int depth;
} reader;

/* --- words and signs */

static void skip_blanks(reader *r) { r->at += strspn(r->at, " \t\r\n"); }

static size_t word_length(const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_')
        n++;
    return n;
}

static bool take(reader *r, char sign)
{
    skip_blanks(r);
    if (*r->at != sign)
        return false;
    r->at++;
    return true;
}

static bool take_word(reader *r, const char *word)
{
    skip_blanks(r);
    size_t n = word_length(r->at);
    if (n != strlen(word) || strncmp(r->at, word, n) != 0)
        return false;
    r->at += n;
    return true;
}

static bool expect(reader *r, char sign)
{
    if (take(r, sign))
        return true;
    return ffi_refuse(r->why, "expected `%c` at byte %zu of \"%.100s\"", sign,
                      (size_t)(r->at - r->text), r->text);
}

/* --- names */

static ctype_kind unknown(ffi_refusal *why, const char *name, size_t length)
{
    suggestion s;
    suggest_init(&s, name, length);
    for (int kind = 0; kind < CTYPE_KINDS; kind++)
        if (*ctype_kind_name((ctype_kind)kind))
            suggest_offer(&s, ctype_kind_name((ctype_kind)kind));
    if (length == 0) {
        (void)ffi_refuse(why, "a type is missing");
        return CTYPE_KINDS;
    }
    int shown = length > 100 ? 100 : (int)length;
    char word[64];
    snprintf(word, sizeof word, "%.*s", shown, name);
    const foreign_ctype *of_c = foreign_find_ctype(word);
    const char *guess = of_c && *of_c->type ? of_c->type : s.best;
    if (guess)
        (void)ffi_refuse(why, "unknown type `%.*s`; did you mean `%s`?", shown, name, guess);
    else
        (void)ffi_refuse(why, "unknown type `%.*s`", shown, name);
    return CTYPE_KINDS;
}

ctype_kind ctype_parse_kind(const char *name, ffi_refusal *why)
{
    ctype_kind kind = ctype_find(name, strlen(name));
    if (kind == CTYPE_VOID || kind == CTYPE_BUFFER) {
        (void)ffi_refuse(why, "nothing in memory is a `%s`", name);
        return CTYPE_KINDS;
    }
    return kind == CTYPE_KINDS ? unknown(why, name, strlen(name)) : kind;
}

/* --- types */

static csignature *function(reader *r);

static bool type(reader *r, bool is_result, ctype *out)
{
    if (take_word(r, "fn")) {
        *out = (ctype){.kind = CTYPE_FUNCTION, .signature = function(r)};
        return out->signature != NULL;
    }
    skip_blanks(r);
    size_t n = word_length(r->at);
    ctype_kind kind = ctype_find(r->at, n);
    if (kind == CTYPE_KINDS) {
        (void)unknown(r->why, r->at, n);
        return false;
    }
    if (kind == CTYPE_BUFFER || (kind == CTYPE_VOID && !is_result))
        return ffi_refuse(r->why, "%s of a callback cannot be a `%s`",
                          is_result ? "the result" : "a parameter", ctype_kind_name(kind));
    r->at += n;
    *out = ctype_scalar(take(r, '*') ? CTYPE_POINTER : kind);
    return true;
}

static bool integer(reader *r, ctype_kind kind, uint64_t *word)
{
    char *end;
    errno = 0;
    bool negative = *r->at == '-';
    *word = negative ? (uint64_t)strtoll(r->at, &end, 10) : strtoull(r->at, &end, 10);
    if (end == r->at || errno || !ctype_fits(kind, *word, negative && *word))
        return ffi_refuse(r->why, "the value after `else` does not fit `%s`",
                          ctype_kind_name(kind));
    r->at = end;
    return true;
}

static bool number(reader *r, ctype_kind kind, uint64_t *word)
{
    char *end;
    double x = strtod(r->at, &end);
    if (end == r->at)
        return ffi_refuse(r->why, "`else` is followed by a number");
    *word = kind == CTYPE_F32 ? ctype_word_f32((float)x) : ctype_word_f64(x);
    r->at = end;
    return true;
}

/* What follows `else`: a literal of the type. */
static bool literal(reader *r, ctype_kind kind, uint64_t *word)
{
    skip_blanks(r);
    bool is_pointer = kind == CTYPE_CSTRING || kind == CTYPE_POINTER || kind == CTYPE_FUNCTION;
    if (is_pointer || kind == CTYPE_VOID) {
        *word = 0;
        return take_word(r, "nil") || ffi_refuse(r->why, "`else` is followed by nil");
    }
    switch (ctype_class_of(kind)) {
    case CTYPE_CLASS_SIGNED:
    case CTYPE_CLASS_UNSIGNED: return integer(r, kind, word);
    case CTYPE_CLASS_FLOAT: return number(r, kind, word);
    default:
        *word = take_word(r, "true");
        return *word || take_word(r, "false") ||
               ffi_refuse(r->why, "`else` is followed by true or false");
    }
}

/* --- functions: behind `fn` */

static bool params(reader *r, ctype *types, uint32_t *count)
{
    if (!expect(r, '('))
        return false;
    while (!take(r, ')')) {
        if (*count == CTYPE_PARAMS)
            return ffi_refuse(r->why, "a callback takes at most %d arguments", CTYPE_PARAMS);
        if (!type(r, false, &types[*count]))
            return false;
        ++*count;
        if (!take(r, ','))
            return expect(r, ')');
    }
    return true;
}

static csignature *function(reader *r)
{
    ctype *types = NULL;
    uint32_t count = 0;
    csignature *s = NULL;
    if (r->depth++ == NESTED)
        (void)ffi_refuse(r->why, "functions of functions, %d deep", NESTED);
    else if (!(types = ffi_block_alloc(r->block, CTYPE_PARAMS * sizeof *types)))
        (void)ffi_refuse_memory(r->why);
    else if (params(r, types, &count) && !(s = csignature_new(r->block, count)))
        (void)ffi_refuse_memory(r->why);
    r->depth--;
    if (!s)
        return NULL;
    if (count)
        memcpy(s->params, types, count * sizeof *types);
    s->result = ctype_scalar(CTYPE_VOID);
    if (take(r, ':') && !type(r, true, &s->result))
        return NULL;
    s->has_otherwise = take_word(r, "else");
    if (s->has_otherwise && !literal(r, s->result.kind, &s->otherwise))
        return NULL;
    if (!csignature_finish(s, r->why))
        return NULL;
    invoke_prepare_closure(s);
    return s;
}

csignature *ctype_parse_function(ffi_block *b, const char *text, ffi_refusal *why)
{
    reader r = {.block = b, .text = text, .at = text, .why = why};
    if (!take_word(&r, "fn")) {
        (void)ffi_refuse(why, "a function's type is written \"fn(pointer, pointer): i32\"");
        return NULL;
    }
    csignature *s = function(&r);
    skip_blanks(&r);
    if (s && *r.at) {
        (void)ffi_refuse(why, "expected nothing more at byte %zu of \"%.100s\"",
                         (size_t)(r.at - text), text);
        return NULL;
    }
    return s;
}
