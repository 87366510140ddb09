#include "repl/bind/print_constant.h"

#include <string.h>

/* ---- texts ---- */

/* The length of the UTF-8 character that begins here; 0: none does. */
static size_t character_length(const char *at, size_t left)
{
    const unsigned char *b = (const unsigned char *)at;
    size_t n = b[0] < 0x80   ? 1
               : b[0] < 0xc2 ? 0
               : b[0] < 0xe0 ? 2
               : b[0] < 0xf0 ? 3
               : b[0] < 0xf5 ? 4
                             : 0;
    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    bool is_long = (b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xf0 && b[1] < 0x90);
    bool is_none = (b[0] == 0xed && b[1] > 0x9f) || (b[0] == 0xf4 && b[1] > 0x8f);
    return is_long || is_none ? 0 : n;
}

static bool is_utf8(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t n = character_length(bytes + i, length - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

static void put_byte(char byte, text *out)
{
    unsigned char code = (unsigned char)byte;
    if (byte == '"' || byte == '\\' || byte == '$')
        text_print(out, "\\%c", byte);
    else if (byte == '\n')
        text_put(out, "\\n");
    else if (code < ' ' || code == 0x7f)
        text_print(out, "\\x%02x", code);
    else
        text_add(out, &byte, 1);
}

/* A string, or bytes if it is not UTF-8. */
static void put_text(const c_constant *c, text *out)
{
    bool is_string = is_utf8(c->value, c->length);
    text_put(out, is_string ? "\"" : "b\"");
    for (size_t i = 0; i < c->length; i++) {
        if (!is_string && c->value[i] & 0x80)
            text_print(out, "\\x%02x", (unsigned char)c->value[i]);
        else
            put_byte(c->value[i], out);
    }
    text_put(out, "\"");
}

/* ---- numbers ---- */

/* clang's "1" and "1.5E+10" are 1.0 and 1.5e+10. */
static void put_float(const char *digits, text *out)
{
    bool is_plain = strpbrk(digits, ".eE") == NULL;
    for (; *digits; digits++)
        text_print(out, "%c", *digits == 'E' ? 'e' : *digits);
    text_put(out, is_plain ? ".0" : "");
}

static bool is_number(const char *digits)
{
    digits += *digits == '-';
    return *digits >= '0' && *digits <= '9';
}

static bool put_constant(const selection *s, table *taken, const char *name, const c_constant *c,
                         text *out)
{
    if (c->kind != C_BYTES && !is_number(c->value))
        return false;
    text_print(out, "const %s = ", select_free_name(taken, &s->words, name, "c_"));
    if (c->kind == C_BYTES)
        put_text(c, out);
    else if (c->kind == C_FLOAT)
        put_float(c->value, out);
    else
        text_put(out, c->value);
    text_put(out, "\n");
    return true;
}

/* ---- macros ---- */

/* Names, separated by commas, in a comment of as many lines as needed. */
typedef struct names {
    text lines;
    size_t line;
} names;

static void add_name(names *all, const char *name)
{
    bool is_first = all->lines.length == 0;
    if (!is_first && all->lines.length - all->line + strlen(name) + 3 > PRINT_COLUMNS) {
        text_put(&all->lines, ",\n");
        all->line = all->lines.length;
        is_first = true;
    }
    text_print(&all->lines, "%s%s", is_first ? "#   " : ", ", name);
}

/* A macro with parameters, as written, if it fits one line. */
static void put_function_macro(const c_macro *m, text *out)
{
    text line = {0};
    text_print(&line, "#   %s%s  %s", m->name, m->params, m->body);
    if (line.length > PRINT_COLUMNS) {
        size_t end = PRINT_COLUMNS - 3;
        while ((line.bytes[end] & 0xc0) == 0x80)
            end--;
        line.length = end;
        text_put(&line, "...");
    }
    text_print(out, "%s\n", line.bytes);
    text_free(&line);
}

/* What the macro stands for exists already, under its own name. */
static bool is_declared(const header *h, const table *seen, const c_macro *m)
{
    const c_function *f = table_find(&h->functions, m->name);
    return (f && f->is_selected && !f->why) || table_find(seen, m->name) ||
           strcmp(m->name, m->body) == 0;
}

/* ---- all ---- */

static bool put_enums(const selection *s, const header *h, table *seen, table *taken, text *out)
{
    bool any = false;
    for (const c_enum *e = h->enums; e; e = e->next)
        for (const c_constant *c = e->is_own ? e->constants : NULL; c; c = c->next) {
            if (!select_name(s, c->name) || table_find(seen, c->name))
                continue;
            table_set(seen, c->name, seen);
            any |= put_constant(s, taken, c->name, c, out);
        }
    return any;
}

bool print_constants(const selection *s, const header *h, text *out)
{
    table taken = {0}, seen = {0};
    names others = {0};
    text functions = {0};
    table_set(&taken, s->alias, &taken);
    bool any = put_enums(s, h, &seen, &taken, out);
    for (const c_macro *m = h->macros; m; m = m->next) {
        if (!select_macro(s, m) || is_declared(h, &seen, m))
            continue;
        if (m->params)
            put_function_macro(m, &functions);
        else if (!m->value || !put_constant(s, &taken, m->name, m->value, out))
            add_name(&others, m->name);
        any = true;
    }
    if (others.lines.bytes)
        text_print(out, "\n# Macros that are no constants:\n%s\n", others.lines.bytes);
    if (functions.bytes)
        text_print(out, "\n# Macros with parameters, which only C can use:\n%s", functions.bytes);
    text_free(&others.lines);
    text_free(&functions);
    return any;
}
