/* C in the VM: turning what an `extern` block declares into values, and what a VM keeps for
 * calling C (ARCHITECTURE.md, "Calling C").
 *
 * Declarations are plain memory of an ffi_block, made above (api/) and only read here. They live
 * as long as the VM; their block lives longer if C is still busy or keeps a callback. */
#ifndef CSP_VM_FOREIGN_FOREIGN_H
#define CSP_VM_FOREIGN_FOREIGN_H

#include "ffi/function.h"
#include "vm/core/vm.h"

/* A member of a library: a function, or a struct, which makes values of its own. */
typedef struct foreign_entry {
    const char *name;
    const cfunction *function; /* NULL: it is a struct */
    const cstruct *makes;      /* the struct that it makes */
    value made;                /* [foreign_add_library] the function object; held by the VM */
} foreign_entry;

/* Turns the members and the library itself into values, which live as long as the VM. Returns that
 * of the library (OBJ_LIBRARY). ABSENT: raised. */
value foreign_add_library(csp_vm *vm, ffi_block *block, const library *l, foreign_entry *members,
                          uint32_t count);

/* Makes what a VM keeps for calling C, unless it exists. False: no memory. */
bool foreign_open(csp_vm *vm);
/* At the end of the VM, or of a process: frees what C could keep, and gives back what C gave. */
void foreign_close(csp_vm *vm);
void foreign_process_ended(csp_vm *vm, process *p);

/* errno of p's last call of C. */
int foreign_errno(const process *p);

/* Between two slices: what is wrong with the calls under way; NULL: nothing. */
const char *foreign_audit(csp_vm *vm);

#endif
