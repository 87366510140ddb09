/* Bytes: finding parts, and splitting at them. In steps: what is searched or copied may be very
 * long. */
#include "stdlib/bytes_parts.h"
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/data/search.h"
#include "vm/native.h"

static bool part_arg(csp_vm *vm, process *p, value v, span *out)
{
    if (span_of(p, v, true, out))
        return true;
    vm_raise_type(vm, p, v, "bytes, a buffer or a string");
    return false;
}

static bool two_args(csp_vm *vm, process *p, const value *args, span *b, span *part)
{
    return span_arg(vm, p, args[0], b) && part_arg(vm, p, args[1], part);
}

static value made_of(csp_vm *vm, const span *b, size_t from, size_t to)
{
    return bytes_new(vm, from < to ? b->data + from : NULL, to - from);
}

/* --- index */

/* The byte that `v` means, negative from the end; false: raised. */
static bool from_arg(csp_vm *vm, process *p, size_t size, value v, size_t *from)
{
    int64_t n = 0;
    if (v != VALUE_ABSENT && !native_int_arg(vm, p, v, "an int", &n))
        return false;
    if (n < 0)
        n = n + (int64_t)size < 0 ? 0 : n + (int64_t)size;
    *from = n > (int64_t)size ? size + 1 : (size_t)n;
    return true;
}

static value place_found(size_t found)
{
    return found == SIZE_MAX ? VALUE_NIL : value_int((int64_t)found);
}

/* slot: the search */
static verdict index_long(csp_vm *vm, process *p, value *args, value *result)
{
    span b;
    span part;
    size_t from;
    if (!two_args(vm, p, args, &b, &part) || !from_arg(vm, p, b.size, args[2], &from))
        return VERDICT_FAIL;
    search *under_way = search_in_slot(vm, &args[3], from);
    if (!under_way)
        return VERDICT_FAIL;
    size_t found;
    verdict v = search_step(vm, under_way, b.data, b.size, part.data, part.size, &found);
    if (v == VERDICT_DONE)
        *result = place_found(found);
    return v;
}

verdict bytes_index(csp_vm *vm, process *p, value *args, value *result)
{
    static const native_entry longer = {"index", "index(b, part, from = 0)", "", index_long, 2, 3,
                                        1};
    span b;
    span part;
    size_t from;
    size_t found;
    if (!two_args(vm, p, args, &b, &part) ||
        !from_arg(vm, p, b.size, native_optional(vm, args, 2, VALUE_ABSENT), &from))
        return VERDICT_FAIL;
    verdict v = search_quick(vm, b.data, b.size, from, part.data, part.size, &found);
    if (v == VERDICT_CALL)
        return native_become(vm, &longer);
    *result = place_found(found);
    return v;
}

/* --- starts_with, ends_with: slot: how many bytes are known to be equal */

static verdict stands_long(csp_vm *vm, process *p, value *args, bool end, value *result)
{
    span b;
    span part;
    if (!two_args(vm, p, args, &b, &part))
        return VERDICT_FAIL;
    const uint8_t *from = b.data + (end ? b.size - part.size : 0);
    return string_same_step(vm, (const char *)from, (const char *)part.data, part.size, &args[2],
                            result);
}

static verdict starts_long(csp_vm *vm, process *p, value *args, value *result)
{
    return stands_long(vm, p, args, false, result);
}

static verdict ends_long(csp_vm *vm, process *p, value *args, value *result)
{
    return stands_long(vm, p, args, true, result);
}

static verdict stands_at(csp_vm *vm, process *p, const value *args, bool end, value *result)
{
    static const native_entry longer[] = {
        {"starts_with", "starts_with(b, part)", "", starts_long, 2, 2, 1},
        {"ends_with", "ends_with(b, part)", "", ends_long, 2, 2, 1},
    };
    span b;
    span part;
    if (!two_args(vm, p, args, &b, &part))
        return VERDICT_FAIL;
    *result = value_bool(part.size == 0);
    if (part.size == 0 || part.size > b.size)
        return VERDICT_DONE;
    if (part.size > long_bytes(vm))
        return native_become(vm, &longer[end]);
    const uint8_t *from = b.data + (end ? b.size - part.size : 0);
    *result = value_bool(memcmp(from, part.data, part.size) == 0);
    return VERDICT_DONE;
}

verdict bytes_starts_with(csp_vm *vm, process *p, value *args, value *result)
{
    return stands_at(vm, p, args, false, result);
}

verdict bytes_ends_with(csp_vm *vm, process *p, value *args, value *result)
{
    return stands_at(vm, p, args, true, result);
}

/* --- parts as bytes of their own */

/* The bytes [from, to): DONE, YIELD or FAIL. slots: how many are copied, the bytes; absent at the
 * start and the end. */
static verdict copy_part(csp_vm *vm, const span *b, size_t from, size_t to, value *slots,
                         value *result)
{
    if (to - from <= long_bytes(vm)) {
        vm_charge(vm, (to - from) / LONG_BYTES_PER_REDUCTION);
        return vm_give(vm, made_of(vm, b, from, to), result);
    }
    if (slots[1] == VALUE_ABSENT) {
        bytes *made = bytes_blank(vm, to - from);
        if (!made)
            return vm_raise_memory(vm);
        slots[1] = value_object(made);
        slots[0] = value_int(0);
    }
    size_t at = string_at(slots[0]);
    bool all = long_copy(vm, value_bytes(slots[1])->data, b->data + from, to - from, &at);
    slots[0] = value_int((int64_t)at);
    *result = slots[1];
    if (!all)
        return VERDICT_YIELD;
    slots[0] = slots[1] = VALUE_ABSENT;
    return VERDICT_DONE;
}

static bool is_blank(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* slots: where what is left begins and ends; of copy_part */
verdict bytes_trim(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 1;
    span b;
    if (!span_arg(vm, p, args[0], &b))
        return VERDICT_FAIL;
    size_t from = string_at(slots[0]);
    size_t to = slots[1] != VALUE_ABSENT ? string_at(slots[1]) : b.size;
    size_t before = to - from;
    size_t most = long_bytes(vm);
    for (; from < to && most > 0 && is_blank(b.data[from]); most--)
        from++;
    for (; from < to && most > 0 && is_blank(b.data[to - 1]); most--)
        to--;
    vm_charge(vm, (before - (to - from)) / STRING_BYTES_PER_REDUCTION);
    slots[0] = value_int((int64_t)from);
    slots[1] = value_int((int64_t)to);
    return most == 0 ? VERDICT_YIELD : copy_part(vm, &b, from, to, slots + 2, result);
}

/* --- split */

enum { STEP_PIECES = 512 };
/* TO: the end of the piece that is being copied */
enum { SLOT_AT, SLOT_LIST, SLOT_SCAN, SLOT_TO, SLOT_PART, SLOT_GROWTH = SLOT_PART + 2 };
_Static_assert(SLOT_GROWTH + 1 == BYTES_SPLIT_SLOTS, "one place says how many slots");

/* The end of the piece that begins at SLOT_AT, into SLOT_TO. */
static verdict find_end(csp_vm *vm, const span *b, const span *part, value *slots)
{
    size_t from = string_at(slots[SLOT_AT]);
    size_t found;
    verdict v = VERDICT_CALL;
    if (slots[SLOT_SCAN] == VALUE_ABSENT)
        v = search_quick(vm, b->data, b->size, from, part->data, part->size, &found);
    if (v == VERDICT_CALL) {
        search *under_way = search_in_slot(vm, &slots[SLOT_SCAN], from);
        if (!under_way)
            return VERDICT_FAIL;
        v = search_step(vm, under_way, b->data, b->size, part->data, part->size, &found);
    }
    if (v == VERDICT_DONE) {
        slots[SLOT_SCAN] = VALUE_ABSENT;
        slots[SLOT_TO] = value_int((int64_t)(found == SIZE_MAX ? b->size : found));
    }
    return v;
}

static verdict add_piece(csp_vm *vm, const span *b, value *slots)
{
    list *pieces = value_list(slots[SLOT_LIST]);
    size_t room = (size_t)pieces->count + 1;
    verdict v = VERDICT_DONE;
    if (list_grows_long(vm, pieces, room))
        v = list_reserve_step(vm, pieces, room, &slots[SLOT_GROWTH]);
    value piece = VALUE_ABSENT;
    if (v == VERDICT_DONE)
        v = copy_part(vm, b, string_at(slots[SLOT_AT]), string_at(slots[SLOT_TO]),
                      &slots[SLOT_PART], &piece);
    if (v == VERDICT_DONE && !list_push(vm, pieces, piece))
        v = vm_raise_memory(vm);
    return v;
}

verdict bytes_split(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 2;
    span b;
    span part;
    if (!two_args(vm, p, args, &b, &part))
        return VERDICT_FAIL;
    if (part.size == 0)
        return vm_raise(vm, ERR_VALUE, "the separator is empty");
    if (slots[SLOT_LIST] == VALUE_ABSENT) {
        slots[SLOT_LIST] = list_new(vm, p, NULL, 0);
        if (slots[SLOT_LIST] == VALUE_ABSENT)
            return vm_raise_memory(vm);
    }
    *result = slots[SLOT_LIST];
    vm_charge(vm, STEP_PIECES / 2);
    for (unsigned i = 0; i < STEP_PIECES; i++) {
        verdict v = slots[SLOT_TO] == VALUE_ABSENT ? find_end(vm, &b, &part, slots) : VERDICT_DONE;
        if (v == VERDICT_DONE)
            v = add_piece(vm, &b, slots);
        if (v != VERDICT_DONE)
            return v;
        size_t to = string_at(slots[SLOT_TO]);
        if (to == b.size)
            return VERDICT_DONE;
        slots[SLOT_AT] = value_int((int64_t)(to + part.size));
        slots[SLOT_TO] = VALUE_ABSENT;
    }
    return VERDICT_YIELD;
}
