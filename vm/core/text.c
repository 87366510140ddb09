/* The text builder, and quoting. */
#include "vm/core/text.h"

#include <stdarg.h>

#include "base/utf8.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"

void text_init(text *t, csp_vm *vm) { *t = (text){.vm = vm}; }

void text_init_in(text *t, csp_vm *vm, char *room, size_t size)
{
    *t = (text){.vm = vm, .block = room, .capacity = size, .lent = true};
}

/* Makes room for `size` more bytes. */
static bool text_reserve(text *t, size_t size)
{
    if (t->failed)
        return false;
    if (size <= t->capacity - t->used)
        return true;
    size_t capacity = t->capacity != 0 ? t->capacity * 2 : 64;
    if (size > STRING_MAX - t->used) {
        t->failed = true;
        return false;
    }
    if (capacity < t->used + size)
        capacity = t->used + size;
    char *block = heap_alloc_raw(vm_heap(t->vm), HEAP_BYTES, capacity);
    if (block == NULL) {
        t->failed = true;
        return false;
    }
    if (t->block != NULL) {
        memcpy(block, t->block, t->used);
        if (!t->lent)
            heap_release(vm_heap(t->vm), HEAP_BYTES, t->block, t->capacity);
    }
    t->lent = false;
    t->block = block;
    t->capacity = capacity;
    return true;
}

bool text_add_slowly(text *t, const char *data, size_t size)
{
    if (!text_reserve(t, size))
        return false;
    if (size > 0)
        memcpy(t->block + t->used, data, size);
    t->used += size;
    return true;
}

bool text_put(text *t, char c) { return text_add(t, &c, 1); }

bool text_printf(text *t, const char *format, ...)
{
    for (;;) {
        size_t room = t->capacity - t->used;
        va_list arguments;
        va_start(arguments, format);
        int size = vsnprintf(room > 0 ? t->block + t->used : NULL, room, format, arguments);
        va_end(arguments);
        if (size < 0)
            t->failed = true;
        if (t->failed)
            return false;
        if ((size_t)size < room) {
            t->used += (size_t)size;
            return true;
        }
        if (!text_reserve(t, (size_t)size + 1))
            return false;
    }
}

static void add_json(void *to, const char *piece, size_t size) { text_add(to, piece, size); }

json text_json(text *t) { return (json){.add = add_json, .to = t}; }

value text_string(text *t)
{
    return t->failed ? VALUE_ABSENT : str_new(t->vm, t->used > 0 ? t->block : "", t->used);
}

/* --- durations */

bool text_duration(text *t, int64_t ns)
{
    static const struct {
        const char *name;
        uint64_t ns, step; /* the smallest unit that is shown */
    } units[] = {{"h", 3600000000000, 3600000000000},
                 {"m", 60000000000, 60000000000},
                 {"s", 1000000000, 1000000},
                 {"ms", 1000000, 1000},
                 {"us", 1000, 1},
                 {"ns", 1, 1}};
    uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    unsigned at = 0;
    if (ns == 0)
        return text_printf(t, "0s");
    while (units[at].ns > 1 && (size < units[at].ns || size % units[at].step != 0))
        at++;
    uint64_t part = size % units[at].ns / units[at].step;
    text_printf(t, "%s%llu%s", ns < 0 ? "-" : "", (unsigned long long)(size / units[at].ns),
                part ? "." : "");
    for (uint64_t digit = 100; part > 0; part %= digit, digit /= 10)
        text_put(t, (char)('0' + part / digit));
    return text_printf(t, "%s", units[at].name);
}

/* --- quoting */

/* Characters that would break the line, be invisible, or change the direction of the text around
 * them are shown by number. */
static bool must_escape(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* The letter of an escape that has one; 0: none. */
static char escape_letter(uint32_t c)
{
    switch (c) {
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '\0': return '0';
    case '"': return '"';
    case '\\': return '\\';
    default: return 0;
    }
}

static bool add_escape(text *t, uint32_t c)
{
    char letter = escape_letter(c);
    if (letter != 0)
        return text_put(t, '\\') && text_put(t, letter);
    return c < 0x100 ? text_printf(t, "\\x%02x", (unsigned)c)
                     : text_printf(t, "\\u{%x}", (unsigned)c);
}

uint32_t text_quote_string_part(text *t, const string *s, uint32_t from, uint32_t to)
{
    uint32_t plain = from; /* where the text begins that is not added yet and needs no escape */
    uint32_t at = from;
    unsigned size;
    for (; at < to; at += size) {
        uint32_t c = utf8_decode_valid(s->text + at, &size);
        bool interpolates = c == '$' && s->text[at + 1] == '{';
        if (!must_escape(c) && c != '"' && c != '\\' && !interpolates)
            continue;
        text_add(t, s->text + plain, at - plain);
        plain = at + size;
        if (interpolates)
            text_add(t, "\\$", 2);
        else
            add_escape(t, c);
    }
    text_add(t, s->text + plain, at - plain);
    return at;
}

bool text_quote_string(text *t, const string *s)
{
    text_put(t, '"');
    text_quote_string_part(t, s, 0, s->size);
    return text_put(t, '"');
}

void text_quote_bytes_part(text *t, const bytes *b, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        uint8_t c = b->data[i];
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            add_escape(t, c);
        else
            text_put(t, (char)c);
    }
}

bool text_quote_bytes(text *t, const bytes *b)
{
    text_add(t, "b\"", 2);
    text_quote_bytes_part(t, b, 0, b->size);
    return text_put(t, '"');
}

bool text_cut(text *t, size_t start, size_t limit)
{
    if (t->failed || t->used - start <= limit)
        return !t->failed;
    size_t size = limit;
    while (size > 0 && utf8_continues(t->block[start + size]))
        size--;
    t->used = start + size;
    return text_add(t, "\xe2\x80\xa6", 3);
}

bool text_quote_start(text *t, const string *s, size_t limit)
{
    size_t start = t->used;
    uint32_t end = s->size;
    if (end > limit) /* each byte yields at least one */
        for (end = (uint32_t)limit; utf8_continues(s->text[end]);)
            end++;
    text_put(t, '"');
    text_quote_string_part(t, s, 0, end);
    text_put(t, '"');
    return text_cut(t, start, limit);
}
