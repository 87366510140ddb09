/* Strings and bytes. Strings are valid UTF-8; lengths and indices that programs see are in
 * code points. */
#ifndef CSP_VM_CORE_STRING_H
#define CSP_VM_CORE_STRING_H

#include "vm/core/bytecode.h"
#include "vm/core/object.h"

/* Makers return VALUE_ABSENT when memory has run out (or the text is longer than STRING_MAX). */
value str_new(csp_vm *vm, const char *utf8, size_t size);                /* valid UTF-8 */
value str_part(csp_vm *vm, const string *s, uint32_t from, uint32_t to); /* bytes of another */
/* A string of any bytes: each that is not part of valid UTF-8 becomes a replacement character. */
value str_repaired(csp_vm *vm, const char *data, size_t size);
/* A formatted string, repaired in the same way: it may quote bytes of unknown origin, or cut them
 * off inside a character (%.20s). */
value str_format(csp_vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* one object per text, kept while somebody holds it: for names and constants */
value str_intern(csp_vm *vm, const char *utf8, size_t size);
/* The interned string equal to s, if there is one already; else ABSENT. */
value str_interned(const csp_vm *vm, string *s);
/* For the collector's callbacks: see code_push, code_judge (code_table.h). */
void str_push_interned(const csp_vm *vm);
void str_judge_interned(csp_vm *vm);
value str_concat(csp_vm *vm, value a, value b);
value bytes_new(csp_vm *vm, const void *data, size_t size);
/* A string of `size` bytes for the caller to fill (in slices, if it likes) with `length`
 * code points of valid UTF-8 before a program sees it. NULL: out of memory, or longer
 * than STRING_MAX. */
string *str_blank(csp_vm *vm, size_t size, size_t length);
bytes *bytes_blank(csp_vm *vm, size_t size); /* the same */

uint32_t str_hash(const csp_vm *vm, string *s); /* kept in the string; never 0 */
bool str_equal(const string *a, const string *b);
int str_compare(const string *a, const string *b); /* by code points: -1, 0, 1 */

/* The byte offset of code point `index` (0 … length); O(1) for ASCII, otherwise by the table
 * of offsets. */
uint32_t str_offset(string *s, uint32_t index);
/* The reverse: the code point that begins at a byte offset (0 … size). */
uint32_t str_index_at(string *s, uint32_t offset);
/* Whether the table of offsets exists or is not needed; if not, str_index_step does one of the
 * steps that make it. */
bool str_indexed(string *s);
bool str_index_step(string *s);          /* true: it exists now */
enum { STRING_INDEX_REDUCTIONS = 1024 }; /* what one of them costs */
/* one code point, index < length */
value str_at(csp_vm *vm, string *s, uint32_t index);
/* code points, from <= to <= length */
value str_slice(csp_vm *vm, string *s, uint32_t from, uint32_t to);
/* First occurrence at or after byte `from`: byte offset, or -1. */
int64_t str_find(const string *s, const string *part, uint32_t from);

#endif
