/* Large stacks for C: the functions of libraries run on them, so that what C does to its stack
 * concerns one process only.
 *
 * A *call* is entered on a stack and ends in one of the ways of native_outcome. While it is
 * suspended (C called back, and the VM runs), further calls may be entered on the same stack,
 * below it: calls of a stack are strictly nested, and only the topmost can be resumed or
 * abandoned. A stack belongs to whoever claimed it: one process, a scheduler (for calls that do
 * not call back), a worker.
 *
 * Threads: a stack may be entered and resumed on any thread, by one at a time; between two such
 * calls it may change threads, suspended frames included. Any thread may use the pool.
 *
 * A thread that enters needs no preparation: its alternate signal stack is made on first use and
 * freed when the thread ends (fault.h); one that it has already is kept.
 *
 * Native stacks are never scanned: nothing collected may be reachable from one alone. */
#ifndef CSP_FFI_NATIVE_STACK_H
#define CSP_FFI_NATIVE_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NATIVE_CALL_ROOM = 256 << 10,    /* bytes that must be left for a call to begin */
    NATIVE_CALLBACK_ROOM = 64 << 10, /* and for C to call back */
    NATIVE_GUARD = 16 << 20,         /* bytes without access below each stack */
    NATIVE_KEPT = 1 << 20,           /* bytes that may have been touched when a stack is pooled */
    NATIVE_RETIRED = 1000            /* stacks whose addresses are kept from being used again */
};
#define NATIVE_STACK_SIZE     ((size_t)64 << 20) /* bytes, unless told otherwise */
#define NATIVE_STACK_SIZE_MIN ((size_t)512 << 10)
#define NATIVE_STACK_SIZE_MAX ((size_t)1 << 40)

typedef struct native_stacks native_stacks;
typedef struct native_stack native_stack;
struct fault_info;

typedef enum native_outcome {
    NATIVE_RETURNED,
    NATIVE_SUSPENDED,  /* C calls back: native_stack.callback says whom with what */
    NATIVE_OVERFLOWED, /* more was needed than there is; the call is gone, the stack tainted */
    NATIVE_JUMPED,     /* C left a suspended call by a jump; this call is gone, and those that are
                        * suspended can only be abandoned: resuming them gives JUMPED again */
    NATIVE_NO_ROOM,    /* less than NATIVE_CALL_ROOM is left: nothing has been called */
    NATIVE_NO_MEMORY   /* likewise, of memory to note the call in */
} native_outcome;

/* A call of C back into the program, while it waits. It lies on the native stack. */
typedef struct native_callback {
    const struct cclosure *closure; /* who is called */
    /* The bytes of each argument, until the call is resumed; NULL: they are in … */
    void *const *args;
    const char *block; /* … this, where the signature's plan says */
    void *result;      /* written by cclosure_answer */
    int error;         /* C's errno; what is stored here C finds again */
} native_callback;

struct native_stack {
    /* Of use to its owner: */
    uint64_t owner; /* which process: set before each call; closures compare it; 0: none */
    native_callback *callback; /* of the topmost call, while it is suspended */
    void *data;                /* for fault reports: the pool's; NULL on workers */
    native_stack *under;       /* the same process' older stack (native_claim) */
    int error;                 /* errno, for C when it is entered, and behind RETURNED */
    uint32_t depth;            /* calls that have been entered and not ended */
    bool tainted;              /* C may still point into what an abandoned call left here */
    bool jumped;
    uint64_t result[2]; /* see invoke_result */
    void *result_bytes;
    /* For the switch (these offsets, and those of owner and callback, are known to assembly, see
     * native_layout.h): */
    void *sp;                       /* suspended: where; else where the topmost call began */
    void *home;                     /* the stack pointer of who entered or resumed */
    void *base;                     /* where the topmost call began; NULL: there is none */
    char *floor;                    /* C that is below has no room to call back */
    uint64_t raw[4];                /* what a direct call has left in the registers */
    const struct invoke_plan *plan; /* of the call that has ended last */
    /* Of native_stack.c: */
    struct activation *calls; /* `depth` of them, the topmost last */
    uint32_t call_room;
    native_stacks *of;
    native_stack *next, *previous;
    native_stack *outer; /* entered on this thread before; goes on when this one is left */
    char *low, *high;    /* the guard lies below `low` */
    void *fake_stack;    /* the sanitizer's, and what it has to know of the home */
    const void *home_low;
    size_t home_size;
    unsigned valgrind;
};

/* --- the pool */

typedef struct native_options {
    size_t size; /* bytes of a stack, rounded up to pages; 0: NATIVE_STACK_SIZE */
    void *data;  /* goes to fault_info.data */
} native_options;

/* Held once. NULL: no memory. */
native_stacks *native_stacks_new(const native_options *o);
native_stacks *native_stacks_hold(native_stacks *p);
/* The last one frees the pool with all its stacks, the retired and those that are still claimed
 * included: no C may be running on one. NULL is allowed. */
void native_stacks_release(native_stacks *p);
/* On which terms of the collector's a thread goes away into C, each time that it enters or resumes
 * a call, and comes back. The VM never runs between. */
typedef struct native_terms {
    bool (*leave)(void); /* whether it may go as it is, and calls `back` afterwards; else: */
    void (*back)(void);
    void (*around)(void (*fn)(void *arg), void *arg); /* calls fn(arg), once, on this thread */
} native_terms;
/* NULL: on none. Between two calls; for workers it is of no matter. `t` lives as long as p. */
void native_stacks_terms(native_stacks *p, const native_terms *t);
/* For audits and tests. */
typedef struct native_count {
    uint32_t pooled, claimed, retired;
} native_count;
native_count native_stacks_count(native_stacks *p);

/* --- the stack for the next call of a process, and what becomes of it */

/* `top`: the process' newest stack, or NULL. Gives it, or, where it is tainted or there is none, a
 * fresh one with `top` under it. NULL: no memory (of addresses, too: each takes 80 MiB of them). */
native_stack *native_claim(native_stacks *p, native_stack *top);
/* To be called whenever a call on `top` has ended, in whichever way: gives `top` as long as it has
 * other calls. When it has none it goes back to the pool, or is retired where it is tainted, and
 * the one under it is given, or NULL. */
native_stack *native_release(native_stack *top);

/* Gives memory back that deeper calls have touched: for a stack that is claimed for long, now and
 * then (takes a microsecond). native_release does it, too. */
void native_trim(native_stack *s);

/* --- calls */

/* Calls fn(arg) on the stack. `function`: what to call it in reports. `room`: bytes, a multiple of
 * 16, that are kept above it for a result: they begin at s->result_bytes and hold until the stack
 * is used again. Never RETURNED with another call than this one's end. */
native_outcome native_enter(native_stack *s, void (*fn)(void *arg), void *arg, const void *function,
                            size_t room);
/* Goes on with the topmost call, which is suspended. */
native_outcome native_resume(native_stack *s);
/* Drops the topmost call, which is suspended: none of its frames goes on. The stack is tainted. */
void native_abandon(native_stack *s);
/* Bytes left for a call that would begin now. */
size_t native_room(const native_stack *s);
/* What was to be called by the topmost call; NULL: there is none. */
const void *native_function(const native_stack *s);

/* --- on a native stack */

/* The stack on which this thread runs; NULL: it is not in C. */
native_stack *native_current(void);
/* Suspends the topmost call for a callback, and returns when it is resumed, perhaps on another
 * thread. Does not return where C has jumped (JUMPED), or where NATIVE_CALLBACK_ROOM is not left
 * (OVERFLOWED). */
void native_suspend(native_stack *s, native_callback *c);

#endif
