/* The cases of an alt, collected from its arms: a replicated arm has one for each channel. */
#ifndef CSP_VM_PROCESS_ALT_ARMS_H
#define CSP_VM_PROCESS_ALT_ARMS_H

#include "vm/core/bytecode.h"
#include "vm/core/concurrency.h"

/* Adds a case to a, empty except that it keeps the node it had before. NULL: raised. */
alt_case *alt_add_case(csp_vm *vm, alt *a);
/* Adds the cases of ARM instruction i, which is number `arm` of p's alt; the registers are at
 * `base`. False: raised. */
bool alt_add_arm(csp_vm *vm, process *p, alt *a, uint32_t arm, const value *base, const insn *i);
/* Adds c's number to *set, the channels that a repeated alt has already taken as drained. The set
 * keeps no channel alive. False: raised. */
bool alt_mark_taken(csp_vm *vm, const process *p, value *set, channel *c);

#endif
