/* String.join: the size is added up first, then the text is put together in one block; both in
 * slices. */
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/native.h"

enum { STEP_ITEMS = 2048 };

/* While the sizes are added up: INDEX items have SIZE bytes and LENGTH code points. Then: INDEX
 * items are in the text, which is MADE, and IN bytes of the next; SIZE bytes in all. */
enum { SLOT_INDEX, SLOT_SIZE, SLOT_LENGTH, SLOT_MADE, SLOT_IN };
_Static_assert(SLOT_IN + 1 == STRING_JOIN_SLOTS, "one place says how many slots");

/* The items of a list or tuple; false: raised. */
static bool items_of(csp_vm *vm, process *p, value xs, const value **items, uint64_t *count)
{
    if (value_usable(p, xs) && value_is(xs, OBJ_LIST)) {
        *items = value_list(xs)->items;
        *count = value_list(xs)->count;
        return true;
    }
    if (value_usable(p, xs) && value_is(xs, OBJ_TUPLE)) {
        *items = value_tuple(xs)->items;
        *count = value_tuple(xs)->count;
        return true;
    }
    vm_raise_type(vm, p, xs, "a list or a tuple of strings");
    return false;
}

/* Adds up the sizes from SLOT_INDEX on; at the end makes the text. */
static verdict measure_items(csp_vm *vm, process *p, const value *items, uint64_t count,
                             const string *separator, value *slots)
{
    uint64_t i = (uint64_t)value_as_int(slots[SLOT_INDEX]);
    uint64_t size = (uint64_t)value_as_int(slots[SLOT_SIZE]);
    uint64_t length = (uint64_t)value_as_int(slots[SLOT_LENGTH]);
    uint64_t end = count - i > STEP_ITEMS ? i + STEP_ITEMS : count;
    vm_charge(vm, (end - i) / 8);
    for (; i < end; i++) {
        const string *s = native_string_arg(vm, p, items[i]);
        if (s == NULL)
            return VERDICT_FAIL;
        size += s->size + (i > 0 ? separator->size : 0);
        length += s->length + (i > 0 ? separator->length : 0);
    }
    slots[SLOT_INDEX] = value_int((int64_t)i);
    slots[SLOT_SIZE] = value_int((int64_t)size);
    slots[SLOT_LENGTH] = value_int((int64_t)length);
    if (i < count)
        return VERDICT_YIELD;
    string *made = str_blank(vm, size, length);
    if (made == NULL)
        return vm_raise_memory(vm);
    slots[SLOT_MADE] = value_object(made);
    slots[SLOT_INDEX] = slots[SLOT_SIZE] = slots[SLOT_IN] = value_int(0);
    return VERDICT_YIELD;
}

/* Copies what there is room for in this step of s from byte *in on; true: all of s is there now. */
static bool copy_piece(char *to, const string *s, uint64_t *at, uint64_t *in, uint64_t *room)
{
    uint64_t size = s->size - *in < *room ? s->size - *in : *room;
    memcpy(to + *at, s->text + *in, size);
    *at += size;
    *in += size;
    *room -= size;
    return *in == s->size;
}

static verdict fill_items(csp_vm *vm, const value *items, uint64_t count, const string *separator,
                          value *slots, value *result)
{
    char *to = value_string(slots[SLOT_MADE])->text;
    uint64_t i = (uint64_t)value_as_int(slots[SLOT_INDEX]);
    uint64_t at = (uint64_t)value_as_int(slots[SLOT_SIZE]);
    /* of an item and the separator before it */
    uint64_t in = (uint64_t)value_as_int(slots[SLOT_IN]);
    uint64_t room = long_bytes(vm);
    uint64_t first = i;
    for (; i < count && i - first < STEP_ITEMS; i++) {
        const string *s = value_string(items[i]);
        uint64_t before = i > 0 ? separator->size : 0;
        if (in < before && !copy_piece(to, separator, &at, &in, &room))
            break;
        in -= before;
        bool all = copy_piece(to, s, &at, &in, &room);
        in += before;
        if (!all)
            break;
        in = 0;
    }
    vm_charge(vm, (i - first) / 8 + (long_bytes(vm) - room) / STRING_BYTES_PER_REDUCTION);
    slots[SLOT_INDEX] = value_int((int64_t)i);
    slots[SLOT_SIZE] = value_int((int64_t)at);
    slots[SLOT_IN] = value_int((int64_t)in);
    *result = slots[SLOT_MADE];
    return i < count ? VERDICT_YIELD : VERDICT_DONE;
}

verdict string_join(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 2;
    const value *items;
    uint64_t count;
    if (args[1] == VALUE_ABSENT)
        args[1] = str_new(vm, "", 0);
    const string *separator = native_string_arg(vm, p, args[1]);
    if (separator == NULL || !items_of(vm, p, args[0], &items, &count))
        return VERDICT_FAIL;
    if (slots[SLOT_INDEX] == VALUE_ABSENT)
        slots[SLOT_INDEX] = slots[SLOT_SIZE] = slots[SLOT_LENGTH] = value_int(0);
    if (slots[SLOT_MADE] == VALUE_ABSENT) {
        verdict v = measure_items(vm, p, items, count, separator, slots);
        if (v == VERDICT_FAIL || slots[SLOT_MADE] == VALUE_ABSENT)
            return v;
    }
    return fill_items(vm, items, count, separator, slots, result);
}
