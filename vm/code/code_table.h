/* Which modules there are: the VM's table, by position. */
#ifndef CSP_VM_CODE_CODE_TABLE_H
#define CSP_VM_CODE_CODE_TABLE_H

#include "vm/core/bytecode.h"

/* A module in the VM's table, by position. */
typedef struct code_entry {
    module *module; /* NULL: the collector has found that nobody holds it */
    uint32_t base, count;
    bool kept; /* for the life of the VM */
} code_entry;

/* Gives the module's codes their positions, makes what is missing of lines and hints, and adds it
 * to the VM's table. False: out of memory or of positions. The module and all that it points to are
 * objects of the heap, or pinned. It lives as long as the VM, unless code_let_go has been called
 * for it. */
bool code_add_module(csp_vm *vm, module *m);
/* The module is given back once nobody holds it and so many others have been added since that what
 * is told of the past (where a process was spawned, a channel made) can hardly be about it. */
void code_let_go(csp_vm *vm, const module *m);
/* The code and pc of a position, or NULL: there is none, or it has been given back. O(log n). */
const code *code_at(csp_vm *vm, uint32_t position, uint32_t *pc);
/* In the collector's callbacks: pushes what is not judged in this marking (everything, unless
 * `judging`), and at its end finds those that nobody holds. */
void code_push(const csp_vm *vm, bool judging);
void code_judge(csp_vm *vm);

#endif
