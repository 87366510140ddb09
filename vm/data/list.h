/* Lists. Makers return VALUE_ABSENT when memory has run out. */
#ifndef CSP_VM_DATA_LIST_H
#define CSP_VM_DATA_LIST_H

#include "vm/core/concurrency.h"
#include "vm/core/steps.h"

/* A list owned by p. `items` may point into p's stack; NULL: the list is empty. */
value list_new(csp_vm *vm, const process *p, const value *items, size_t count);
/* These change a list without checking its owner or whether it is frozen. False: out of memory. */
bool list_push(csp_vm *vm, list *l, value v);
bool list_reserve(csp_vm *vm, list *l, size_t capacity);
/* at <= count, or < count: moves the elements before or after it, whichever are fewer; at both ends
 * it takes constant time, amortised. */
bool list_insert(csp_vm *vm, list *l, uint32_t at, value v);
value list_remove(csp_vm *vm, list *l, uint32_t at);
void list_clear(list *l);
/* How many elements list_insert or list_remove moves there. */
static inline uint32_t list_moved(const list *l, uint32_t at)
{
    return at < l->count - at ? at : l->count - at;
}
/* Checks that p may read, or change, the list; NULL: raised (type_error, moved, frozen). */
list *data_list(csp_vm *vm, process *p, value v);
list *data_own_list(csp_vm *vm, process *p, value v);
/* list_grows_long: whether making room for `capacity` elements takes long. Then list_reserve_step
 * makes it in steps: DONE, YIELD or FAIL. The slot is absent at the start and the end; meanwhile
 * the list must not change. */
static inline bool list_grows_long(const csp_vm *vm, const list *l, size_t capacity)
{
    return capacity > l->capacity && capacity > long_elements(vm) && capacity <= LIST_MAX;
}
verdict list_reserve_step(csp_vm *vm, list *l, size_t capacity, value *slot);

#endif
