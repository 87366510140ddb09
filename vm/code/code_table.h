/* The modules of a VM, in a table by position. */
#ifndef CSP_VM_CODE_CODE_TABLE_H
#define CSP_VM_CODE_CODE_TABLE_H

#include "vm/core/bytecode.h"

/* A module in that table. */
typedef struct code_entry {
    module *module; /* NULL: the collector found that nobody holds it */
    uint32_t base, count;
    bool kept; /* for the VM's life */
} code_entry;

/* Gives the module's codes their positions, makes missing tables of lines and hints, and adds it
 * to the VM's table. False: out of memory or of positions. The module and all that it points to
 * are objects of the heap, or pinned. It lives as long as the VM, unless code_let_go is called
 * for it. */
bool code_add_module(csp_vm *vm, module *m);
/* The module is collected once nobody holds it and so many others have been added since that
 * reports about the past (where a process was spawned, a channel made) can hardly refer to it. */
void code_let_go(csp_vm *vm, const module *m);
/* The code and pc of a position, or NULL: there is none, or it has been collected. O(log n). */
const code *code_at(csp_vm *vm, uint32_t position, uint32_t *pc);
/* For the collector's callbacks: pushes what is not judged in this marking (everything, unless
 * `judging`), and at its end finds what nobody holds. */
void code_push(const csp_vm *vm, bool judging);
void code_judge(csp_vm *vm);

#endif
