/* String.join: the size is added up first, then the text is put together in one block; both in slices. */
#include "stdlib/string_parts.h"
#include "vm/data.h"

enum { STEP_ITEMS = 2048, STEP_BYTES = 256 << 10 };

/* SIZE: bytes so far. BLOCK: the bytes object that the text is put together in; absent while the size is added up. */
enum { SLOT_INDEX, SLOT_SIZE, SLOT_BLOCK };
_Static_assert(SLOT_BLOCK + 1 == STRING_JOIN_SLOTS, "one place says how many slots");

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

/* Adds up the sizes from SLOT_INDEX on; at the end makes the block. */
static verdict measure(csp_vm *vm, process *p, const value *items, uint64_t count, const string *separator,
                       value *slots)
{
    uint64_t i = (uint64_t)value_as_int(slots[SLOT_INDEX]);
    uint64_t size = (uint64_t)value_as_int(slots[SLOT_SIZE]);
    uint64_t end = count - i > STEP_ITEMS ? i + STEP_ITEMS : count;
    vm_charge(vm, (end - i) / 8);
    for (; i < end; i++) {
        const string *s = string_arg(vm, p, items[i]);
        if (s == NULL)
            return VERDICT_FAIL;
        size += s->size + (i > 0 ? separator->size : 0);
    }
    slots[SLOT_INDEX] = value_int((int64_t)i);
    slots[SLOT_SIZE] = value_int((int64_t)size);
    if (i < count)
        return VERDICT_YIELD;
    slots[SLOT_BLOCK] = bytes_new(vm, NULL, size);
    if (slots[SLOT_BLOCK] == VALUE_ABSENT)
        return vm_raise_memory(vm);
    slots[SLOT_INDEX] = slots[SLOT_SIZE] = value_int(0);
    return VERDICT_YIELD;
}

static verdict fill(csp_vm *vm, const value *items, uint64_t count, const string *separator, value *slots,
                    value *result)
{
    bytes *block = value_bytes(slots[SLOT_BLOCK]);
    uint64_t i = (uint64_t)value_as_int(slots[SLOT_INDEX]);
    uint64_t start = (uint64_t)value_as_int(slots[SLOT_SIZE]);
    uint64_t at = start;
    uint64_t first = i;
    for (; i < count && i - first < STEP_ITEMS && at - start < STEP_BYTES; i++) {
        const string *s = value_string(items[i]);
        if (i > 0) {
            memcpy(block->data + at, separator->text, separator->size);
            at += separator->size;
        }
        memcpy(block->data + at, s->text, s->size);
        at += s->size;
    }
    vm_charge(vm, (i - first) / 8 + (at - start) / STRING_BYTES_PER_REDUCTION);
    slots[SLOT_INDEX] = value_int((int64_t)i);
    slots[SLOT_SIZE] = value_int((int64_t)at);
    if (i < count)
        return VERDICT_YIELD;
    return string_give(vm, str_new(vm, (const char *)block->data, block->size), result);
}

verdict string_join(csp_vm *vm, process *p, value *args, uint32_t argc, value *result)
{
    (void)argc;
    value *slots = args + 2;
    const value *items;
    uint64_t count;
    if (args[1] == VALUE_ABSENT)
        args[1] = str_new(vm, "", 0);
    const string *separator = string_arg(vm, p, args[1]);
    if (separator == NULL || !items_of(vm, p, args[0], &items, &count))
        return VERDICT_FAIL;
    if (slots[SLOT_INDEX] == VALUE_ABSENT)
        slots[SLOT_INDEX] = slots[SLOT_SIZE] = value_int(0);
    if (slots[SLOT_BLOCK] == VALUE_ABSENT) {
        verdict v = measure(vm, p, items, count, separator, slots);
        if (v == VERDICT_FAIL || slots[SLOT_BLOCK] == VALUE_ABSENT)
            return v;
    }
    return fill(vm, items, count, separator, slots, result);
}
