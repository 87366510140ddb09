/* Strings and bytes, and a builder for texts. Strings are valid UTF-8; lengths and indices that programs see count
 * code points. */
#ifndef CSP_VM_TEXT_H
#define CSP_VM_TEXT_H

#include "vm/vm.h"

/* Makers: VALUE_ABSENT where memory has run out (or the text is longer than STRING_MAX). */
value str_new(csp_vm *vm, const char *utf8, size_t size);     /* valid UTF-8 */
value str_checked(csp_vm *vm, const char *data, size_t size); /* VALUE_NIL where it is not UTF-8 */
value str_format(csp_vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* one object per text, kept as long as the VM: names and constants only */
value str_intern(csp_vm *vm, const char *utf8, size_t size);
/* For the collector's callbacks: see code_push, code_judge (code.h). */
void str_push_interned(const csp_vm *vm);
void str_judge_interned(csp_vm *vm);
value str_concat(csp_vm *vm, value a, value b);
value bytes_new(csp_vm *vm, const void *data, size_t size);
/* A string of `size` bytes for the caller to fill, in slices if it likes, with `length` code points of valid UTF-8
 * before a program sees it. NULL: out of memory, or longer than STRING_MAX. */
string *str_blank(csp_vm *vm, size_t size, size_t length);
bytes *bytes_blank(csp_vm *vm, size_t size); /* the same */

uint32_t str_hash(const csp_vm *vm, string *s); /* kept in the string; never 0 */
bool str_equal(const string *a, const string *b);
int str_compare(const string *a, const string *b); /* by code points: -1, 0, 1 */

/* The byte offset of code point `index` (0 … length); O(1) for ASCII, else by the table of offsets. */
uint32_t str_offset(string *s, uint32_t index);
/* The other way round: the code point that begins at a byte offset (0 … size). */
uint32_t str_index_at(string *s, uint32_t offset);
/* Whether the table of offsets is there, or none is needed; else one of the steps in which a long one is made. */
bool str_indexed(string *s);
bool str_index_step(string *s);                                     /* true: it is there now */
value str_at(csp_vm *vm, string *s, uint32_t index);                /* one code point, index < length */
value str_slice(csp_vm *vm, string *s, uint32_t from, uint32_t to); /* code points, from <= to <= length */
/* First occurrence at or after byte `from`: byte offset, or -1. */
int64_t str_find(const string *s, const string *part, uint32_t from);

/* Builds a text piece by piece, in a growing block of the collected heap (held by the C stack or a slot through
 * `block`). */
typedef struct text {
    csp_vm *vm;
    char *block;
    size_t used, capacity;
    bool failed;
} text;
void text_init(text *t, csp_vm *vm);
bool text_add(text *t, const char *data, size_t size); /* false and failed: out of memory */
bool text_put(text *t, char c);
bool text_printf(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
value text_string(text *t); /* ABSENT where it failed */
/* A duration in ns as the language writes it: "30ms", "1.5s", "2h"; at most three digits behind the point. */
bool text_duration(text *t, int64_t ns);
/* Between quotes, with escapes, as `repr` shows it. */
bool text_quote_string(text *t, const string *s);
bool text_quote_bytes(text *t, const bytes *b);
/* The same of a string's beginning, cut off as text_cut has it. */
bool text_quote_start(text *t, const string *s, size_t limit);
/* Cuts what was added since it had `start` bytes to `limit` bytes, at a character, and adds `…` if that is shorter. */
bool text_cut(text *t, size_t start, size_t limit);
/* Without the quotes, from byte `from` to `to`: of a text to the end of the character there, which is given. */
uint32_t text_quote_string_part(text *t, const string *s, uint32_t from, uint32_t to);
void text_quote_bytes_part(text *t, const bytes *b, uint32_t from, uint32_t to);

#endif
