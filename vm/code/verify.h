/* Checking bytecode before any of it runs. */
#ifndef CSP_VM_CODE_VERIFY_H
#define CSP_VM_CODE_VERIFY_H

#include "vm/code/verify_insn.h"

/* Every operand is within bounds, every jump leads to an instruction, nothing runs off the end,
 * and handlers and defers are well formed, in all codes of a module. Constants may name its own
 * codes and those that the VM has already. WRONG: *fault says what is wrong, and none of it may
 * be run. */
typedef enum verify_result { VERIFY_OK, VERIFY_WRONG, VERIFY_NO_MEMORY } verify_result;
typedef struct verify_fault {
    const char *why;   /* a static text */
    const code *which; /* NULL: the module as a whole */
    uint32_t at;       /* instruction */
} verify_fault;
verify_result code_verify_module(csp_vm *vm, const module *m, verify_fault *fault);

/* The code that v points to, or NULL. */
const code *verify_find_code(const code_set *set, value v);

#endif
