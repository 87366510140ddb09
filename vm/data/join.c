/* a + b for all types. */
#include "vm/data/join.h"

#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/index.h"
#include "vm/data/list.h"
#include "vm/number/arith.h"

static value join_bytes(csp_vm *vm, const bytes *a, const bytes *b)
{
    bytes *out = bytes_blank(vm, (size_t)a->size + b->size);
    if (!out)
        return VALUE_ABSENT;
    memcpy(out->data, a->data, a->size);
    memcpy(out->data + a->size, b->data, b->size);
    return value_object(out);
}

static value join_tuples(csp_vm *vm, const process *p, value left, value right)
{
    tuple *a = value_tuple(left), *b = value_tuple(right);
    if (a->count + b->count > LIST_MAX)
        return VALUE_ABSENT;
    if (b->count == 0)
        return left;
    if (a->count == 0)
        return right;
    tuple *t =
        heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *t + (a->count + b->count) * sizeof(value));
    if (!t)
        return VALUE_ABSENT;
    uint64_t both = a->header & b->header & OBJ_IMMUTABLE;
    t->header = OBJ_TUPLE | (both ? both : process_owner(p));
    t->count = a->count + b->count;
    memcpy(t->items, a->items, a->count * sizeof(value));
    memcpy(t->items + a->count, b->items, b->count * sizeof(value));
    return value_object(t);
}

static value join_lists(csp_vm *vm, const process *p, const list *a, const list *b)
{
    value out = list_new(vm, p, NULL, 0);
    if (out == VALUE_ABSENT)
        return out;
    list *l = value_list(out);
    if (!list_reserve(vm, l, (size_t)a->count + b->count))
        return VALUE_ABSENT;
    if (a->count > 0)
        memcpy(l->items, a->items, a->count * sizeof(value));
    if (b->count > 0)
        memcpy(l->items + a->count, b->items, b->count * sizeof(value));
    l->count = a->count + b->count;
    return out;
}

static bool can_join(obj_kind kind)
{
    return kind == OBJ_STRING || kind == OBJ_LIST || kind == OBJ_TUPLE || kind == OBJ_BYTES;
}

static verdict join_strings(csp_vm *vm, value a, value b, value *out)
{
    vm_charge(vm,
              ((uint64_t)value_string(a)->size + value_string(b)->size) / LONG_BYTES_PER_REDUCTION);
    return vm_give(vm, str_concat(vm, a, b), out);
}

verdict data_add(csp_vm *vm, process *p, value a, value b, value *out)
{
    obj_kind kind = value_kind(a);
    if (!can_join(kind) || value_kind(b) != kind)
        return num_binary(vm, p, OPC_ADD, a, b, out);
    if (kind == OBJ_STRING)
        return join_strings(vm, a, b, out);
    if (!value_usable(p, a))
        return vm_raise_moved(vm, a);
    if (!value_usable(p, b))
        return vm_raise_moved(vm, b);
    uint64_t first = 0, second = 0;
    data_length(vm, p, a, &first);
    data_length(vm, p, b, &second);
    vm_charge(vm, (first + second) / 64);
    switch (kind) {
    case OBJ_BYTES: return vm_give(vm, join_bytes(vm, value_bytes(a), value_bytes(b)), out);
    case OBJ_TUPLE: return vm_give(vm, join_tuples(vm, p, a, b), out);
    default: return vm_give(vm, join_lists(vm, p, value_list(a), value_list(b)), out);
    }
}
