/* What is known of each thread, for the files of this room.
 *
 * Code that runs on a native stack may go on upon another thread behind native_suspend, and
 * compilers keep addresses of thread-local variables: there, everything of the thread is reached by
 * functions that are not inlined, errno included. */
#ifndef CSP_FFI_THREAD_H
#define CSP_FFI_THREAD_H

#include "ffi/native_stack.h"

typedef struct ffi_thread {
    native_stack *current; /* NULL: not in C */
    int *error;            /* its errno */
    uint64_t modes;        /* those of floating point that it has when it is not in C */
    bool ready;            /* fault_thread has been here, and set the others */
} ffi_thread;

/* Initial-exec: no call to find it, also in a shared library. */
extern _Thread_local __attribute__((tls_model("initial-exec"))) ffi_thread ffi_here;

/* On a native stack. */
const uint64_t *ffi_modes(void);
int ffi_errno(void);
void ffi_set_errno(int error);

#endif
