/* Checking one instruction. Only for verify.c. */
#ifndef CSP_VM_CODE_VERIFY_INSN_H
#define CSP_VM_CODE_VERIFY_INSN_H

#include "vm/core/bytecode.h"

/* The codes that a constant may point to. A raw pointer to code cannot be told from one to an
 * object by looking at it. */
typedef struct code_set {
    csp_vm *vm;         /* whose codes are allowed, too */
    const code **slots; /* open addressing */
    size_t mask;
} code_set;

typedef struct checker {
    const code *c;
    const code_set *codes;
    bool *is_arm; /* for each instruction: it belongs to an ALT before it */
    uint32_t pc;
    uint32_t arms_end; /* instructions before this belong to an ALT */
} checker;

/* What is wrong with the instruction at k->pc, or NULL. */
const char *verify_insn(const checker *k);

#endif
