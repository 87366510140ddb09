#include "vm/data/shape.h"

#include "base/hash.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"

enum { INDEX = 64 }; /* places in the index of a shape: twice SHAPE_KEYS */

_Static_assert(INDEX >= 2 * SHAPE_KEYS && SHAPE_KEYS < UINT8_MAX, "half full at most");
_Static_assert(SHAPES <= UINT16_MAX, "the places of shapes fit");
_Static_assert((SHAPES & (SHAPES - 1)) == 0, "a mask selects a place");

const shape *shape_of(const csp_vm *vm, uint32_t number) { return vm->shapes->of[number / 2]; }

bool shape_is_key(value key)
{
    return value_is(key, OBJ_STRING) && value_string(key)->size <= SHAPE_KEY_SIZE;
}

/* --- the keys of one */

uint32_t shape_probe(const shape *s, uint64_t hash, uint64_t *cursor)
{
    if (!s->index) {
        for (uint64_t i = *cursor; i < s->count; i++) {
            if (s->keys[i].hash == hash) {
                *cursor = i + 1;
                return (uint32_t)i;
            }
        }
        *cursor = s->count;
        return UINT32_MAX;
    }
    for (uint64_t step = *cursor;; step++) {
        uint32_t place = s->index[(hash + step) % INDEX];
        if (place == 0) {
            *cursor = step;
            return UINT32_MAX;
        }
        if (s->keys[place - 1].hash == hash) {
            *cursor = step + 1;
            return place - 1;
        }
    }
}

uint32_t shape_find(const shape *s, value name)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->keys[i].name == name)
            return i;
    return UINT32_MAX;
}

static void fill_index(shape *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        uint64_t at = s->keys[i].hash;
        while (s->index[at % INDEX] != 0)
            at++;
        s->index[at % INDEX] = (uint8_t)(i + 1);
    }
}

/* --- all of a VM */

/* Where the child is, or would be entered. */
static uint16_t *child_slot(shapes *all, uint32_t parent, const string *key, uint64_t hash)
{
    uint32_t mask = 2 * SHAPES - 1;
    uint32_t at = (uint32_t)hash_stir(hash + parent) & mask;
    for (; all->children[at] != 0; at = (at + 1) & mask) {
        const shape *s = all->of[all->children[at]];
        const shape_key *last = &s->keys[s->count - 1];
        if (s->parent == parent && last->hash == hash && str_equal(value_string(last->name), key))
            break;
    }
    return &all->children[at];
}

static shapes *shapes_ready(csp_vm *vm)
{
    if (vm->shapes)
        return vm->shapes;
    shapes *all = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *all);
    shape *empty = all ? heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *empty) : NULL;
    if (!empty)
        return NULL;
    empty->number = SHAPE_EMPTY;
    all->of[SHAPE_EMPTY / 2] = empty;
    all->count = SHAPE_EMPTY / 2 + 1;
    vm->shapes = all;
    return all;
}

/* A new one, with the keys of the parent and one more; NULL: out of memory. */
static shape *extended(csp_vm *vm, const shape *parent, value key, uint64_t hash)
{
    uint32_t count = parent->count + 1u;
    size_t size = sizeof(shape) + count * sizeof(shape_key);
    shape *s = heap_alloc(vm_heap(vm), HEAP_TRACED, size + (count > MAP_LINEAR ? INDEX : 0));
    if (!s)
        return NULL;
    memcpy(s->keys, parent->keys, parent->count * sizeof(shape_key));
    s->keys[parent->count] = (shape_key){key, hash};
    s->parent = parent->number;
    s->count = (uint16_t)count;
    if (count > MAP_LINEAR) {
        s->index = (uint8_t *)s + size;
        fill_index(s);
    }
    return s;
}

/* Whether another shape may come from this one. */
static bool may_branch(const shapes *all, const shape *from, bool literal)
{
    if (from->count == SHAPE_KEYS || all->count == SHAPES)
        return false;
    return literal || (from->branches < SHAPE_BRANCHES && all->added < SHAPES / 2);
}

uint32_t shape_with(csp_vm *vm, uint32_t number, value key, uint64_t hash, bool literal)
{
    shapes *all = shape_is_key(key) ? shapes_ready(vm) : NULL;
    if (!all)
        return SHAPE_NONE;
    uint16_t *slot = child_slot(all, number, value_string(key), hash);
    if (*slot != 0)
        return all->of[*slot]->number;
    shape *from = all->of[number / 2];
    value name =
        may_branch(all, from, literal) ? str_interned(vm, value_string(key)) : VALUE_ABSENT;
    shape *s = name != VALUE_ABSENT ? extended(vm, from, name, hash) : NULL;
    if (!s)
        return SHAPE_NONE;
    s->number = 2 * all->count + 1;
    all->of[all->count] = s;
    *slot = (uint16_t)all->count++;
    if (!literal) {
        from->branches++;
        all->added++;
    }
    return s->number;
}
