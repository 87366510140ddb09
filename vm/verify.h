/* The two halves of the verifier: whole codes (verify.c) and single instructions (verify_insn.c). For these two files
 * only. */
#ifndef CSP_VM_VERIFY_H
#define CSP_VM_VERIFY_H

#include "vm/vm.h"

/* The codes that a constant may point to. A raw pointer to code cannot be told from one to an object by looking at it.
 */
typedef struct code_set {
    csp_vm *vm;         /* whose codes may be meant, too */
    const code **slots; /* open addressing */
    size_t mask;
} code_set;

typedef struct checker {
    const code *c;
    const code_set *codes;
    bool *is_arm; /* of each instruction: belongs to an ALT before it */
    uint32_t pc;
    uint32_t arms_end; /* instructions before this belong to an ALT */
} checker;

/* The code that v points to, or NULL. */
const code *verify_find_code(const code_set *set, value v);
/* What is wrong with the instruction at k->pc, or NULL. */
const char *verify_insn(const checker *k);

#endif
