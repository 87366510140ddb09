#include "vm/data/long.h"

#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/children.h"
#include "vm/data/index.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/map_find.h"
#include "vm/data/map_walk.h"
#include "vm/data/slice.h"

bool long_join(const csp_vm *vm, value a, value b)
{
    return value_kind(a) == value_kind(b) &&
           content_of(a).size + content_of(b).size > long_bytes(vm);
}

bool long_index(const csp_vm *vm, value x)
{
    return value_is(x, OBJ_STRING) && value_string(x)->size > long_bytes(vm) &&
           !str_indexed(value_string(x));
}

bool long_slice(const csp_vm *vm, value x, uint64_t a, uint64_t b)
{
    obj_kind kind = value_kind(x);
    bool words = kind == OBJ_LIST || kind == OBJ_TUPLE;
    return b - a > long_bytes(vm) / (words ? sizeof(value) : 1) || long_index(vm, x);
}

/* --- making */

static value made_or_raised(csp_vm *vm, void *made)
{
    if (!made)
        vm_raise_memory(vm);
    return made ? value_object(made) : VALUE_ABSENT;
}

value list_blank(csp_vm *vm, const process *p, size_t count)
{
    value v = list_new(vm, p, NULL, 0);
    if (v == VALUE_ABSENT || count > LIST_MAX)
        return made_or_raised(vm, NULL);
    if (count == 0)
        return v;
    list *l = value_list(v);
    l->block = heap_alloc_raw(vm_heap(vm), HEAP_TRACED, count * sizeof(value));
    if (!l->block)
        return made_or_raised(vm, NULL);
    l->items = l->block;
    l->capacity = (uint32_t)count;
    return v;
}

value tuple_blank(csp_vm *vm, size_t count)
{
    tuple *t = count <= LIST_MAX
                   ? heap_alloc_raw(vm_heap(vm), HEAP_TRACED, sizeof *t + count * sizeof(value))
                   : NULL;
    if (t) {
        t->header = OBJ_TUPLE | OBJ_IMMUTABLE;
        t->count = count;
    }
    return made_or_raised(vm, t);
}

void tuple_fill(const process *p, tuple *t, uint64_t at, const value *items, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (!value_is_immutable(items[i]))
            t->header = OBJ_TUPLE | process_owner(p);
        t->items[at + i] = items[i];
    }
}

value buffer_blank(csp_vm *vm, const process *p, size_t size)
{
    buffer *b = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *b);
    if (!b)
        return made_or_raised(vm, NULL);
    b->header = OBJ_BUFFER | process_owner(p);
    if (size == 0)
        return value_object(b);
    b->data = heap_alloc_raw(vm_heap(vm), HEAP_BYTES, size);
    if (!b->data)
        return made_or_raised(vm, NULL);
    b->size = b->capacity = size;
    return value_object(b);
}

/* An object of this kind; `length` is that of a string in code points. */
static value blank(csp_vm *vm, const process *p, obj_kind kind, size_t size, size_t length)
{
    switch (kind) {
    case OBJ_STRING: return made_or_raised(vm, str_blank(vm, size, length));
    case OBJ_BYTES: return made_or_raised(vm, bytes_blank(vm, size));
    case OBJ_TUPLE: return tuple_blank(vm, size / sizeof(value));
    case OBJ_LIST: return list_blank(vm, p, size / sizeof(value));
    default: return buffer_blank(vm, p, size);
    }
}

/* Copies a step's worth of `from` to byte `start` of the result. True: all of it is there. */
static bool fill(csp_vm *vm, const process *p, value made, size_t start, content from, size_t *at)
{
    size_t before = *at;
    if (value_is(made, OBJ_TUPLE)) {
        size_t count = (from.size - before) / sizeof(value);
        if (count > long_elements(vm))
            count = long_elements(vm);
        tuple_fill(p, value_tuple(made), (start + before) / sizeof(value),
                   (value *)from.data + before / sizeof(value), count);
        vm_charge(vm, count / LONG_ELEMENTS_PER_REDUCTION);
        *at += count * sizeof(value);
        return *at == from.size;
    }
    list *l = value_is(made, OBJ_LIST) ? value_list(made) : NULL;
    void *to = l ? (void *)l->items : content_of(made).data;
    bool done = long_copy(vm, (char *)to + start, from.data, from.size, at);
    if (l)
        l->count = (uint32_t)((start + *at) / sizeof(value));
    return done;
}

/* --- a + b */

/* args: a, b; slots: the result, how many of its bytes are there. */
verdict long_run_add(csp_vm *vm, process *p, value *args, value *result)
{
    value *made = &args[2], *done = &args[3];
    content a = content_of(args[0]), b = content_of(args[1]);
    if (*made == VALUE_ABSENT) {
        for (int i = 0; i < 2; i++)
            if (!value_usable(p, args[i]))
                return vm_raise_moved(vm, args[i]);
        obj_kind kind = value_kind(args[0]);
        if (kind != OBJ_LIST && (a.size == 0 || b.size == 0)) {
            *result = a.size == 0 ? args[1] : args[0];
            return VERDICT_DONE;
        }
        size_t length = kind == OBJ_STRING
                            ? (size_t)value_string(args[0])->length + value_string(args[1])->length
                            : 0;
        *made = blank(vm, p, kind, a.size + b.size, length);
        if (*made == VALUE_ABSENT)
            return VERDICT_FAIL;
        *done = value_int(0);
    }
    size_t at = (size_t)value_as_int(*done);
    bool second = at >= a.size;
    size_t start = second ? a.size : 0, in = at - start;
    bool all = fill(vm, p, *made, start, second ? b : a, &in) && second;
    *done = value_int((int64_t)(start + in));
    *result = *made;
    return all ? VERDICT_DONE : VERDICT_YIELD;
}

/* --- x[i], x[a..b] */

/* args: x, a key, an index or a range; slots: the result (for a map: the walk), how many of its
 * bytes are there, where they begin in x, how many there are. */
verdict long_run_part(csp_vm *vm, process *p, value *args, value *result)
{
    enum { MADE = 2, DONE, START, SIZE };
    value x = args[0];
    if (!value_usable(p, x))
        return vm_raise_moved(vm, x);
    if (value_is(x, OBJ_MAP)) {
        map_walk *w = map_walk_in_slot(vm, &args[MADE]);
        verdict v = w ? map_find_step(vm, w, value_map(x), args[1]) : VERDICT_FAIL;
        if (v == VERDICT_DONE)
            *result = w->found ? *map_item(value_map(x), w->entry) : VALUE_NIL;
        return v;
    }
    if (long_index(vm, x)) {
        str_index_step(value_string(x));
        vm_charge(vm, STRING_INDEX_REDUCTIONS);
        return VERDICT_YIELD;
    }
    if (!value_is(args[1], OBJ_RANGE))
        return data_get(vm, p, x, args[1], result);
    if (args[MADE] == VALUE_ABSENT) {
        uint64_t a, b;
        if (data_slice_bounds(vm, p, x, value_as_object(args[1]), &a, &b) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (!long_slice(vm, x, a, b))
            return data_get(vm, p, x, args[1], result);
        size_t length = b - a,
               unit = value_is(x, OBJ_LIST) || value_is(x, OBJ_TUPLE) ? sizeof(value) : 1;
        if (value_is(x, OBJ_STRING)) {
            a = str_offset(value_string(x), (uint32_t)a);
            b = str_offset(value_string(x), (uint32_t)b);
        }
        args[MADE] = blank(vm, p, value_kind(x), (b - a) * unit, length);
        if (args[MADE] == VALUE_ABSENT)
            return VERDICT_FAIL;
        args[DONE] = value_int(0);
        args[START] = value_int((int64_t)(a * unit));
        args[SIZE] = value_int((int64_t)((b - a) * unit));
    }
    size_t at = (size_t)value_as_int(args[DONE]);
    content part = {(char *)content_of(x).data + value_as_int(args[START]),
                    (size_t)value_as_int(args[SIZE])};
    bool all = fill(vm, p, args[MADE], 0, part, &at);
    args[DONE] = value_int((int64_t)at);
    *result = args[MADE];
    return all ? VERDICT_DONE : VERDICT_YIELD;
}
