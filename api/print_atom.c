/* Values without elements, and keys. */
#include <string.h>

#include "api/print.h"
#include "base/name.h"
#include "base/utf8.h"
#include "vm/number/num.h"
#include "vm/walk/walk_show.h"

static void start(printer *p)
{
    p->atom.used = 0;
    p->cut = 0;
}

/* A string or bytes in quotes, as far as there is room. */
static void quote(printer *p, value v, uint64_t columns)
{
    enum { STEP = 4096 };
    text *t = &p->atom;
    bool is_string = value_is(v, OBJ_STRING);
    uint32_t size = is_string ? value_string(v)->size : value_bytes(v)->size, at = 0;
    size_t measured = 0;
    uint64_t width = 1;
    start(p);
    text_add(t, &"b\""[is_string], 2 - is_string);
    while (at < size && width < columns && !t->failed) {
        uint64_t room = (columns - width) / 8;
        uint32_t step = room > STEP ? STEP : room > 0 ? (uint32_t)room : 1;
        uint32_t to = size - at > step ? at + step : size;
        if (is_string)
            at = text_quote_string_part(t, value_string(v), at, to);
        else
            text_quote_bytes_part(t, value_bytes(v), at, to);
        at = is_string ? at : to;
        width += print_width(t->block + measured, t->used - measured);
        measured = t->used;
    }
    if (at < size) {
        p->cut =
            is_string ? value_string(v)->length - utf8_count(value_string(v)->text, at) : size - at;
        p->now.shortened = true;
        text_add(t, "…", strlen("…"));
    }
    text_put(t, '"');
}

static print_style style_of(value v)
{
    if (v == VALUE_NIL || v == VALUE_TRUE || v == VALUE_FALSE)
        return PRINT_CONSTANT;
    if (value_is_integer(v) || value_is_float(v) || value_is(v, OBJ_RANGE))
        return PRINT_NUMBER;
    return PRINT_HANDLE;
}

print_style print_atom(printer *p, value v, uint64_t columns)
{
    if (value_is(v, OBJ_STRING) || value_is(v, OBJ_BYTES)) {
        quote(p, v, columns);
        p->failed = p->failed || p->atom.failed;
        return PRINT_STRING;
    }
    start(p);
    bool described = p->describe && print_handle(p->vm, &p->atom, v);
    size_t limit = columns < STRING_MAX / 4 ? (size_t)columns * 4 : STRING_MAX;
    if (!described)
        p->failed = !walk_show(p->vm, &p->atom, v, limit) || p->failed;
    return style_of(v);
}

/* As `repr` writes it. */
void print_key(printer *p, value key, uint64_t columns)
{
    start(p);
    if (!value_is(key, OBJ_STRING)) {
        text_put(&p->atom, '[');
        p->failed = !walk_show(p->vm, &p->atom, key, (size_t)columns) || p->failed;
        text_put(&p->atom, ']');
        return;
    }
    const string *s = value_string(key);
    if (s->size <= columns && name_is(s->text, s->size))
        text_add(&p->atom, s->text, s->size);
    else
        quote(p, key, columns);
    p->failed = p->failed || p->atom.failed;
}
