/* What error.c needs at the start of a VM. */
#ifndef CSP_VM_ERROR_H
#define CSP_VM_ERROR_H

#include "vm/vm.h"

/* Interns the names of the kinds (vm->error_names) and makes vm->memory_error. False: out of memory. */
bool error_init(csp_vm *vm);

#endif
