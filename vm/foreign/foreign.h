/* C in the VM: making what an `extern` block declares values of the VM, and what a VM keeps for
 * calling C (ARCHITECTURE.md, "Calling C").
 *
 * Declarations are plain memory of an ffi_block, made above (api/) and only read here. They live as
 * long as the VM, and their block longer where C is still busy or keeps a callback. */
#ifndef CSP_VM_FOREIGN_FOREIGN_H
#define CSP_VM_FOREIGN_FOREIGN_H

#include "ffi/function.h"
#include "vm/core/vm.h"

/* A member of a library: a function, or a struct, which makes values of its own. */
typedef struct foreign_entry {
    const char *name;
    const cfunction *function; /* NULL: … */
    const cstruct *makes;      /* … a struct's constructor */
    value made;                /* [foreign_add_library] the function object; held by the VM */
} foreign_entry;

/* Makes the members, and the library itself, values of the VM, which lives as long. Gives the
 * library's (OBJ_LIBRARY). ABSENT: raised. */
value foreign_add_library(csp_vm *vm, ffi_block *block, const library *l, foreign_entry *members,
                          uint32_t count);

/* Makes what a VM keeps for calling C, unless it is there. False: no memory. */
bool foreign_open(csp_vm *vm);
/* The VM's end, or a process': what C was to keep is gone, what C gave is given back. */
void foreign_close(csp_vm *vm);
void foreign_process_ended(csp_vm *vm, process *p);

/* errno of p's last call of C. */
int foreign_errno(const process *p);

/* What is wrong with the calls under way, between two slices; NULL: nothing. */
const char *foreign_audit(csp_vm *vm);

#endif
