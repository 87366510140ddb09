/* Calling C by a signature that is known only while the program runs.
 *
 * A *plan* says once where each argument goes. The caller writes the arguments into a *block*, a
 * piece of memory of plan->block_size bytes aligned to 16, that only has to last until the function
 * has begun: each scalar as a word (ctype.h) at plan->at[i], each struct by invoke_put. On x86-64
 * the block is the image of the registers and the stack of arguments, from which a few instructions
 * load them (the direct path); elsewhere, and where it is switched off, libffi makes the call.
 *
 * The result of a scalar is a word; that of a struct its bytes.
 *
 * What libffi is known to pass wrongly is refused when the plan is made, never called. */
#ifndef CSP_FFI_INVOKE_H
#define CSP_FFI_INVOKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ffi/ctype.h"
#include "ffi/native_stack.h"

/* How a result comes back. */
typedef enum invoke_shape {
    INVOKE_NOTHING,
    INVOKE_UNSIGNED,
    INVOKE_SIGNED,
    INVOKE_BOOL,
    INVOKE_FLOAT,
    INVOKE_PARTS, /* a struct in one or two registers */
    INVOKE_MEMORY /* a struct that the function writes by a hidden pointer */
} invoke_shape;

typedef struct invoke_plan {
    const csignature *signature;
    const uint32_t *at;   /* offset in the block, for each argument */
    const ctype *types;   /* of each argument, variadic ones included */
    uint32_t count;       /* arguments */
    uint32_t block_size;  /* bytes, a multiple of 16 */
    uint32_t result_size; /* bytes, a multiple of 16: at least so many lie behind `result` */
    bool direct;          /* not by libffi */
    /* Of plan.c and invoke.c: */
    const uint32_t
        *second;       /* direct: of a struct whose eightbytes are apart, the second's offset */
    uint8_t shape;     /* invoke_shape */
    uint8_t unused;    /* bits of the result's word that are not its own */
    uint8_t parts;     /* in how many registers */
    bool vector[2];    /* direct: which of them are the vector unit's */
    uint8_t vectors;   /* direct: vector registers used for arguments */
    uint32_t words;    /* direct: passed on the stack, 8 bytes each */
    uint32_t pointers; /* libffi: offset in the block of what it wants to have */
    void *cif;         /* libffi's ffi_cif */
    uint32_t users;    /* atomic; variadic plans: how many hold it. 0: the block's */
    struct invoke_plan *next;
} invoke_plan;

typedef void invoke_fn(void);

/* --- plans */

/* The plan of a finished signature, made once; a variadic one without further arguments. The
 * block's, never released. NULL: refused. On the thread that declares. */
const invoke_plan *invoke_prepare(csignature *s, ffi_refusal *why);

/* Lets closures of a finished signature do without libffi where they can. On the thread that
 * declares. */
void invoke_prepare_closure(csignature *s);

/* The plan of a variadic signature with `extra` more arguments of these kinds, which C has promoted
 * already: I32, I64, U64, F64, CSTRING, POINTER (no smaller ints, no F32). Those used last are
 * remembered. To be released by invoke_release, on any thread, once the function has returned.
 * NULL: refused, or no memory. For one thread at a time. */
const invoke_plan *invoke_variadic(csignature *s, const ctype_kind *kinds, uint32_t extra,
                                   ffi_refusal *why);
void invoke_release(const invoke_plan *p); /* any plan; nothing happens to a signature's own */

/* Whether plans made from now on may take the direct path: for tests, true at the beginning. One
 * for the whole program. Gives what it was. */
bool invoke_set_direct(bool allowed);

/* --- arguments */

static inline void invoke_word(const invoke_plan *p, uint32_t i, void *block, uint64_t word)
{
    memcpy((char *)block + p->at[i], &word, sizeof word);
}
/* Any argument, given by its bytes: a struct's, or a scalar as it lies in memory. */
void invoke_put(const invoke_plan *p, uint32_t i, void *block, const void *bytes);

/* --- calls */

/* Calls fn, on the stack that we are on. result: plan->result_size bytes, aligned to 16. errno is
 * whatever it is. */
void invoke_call(const invoke_plan *p, invoke_fn *fn, void *block, void *result);

/* Calls fn on a native stack, with errno set to `error`. Ends as native_enter does; RETURNED,
 * perhaps by a later native_resume: invoke_result, and errno in s->error, until the stack is used
 * again. The block is not needed any more when this returns; the plan is, until the call has
 * ended. */
native_outcome invoke_enter(native_stack *s, const invoke_plan *p, invoke_fn *fn, void *block,
                            int error);
/* The bytes of the result: a word for a scalar, a struct's own. Only after RETURNED. */
const void *invoke_result(native_stack *s);

#endif
