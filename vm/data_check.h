/* Checks of operands and arguments: each gives the container, or NULL after raising what is wrong with it (then the
 * caller gives VERDICT_FAIL): type_error, `moved` where it belongs to another process, `frozen`. */
#ifndef CSP_VM_DATA_CHECK_H
#define CSP_VM_DATA_CHECK_H

#include "vm/data.h"

/* Readable by p. */
list *data_list(csp_vm *vm, process *p, value v);
map *data_map(csp_vm *vm, process *p, value v);
/* Changeable by p. */
list *data_own_list(csp_vm *vm, process *p, value v);
map *data_own_map(csp_vm *vm, process *p, value v);

/* An index into `count` elements, negative from the end, into *at. FAIL: type_error unless v is an int, index_error
 * out of bounds (naming `what`, "list" …). */
verdict data_index(csp_vm *vm, process *p, value v, uint64_t count, const char *what, uint64_t *at);

#endif
