/* A frame as the interpreter holds it. */
#ifndef CSP_VM_CODE_FRAME_H
#define CSP_VM_CODE_FRAME_H

#include "vm/core/bytecode.h"

/* A frame as the interpreter holds it. */
typedef struct frame {
    value *base;
    const code *code;
    const insn *pc;
} frame;

#endif
