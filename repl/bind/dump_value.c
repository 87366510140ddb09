#include "repl/bind/dump_value.h"

#include <stdlib.h>
#include <string.h>

#include "repl/bind/dump.h"

/* ---- integers ---- */

static void find_integer(dump_stream *in, dump_node *n, void *user)
{
    const char **found = user;
    if (*found)
        return;
    if (dump_is(n, "ConstantExpr") && n->value)
        *found = n->value;
    else
        dump_each(in, n, find_integer, user);
}

const char *dump_integer(dump_stream *in, dump_node *enumerator)
{
    const char *found = NULL;
    dump_each(in, enumerator, find_integer, &found);
    if (found && strcmp(found, "true") == 0)
        return "1";
    if (found && strcmp(found, "false") == 0)
        return "0";
    return found;
}

static void find_enumerator(dump_stream *in, dump_node *n, void *user)
{
    const char **found = user;
    if (dump_is(n, "EnumConstantDecl"))
        *found = dump_integer(in, n);
}

/* ---- floats ---- */

typedef struct float_value {
    const char *digits; /* NULL: none found */
    bool is_negative, is_other;
} float_value;

/* A literal, with signs, brackets and conversions before it. */
static void find_float(dump_stream *in, dump_node *n, void *user)
{
    float_value *f = user;
    bool is_sign = dump_is(n, "UnaryOperator") && n->opcode &&
                   (strcmp(n->opcode, "-") == 0 || strcmp(n->opcode, "+") == 0);
    bool is_wide = n->type && strcmp(n->type, "long double") == 0;
    if (dump_is(n, "FloatingLiteral") && !is_wide)
        f->digits = n->value;
    else if (!is_wide && (is_sign || dump_is(n, "ParenExpr") || dump_is(n, "ImplicitCastExpr")))
        dump_each(in, n, find_float, user);
    else
        f->is_other = true;
    f->is_negative ^= is_sign && *n->opcode == '-';
}

/* ---- texts ---- */

static int digit_of(char c, int base)
{
    int digit = c >= '0' && c <= '9'                     ? c - '0'
                : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                         : 99;
    return digit < base ? digit : -1;
}

/* What follows a backslash. */
static const char *read_escape(const char *at, text *out)
{
    static const char letters[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
    const char *letter = *at ? strchr(letters, *at) : NULL;
    char byte = letter ? values[letter - letters] : *at;
    bool is_octal = digit_of(*at, 8) >= 0, is_hex = *at == 'x';
    if (is_octal || is_hex) {
        unsigned number = 0;
        at += is_hex;
        for (int i = 0; i < (is_octal ? 3 : 2) && digit_of(*at, is_octal ? 8 : 16) >= 0; i++, at++)
            number = number * (is_octal ? 8 : 16) + (unsigned)digit_of(*at, 16);
        byte = (char)number;
    } else if (*at) {
        at++;
    }
    text_add(out, &byte, 1);
    return at;
}

/* The bytes of a literal as clang writes it; NULL: it has wide characters. */
static const c_constant *read_literal(const char *literal)
{
    if (strncmp(literal, "u8", 2) == 0)
        literal += 2;
    if (*literal++ != '"')
        return NULL;
    text bytes = {0};
    text_put(&bytes, "");
    while (*literal && *literal != '"') {
        if (*literal == '\\')
            literal = read_escape(literal + 1, &bytes);
        else
            text_add(&bytes, literal++, 1);
    }
    c_constant *made = memory_get(sizeof *made);
    *made = (c_constant){.kind = C_BYTES, .value = bytes.bytes, .length = bytes.length};
    return made;
}

static void find_text(dump_stream *in, dump_node *n, void *user)
{
    const char **found = user;
    if (dump_is(n, "StringLiteral") && !*found)
        *found = n->value;
    else if (dump_is(n, "ParenExpr") || dump_is(n, "ImplicitCastExpr"))
        dump_each(in, n, find_text, user);
}

/* ---- macros ---- */

static const c_constant *digits(c_constant_kind kind, const char *sign, const char *number)
{
    c_constant *made = memory_get(sizeof *made);
    text value = {0};
    text_print(&value, "%s%s", sign, number);
    *made = (c_constant){.kind = kind, .value = value.bytes, .length = value.length};
    return made;
}

static const c_constant *read_value(dump_stream *in, dump_node *n, c_constant_kind kind)
{
    const char *found = NULL;
    float_value f = {0};
    switch (kind) {
    case C_INTEGER:
        dump_each(in, n, find_enumerator, &found);
        return found ? digits(kind, "", found) : NULL;
    case C_FLOAT:
        dump_each(in, n, find_float, &f);
        return f.digits && !f.is_other ? digits(kind, f.is_negative ? "-" : "", f.digits) : NULL;
    case C_BYTES: dump_each(in, n, find_text, &found); break;
    }
    return found ? read_literal(found) : NULL;
}

bool dump_macro(dump_stream *in, dump_node *n, header *h)
{
    static const struct {
        const char *prefix;
        c_constant_kind kind;
    } rows[] = {{DUMP_INTEGER, C_INTEGER}, {DUMP_TEXT, C_BYTES}, {DUMP_FLOAT, C_FLOAT}};
    for (size_t i = 0; n->name && i < sizeof rows / sizeof *rows; i++) {
        size_t length = strlen(rows[i].prefix);
        if (strncmp(n->name, rows[i].prefix, length) != 0)
            continue;
        unsigned long number = strtoul(n->name + length, NULL, 10);
        const c_constant *value = number < h->macro_count ? read_value(in, n, rows[i].kind) : NULL;
        if (value && !h->values[number])
            h->values[number] = value;
        return true;
    }
    return false;
}
