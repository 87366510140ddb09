#include "repl/bind/type.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NESTING = 64, TYPEDEFS = 1000 };

typedef struct scanner {
    header *h;
    const char *at, *end;
    c_unnamed unnamed;
    int depth;
    bool failed;
} scanner;

static c_type *make(c_kind kind)
{
    c_type *type = memory_get(sizeof *type);
    type->kind = kind;
    return type;
}

static c_type *other(const char *what)
{
    c_type *type = make(C_OTHER);
    type->name = what;
    return type;
}

/* ---- words ---- */

static bool is_word(int c) { return isalnum((unsigned char)c) || c == '_' || c == '$' || c & 0x80; }

static void skip_blanks(scanner *s)
{
    while (s->at < s->end && *s->at == ' ')
        s->at++;
}

static bool at(scanner *s, char c)
{
    skip_blanks(s);
    return s->at < s->end && *s->at == c;
}

static bool take(scanner *s, char c)
{
    bool is_there = at(s, c);
    s->at += is_there;
    return is_there;
}

/* The length of the next word; 0: there is none. */
static size_t word_length(scanner *s)
{
    skip_blanks(s);
    size_t n = 0;
    while (s->at + n < s->end && is_word(s->at[n]))
        n++;
    return n;
}

static bool is(const char *word, size_t length, const char *wanted)
{
    return strlen(wanted) == length && memcmp(word, wanted, length) == 0;
}

static bool is_any(const char *word, size_t length, const char *const *wanted)
{
    while (*wanted && !is(word, length, *wanted))
        wanted++;
    return *wanted != NULL;
}

/* From `(` or `[` on: the place after its end. */
static void skip_bracket(scanner *s)
{
    int depth = 0;
    do {
        depth += *s->at == '(' || *s->at == '[';
        depth -= *s->at == ')' || *s->at == ']';
        s->at++;
    } while (depth > 0 && s->at < s->end);
    s->failed |= depth > 0;
}

/* Qualifiers, and attributes of functions. Returns whether `const` was among them. */
static bool skip_qualifiers(scanner *s)
{
    static const char *const words[] = {
        "const",    "volatile",  "restrict", "__restrict",        "__restrict__",
        "_Nonnull", "_Nullable", "register", "_Null_unspecified", NULL};
    bool is_const = false;
    for (;;) {
        size_t n = word_length(s);
        if (is(s->at, n, "__attribute__")) {
            s->at += n;
            if (at(s, '('))
                skip_bracket(s);
            continue;
        }
        if (n == 0 || !is_any(s->at, n, words))
            return is_const;
        is_const |= is(s->at, n, "const");
        s->at += n;
    }
}

/* ---- before the name: "const unsigned long", "struct x" ---- */

/* `struct`, `union` or `enum` has been read. */
static c_type *read_tagged(scanner *s, const char *word)
{
    bool is_enum = *word == 'e', is_union = *word == 'u';
    size_t n = word_length(s);
    while (n > 0 && s->end - s->at > (ptrdiff_t)n + 1 && memcmp(s->at + n, "::", 2) == 0) {
        s->at += n + 2;
        n = word_length(s);
    }
    c_type *type = make(is_enum ? C_ENUM : C_RECORD);
    if (n > 0) {
        const char *tag = memory_slice(s->at, n);
        s->at += n;
        if (is_enum)
            type->enumeration = header_enum(s->h, tag);
        else
            type->record = header_record(s->h, tag, is_union);
        return type;
    }
    if (!at(s, '('))
        return other("a type that is not understood");
    skip_bracket(s);
    type->enumeration = s->unnamed.enumeration;
    type->record = s->unnamed.record;
    if (is_enum ? type->enumeration == NULL : type->record == NULL)
        return other("a type without a name");
    return type;
}

/* The words of an arithmetic type, counted. */
typedef struct words {
    int signed_, unsigned_, short_, long_, char_, int_, float_, double_, bool_, void_, all;
} words;

static bool count_word(words *w, const char *word, size_t n)
{
    const struct {
        const char *word;
        int *count;
    } rows[] = {{"signed", &w->signed_}, {"unsigned", &w->unsigned_}, {"short", &w->short_},
                {"long", &w->long_},     {"char", &w->char_},         {"int", &w->int_},
                {"float", &w->float_},   {"double", &w->double_},     {"_Bool", &w->bool_},
                {"bool", &w->bool_},     {"void", &w->void_}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is(word, n, rows[i].word)) {
            w->all++;
            return ++*rows[i].count, true;
        }
    return false;
}

static c_type *scalar_of(const words *w)
{
    c_type *type = make(C_SCALAR);
    if (w->double_ && w->long_)
        return other("long double");
    if (w->void_ || w->bool_ || w->float_ || w->double_)
        type->scalar = w->void_ ? C_VOID : w->bool_ ? C_BOOL : w->float_ ? C_FLOAT_TYPE : C_DOUBLE;
    else if (w->char_)
        type->scalar = w->unsigned_ ? C_UNSIGNED_CHAR : w->signed_ ? C_SIGNED_CHAR : C_CHAR;
    else if (w->short_)
        type->scalar = w->unsigned_ ? C_UNSIGNED_SHORT : C_SHORT;
    else if (w->long_ > 1)
        type->scalar = w->unsigned_ ? C_UNSIGNED_LONG_LONG : C_LONG_LONG;
    else if (w->long_)
        type->scalar = w->unsigned_ ? C_UNSIGNED_LONG : C_LONG;
    else
        type->scalar = w->unsigned_ ? C_UNSIGNED : C_INT;
    return type;
}

/* A type for which csp has no equivalent, as its word tells, or NULL. */
static c_type *read_foreign(scanner *s, const char *word, size_t n)
{
    static const char *const va_lists[] = {"va_list", "__gnuc_va_list", "__builtin_va_list", NULL};
    static const char *const typeofs[] = {"typeof", "__typeof__", "__typeof", NULL};
    const char *what = NULL;
    if (is_any(word, n, va_lists))
        what = "va_list";
    else if (is(word, n, "_Complex"))
        what = "a complex number";
    else if (is(word, n, "_Atomic"))
        what = "an atomic type";
    else if (is(word, n, "__int128"))
        what = "__int128";
    else if (is(word, n, "_BitInt") || is_any(word, n, typeofs))
        what = "a type that is not understood";
    else if (is(word, n, "__float128") || is(word, n, "_Float128") || is(word, n, "_Float16"))
        what = memory_slice(word, n);
    if (!what)
        return NULL;
    if (at(s, '('))
        skip_bracket(s);
    return other(what);
}

static c_type *read_front(scanner *s)
{
    c_type *type = NULL;
    words w = {0};
    bool is_const = false;
    for (;;) {
        size_t n = word_length(s);
        bool is_vector = is(s->at, n, "__attribute__");
        is_const |= skip_qualifiers(s);
        if (is_vector && !type)
            type = other("a vector");
        n = word_length(s);
        const char *word = s->at;
        if (n == 0)
            break;
        s->at += n;
        if (count_word(&w, word, n) || (type && type->kind == C_OTHER))
            continue;
        c_type *foreign = read_foreign(s, word, n);
        if (foreign) {
            type = foreign;
        } else if (type || w.all) {
            s->failed = true;
            break;
        } else if (is(word, n, "struct") || is(word, n, "union") || is(word, n, "enum")) {
            type = read_tagged(s, word);
        } else {
            type = make(C_TYPEDEF);
            type->name = memory_slice(word, n);
        }
    }
    if (!type && w.all)
        type = scalar_of(&w);
    if (!type)
        type = other("a type that is not understood");
    type->is_const = is_const;
    return type;
}

/* ---- after the name: "(*)(int)", "*", "[4]" ---- */

static c_type *read_type(scanner *s);

/* From the byte after `(` on. */
static void read_params(scanner *s, c_type *function)
{
    c_type **last = &function->params;
    function->is_prototype = !at(s, ')');
    while (!s->failed && !at(s, ')')) {
        if (at(s, '.')) {
            function->is_variadic = true;
            while (take(s, '.'))
                ;
            break;
        }
        c_type *param = read_type(s);
        bool is_void = param->kind == C_SCALAR && param->scalar == C_VOID;
        if (!is_void) {
            *last = param;
            last = &param->next;
            function->count++;
        }
        if (!take(s, ','))
            break;
    }
    s->failed |= !take(s, ')');
}

/* Arrays and functions, the first one outermost. */
static c_type *read_suffixes(scanner *s, c_type *type)
{
    c_type *made = NULL, **inner = &made;
    while (!s->failed && (at(s, '[') || at(s, '('))) {
        c_type *one = make(at(s, '[') ? C_ARRAY : C_FUNCTION);
        s->at++;
        if (one->kind == C_FUNCTION) {
            read_params(s, one);
        } else {
            skip_blanks(s);
            bool is_said = s->at < s->end && isdigit((unsigned char)*s->at);
            one->length = is_said ? strtoll(s->at, NULL, 10) : -1;
            while (s->at < s->end && isdigit((unsigned char)*s->at))
                s->at++;
            s->failed |= !take(s, ']');
        }
        skip_qualifiers(s);
        *inner = one;
        inner = &one->of;
    }
    *inner = type;
    return made;
}

static c_type *read_behind(scanner *s, c_type *type)
{
    if (s->failed || ++s->depth > NESTING) {
        s->failed = true;
        return type;
    }
    while (take(s, '*')) {
        c_type *pointer = make(C_POINTER);
        pointer->of = type;
        pointer->is_const = skip_qualifiers(s);
        type = pointer;
    }
    scanner inner = *s;
    bool is_group = take(&inner, '(');
    if (is_group) {
        skip_qualifiers(&inner);
        is_group = at(&inner, '*') || at(&inner, '(');
    }
    if (is_group) {
        at(s, '(');
        skip_bracket(s);
        const char *start = inner.at, *end = s->at - 1;
        type = read_suffixes(s, type);
        inner = *s;
        inner.at = start;
        inner.end = end;
        type = read_behind(&inner, type);
        skip_blanks(&inner);
        s->failed |= inner.failed || inner.at != inner.end;
    } else {
        type = read_suffixes(s, type);
    }
    s->depth--;
    return type;
}

static c_type *read_type(scanner *s)
{
    c_type *front = read_front(s);
    return s->failed ? front : read_behind(s, front);
}

c_type *type_read(header *h, const char *written, c_unnamed unnamed)
{
    scanner s = {.h = h, .at = written, .end = written + strlen(written), .unnamed = unnamed};
    c_type *type = read_type(&s);
    skip_blanks(&s);
    return s.failed || s.at != s.end ? other("a type that is not understood") : type;
}

/* ---- typedefs ---- */

static const c_type *step(const header *h, const c_type *type)
{
    const c_typedef *found = table_find(&h->typedefs, type->name);
    return found ? found->type : NULL;
}

const c_type *type_resolve(const header *h, const c_type *type)
{
    static const c_type unknown = {.kind = C_OTHER, .name = "a type that is not understood"};
    for (int i = 0; type && type->kind == C_TYPEDEF && i < TYPEDEFS; i++)
        type = step(h, type);
    return type && type->kind != C_TYPEDEF ? type : &unknown;
}

bool type_is_const(const header *h, const c_type *type)
{
    for (int i = 0; type && i < TYPEDEFS; i++) {
        if (type->is_const)
            return true;
        type = type->kind == C_TYPEDEF ? step(h, type) : NULL;
    }
    return false;
}
