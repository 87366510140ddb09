/* A process's memory: its stack, which grows and moves, its side object, and what the collector
 * finds in it. */
#ifndef CSP_VM_CORE_STACK_H
#define CSP_VM_CORE_STACK_H

#include "gc/heap.h"
#include "vm/core/concurrency.h"

enum { STACK_FIRST = 8 /* slots of the first separate block */ };

/* Gives p, whose stack is in the object, a block of that size in bytes. What the slots hold is
 * moved there. False: out of memory. */
bool process_move_out(csp_vm *vm, process *p, size_t size);
/* The size of a block for this many slots. */
static inline size_t stack_bytes(size_t slots)
{
    return (slots * sizeof(value) + HEAP_GRANULE - 1) & ~(size_t)(HEAP_GRANULE - 1);
}

/* Makes room for `slots` words from `from` on (a pointer into p's stack) and returns `from`, which
 * may have moved; NULL: raised (stack_overflow, out_of_memory). */
value *process_grow(csp_vm *vm, process *p, value *from, size_t slots);
static inline value *process_reserve(csp_vm *vm, process *p, value *from, size_t slots)
{
    bool fits = (size_t)(from - process_stack(p)) + slots <= process_capacity(p);
    return __builtin_expect(fits, 1) ? from : process_grow(vm, p, from, slots);
}
/* Gives back the unused part of a large stack; p does not run. */
void process_shrink(csp_vm *vm, process *p);
/* Makes the side object if it is missing; NULL: raised. */
side *process_side(csp_vm *vm, process *p);
/* Marks from a process (heap_mark_fn), and the VM's roots that are not objects. */
void process_mark(heap_marker *m, void *memory);
size_t process_stack_live(void *owner);

#endif
