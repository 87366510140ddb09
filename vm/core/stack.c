#include "vm/core/stack.h"

#include "vm/core/vm.h"

/* In slots. SHRINK_MOST: giving memory back takes the system some 100 ns a page. It is more than a
 * process may have left when it waits after returning from far down (run.c, floor_below). */
enum { SHRINK_FROM = 2048, SHRINK_MOST = 1 << 19 };

/* Another thread may collect at any instruction. It finds the values in the slots as long as the
 * process is not `away`, and then in the block; in between, where the block's words have been
 * written over them, on the C stack. */
bool process_move_out(csp_vm *vm, process *p, size_t size)
{
    value *stack = heap_stack_new(&vm->heap, p, size);
    if (!stack)
        return false;
    value kept[PROCESS_ROOM_MOST] = {0};
    size_t held = p->room * sizeof *kept;
    memcpy(kept, process_slots(p), held);
    memcpy(stack, kept, held);
    __asm__ volatile("" : : "r"(kept) : "memory");
    memset(process_slots(p), 0, held);
    p->block.stack = stack;
    p->block.capacity = (uint32_t)(size / sizeof *stack);
    p->block.base = p->near_base;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    p->away = 1;
    __asm__ volatile("" : : "r"(kept) : "memory");
    return true;
}

value *process_grow(csp_vm *vm, process *p, value *from, size_t slots)
{
    scheduler *s = &vm->sched;
    size_t offset = (size_t)(from - process_stack(p)), need = offset + slots;
    size_t floor = s->running == p ? (size_t)(s->floor - process_stack(p)) : 0;
    size_t max = vm->limits.stack ? vm->limits.stack / sizeof(value) : UINT32_MAX;
    size_t had = process_capacity(p), capacity = had < STACK_FIRST ? STACK_FIRST : had;
    while (capacity < need)
        capacity *= 2;
    if (capacity > max)
        capacity = max & ~(size_t)1; /* the last doubling may not fit: take what is left */
    if (capacity < need || capacity > UINT32_MAX - 1) {
        vm_raise(vm, ERR_STACK_OVERFLOW, "more than %zu bytes of stack", max * sizeof(value));
        return NULL;
    }
    bool moved = p->away ? heap_stack_resize(&vm->heap, p, &p->block.stack, stack_bytes(had),
                                             stack_bytes(capacity))
                         : process_move_out(vm, p, stack_bytes(capacity));
    if (!moved) {
        vm_raise_memory(vm);
        return NULL;
    }
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the pointer before the larger size (heap.h) */
    p->block.capacity = (uint32_t)capacity;
    if (s->running == p) {
        s->bottom = p->block.stack;
        s->floor = p->block.stack + floor;
        s->limit = p->block.stack + capacity;
    }
    return p->block.stack + offset;
}

void process_shrink(csp_vm *vm, process *p)
{
    uint32_t old = process_capacity(p);
    size_t top = (size_t)process_base(p) + p->code->registers, capacity = old;
    if (old < SHRINK_FROM || top * 8 > old)
        return;
    while (capacity > SHRINK_FROM / 2 && top * 4 < capacity)
        capacity /= 2;
    if (old - capacity > SHRINK_MOST)
        capacity = old - SHRINK_MOST; /* the rest another time */
    p->block.capacity = (uint32_t)capacity;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the smaller size before the pointer (heap.h) */
    if (!heap_stack_resize(&vm->heap, p, &p->block.stack, stack_bytes(old), stack_bytes(capacity)))
        p->block.capacity = old; /* the large block will do */
}

side *process_side(csp_vm *vm, process *p)
{
    if (side_of(p))
        return side_of(p);
    side *s = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *s);
    if (!s) {
        vm_raise_memory(vm);
        return NULL;
    }
    s->header = OBJ_SIDE;
    s->name = VALUE_NIL;
    s->kill = process_cause(p);
    p->more = (uintptr_t)s;
    return s;
}

void process_mark(heap_marker *m, void *memory)
{
    process *p = memory;
    heap_mark(m, value_object(p->next));
    heap_mark(m, value_object(p->prev));
    heap_mark(m, value_object(p->chan));
    heap_mark(m, p->value);
    heap_mark(m, p->more & ~(uint64_t)1);
    heap_mark(m, value_object(p->code));
    uint32_t capacity = process_capacity(p);
    const value *stack = process_stack(p);
    if (p->away) {
        size_t size = stack_bytes(capacity);
        if (size >= HEAP_MAP_STACK)
            return; /* outside the heap: pushed as roots; process_stack_live says how much */
        heap_mark(m, value_object(stack));
    }
    size_t live = process_stack_live(p) / sizeof(value);
    for (size_t i = 0; i < live; i++)
        heap_mark(m, stack[i]);
}

size_t process_stack_live(void *owner)
{
    const process *p = owner;
    size_t top = p->code ? (size_t)process_base(p) + p->code->registers : 0,
           capacity = process_capacity(p);
    return (top < capacity ? top : capacity) * sizeof(value);
}
