/* String: what makes a list of pieces. In slices: a text of 100 MB has very many. */
#include "base/utf8.h"
#include "stdlib/string_parts.h"
#include "vm/data.h"

enum { STEP_PIECES = 512, STEP_BYTES = 64 << 10 };

enum { SLOT_AT, SLOT_LIST };
_Static_assert(SLOT_LIST + 1 == STRING_SPLIT_SLOTS, "one place says how many slots");

/* Finds the piece [*from, *to) of s that starts at byte *at and moves *at behind it and what ends it. False: there is
 * none. */
typedef bool next_piece(const string *s, const string *separator, uint32_t *at, uint32_t *from, uint32_t *to);

static verdict collect(csp_vm *vm, process *p, const string *s, const string *separator, next_piece *next, value *slots,
                       value *result)
{
    if (slots[SLOT_LIST] == VALUE_ABSENT) {
        value made = list_new(vm, p, NULL, 0);
        if (made == VALUE_ABSENT)
            return vm_raise_memory(vm);
        slots[SLOT_LIST] = made;
        slots[SLOT_AT] = value_int(0);
    }
    list *pieces = value_list(slots[SLOT_LIST]);
    uint32_t start = (uint32_t)value_as_int(slots[SLOT_AT]);
    uint32_t at = start;
    uint32_t count = 0;
    verdict v = VERDICT_YIELD;
    while (count < STEP_PIECES && at - start < STEP_BYTES) {
        uint32_t from;
        uint32_t to;
        if (!next(s, separator, &at, &from, &to)) {
            *result = slots[SLOT_LIST];
            v = VERDICT_DONE;
            break;
        }
        value piece = str_new(vm, s->text + from, to - from);
        if (piece == VALUE_ABSENT || !list_push(vm, pieces, piece))
            return vm_raise_memory(vm);
        count++;
    }
    slots[SLOT_AT] = value_int(at);
    vm_charge(vm, count / 2 + (at - start) / STRING_BYTES_PER_REDUCTION);
    return v;
}

/* --- split: the text behind the last separator is a piece too, so at ends beyond the text */

static bool next_part(const string *s, const string *separator, uint32_t *at, uint32_t *from, uint32_t *to)
{
    if (*at > s->size)
        return false;
    int64_t found = str_find(s, separator, *at);
    *from = *at;
    *to = found >= 0 ? (uint32_t)found : s->size;
    *at = found >= 0 ? *to + separator->size : s->size + 1;
    return true;
}

verdict string_split(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    const string *separator = s != NULL ? string_arg(vm, p, args[1]) : NULL;
    if (separator == NULL)
        return VERDICT_FAIL;
    if (separator->size == 0)
        return vm_raise(vm, ERR_VALUE, "the separator is empty (String.chars gives the characters)");
    return collect(vm, p, s, separator, next_part, args + 2, result);
}

/* --- lines: each ends with \n or \r\n, the last one perhaps not */

static bool next_line(const string *s, const string *separator, uint32_t *at, uint32_t *from, uint32_t *to)
{
    (void)separator;
    if (*at >= s->size)
        return false;
    const char *end = memchr(s->text + *at, '\n', s->size - *at);
    *from = *at;
    *to = end != NULL ? (uint32_t)(end - s->text) : s->size;
    *at = *to + 1;
    if (end != NULL && *to > *from && s->text[*to - 1] == '\r')
        --*to;
    return true;
}

verdict string_lines(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    return s != NULL ? collect(vm, p, s, NULL, next_line, args + 1, result) : VERDICT_FAIL;
}

/* --- characters */

static bool next_char(const string *s, const string *separator, uint32_t *at, uint32_t *from, uint32_t *to)
{
    (void)separator;
    if (*at >= s->size)
        return false;
    unsigned size;
    utf8_decode_valid(s->text + *at, &size);
    *from = *at;
    *at = *to = *at + size;
    return true;
}

verdict string_chars(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    return s != NULL ? collect(vm, p, s, NULL, next_char, args + 1, result) : VERDICT_FAIL;
}

static bool next_grapheme(const string *s, const string *separator, uint32_t *at, uint32_t *from, uint32_t *to)
{
    (void)separator;
    if (*at >= s->size)
        return false;
    *from = *at;
    *at = *to = string_grapheme_end(s, *at);
    return true;
}

verdict string_graphemes(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    const string *s = string_arg(vm, p, args[0]);
    return s != NULL ? collect(vm, p, s, NULL, next_grapheme, args + 1, result) : VERDICT_FAIL;
}
