/* String: what gives a part of a text, or goes from bytes to text and back. In slices: what is
 * counted, checked or copied may be very long. */
#include "base/utf8.h"
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/native.h"

/* --- parts of texts */

/* How many code points of a text are counted, and behind the last of them, how many bytes: packed
 * into one int. */
enum { COUNT_SHIFT = 31 };

/* The code points of `size` bytes, counted in steps; false: there is more to count. */
static bool count_step(csp_vm *vm, const char *utf8, size_t size, value *slot, size_t *length)
{
    int64_t state = *slot != VALUE_ABSENT ? value_as_int(*slot) : 0;
    size_t at = (size_t)state & STRING_MAX;
    size_t count = long_part(vm, size - at);
    *length = (size_t)(state >> COUNT_SHIFT) + utf8_count(utf8 + at, count);
    at += count;
    vm_charge(vm, count / STRING_BYTES_PER_REDUCTION);
    *slot = value_int((int64_t)*length << COUNT_SHIFT | (int64_t)at);
    return at == size;
}

/* slots: as of string_part. */
static verdict copy_text(csp_vm *vm, const char *utf8, size_t size, bool ascii, value *slots,
                         value *result)
{
    if (size <= long_bytes(vm))
        return vm_give(vm, str_new(vm, utf8, size), result);
    if (slots[1] == VALUE_ABSENT) {
        size_t length = size;
        if (!ascii && !count_step(vm, utf8, size, &slots[0], &length))
            return VERDICT_YIELD;
        string *made = str_blank(vm, size, length);
        if (made == NULL)
            return vm_raise_memory(vm);
        slots[1] = value_object(made);
        slots[0] = value_int(0);
    }
    size_t at = (size_t)value_as_int(slots[0]);
    bool all = long_copy(vm, value_string(slots[1])->text, utf8, size, &at);
    slots[0] = value_int((int64_t)at);
    *result = slots[1];
    return all ? VERDICT_DONE : VERDICT_YIELD;
}

verdict string_part(csp_vm *vm, const string *s, uint32_t from, uint32_t to, value *slots,
                    value *result)
{
    if (from == 0 && to == s->size) {
        *result = value_object(s);
        return VERDICT_DONE;
    }
    return copy_text(vm, s->text + from, to - from, (s->header & STRING_ASCII) != 0, slots, result);
}

/* --- white space */

/* Moves *at behind white space; false: there may be more of it. */
static bool skip_space(const string *s, uint32_t *at)
{
    unsigned size;
    for (unsigned n = 0; *at < s->size && string_is_space(utf8_decode_valid(s->text + *at, &size));
         n++, *at += size)
        if (n == STRING_CHARACTERS_PER_STEP)
            return false;
    return true;
}

/* Moves *end, not before `from`, to where white space begins; false: there may be more of it. */
static bool skip_space_back(const string *s, uint32_t from, uint32_t *end)
{
    for (unsigned n = 0; *end > from; n++) {
        if (n == STRING_CHARACTERS_PER_STEP)
            return false;
        uint32_t at = *end - 1;
        while (utf8_continues(s->text[at]))
            at--;
        unsigned size;
        if (!string_is_space(utf8_decode_valid(s->text + at, &size)))
            break;
        *end = at;
    }
    return true;
}

/* args: the text; slots: where what is left begins and ends, and those of string_part. */
static verdict trim(csp_vm *vm, process *p, value *args, bool start, bool end, value *result)
{
    value *slots = args + 1;
    const string *s = native_string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    uint32_t from = string_at(slots[0]);
    uint32_t to = slots[1] != VALUE_ABSENT ? string_at(slots[1]) : s->size;
    uint32_t before = to - from;
    bool found = slots[3] != VALUE_ABSENT ||
                 ((!start || skip_space(s, &from)) && (!end || skip_space_back(s, from, &to)));
    vm_charge(vm, (before - (to - from)) / STRING_CHARACTERS_PER_REDUCTION);
    slots[0] = value_int(from);
    slots[1] = value_int(to);
    return found ? string_part(vm, s, from, to, slots + 2, result) : VERDICT_YIELD;
}

verdict string_trim(csp_vm *vm, process *p, value *args, value *result)
{
    return trim(vm, p, args, true, true, result);
}

verdict string_trim_start(csp_vm *vm, process *p, value *args, value *result)
{
    return trim(vm, p, args, true, false, result);
}

verdict string_trim_end(csp_vm *vm, process *p, value *args, value *result)
{
    return trim(vm, p, args, false, true, result);
}

/* --- bytes */

/* args: the text; slots: how many bytes are copied, the bytes. */
verdict string_bytes(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 1;
    const string *s = native_string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    if (slots[1] == VALUE_ABSENT) {
        bytes *made = bytes_blank(vm, s->size);
        if (made == NULL)
            return vm_raise_memory(vm);
        slots[1] = value_object(made);
        slots[0] = value_int(0);
    }
    size_t at = (size_t)value_as_int(slots[0]);
    bool all = long_copy(vm, value_bytes(slots[1])->data, s->text, s->size, &at);
    slots[0] = value_int((int64_t)at);
    *result = slots[1];
    return all ? VERDICT_DONE : VERDICT_YIELD;
}

/* slots: how many bytes are known to be UTF-8, and those of string_part. */
verdict string_of_bytes(csp_vm *vm, const void *data, size_t size, value *slots, value *result)
{
    const char *utf8 = data;
    if (size > STRING_MAX)
        return vm_raise_memory(vm);
    size_t at = slots[0] != VALUE_ABSENT ? (size_t)value_as_int(slots[0]) : 0;
    if (at < size) {
        /* A step ends where a sequence does: its last one may be cut off, and is looked at
         * again. */
        size_t stop = at + long_part(vm, size - at);
        vm_charge(vm, (stop - at) / STRING_BYTES_PER_REDUCTION);
        size_t good = utf8_check(utf8 + at, stop - at);
        if (good < stop - at) {
            at += good;
            if (stop == size || stop - at >= 4)
                return vm_give(vm, error_make(vm, ERR_VALUE, "no UTF-8 at byte %zu", at), result);
        } else {
            at = stop;
        }
        slots[0] = value_int((int64_t)at);
        if (at < size)
            return VERDICT_YIELD;
    }
    return copy_text(vm, utf8, size, false, slots + 1, result);
}

verdict string_from_bytes(csp_vm *vm, process *p, value *args, value *result)
{
    if (value_is(args[0], OBJ_BYTES))
        return string_of_bytes(vm, value_bytes(args[0])->data, value_bytes(args[0])->size, args + 1,
                               result);
    if (!value_is(args[0], OBJ_BUFFER) || !value_usable(p, args[0]))
        return vm_raise_type(vm, p, args[0], "bytes or a buffer");
    const buffer *b = value_as_object(args[0]);
    return string_of_bytes(vm, b->data, b->size, args + 1, result);
}
