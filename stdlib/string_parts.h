/* What the files of the String module share. */
#ifndef CSP_STDLIB_STRING_PARTS_H
#define CSP_STDLIB_STRING_PARTS_H

#include "vm/text.h"

/* Going once through so many bytes of text costs a reduction: by memcpy and the like, or character by character. */
enum { STRING_BYTES_PER_REDUCTION = 512, STRING_CHARACTERS_PER_REDUCTION = 8 };

/* An argument that must be a string; NULL: raised. */
static inline string *string_arg(csp_vm *vm, process *p, value v)
{
    if (value_is(v, OBJ_STRING))
        return value_string(v);
    vm_raise_type(vm, p, v, "a string");
    return NULL;
}

/* A new value as the result; FAIL where there was no memory for it. */
static inline verdict string_give(csp_vm *vm, value v, value *result)
{
    if (v == VALUE_ABSENT)
        return vm_raise_memory(vm);
    *result = v;
    return VERDICT_DONE;
}

/* string_unicode.c */

/* The end of the grapheme cluster (what a reader takes for one character) that starts at byte `at` < s->size. */
uint32_t string_grapheme_end(const string *s, uint32_t at);

native_fn string_upper, string_lower, string_width, string_reverse;

/* string_split.c: resumable, with two slots each */
enum { STRING_SPLIT_SLOTS = 2 };
native_fn string_split, string_lines, string_chars, string_graphemes;

/* string_join.c: resumable */
enum { STRING_JOIN_SLOTS = 3 };
native_fn string_join;

/* format.c: resumable */
enum { STRING_FORMAT_SLOTS = 3 };
native_fn string_format;

#endif
