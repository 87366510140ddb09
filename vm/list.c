/* Lists: a growable block of values beside the object. */
#include "vm/data_check.h"

bool list_reserve(csp_vm *vm, list *l, size_t capacity)
{
    if (capacity <= l->capacity)
        return true;
    if (capacity > LIST_MAX)
        return false;
    size_t room = (size_t)l->capacity + l->capacity / 2;
    if (room < 4)
        room = 4;
    if (room < capacity)
        room = capacity;
    if (room > LIST_MAX)
        room = LIST_MAX;
    value *items = heap_alloc(vm_heap(vm), HEAP_TRACED, room * sizeof *items);
    if (!items)
        return false;
    if (l->count > 0)
        memcpy(items, l->items, l->count * sizeof *items);
    if (l->items)
        heap_release(vm_heap(vm), HEAP_TRACED, l->items, l->capacity * sizeof *items);
    l->items = items;
    l->capacity = (uint32_t)room;
    return true;
}

value list_new(csp_vm *vm, const process *p, const value *items, size_t count)
{
    list *l = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *l);
    if (!l)
        return VALUE_ABSENT;
    l->header = OBJ_LIST | process_owner(p);
    if (count == 0)
        return value_object(l);
    if (count > LIST_MAX)
        return VALUE_ABSENT;
    l->items = heap_alloc(vm_heap(vm), HEAP_TRACED, count * sizeof *items);
    if (!l->items)
        return VALUE_ABSENT;
    memcpy(l->items, items, count * sizeof *items);
    l->count = l->capacity = (uint32_t)count;
    return value_object(l);
}

bool list_push(csp_vm *vm, list *l, value v)
{
    if (l->count == l->capacity && !list_reserve(vm, l, (size_t)l->count + 1))
        return false;
    l->items[l->count++] = v;
    return true;
}

list *data_list(csp_vm *vm, process *p, value v)
{
    if (value_is(v, OBJ_LIST) && value_usable(p, v))
        return value_list(v);
    vm_raise_type(vm, p, v, "a list");
    return NULL;
}

list *data_own_list(csp_vm *vm, process *p, value v)
{
    if (value_is_object(v) && obj_header(v) == (process_owner(p) | OBJ_LIST))
        return value_list(v);
    if (value_is(v, OBJ_LIST) && (obj_header(v) & OBJ_FROZEN))
        data_raise_frozen(vm, v);
    else
        vm_raise_type(vm, p, v, "a list");
    return NULL;
}
