/* Checking bytecode before any of it runs. */
#ifndef CSP_VM_CODE_VERIFY_H
#define CSP_VM_CODE_VERIFY_H

#include "vm/code/verify_insn.h"

/* Every operand within bounds, every jump to an instruction, no way off the end, handlers and
 * defers well formed, in all codes of a module. Constants may name its own codes and those the VM
 * has already. Returns NULL, or what is wrong (a static text; in *which, *at the instruction): then
 * none of it is run. */
const char *code_verify_module(csp_vm *vm, const module *m, const code **which, uint32_t *at);

/* The code that v points to, or NULL. */
const code *verify_find_code(const code_set *set, value v);

#endif
