/* String: what needs the Unicode tables. */
#include <utf8proc.h>

#include "base/utf8.h"
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/core/text.h"
#include "vm/data/draft.h"
#include "vm/native.h"

/* Where the scan of a cluster has got to, in a slot packed into an int, from bit 0 on: 21 bits the
 * code point before, 10 the state of utf8proc, 31 the byte behind it. */
enum { STATE_SHIFT = 21, BYTE_SHIFT = 31 };

typedef struct scan {
    utf8proc_int32_t previous, state;
    uint32_t at;
} scan;

/* From the slot, or begun at byte `at`. */
static scan scan_of(const string *s, uint32_t at, value slot)
{
    unsigned size;
    if (slot == VALUE_ABSENT) {
        scan fresh = {(utf8proc_int32_t)utf8_decode_valid(s->text + at, &size), 0, at};
        fresh.at += size;
        return fresh;
    }
    int64_t packed = value_as_int(slot);
    return (scan){
        (utf8proc_int32_t)(packed & ((1 << STATE_SHIFT) - 1)),
        (utf8proc_int32_t)(packed >> STATE_SHIFT & ((1 << (BYTE_SHIFT - STATE_SHIFT)) - 1)),
        (uint32_t)(packed >> BYTE_SHIFT)};
}

static value scan_slot(const scan *c)
{
    return value_int((int64_t)c->at << BYTE_SHIFT | (int64_t)c->state << STATE_SHIFT | c->previous);
}

/* Whether a cluster ends before the character at c->at; else moves behind that. */
static bool cluster_ends(const string *s, scan *c)
{
    unsigned size;
    utf8proc_int32_t next = (utf8proc_int32_t)utf8_decode_valid(s->text + c->at, &size);
    bool both_ascii = c->previous < 0x80 && next < 0x80 && !(c->previous == '\r' && next == '\n');
    if (both_ascii || utf8proc_grapheme_break_stateful(c->previous, next, &c->state))
        return true;
    c->previous = next;
    c->at += size;
    return false;
}

bool string_grapheme_end(const string *s, uint32_t at, value *slot, uint32_t *end)
{
    scan c = scan_of(s, at, *slot);
    for (unsigned n = 0; c.at < s->size && !cluster_ends(s, &c); n++) {
        if (n == STRING_CHARACTERS_PER_STEP) {
            *slot = scan_slot(&c);
            return false;
        }
    }
    *slot = VALUE_ABSENT;
    *end = c.at;
    return true;
}

/* SCAN: of the cluster under way; REST: of a long one, what is still to be moved. */
enum { SLOT_AT, SLOT_MADE, SLOT_SCAN, SLOT_REST };
_Static_assert(SLOT_REST + 1 == STRING_UNICODE_SLOTS, "one place says how many slots");

/* --- case */

static char upper_ascii(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

static char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static verdict map_ascii(csp_vm *vm, const string *s, char (*map_letter)(char), value *slots,
                         value *result)
{
    if (s->size <= 1)
        return vm_give(vm, str_new(vm, (char[]){map_letter(s->text[0])}, s->size), result);
    string *mapped = string_blank(vm, &slots[SLOT_MADE], s->size, s->size);
    if (mapped == NULL)
        return VERDICT_FAIL;
    uint32_t at = string_at(slots[SLOT_AT]);
    uint32_t stop = at + (uint32_t)long_part(vm, s->size - at);
    vm_charge(vm, (stop - at) / STRING_BYTES_PER_REDUCTION);
    for (; at < stop; at++)
        mapped->text[at] = map_letter(s->text[at]);
    slots[SLOT_AT] = value_int(at);
    *result = slots[SLOT_MADE];
    return at == s->size ? VERDICT_DONE : VERDICT_YIELD;
}

static verdict map_unicode(csp_vm *vm, const string *s, bool upper, value *slots, value *result)
{
    draft *d = draft_in_slot(vm, &slots[SLOT_MADE]);
    if (d == NULL)
        return VERDICT_FAIL;
    uint32_t at = string_at(slots[SLOT_AT]);
    unsigned size;
    unsigned count = 0;
    for (; at < s->size && count < STRING_CHARACTERS_PER_STEP; at += size, count++) {
        utf8proc_int32_t c = (utf8proc_int32_t)utf8_decode_valid(s->text + at, &size);
        if (upper && c == 0xdf) { /* the one common letter that becomes two */
            text_add(&d->tail, "SS", 2);
            continue;
        }
        char utf8[4];
        c = upper ? utf8proc_toupper(c) : utf8proc_tolower(c);
        size_t length = utf8_encode((uint32_t)c, utf8);
        text_add(&d->tail, utf8, length);
    }
    slots[SLOT_AT] = value_int(at);
    vm_charge(vm, count / STRING_CHARACTERS_PER_REDUCTION);
    if (at == s->size)
        return draft_string(vm, d, result);
    return draft_settle(vm, d) == VERDICT_DONE ? VERDICT_YIELD : VERDICT_FAIL;
}

static verdict map_case(csp_vm *vm, process *p, value *args, bool upper, value *result)
{
    const string *s = native_string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    if ((s->header & STRING_ASCII) != 0)
        return map_ascii(vm, s, upper ? upper_ascii : lower_ascii, args + 1, result);
    return map_unicode(vm, s, upper, args + 1, result);
}

verdict string_upper(csp_vm *vm, process *p, value *args, value *result)
{
    return map_case(vm, p, args, true, result);
}

verdict string_lower(csp_vm *vm, process *p, value *args, value *result)
{
    return map_case(vm, p, args, false, result);
}

/* --- width */

/* A cluster is as wide as its widest part; flags (two regional indicators) and what a variation
 * selector makes an emoji take two columns. */
static int64_t columns(uint32_t c)
{
    bool wide = c == 0xfe0f || (c >= 0x1f1e6 && c <= 0x1f1ff);
    return wide ? 2 : utf8proc_charwidth((utf8proc_int32_t)c);
}

/* SLOT_MADE: four times the columns of the clusters so far, and those of the one under way. */
verdict string_width(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 1;
    const string *s = native_string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    if (s->size == 0) {
        *result = value_int(0);
        return VERDICT_DONE;
    }
    int64_t made = slots[SLOT_MADE] != VALUE_ABSENT ? value_as_int(slots[SLOT_MADE]) : 0;
    int64_t width = made / 4;
    scan c = scan_of(s, 0, slots[SLOT_SCAN]);
    int64_t widest = slots[SLOT_SCAN] != VALUE_ABSENT ? made % 4 : columns((uint32_t)c.previous);
    unsigned count = 0;
    for (; c.at < s->size && count < STRING_CHARACTERS_PER_STEP; count++) {
        if (cluster_ends(s, &c)) {
            width += widest;
            widest = 0;
            c = scan_of(s, c.at, VALUE_ABSENT);
        }
        int64_t own = columns((uint32_t)c.previous);
        if (own > widest)
            widest = own;
    }
    slots[SLOT_SCAN] = scan_slot(&c);
    slots[SLOT_MADE] = value_int(width * 4 + widest);
    *result = value_int(width + widest);
    vm_charge(vm, count / STRING_CHARACTERS_PER_REDUCTION);
    return c.at < s->size ? VERDICT_YIELD : VERDICT_DONE;
}

/* --- reversing */

/* By clusters: an accent stays on its letter. */
verdict string_reverse(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 1;
    const string *s = native_string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    if (s->length <= 1)
        return vm_give(vm, args[0], result);
    string *reversed = string_blank(vm, &slots[SLOT_MADE], s->size, s->length);
    if (reversed == NULL)
        return VERDICT_FAIL;
    *result = slots[SLOT_MADE];
    uint32_t at = string_at(slots[SLOT_AT]);
    uint32_t end = 0;
    unsigned count = 0;
    bool all = true;
    for (; at < s->size && all && count < STRING_CHARACTERS_PER_STEP; count++) {
        size_t moved = 0;
        if (slots[SLOT_REST] != VALUE_ABSENT) {
            end = (uint32_t)(value_as_int(slots[SLOT_REST]) >> BYTE_SHIFT);
            moved = (size_t)value_as_int(slots[SLOT_REST]) & STRING_MAX;
        } else if (!string_grapheme_end(s, at, &slots[SLOT_SCAN], &end)) {
            count = STRING_CHARACTERS_PER_STEP;
            break;
        }
        all = long_copy(vm, reversed->text + (s->size - end), s->text + at, end - at, &moved);
        slots[SLOT_REST] =
            all ? VALUE_ABSENT : value_int((int64_t)end << BYTE_SHIFT | (int64_t)moved);
        if (all)
            at = end;
    }
    slots[SLOT_AT] = value_int(at);
    vm_charge(vm, count / STRING_CHARACTERS_PER_REDUCTION);
    return at < s->size ? VERDICT_YIELD : VERDICT_DONE;
}
