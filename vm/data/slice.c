/* x[a..b], and ranges as collections. */
#include "vm/data/slice.h"

#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/index.h"
#include "vm/data/list.h"
#include "vm/data/long.h"
#include "vm/data/tuple.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"

/* --- ranges */

static value plus(csp_vm *vm, process *p, opcode op, value a, value b)
{
    if (value_both_int(a, b)) {
        int64_t n =
            op == OPC_ADD ? value_as_int(a) + value_as_int(b) : value_as_int(a) - value_as_int(b);
        if (value_fits_int(n))
            return value_int(n);
    }
    value out = VALUE_ABSENT;
    return num_binary(vm, p, op, a, b, &out) == VERDICT_DONE ? out : VALUE_ABSENT;
}

verdict data_range_length(csp_vm *vm, process *p, const range *r, uint64_t *length)
{
    if (r->to == VALUE_NIL)
        return vm_raise(vm, ERR_VALUE, "an open range has no length");
    value count = plus(vm, p, OPC_SUB, data_range_stop(r), r->from);
    if (count == VALUE_ABSENT)
        return VERDICT_FAIL;
    *length = 0;
    if (value_is_int(count)) {
        if (value_as_int(count) > 0)
            *length = (uint64_t)value_as_int(count);
    } else if (num_compare(count, value_int(0)) > 0) {
        return vm_raise(vm, ERR_VALUE, "the range is too long");
    }
    return VERDICT_DONE;
}

verdict data_range_at(csp_vm *vm, process *p, const range *r, value index, value *out)
{
    uint64_t at = 0;
    if (r->to != VALUE_NIL) {
        uint64_t length = 0;
        if (data_range_length(vm, p, r, &length) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (data_index(vm, p, index, length, "range", &at) != VERDICT_DONE)
            return VERDICT_FAIL;
    } else {
        if (!value_is_int(index))
            return vm_raise_type(vm, p, index, "an int as an index");
        if (value_as_int(index) < 0)
            return vm_raise(vm, ERR_INDEX, "an open range cannot be indexed from its end");
        at = (uint64_t)value_as_int(index);
    }
    *out = plus(vm, p, OPC_ADD, r->from, value_int((int64_t)at));
    return *out == VALUE_ABSENT ? VERDICT_FAIL : VERDICT_DONE;
}

verdict data_range_has(csp_vm *vm, const range *r, value number, bool *has)
{
    *has = false;
    if (value_is_float(number)) {
        value whole = num_truncate(vm, value_as_float(number));
        if (whole == VALUE_ABSENT)
            return vm_raise_memory(vm);
        if (whole == VALUE_NIL || num_compare(whole, number) != 0)
            return VERDICT_DONE;
    }
    if (num_compare(number, r->from) < 0)
        return VERDICT_DONE;
    value end = data_range_stop(r);
    *has = end == VALUE_NIL || num_compare(number, end) < 0;
    return VERDICT_DONE;
}

/* --- slices */

/* A bound of a slice of `length` elements: negative from the end, then clamped. Bounds that are not
 * small ints are far outside. */
static uint64_t clamp(value bound, bool included, uint64_t length)
{
    if (!value_is_int(bound))
        return num_compare(bound, value_int(0)) < 0 ? 0 : length;
    int64_t n = value_as_int(bound);
    if (n < 0) {
        uint64_t back = 0 - (uint64_t)n;
        if (back > length)
            return 0;
        return length - back + included;
    }
    uint64_t at = (uint64_t)n + included;
    return at < length ? at : length;
}

static verdict slice_range(csp_vm *vm, process *p, const range *of, const range *by, value *out)
{
    value from, to;
    if (of->to == VALUE_NIL) {
        if (num_compare(by->from, value_int(0)) < 0 ||
            (by->to != VALUE_NIL && num_compare(by->to, value_int(0)) < 0))
            return vm_raise(vm, ERR_INDEX, "an open range cannot be indexed from its end");
        from = plus(vm, p, OPC_ADD, of->from, by->from);
        to = by->to == VALUE_NIL ? VALUE_NIL : plus(vm, p, OPC_ADD, of->from, by->to);
    } else {
        uint64_t length = 0;
        if (data_range_length(vm, p, of, &length) != VERDICT_DONE)
            return VERDICT_FAIL;
        uint64_t a = clamp(by->from, false, length);
        uint64_t b =
            by->to == VALUE_NIL ? length : clamp(by->to, (by->header & RANGE_CLOSED) != 0, length);
        if (b < a)
            b = a;
        from = plus(vm, p, OPC_ADD, of->from, value_int((int64_t)a));
        to = plus(vm, p, OPC_ADD, of->from, value_int((int64_t)b));
    }
    if (from == VALUE_ABSENT || to == VALUE_ABSENT)
        return VERDICT_FAIL;
    return vm_give(vm, range_new(vm, from, to, false), out);
}

static value slice_buffer(csp_vm *vm, const process *p, const buffer *from, uint64_t a,
                          uint64_t count)
{
    buffer *b = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *b);
    if (!b)
        return VALUE_ABSENT;
    b->header = OBJ_BUFFER | process_owner(p);
    if (count == 0)
        return value_object(b);
    b->data = heap_alloc(vm_heap(vm), HEAP_BYTES, count);
    if (!b->data)
        return VALUE_ABSENT;
    memcpy(b->data, from->data + a, count);
    b->size = b->capacity = count;
    return value_object(b);
}

verdict data_slice_bounds(csp_vm *vm, process *p, value container, const range *r, uint64_t *a,
                          uint64_t *b)
{
    obj_kind kind = value_kind(container);
    if (kind != OBJ_LIST && kind != OBJ_TUPLE && kind != OBJ_STRING && kind != OBJ_BYTES &&
        kind != OBJ_BUFFER)
        return vm_raise_type(vm, p, container, "something that can be sliced");
    uint64_t length = 0;
    if (data_length(vm, p, container, &length) != VERDICT_DONE)
        return VERDICT_FAIL;
    *a = clamp(r->from, false, length);
    *b = r->to == VALUE_NIL ? length : clamp(r->to, (r->header & RANGE_CLOSED) != 0, length);
    if (*b < *a)
        *b = *a;
    return VERDICT_DONE;
}

verdict data_slice_range(csp_vm *vm, process *p, value container, const range *r, value *out)
{
    uint64_t a = 0, b = 0;
    if (value_is(container, OBJ_RANGE))
        return slice_range(vm, p, value_as_object(container), r, out);
    if (data_slice_bounds(vm, p, container, r, &a, &b) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (long_slice(vm, container, a, b)) {
        verdict v =
            vm_give(vm, range_new(vm, value_int((int64_t)a), value_int((int64_t)b), false), out);
        return v == VERDICT_DONE ? VERDICT_CALL : v;
    }
    uint64_t count = b - a;
    vm_charge(vm, count / 64);
    switch (value_kind(container)) {
    case OBJ_LIST:
        return vm_give(vm, list_new(vm, p, count ? value_list(container)->items + a : NULL, count),
                       out);
    case OBJ_TUPLE:
        return vm_give(vm, tuple_new(vm, p, value_tuple(container)->items + a, count), out);
    case OBJ_STRING:
        return vm_give(vm, str_slice(vm, value_string(container), (uint32_t)a, (uint32_t)b), out);
    case OBJ_BYTES: return vm_give(vm, bytes_new(vm, value_bytes(container)->data + a, count), out);
    default: return vm_give(vm, slice_buffer(vm, p, value_as_object(container), a, count), out);
    }
}

verdict data_slice(csp_vm *vm, process *p, value container, value from, value to, value *out)
{
    if (value_is_object(container) && !value_usable(p, container))
        return vm_raise_moved(vm, container);
    value first = from == VALUE_NIL ? value_int(0) : from;
    if (range_check(vm, first, to) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (value_is(container, OBJ_MAP)) {
        value key = range_new(vm, first, to, false);
        return key == VALUE_ABSENT ? vm_raise_memory(vm) : data_get(vm, p, container, key, out);
    }
    range r = {.header = OBJ_RANGE | OBJ_IMMUTABLE, .from = first, .to = to};
    return data_slice_range(vm, p, container, &r, out);
}
