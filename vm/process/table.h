/* The table of all processes that have not ended (vm.h), in chunks: it grows and shrinks without a
 * long step, and without a copy of what is there.
 *
 * It is read whenever some thread collects, at any instruction of this one: at every moment each
 * live process must be found at the place that it names (leak.c). */
#ifndef CSP_VM_PROCESS_TABLE_H
#define CSP_VM_PROCESS_TABLE_H

#include "vm/core/vm.h"

/* Makes room for one more. False: raised. */
bool table_grow(csp_vm *vm);
static inline bool table_reserve(csp_vm *vm)
{
    return __builtin_expect(vm->table_count < vm->table_capacity, 1) || table_grow(vm);
}
/* Adds p; table_reserve has made room. */
static inline void table_add(csp_vm *vm, process *p)
{
    p->index = vm->table_count;
    *process_place(vm, p->index) = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    vm->table_count++;
}
/* Frees chunks that are no longer used, but keeps one in reserve. */
void table_shrink(csp_vm *vm);
static inline void table_remove(csp_vm *vm, process *p)
{
    process *last = process_at(vm, vm->table_count - 1);
    *process_place(vm, p->index) = last;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    last->index = p->index;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    vm->table_count--;
    if (__builtin_expect(vm->table_count % PROCESS_CHUNK == 0, 0))
        table_shrink(vm);
}
/* In the callback for roots: pushes all processes as roots. */
void table_push(const csp_vm *vm);
/* At the VM's end, when the table is empty. */
void table_free(csp_vm *vm);

#endif
