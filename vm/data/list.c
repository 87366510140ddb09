/* Lists: a growable block of values beside the object, with room at both ends. */
#include "vm/data/list.h"

#include "vm/core/vm.h"

/* A block this large is exchanged for a smaller one when three quarters of it is free. */
enum { SHRINK_FROM = 1024 };

static size_t front_of(const list *l) { return (size_t)(l->items - l->block); }

static size_t block_size(const list *l) { return front_of(l) + l->capacity; }

/* Exchanges the block for one with room for `front` values before the elements and for `capacity`
 * from the first one on. False: out of memory. */
static bool move_to(csp_vm *vm, list *l, size_t front, size_t capacity)
{
    value *block = heap_alloc(vm_heap(vm), HEAP_TRACED, (front + capacity) * sizeof *block);
    if (!block)
        return false;
    value *old = l->block;
    size_t old_size = block_size(l);
    if (l->count > 0)
        memcpy(block + front, l->items, l->count * sizeof *block);
    l->items = block + front;
    l->block = block;
    l->capacity = (uint32_t)capacity;
    if (old)
        heap_release(vm_heap(vm), HEAP_TRACED, old, old_size * sizeof *block);
    return true;
}

/* Moves the elements within the block; the places that they leave are cleared, so they keep
 * nothing alive. */
static void shift(list *l, size_t front)
{
    if (!l->block)
        return;
    value *to = l->block + front, *from = l->items, *end = from + l->count;
    size_t size = block_size(l);
    memmove(to, from, l->count * sizeof *to);
    value *left = to < from && to + l->count > from ? to + l->count : from;
    value *left_end = to >= from && to < end ? to : end;
    memset(left, 0, (size_t)(left_end - left) * sizeof *to);
    l->items = to;
    l->capacity = (uint32_t)(size - front);
}

/* --- growing */

/* The capacity to allocate when so much is needed. */
static size_t grown(size_t capacity, size_t needed)
{
    size_t room = capacity + capacity / 2;
    if (room < 4)
        room = 4;
    if (room < needed)
        room = needed;
    return room < LIST_MAX ? room : LIST_MAX;
}

/* Room at the other end is used before the block grows. The elements are only moved if afterwards
 * half as many can be added there without moving again, so the cost of a queue is constant. */
bool list_reserve(csp_vm *vm, list *l, size_t capacity)
{
    if (capacity <= l->capacity)
        return true;
    if (capacity > LIST_MAX)
        return false;
    if (!l->block && capacity > 1)
        return move_to(vm, l, 0, capacity); /* as much as is known to be needed */
    if (front_of(l) > l->count / 2 && capacity <= block_size(l)) {
        shift(l, 0);
        return true;
    }
    size_t front = front_of(l) <= l->count / 2 ? front_of(l) : 0;
    return move_to(vm, l, front, grown(l->capacity, capacity));
}

/* A larger block under way. */
typedef struct growth {
    uint64_t header;
    value *block;
    size_t capacity, done; /* `done`: how many of its values are copied or cleared */
} growth;

verdict list_reserve_step(csp_vm *vm, list *l, size_t capacity, value *slot)
{
    if (*slot == VALUE_ABSENT) {
        if (!list_grows_long(vm, l, capacity))
            return list_reserve(vm, l, capacity) ? VERDICT_DONE : vm_raise_memory(vm);
        growth *fresh = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *fresh);
        if (!fresh)
            return vm_raise_memory(vm);
        fresh->header = OBJ_WALK;
        fresh->capacity = grown(l->count, capacity);
        fresh->block = heap_alloc_raw(vm_heap(vm), HEAP_TRACED, fresh->capacity * sizeof(value));
        if (!fresh->block)
            return vm_raise_memory(vm);
        *slot = value_object(fresh);
        return VERDICT_YIELD;
    }
    growth *g = value_as_object(*slot);
    size_t end = g->done < l->count ? l->count : g->capacity;
    size_t count = end - g->done < long_elements(vm) ? end - g->done : long_elements(vm);
    if (g->done < l->count)
        memcpy(g->block + g->done, l->items + g->done, count * sizeof(value));
    else
        memset(g->block + g->done, 0, count * sizeof(value));
    g->done += count;
    vm_charge(vm, count * sizeof(value) / LONG_BYTES_PER_REDUCTION);
    if (g->done < g->capacity)
        return VERDICT_YIELD;
    if (l->block)
        heap_release(vm_heap(vm), HEAP_TRACED, l->block, block_size(l) * sizeof(value));
    l->items = l->block = g->block;
    l->capacity = (uint32_t)g->capacity;
    *slot = VALUE_ABSENT;
    return VERDICT_DONE;
}

/* Makes room for one element before the first. */
static bool reserve_front(csp_vm *vm, list *l)
{
    if (front_of(l) > 0)
        return true;
    size_t behind = l->capacity - l->count;
    if (behind > l->count / 2) {
        shift(l, (behind + 1) / 2);
        return true;
    }
    if (l->count == LIST_MAX)
        return false;
    return move_to(vm, l, grown(l->count, 0) - l->count, l->capacity);
}

static void shrink(csp_vm *vm, list *l)
{
    size_t size = block_size(l);
    if (size >= SHRINK_FROM && l->count < size / 4)
        (void)move_to(vm, l, 0, size / 2); /* without memory the large block will do */
    else if (l->count == 0)
        shift(l, 0);
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
    if (!move_to(vm, l, 0, count))
        return VALUE_ABSENT;
    memcpy(l->items, items, count * sizeof *items);
    l->count = (uint32_t)count;
    return value_object(l);
}

bool list_push(csp_vm *vm, list *l, value v)
{
    if (l->count == l->capacity && !list_reserve(vm, l, (size_t)l->count + 1))
        return false;
    l->items[l->count++] = v;
    return true;
}

bool list_insert(csp_vm *vm, list *l, uint32_t at, value v)
{
    if (at < l->count - at) {
        if (!reserve_front(vm, l))
            return false;
        memmove(l->items - 1, l->items, at * sizeof *l->items);
        l->items--;
        l->capacity++;
    } else {
        if (!list_reserve(vm, l, (size_t)l->count + 1))
            return false;
        memmove(l->items + at + 1, l->items + at, (l->count - at) * sizeof *l->items);
    }
    l->count++;
    l->items[at] = v;
    return true;
}

value list_remove(csp_vm *vm, list *l, uint32_t at)
{
    value v = l->items[at];
    l->count--;
    if (at == l->count) {
        l->items[at] = VALUE_ABSENT; /* keeps nothing alive */
    } else if (at < l->count - at) {
        memmove(l->items + 1, l->items, at * sizeof *l->items);
        *l->items++ = VALUE_ABSENT;
        l->capacity--;
    } else {
        memmove(l->items + at, l->items + at + 1, (l->count - at) * sizeof *l->items);
        l->items[l->count] = VALUE_ABSENT;
    }
    shrink(vm, l);
    return v;
}

void list_clear(list *l)
{
    l->items = l->block = NULL;
    l->count = l->capacity = 0;
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
        vm_raise_frozen(vm, v);
    else
        vm_raise_type(vm, p, v, "a list");
    return NULL;
}
