/* Choice among channels and a deadline. */
#ifndef CSP_VM_PROCESS_ALT_H
#define CSP_VM_PROCESS_ALT_H

#include "vm/walk/walk.h"

typedef enum alt_result {
    ALT_CHOSEN, /* *arm is taken; a receive's value is to be delivered */
    ALT_BLOCKED,
    ALT_COPY,   /* *work must become a message by *walk, then alt_made */
    ALT_MOVE,   /* … by WALK_MOVE */
    ALT_UNMOVE, /* *work must be given back by WALK_UNMOVE, then alt_made */
    ALT_ENDED,  /* a repeated alt with no enabled arm */
    ALT_FAILED  /* raised */
} alt_result;
typedef struct alt_choice {
    uint32_t arm;
    alt_case *chosen;
    value received;
    /* for a drained case: the new value of its arm's register for the channels taken so far,
     * or ABSENT */
    value taken;
    value work;
    walk_kind walk;
} alt_choice;
/* Collects the arms after the ALT instruction, and tries. */
alt_result alt_begin(csp_vm *vm, process *p, const value *base, const insn *pc, alt_choice *choice);
alt_result alt_made(csp_vm *vm, process *p, value made, alt_choice *choice); /* after a walk */
/* after a wait, once settled */
alt_result alt_woken(csp_vm *vm, process *p, alt_choice *choice);
/* drops the values: at the end, and when unwound */
void alt_leave(alt *a);

#endif
