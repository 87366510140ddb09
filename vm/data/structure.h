/* Copying and moving the values of C structs. */
#ifndef CSP_VM_DATA_STRUCTURE_H
#define CSP_VM_DATA_STRUCTURE_H

#include "vm/core/vm.h"

/* A value for a copy of `source`, with this header: it has its own bytes, not set yet, and keeps
 * what the pointers in the source's lead to. NULL: no memory. */
cvalue *struct_blank(csp_vm *vm, uint64_t header, const cvalue *source);
/* Gives s, which goes to another process, its own copy of its bytes if it shares them. False: no
 * memory. */
bool struct_detach(csp_vm *vm, cvalue *s);

/* An empty map for what is kept, which no program sees. NULL: no memory. */
map *struct_keeper(csp_vm *vm);
/* Lets *to keep for the `size` bytes at `to_at` what `from` keeps for those at `from_at`, and no
 * more. from may be NULL; *to is made when it is needed. False: no memory. */
bool struct_keep_copy(csp_vm *vm, const map *from, const void *from_at, size_t size, map **to,
                      const void *to_at);

#endif
