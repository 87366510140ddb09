/* A text builder, and how values of text are shown. */
#ifndef CSP_VM_CORE_TEXT_H
#define CSP_VM_CORE_TEXT_H

#include "base/json.h"
#include "vm/core/bytecode.h"
#include "vm/core/object.h"

/* Builds a text piece by piece in a growing block of the collected heap. `block` holds it, from the
 * C stack or a slot. */
typedef struct text {
    csp_vm *vm;
    char *block;
    size_t used, capacity;
    bool failed;
    bool lent; /* the block is the caller's */
} text;
void text_init(text *t, csp_vm *vm);
/* The same, beginning in the caller's memory, which outlives t. */
void text_init_in(text *t, csp_vm *vm, char *room, size_t size);
bool text_add_slowly(text *t, const char *data, size_t size);
/* false and failed: out of memory */
static inline bool text_add(text *t, const char *data, size_t size)
{
    if (size == 0 || size > t->capacity - t->used || t->failed)
        return text_add_slowly(t, data, size);
    memcpy(t->block + t->used, data, size);
    t->used += size;
    return true;
}
bool text_put(text *t, char c);
bool text_printf(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
json text_json(text *t);    /* appends JSON to what is there */
value text_string(text *t); /* ABSENT if it failed */
/* A duration in ns as the language writes it: "30ms", "1.5s", "2h"; at most three digits after
 * the point. */
bool text_duration(text *t, int64_t ns);
/* The text in quotes, with escapes, as `repr` shows it. */
bool text_quote_string(text *t, const string *s);
bool text_quote_bytes(text *t, const bytes *b);
/* The same for the beginning of a string, cut off as by text_cut. */
bool text_quote_start(text *t, const string *s, size_t limit);
/* Cuts what was added after the first `start` bytes to `limit` bytes, at a character, and adds `…`
 * if that makes it shorter. */
bool text_cut(text *t, size_t start, size_t limit);
/* The same without quotes, from byte `from` to `to`, extended to the end of the character there,
 * which is returned. */
uint32_t text_quote_string_part(text *t, const string *s, uint32_t from, uint32_t to);
void text_quote_bytes_part(text *t, const bytes *b, uint32_t from, uint32_t to);

#endif
