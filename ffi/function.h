/* A function of C as a program declares it: made by who declares, then only read, by any thread. */
#ifndef CSP_FFI_FUNCTION_H
#define CSP_FFI_FUNCTION_H

#include "ffi/invoke.h"
#include "ffi/library.h"

typedef struct cfunction {
    const char *name; /* what the program calls it */
    const char *text; /* how it is declared: "cos(x: f64): f64" */
    const library *library;
    invoke_fn *code;
    csignature *signature;
    const invoke_plan *plan;
    const char *const *params;        /* their names, "" for none; NULL behind them */
    bool blocking;                    /* to be called on a worker … */
    bool one_thread;                  /* … and that is the library's */
    bool fails;                       /* a result that is … */
    uint64_t failure;                 /* … this word tells that the call has failed */
    const struct cfunction *freed_by; /* what frees its result; NULL: nobody */
} cfunction;

#endif
