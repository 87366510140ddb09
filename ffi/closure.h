/* Closures: pointers to functions that C may call, and that end up in the program.
 *
 * A call reaches the program only while the process that owns the closure is inside C, on the
 * thread that runs it: then the native stack is suspended, with a native_callback. Any other call
 * (on a foreign thread, at another time, after the closure's end) is a *stray*: it is reported in
 * one line, and C gets zero or the value agreed on. Until that is decided, only what never changes
 * is read of the closure.
 *
 * Any thread may make and free closures. */
#ifndef CSP_FFI_CLOSURE_H
#define CSP_FFI_CLOSURE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ffi/ctype.h"
#include "ffi/invoke_block.h"
#include "ffi/native_stack.h"

/* For closure.c, and for the inline functions below. */
typedef struct cclosure {
    uint64_t owner; /* atomic */
    bool dead;      /* atomic */
    csignature *signature;
    void *user;
    uint64_t otherwise; /* atomic */
    void *stub, *code;  /* libffi's: where it is written, where it runs */
    struct cclosure *next;
    char where[]; /* "": not to be told */
} cclosure;

enum { CCLOSURE_TOMBS = 1000 }; /* closures that are gone, but can still be called without harm */

typedef struct cclosure_options {
    uint64_t owner; /* the process: native_stack.owner of the calls from which it may be called */
    uint64_t otherwise; /* what strays get, as a word: zero, or the value of `else` */
    void *user;         /* for the owner: cclosure_user */
    const char *where;  /* where it was made, for strays; copied; NULL: it is not to be told */
} cclosure_options;

/* A closure of a finished signature, which must not be variadic. It holds the signature's block.
 * NULL: refused (the system gives no memory that may be executed), or no memory. Takes 50 ns or
 * so. */
cclosure *cclosure_new(csignature *s, const cclosure_options *o, ffi_refusal *why);
/* The pointer for C. */
void *cclosure_code(const cclosure *c);
static inline const csignature *cclosure_signature(const cclosure *c) { return c->signature; }
static inline void *cclosure_user(const cclosure *c) { return c->user; }
/* For one that is kept and used again, when C does not know it: for another owner, function. */
void cclosure_reuse(cclosure *c, uint64_t owner, uint64_t otherwise, void *user);

/* C cannot call it any more: frees it. */
void cclosure_free(cclosure *c);
/* C may still call it, as a stray: frees it only when CCLOSURE_TOMBS others have been buried after
 * it. */
void cclosure_bury(cclosure *c);

/* Sets who is told of strays, on whichever thread, so it may only write. `where`: of the options.
 * One for the whole program; NULL: one line on stderr. */
void cclosure_stray(void (*tell)(const char *where, bool dead));

/* --- in a callback */

/* Where an argument lies that has this place in a block: between the words of the registers and
 * those of the stack is the address to return to. */
static inline const char *cclosure_in_block(const char *block, uint32_t at)
{
    return block + at + (at < BLOCK_STACK ? 0 : 8);
}
/* The bytes of argument i, on the native stack. */
static inline const void *cclosure_bytes(const native_callback *c, uint32_t i)
{
    if (!c->block)
        return c->args[i];
    return cclosure_in_block(c->block, c->closure->signature->plan->at[i]);
}
/* Argument i as a word; not for structs. */
static inline uint64_t cclosure_word(const native_callback *c, uint32_t i)
{
    ctype_kind kind = c->closure->signature->params[i].kind;
    const void *at = cclosure_bytes(c, i);
    uint64_t word;
    if (__builtin_expect(!ctype_is_word(kind), 0))
        return ctype_load(kind, at);
    memcpy(&word, at, sizeof word);
    return word;
}
/* The result for C; a struct by its bytes. Once, before native_resume; not for void. */
void cclosure_answer_elsewhere(const native_callback *c, uint64_t word); /* not for blocks */
static inline void cclosure_answer(const native_callback *c, uint64_t word)
{
    if (c->block)
        memcpy(c->result, &word, sizeof word);
    else
        cclosure_answer_elsewhere(c, word);
}
void cclosure_answer_bytes(const native_callback *c, const void *bytes);
/* Zero, or what was agreed on. */
void cclosure_answer_otherwise(const native_callback *c);

#endif
