/* String: functions that make long texts of short ones, and what functions that work in steps
 * share. */
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/data/draft.h"
#include "vm/data/search.h"
#include "vm/native.h"

/* repeat, pad: AT: how far it is filled; TEXT; COPIED: of the padded text. replace: AT: what is
 * before is done; TEXT: a draft; FOUND: where an old one begins up to which all is to be copied;
 * SCAN: the search. */
enum { SLOT_AT, SLOT_TEXT, SLOT_COPIED, SLOT_SCAN, SLOT_FOUND = SLOT_COPIED };
_Static_assert(SLOT_SCAN + 1 == STRING_FILL_SLOTS, "one place says how many slots");

string *string_blank(csp_vm *vm, value *slot, uint64_t size, uint64_t length)
{
    if (*slot == VALUE_ABSENT) {
        if (size > STRING_MAX) {
            vm_raise(vm, ERR_OUT_OF_MEMORY, "a string of more than %zu bytes", STRING_MAX);
            return NULL;
        }
        string *made = str_blank(vm, size, length);
        if (made == NULL) {
            vm_raise_memory(vm);
            return NULL;
        }
        *slot = value_object(made);
    }
    return value_string(*slot);
}

/* --- repeating and padding */

/* One step of filling the bytes [start, end) with the pattern, again and again: from the pattern
 * itself, then in larger pieces from what is there already. Gives where it got to from byte
 * `at`. */
static uint32_t fill_step(csp_vm *vm, char *chars, uint32_t start, uint32_t at, uint32_t end,
                          const string *pattern)
{
    uint32_t stop = at + (uint32_t)long_part(vm, end - at);
    vm_charge(vm, (stop - at) / STRING_BYTES_PER_REDUCTION);
    while (at < stop) {
        uint32_t phase = (at - start) % pattern->size;
        bool repeated = at - start >= pattern->size;
        const char *from = repeated ? chars + start + phase : pattern->text + phase;
        uint32_t count = repeated ? at - start - phase : pattern->size - phase;
        if (count > stop - at)
            count = stop - at;
        memcpy(chars + at, from, count);
        at += count;
    }
    return at;
}

verdict string_repeat(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 2;
    const string *s = native_string_arg(vm, p, args[0]);
    int64_t count;
    if (s == NULL || !native_int_arg(vm, p, args[1], "an int", &count))
        return VERDICT_FAIL;
    if (count < 0)
        return vm_raise(vm, ERR_VALUE, "a negative number of repetitions");
    if (count == 0 || s->size == 0)
        return vm_give(vm, str_new(vm, "", 0), result);
    uint64_t size;
    if (__builtin_mul_overflow((uint64_t)count, (uint64_t)s->size, &size))
        size = UINT64_MAX;
    if (count == 1)
        return vm_give(vm, args[0], result);
    string *all = string_blank(vm, &slots[SLOT_TEXT], size, (uint64_t)count * s->length);
    if (all == NULL)
        return VERDICT_FAIL;
    uint32_t at = fill_step(vm, all->text, 0, string_at(slots[SLOT_AT]), all->size, s);
    slots[SLOT_AT] = value_int(at);
    *result = slots[SLOT_TEXT];
    return at == all->size ? VERDICT_DONE : VERDICT_YIELD;
}

/* The bytes of so many code points of the pattern, again and again. */
static uint64_t filled_size(string *pattern, uint64_t length)
{
    if (length > STRING_MAX)
        return UINT64_MAX / 2;
    return length / pattern->length * pattern->size +
           str_offset(pattern, (uint32_t)(length % pattern->length));
}

/* The text first, then what is filled. */
static verdict pad(csp_vm *vm, process *p, value *args, bool start, value *result)
{
    value *slots = args + 3;
    const string *s = native_string_arg(vm, p, args[0]);
    int64_t width;
    if (s == NULL || !native_int_arg(vm, p, args[1], "an int", &width))
        return VERDICT_FAIL;
    if (args[2] == VALUE_ABSENT)
        args[2] = str_new(vm, " ", 1);
    string *pattern = native_string_arg(vm, p, args[2]);
    if (pattern == NULL)
        return VERDICT_FAIL;
    if (pattern->size == 0)
        return vm_raise(vm, ERR_VALUE, "the text to fill with is empty");
    if (width <= s->length)
        return vm_give(vm, args[0], result);
    uint64_t room = filled_size(pattern, (uint64_t)width - s->length);
    bool fresh = slots[SLOT_TEXT] == VALUE_ABSENT;
    string *all = string_blank(vm, &slots[SLOT_TEXT], s->size + room, (uint64_t)width);
    if (all == NULL)
        return VERDICT_FAIL;
    uint32_t from = start ? 0 : s->size;
    if (fresh) {
        slots[SLOT_AT] = value_int(from);
        slots[SLOT_COPIED] = value_int(0);
    }
    size_t copied = (size_t)value_as_int(slots[SLOT_COPIED]);
    if (copied < s->size) {
        bool whole = long_copy(vm, all->text + (start ? room : 0), s->text, s->size, &copied);
        slots[SLOT_COPIED] = value_int((int64_t)copied);
        if (!whole)
            return VERDICT_YIELD;
    }
    uint32_t end = from + (uint32_t)room;
    uint32_t at = fill_step(vm, all->text, from, string_at(slots[SLOT_AT]), end, pattern);
    slots[SLOT_AT] = value_int(at);
    *result = slots[SLOT_TEXT];
    return at == end ? VERDICT_DONE : VERDICT_YIELD;
}

verdict string_pad_start(csp_vm *vm, process *p, value *args, value *result)
{
    return pad(vm, p, args, true, result);
}

verdict string_pad_end(csp_vm *vm, process *p, value *args, value *result)
{
    return pad(vm, p, args, false, result);
}

/* --- replacing */

/* Copies up to where an old one was found, or to the end, and puts the new one there: DONE, YIELD
 * or FAIL. */
static verdict replace_step(csp_vm *vm, const string *s, draft *d, const string *new, value *slots)
{
    size_t at = string_at(slots[SLOT_AT]);
    size_t found = string_at(slots[SLOT_FOUND]);
    bool all = draft_add_step(vm, d, s->text, found, &at);
    slots[SLOT_AT] = value_int((int64_t)at);
    if (all && found < s->size)
        draft_add_string(vm, d, new);
    verdict v = draft_settle(vm, d);
    return v == VERDICT_DONE && !all ? VERDICT_YIELD : v;
}

verdict string_replace(csp_vm *vm, process *p, value *args, value *result)
{
    enum { STEP = 512 };
    value *slots = args + 3;
    const string *s = native_string_arg(vm, p, args[0]);
    const string *old = s != NULL ? native_string_arg(vm, p, args[1]) : NULL;
    const string *new = old != NULL ? native_string_arg(vm, p, args[2]) : NULL;
    if (new == NULL)
        return VERDICT_FAIL;
    if (old->size == 0)
        return vm_raise(vm, ERR_VALUE, "the text to replace is empty");
    draft *d = draft_in_slot(vm, &slots[SLOT_TEXT]);
    search *under_way = d != NULL ? search_in_slot(vm, &slots[SLOT_SCAN], 0) : NULL;
    if (under_way == NULL)
        return VERDICT_FAIL;
    uint32_t start = string_at(slots[SLOT_AT]);
    for (unsigned n = 0; n < STEP && string_at(slots[SLOT_AT]) - start < long_bytes(vm); n++) {
        size_t found;
        vm_charge(vm, 1);
        if (slots[SLOT_FOUND] == VALUE_ABSENT) {
            verdict v = search_step(vm, under_way, s->text, s->size, old->text, old->size, &found);
            if (v != VERDICT_DONE)
                return v;
            if (found == SIZE_MAX && string_at(slots[SLOT_AT]) == 0 && draft_size(d) == 0)
                return vm_give(vm, args[0], result);
            slots[SLOT_FOUND] = value_int((int64_t)(found == SIZE_MAX ? s->size : found));
        }
        found = string_at(slots[SLOT_FOUND]);
        if (string_at(slots[SLOT_AT]) < s->size || found < s->size) {
            verdict v = replace_step(vm, s, d, new, slots);
            if (v != VERDICT_DONE)
                return v;
        }
        if (found == s->size)
            return draft_string(vm, d, result);
        slots[SLOT_AT] = value_int((int64_t)(found + old->size));
        slots[SLOT_FOUND] = VALUE_ABSENT;
        search_restart(under_way, found + old->size);
    }
    return VERDICT_YIELD;
}
