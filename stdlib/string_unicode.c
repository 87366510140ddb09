/* String: what needs the Unicode tables. */
#include <utf8proc.h>

#include "base/utf8.h"
#include "stdlib/string_parts.h"

uint32_t string_grapheme_end(const string *s, uint32_t at)
{
    unsigned size;
    utf8proc_int32_t previous = (utf8proc_int32_t)utf8_decode_valid(s->text + at, &size);
    utf8proc_int32_t state = 0;
    for (at += size; at < s->size; at += size) {
        utf8proc_int32_t next = (utf8proc_int32_t)utf8_decode_valid(s->text + at, &size);
        if (previous < 0x80 && next < 0x80 && !(previous == '\r' && next == '\n'))
            break;
        if (utf8proc_grapheme_break_stateful(previous, next, &state))
            break;
        previous = next;
    }
    return at;
}

enum { SLOT_AT, SLOT_MADE };
_Static_assert(SLOT_MADE + 1 == STRING_UNICODE_SLOTS, "one place says how many slots");

/* --- case */

static char upper_ascii(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

static char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static verdict map_ascii(csp_vm *vm, const string *s, char (*map_letter)(char), value *slots, value *result)
{
    if (s->size <= 1)
        return string_give(vm, str_new(vm, (char[]){map_letter(s->text[0])}, s->size), result);
    string *mapped = string_blank(vm, &slots[SLOT_MADE], s->size, s->size);
    if (mapped == NULL)
        return VERDICT_FAIL;
    uint32_t at = string_at(slots[SLOT_AT]);
    uint32_t stop = s->size - at > STRING_BYTES_PER_STEP ? at + STRING_BYTES_PER_STEP : s->size;
    vm_charge(vm, (stop - at) / STRING_BYTES_PER_REDUCTION);
    for (; at < stop; at++)
        mapped->text[at] = map_letter(s->text[at]);
    slots[SLOT_AT] = value_int(at);
    *result = slots[SLOT_MADE];
    return at == s->size ? VERDICT_DONE : VERDICT_YIELD;
}

static verdict map_unicode(csp_vm *vm, const string *s, bool upper, value *slots, value *result)
{
    text *t = string_draft(vm, &slots[SLOT_MADE]);
    if (t == NULL)
        return VERDICT_FAIL;
    uint32_t at = string_at(slots[SLOT_AT]);
    unsigned size;
    unsigned count = 0;
    for (; at < s->size && count < STRING_CHARACTERS_PER_STEP && !t->failed; at += size, count++) {
        utf8proc_int32_t c = (utf8proc_int32_t)utf8_decode_valid(s->text + at, &size);
        if (upper && c == 0xdf) { /* the one common letter that becomes two */
            text_add(t, "SS", 2);
            continue;
        }
        char utf8[4];
        c = upper ? utf8proc_toupper(c) : utf8proc_tolower(c);
        text_add(t, utf8, utf8_encode((uint32_t)c, utf8));
    }
    slots[SLOT_AT] = value_int(at);
    vm_charge(vm, count / STRING_CHARACTERS_PER_REDUCTION);
    return at < s->size && !t->failed ? VERDICT_YIELD : string_give(vm, text_string(t), result);
}

static verdict map_case(csp_vm *vm, process *p, value *args, bool upper, value *result)
{
    const string *s = string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    if ((s->header & STRING_ASCII) != 0)
        return map_ascii(vm, s, upper ? upper_ascii : lower_ascii, args + 1, result);
    return map_unicode(vm, s, upper, args + 1, result);
}

verdict string_upper(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return map_case(vm, p, args, true, result);
}

verdict string_lower(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    return map_case(vm, p, args, false, result);
}

/* --- width */

/* A cluster is as wide as its widest part; flags (two regional indicators) and what a variation selector makes an
 * emoji take two columns. */
static int64_t cluster_width(const string *s, uint32_t at, uint32_t end)
{
    int64_t width = 0;
    unsigned size;
    for (; at < end; at += size) {
        uint32_t c = utf8_decode_valid(s->text + at, &size);
        bool wide = c == 0xfe0f || (c >= 0x1f1e6 && c <= 0x1f1ff);
        int64_t own = wide ? 2 : utf8proc_charwidth((utf8proc_int32_t)c);
        if (own > width)
            width = own;
    }
    return width;
}

verdict string_width(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    value *slots = args + 1;
    const string *s = string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    int64_t width = slots[SLOT_MADE] != VALUE_ABSENT ? value_as_int(slots[SLOT_MADE]) : 0;
    uint32_t at = string_at(slots[SLOT_AT]);
    uint32_t end;
    unsigned count = 0;
    for (; at < s->size && count < STRING_CHARACTERS_PER_STEP; at = end, count++) {
        end = string_grapheme_end(s, at);
        width += cluster_width(s, at, end);
    }
    slots[SLOT_AT] = value_int(at);
    *result = slots[SLOT_MADE] = value_int(width);
    vm_charge(vm, count / STRING_CHARACTERS_PER_REDUCTION);
    return at < s->size ? VERDICT_YIELD : VERDICT_DONE;
}

/* --- reversing */

/* By clusters: an accent stays on its letter. */
verdict string_reverse(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    value *slots = args + 1;
    const string *s = string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    if (s->length <= 1)
        return string_give(vm, args[0], result);
    string *reversed = string_blank(vm, &slots[SLOT_MADE], s->size, s->length);
    if (reversed == NULL)
        return VERDICT_FAIL;
    uint32_t at = string_at(slots[SLOT_AT]);
    uint32_t end;
    unsigned count = 0;
    for (; at < s->size && count < STRING_CHARACTERS_PER_STEP; at = end, count++) {
        end = string_grapheme_end(s, at);
        memcpy(reversed->text + (s->size - end), s->text + at, end - at);
    }
    slots[SLOT_AT] = value_int(at);
    *result = slots[SLOT_MADE];
    vm_charge(vm, count / STRING_CHARACTERS_PER_REDUCTION);
    return at < s->size ? VERDICT_YIELD : VERDICT_DONE;
}
