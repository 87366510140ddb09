/* A call of a native of the host: what it has been given, and the verdict that it returns. */
#ifndef CSP_API_HOST_CONTEXT_H
#define CSP_API_HOST_CONTEXT_H

#include "include/csp.h"
#include "vm/core/concurrency.h"

struct host;
struct host_native;

/* How a frame of a native goes on (suspend.c). */
typedef enum context_step {
    STEP_FIRST,     /* its fn has not run yet */
    STEP_AGAIN,     /* csp_again */
    STEP_CALLED,    /* csp_then */
    STEP_OFFLOADED, /* csp_offload */
    STEP_AWAITED,   /* csp_await */
    STEP_UNPACKED   /* the same, and its message is being unpacked */
} context_step;

/* What the host has handed over to be destroyed once. */
typedef struct context_state {
    void *state;
    void (*destroy)(void *state);
    bool held;
} context_state;

/* Lies in pinned memory, so the values in it are roots. */
struct csp_context {
    struct host *host;
    process *caller;
    const struct host_native *native;
    const value *args; /* where they lie at the moment; `argc` of them */
    uint32_t argc;
    int code;  /* the number of this step's verdict */
    int given; /* the same once that has been made; 0 before */
    /* what the verdict says: DONE with `result`, FAIL with the error `result`; and of a frame
     * YIELD, CALL, BLOCK, with what `next` and `step` tell */
    verdict verdict;
    value result;
    /* Of a frame: */
    context_step step;
    bool failed; /* what has arrived is the error that something ended with */
    bool kept;   /* the verdict has handed `state` on */
    value arrived;
    csp_resume_fn *resume;
    context_state state, next; /* of the step under way, and of the verdict if that is another */
    void (*work)(void *state);
    csp_completer *completers; /* list: those made by this call */
    csp_completer *awaited;
    struct csp_context *following, **link; /* all of the VM's frames, or the spare ones */
};

/* The context that may be used on this thread now, if it has not given its verdict; NULL: none. So
 * a stale one is found by comparing addresses. */
extern _Thread_local csp_context *context_running __attribute__((tls_model("initial-exec")));

/* Whether the context may be used, also to give its verdict; false: it is misuse, which has been
 * told. */
bool context_refuse(const csp_context *c, const char *function);
static inline bool context_check(const csp_context *c, const char *function)
{
    if (__builtin_expect(c && c == context_running && !c->given, 1))
        return true;
    return context_refuse(c, function);
}

/* Gives the verdict. result ABSENT in one that fails: no memory. */
csp_verdict context_gave(csp_context *c, verdict v, value result);
/* The same with what is raised, with the pending error (false: there is none), and of kind
 * misuse. */
csp_verdict context_gave_raised(csp_context *c);
bool context_gave_pending(csp_context *c, csp_verdict *out);
csp_verdict context_gave_misuse(csp_context *c, const char *function, const char *what);
static inline csp_verdict context_none(void) { return (csp_verdict){0}; }

/* The value of a handle, as the calling process may have it: the host's own is copied. False: the
 * verdict is made, in *out. */
bool context_value(csp_context *c, csp_value given, const char *function, value *v,
                   csp_verdict *out);

/* An int of 64 bits; false: it is none. */
bool context_int64(value v, int64_t *out);

/* An error value of any kind, with any bytes as its message. ABSENT: no memory. */
value context_error(csp_vm *vm, const char *kind, const char *message, size_t size);

#endif
