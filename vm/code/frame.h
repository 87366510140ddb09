/* A frame as the interpreter holds it, and its link: the two words below its registers, which lead
 * to its caller's (bytecode.h). The bottom frame of a process has no link. */
#ifndef CSP_VM_CODE_FRAME_H
#define CSP_VM_CODE_FRAME_H

#include "vm/core/bytecode.h"

typedef struct frame {
    value *base; /* its registers */
    const code *code;
    const insn *pc;
} frame;

enum { FRAME_LINK = 2 /* words */ };
/* In the first word: tail calls have replaced frames between this one and its caller. */
#define LINK_TAIL  ((uint64_t)1)
#define LINK_PC    ((uint64_t)0x0000fffffffffff8)
#define LINK_SHIFT 48

/* Links the registers at `base` to the calling frame, which continues after pc; `distance` is how
 * far below its registers are. */
static inline void link_make(value *base, const code *caller, const insn *pc, uint32_t distance)
{
    base[-2] = (value)(uintptr_t)pc | (uint64_t)distance << LINK_SHIFT;
    base[-1] = (value)(uintptr_t)caller;
}

/* What the link says about the caller: the call, its code, and how far below its registers are. */
static inline const insn *link_pc(const value *base)
{
    return (const insn *)(uintptr_t)(base[-2] & LINK_PC);
}
static inline const code *link_code(const value *base) { return (const code *)(uintptr_t)base[-1]; }
static inline uint32_t link_distance(const value *base)
{
    return (uint32_t)(base[-2] >> LINK_SHIFT);
}
static inline frame frame_caller(value *base)
{
    return (frame){base - link_distance(base), link_code(base), link_pc(base)};
}

static inline void frame_mark_tail(value *base) { base[-2] |= LINK_TAIL; }
static inline bool frame_is_tail(const value *base) { return (base[-2] & LINK_TAIL) != 0; }

#endif
