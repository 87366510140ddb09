/* Leaving and entering stacks: native_stack.c, native_switch.c and switch_*.S, and how fault.c gets
 * away from a stack that has no room. */
#ifndef CSP_FFI_NATIVE_SWITCH_H
#define CSP_FFI_NATIVE_SWITCH_H

#include "ffi/native_stack.h"

/* What is known of a call. Not on the stack: C may have gone over it. */
typedef struct activation {
    void *base;                /* where it began */
    void *sp;                  /* where the call before is suspended, or the stack's beginning */
    native_callback *callback; /* what that one waits for */
    const void *function;
    const struct invoke_plan *plan;
} activation;

/* A call that is to be entered. */
typedef struct native_entry {
    const void *function; /* for reports */
    size_t room;
    const struct invoke_plan *plan; /* NULL: of no matter */
    void (*fn)(void *arg);          /* what runs on the stack; NULL: the function directly, where */
    void *arg;                      /* NATIVE_CALLS, with the plan and */
    void *block;
} native_entry;

native_outcome native_begin(native_stack *s, const native_entry *e);

/* Where the room for a result begins. */
static inline void *native_place(const native_stack *s, size_t room)
{
    return (char *)((uintptr_t)s->sp & ~(uintptr_t)15) - room;
}

/* Whether a thread whose stack pointer is there has come to the end of the stack. */
bool native_at_end(const native_stack *s, const void *sp);
bool native_in_guard(const native_stack *s, const void *address);
/* What must be done on the stack before it is left by native_landing. */
void native_prepare_landing(native_stack *s);

/* In assembly. `modes`: those of the thread, for the home. native_landing never returns: it may be
 * jumped at, with its three arguments, in any state of the processor and with any stack pointer. */
native_outcome native_switch_in(native_stack *s, void (*fn)(void *arg), void *arg);
native_outcome native_switch_back(native_stack *s, const uint64_t *modes);
void native_switch_out(native_stack *s, native_outcome outcome, const uint64_t *modes);
void native_landing(native_stack *s, native_outcome outcome, const uint64_t *modes)
    __attribute__((noreturn));
uint64_t native_modes(void);

#endif
