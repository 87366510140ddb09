/* String.codes and String.from_codes: code points as ints, in steps. */
#include "base/utf8.h"
#include "stdlib/string_parts.h"
#include "vm/data/long.h"
#include "vm/native.h"

enum { CODES_PER_REDUCTION = 16 };

/* AT: bytes that are read; LIST: the code points so far. */
enum { SLOT_AT, SLOT_LIST };
_Static_assert(SLOT_LIST + 1 == STRING_CODES_SLOTS, "one place says how many slots");

verdict string_codes(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 1;
    const string *s = native_string_arg(vm, p, args[0]);
    if (s == NULL)
        return VERDICT_FAIL;
    if (slots[SLOT_LIST] == VALUE_ABSENT &&
        (slots[SLOT_LIST] = list_blank(vm, p, s->length)) == VALUE_ABSENT)
        return VERDICT_FAIL;
    list *codes = value_list(slots[SLOT_LIST]);
    uint32_t at = string_at(slots[SLOT_AT]), n = 0;
    unsigned size;
    for (; at < s->size && n < STRING_CHARACTERS_PER_STEP; n++, at += size)
        codes->items[codes->count++] = value_int((int64_t)utf8_decode_valid(s->text + at, &size));
    vm_charge(vm, n / CODES_PER_REDUCTION);
    slots[SLOT_AT] = value_int(at);
    *result = slots[SLOT_LIST];
    return at < s->size ? VERDICT_YIELD : VERDICT_DONE;
}

/* While the code points are checked: INDEX of them take SIZE bytes. Then: INDEX of them are in the
 * text, which is MADE, as SIZE bytes. */
enum { SLOT_INDEX, SLOT_SIZE, SLOT_MADE };
_Static_assert(SLOT_MADE + 1 == STRING_FROM_CODES_SLOTS, "one place says how many slots");

static bool is_code_point(value v) { return value_is_int(v) && utf8_is_rune(value_as_int(v)); }

static verdict no_code_point(csp_vm *vm, process *p, value v)
{
    if (!value_is_int(v) && !value_is(v, OBJ_BIGINT))
        return vm_raise_type(vm, p, v, "a list of ints");
    if (!value_is_int(v))
        return vm_raise(vm, ERR_VALUE, "a code point is at most 0x10ffff");
    return vm_raise(vm, ERR_VALUE, "%lld is no code point", (long long)value_as_int(v));
}

/* Looks at a step's worth of them. DONE: all are code points, and the text is there, blank. */
static verdict measure_codes(csp_vm *vm, process *p, const list *codes, value *slots)
{
    uint32_t i = string_at(slots[SLOT_INDEX]), first = i;
    uint64_t size = slots[SLOT_SIZE] != VALUE_ABSENT ? (uint64_t)value_as_int(slots[SLOT_SIZE]) : 0;
    char encoded[4];
    for (; i < codes->count && i - first < STRING_CHARACTERS_PER_STEP; i++) {
        if (!is_code_point(codes->items[i]))
            return no_code_point(vm, p, codes->items[i]);
        size += utf8_encode((uint32_t)value_as_int(codes->items[i]), encoded);
    }
    vm_charge(vm, (i - first) / CODES_PER_REDUCTION);
    bool all = i == codes->count;
    slots[SLOT_INDEX] = value_int(all ? 0 : i);
    slots[SLOT_SIZE] = value_int(all ? 0 : (int64_t)size);
    if (!all)
        return VERDICT_YIELD;
    return string_blank(vm, &slots[SLOT_MADE], size, codes->count) ? VERDICT_DONE : VERDICT_FAIL;
}

verdict string_from_codes(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 1;
    const list *codes = data_list(vm, p, args[0]);
    if (codes == NULL)
        return VERDICT_FAIL;
    if (slots[SLOT_MADE] == VALUE_ABSENT) {
        verdict v = measure_codes(vm, p, codes, slots);
        if (v != VERDICT_DONE)
            return v;
    }
    string *made = value_string(slots[SLOT_MADE]);
    uint32_t i = string_at(slots[SLOT_INDEX]), at = string_at(slots[SLOT_SIZE]), first = i;
    for (; i < codes->count && i - first < STRING_CHARACTERS_PER_STEP; i++)
        at += utf8_encode((uint32_t)value_as_int(codes->items[i]), made->text + at);
    vm_charge(vm, (i - first) / CODES_PER_REDUCTION);
    slots[SLOT_INDEX] = value_int(i);
    slots[SLOT_SIZE] = value_int(at);
    *result = slots[SLOT_MADE];
    return i < codes->count ? VERDICT_YIELD : VERDICT_DONE;
}
