/* Functions of a program that C may keep (`Ffi.callback`), and what C has called. An OBJ_CALLBACK
 * belongs to the process that made it, which holds it until it is freed or the process ends. C may
 * call it whenever that process is inside C. At any other time, and ever after, C gets zero or
 * what was agreed on, and stderr gets a line (closure.h). */
#ifndef CSP_VM_FOREIGN_CALLBACK_H
#define CSP_VM_FOREIGN_CALLBACK_H

#include "vm/core/vm.h"
#include "ffi/closure.h"

/* The user data of a closure: what is to be called when C calls it. */
typedef struct ctarget {
    struct ccall *call; /* it is parameter `param` of this call; NULL: it is `kept` */
    uint32_t param;
    struct ccallback *kept; /* a callback, which its process holds */
    struct cclosure *closure;
} ctarget;

typedef struct ccallback {
    uint64_t header;                   /* OBJ_CALLBACK | OBJ_IMMUTABLE */
    value function;                    /* its process' alone */
    ctarget *target;                   /* malloc'ed; NULL: it has been freed */
    uint64_t process;                  /* its number */
    struct ccallback *next, *previous; /* in side.kept */
} ccallback;

/* A callback of p, the running process, with a finished signature that is not variadic. ABSENT:
 * raised (type_error: f is no function; ffi_error; out_of_memory). */
value callback_new(csp_vm *vm, process *p, csignature *s, value f);
/* Freeing it again does nothing. FAIL: it is another process'. */
verdict callback_free(csp_vm *vm, process *p, value v);
void callback_free_all(process *p);

/* Makes the closure of t, whose call or callback is set. Reports of stray calls name `where`.
 * False: raised. */
bool callback_open(csp_vm *vm, process *p, csignature *s, ctarget *t, const char *where);

#endif
