/* What the files of the String module share. */
#ifndef CSP_STDLIB_STRING_PARTS_H
#define CSP_STDLIB_STRING_PARTS_H

#include "vm/native.h"

/* Going once through so many bytes of text costs a reduction: by memcpy and the like, or character
 * by character. */
enum { STRING_BYTES_PER_REDUCTION = 128, STRING_CHARACTERS_PER_REDUCTION = 2 };

/* What a step of a resumable native goes through character by character; by memcpy and the like, it
 * is long_bytes. Long enough that the steps cost nothing, short enough that the others are not held
 * up. */
enum { STRING_CHARACTERS_PER_STEP = 8 << 10 };

/* Where a resumable native has got to: the int in its slot, 0 at the start. */
static inline uint32_t string_at(value slot)
{
    return slot != VALUE_ABSENT ? (uint32_t)value_as_int(slot) : 0;
}

/* Unicode's White_Space. */
static inline bool string_is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

/* A string that is filled in steps, in a slot: made by the first step. NULL: raised. */
string *string_blank(csp_vm *vm, value *slot, uint64_t size, uint64_t length);

/* string.c: whether so many bytes at a and b are the same, in steps; slot: how many are known to
 * be. DONE or YIELD. */
verdict string_same_step(csp_vm *vm, const char *a, const char *b, size_t size, value *slot,
                         value *result);

/* string_unicode.c */

/* The end of the grapheme cluster (what a reader takes for one character) that starts at byte `at`
 * < s->size. False: it is so long that it takes another step; the slot says where that goes on, and
 * is absent at the start and the end. */
bool string_grapheme_end(const string *s, uint32_t at, value *slot, uint32_t *end);

/* Resumable. */
enum { STRING_UNICODE_SLOTS = 4 };
native_fn string_upper, string_lower, string_width, string_reverse;

/* string_fill.c: resumable */
enum { STRING_FILL_SLOTS = 4 };
native_fn string_repeat, string_pad_start, string_pad_end, string_replace;

/* string_split.c: resumable */
enum { STRING_SPLIT_SLOTS = 8 };
native_fn string_split, string_lines, string_chars, string_graphemes;

/* string_codes.c: resumable */
enum { STRING_CODES_SLOTS = 2, STRING_FROM_CODES_SLOTS = 3 };
native_fn string_codes, string_from_codes;

/* string_join.c: resumable */
enum { STRING_JOIN_SLOTS = 5 };
native_fn string_join;

/* string_bytes.c: resumable */
enum { STRING_TRIM_SLOTS = 4, STRING_UTF8_SLOTS = 3, STRING_BYTES_SLOTS = 2 };
native_fn string_trim, string_trim_start, string_trim_end, string_bytes, string_from_bytes;

/* The text that so many bytes hold, or an error of kind value_error: checked, then copied, in
 * steps. slots: STRING_UTF8_SLOTS of them. */
verdict string_of_bytes(csp_vm *vm, const void *data, size_t size, value *slots, value *result);
/* The same of bytes [from, to) of a text: slots: two of them, how many are counted or copied, what
 * is made. */
verdict string_part(csp_vm *vm, const string *s, uint32_t from, uint32_t to, value *slots,
                    value *result);

/* format.c: resumable */
enum { STRING_FORMAT_SLOTS = 5 };
native_fn string_format;

#endif
