/* The cases of an alt, collected from its arms: a replicated arm has one for each channel. */
#ifndef CSP_VM_PROCESS_ALT_ARMS_H
#define CSP_VM_PROCESS_ALT_ARMS_H

#include "vm/core/bytecode.h"
#include "vm/core/concurrency.h"

/* A further case, empty but for the node that it had before. NULL: raised. */
alt_case *alt_add_case(csp_vm *vm, alt *a);
/* What ARM instruction i, the arm's number of p's alt, adds to it; `base` are the registers. False:
 * raised. */
bool alt_add_arm(csp_vm *vm, process *p, alt *a, uint32_t arm, const value *base, const insn *i);
/* Adds c's number to the set of channels in *set that a repeated alt has taken, which holds none of
 * them alive. False: raised. */
bool alt_mark_taken(csp_vm *vm, const process *p, value *set, channel *c);

#endif
