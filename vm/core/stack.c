#include "vm/core/stack.h"

#include "vm/core/vm.h"

/* In slots. SHRINK_MOST: giving memory back takes the system some 100 ns a page. It is more than a
 * process may have left when it waits after returning from far down (run.c, floor_below). */
enum { SHRINK_FROM = 2048, SHRINK_MOST = 1 << 19 };

/* Moves the stack from the object into a block of its own, which becomes visible before the slots
 * are cleared. False: out of memory. */
static bool move_out(csp_vm *vm, process *p, size_t size)
{
    value *stack = heap_stack_new(&vm->heap, p, size);
    if (!stack)
        return false;
    memcpy(stack, p->slots, sizeof p->slots);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    p->stack = stack;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    memset(p->slots, 0, sizeof p->slots);
    return true;
}

value *process_grow(csp_vm *vm, process *p, value *from, size_t slots)
{
    scheduler *s = &vm->sched;
    size_t offset = (size_t)(from - p->stack), need = offset + slots;
    size_t floor = s->running == p ? (size_t)(s->floor - p->stack) : 0;
    size_t max = vm->limits.stack ? vm->limits.stack / sizeof(value) : UINT32_MAX;
    size_t capacity = p->capacity < STACK_FIRST ? STACK_FIRST : p->capacity;
    while (capacity < need)
        capacity *= 2;
    if (capacity > max)
        capacity = max & ~(size_t)1; /* the last doubling may not fit: take what is left */
    if (capacity < need || capacity > UINT32_MAX - 1) {
        vm_raise(vm, ERR_STACK_OVERFLOW, "more than %zu bytes of stack", max * sizeof(value));
        return NULL;
    }
    bool moved = p->stack == p->slots
                     ? move_out(vm, p, stack_bytes(capacity))
                     : heap_stack_resize(&vm->heap, p, &p->stack, stack_bytes(p->capacity),
                                         stack_bytes(capacity));
    if (!moved) {
        vm_raise_memory(vm);
        return NULL;
    }
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the pointer before the larger size (heap.h) */
    p->capacity = (uint32_t)capacity;
    if (s->running == p) {
        s->bottom = p->stack;
        s->floor = p->stack + floor;
        s->limit = p->stack + capacity;
    }
    return p->stack + offset;
}

void process_shrink(csp_vm *vm, process *p)
{
    size_t top = (size_t)p->base + p->code->registers;
    if (p->capacity < SHRINK_FROM || top * 8 > p->capacity)
        return;
    size_t capacity = p->capacity;
    while (capacity > SHRINK_FROM / 2 && top * 4 < capacity)
        capacity /= 2;
    uint32_t old = p->capacity;
    if (old - capacity > SHRINK_MOST)
        capacity = old - SHRINK_MOST; /* the rest another time */
    p->capacity = (uint32_t)capacity;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the smaller size before the pointer (heap.h) */
    if (!heap_stack_resize(&vm->heap, p, &p->stack, stack_bytes(old), stack_bytes(capacity)))
        p->capacity = old; /* the large block will do */
}

side *process_side(csp_vm *vm, process *p)
{
    if (p->side)
        return p->side;
    side *s = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *s);
    if (!s) {
        vm_raise_memory(vm);
        return NULL;
    }
    s->header = OBJ_SIDE;
    s->name = VALUE_NIL;
    p->side = s;
    return s;
}

void process_mark(heap_marker *m, void *memory)
{
    process *p = memory;
    heap_mark(m, value_object(p->next));
    heap_mark(m, value_object(p->prev));
    heap_mark(m, value_object(p->chan));
    heap_mark(m, p->value);
    heap_mark(m, value_object(p->kill));
    heap_mark(m, value_object(p->side));
    heap_mark(m, value_object(p->run_next));
    heap_mark(m, value_object(p->code));
    if (p->stack == NULL)
        return;
    if (p->stack != p->slots) {
        size_t size = stack_bytes(p->capacity);
        if (size >= HEAP_MAP_STACK)
            return; /* outside the heap: pushed as roots; process_stack_live says how much */
        heap_mark(m, value_object(p->stack));
    }
    size_t top = p->code ? (size_t)p->base + p->code->registers : 0;
    if (top > p->capacity)
        top = p->capacity;
    for (size_t i = 0; i < top; i++)
        heap_mark(m, p->stack[i]);
}

size_t process_stack_live(void *owner)
{
    process *p = owner;
    size_t top = p->code ? (size_t)p->base + p->code->registers : 0;
    return (top < p->capacity ? top : p->capacity) * sizeof(value);
}
