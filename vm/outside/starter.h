/* Starting a program that goes on by itself, on the VM's pool: Os.start. */
#ifndef CSP_VM_OUTSIDE_STARTER_H
#define CSP_VM_OUTSIDE_STARTER_H

#include "vm/outside/launch.h"
#include "vm/outside/request.h"

/* What one of its descriptors 0 to 2 becomes. GIVEN: what is already in what.fds. */
typedef enum starter_way { STARTER_PIPE, STARTER_INHERIT, STARTER_NULL, STARTER_GIVEN } starter_way;

typedef struct starter {
    request base;
    launch what; /* its descriptors are the starter's */
    starter_way ways[3];
    /* what came of it: */
    int error; /* an errno, of `op` */
    const char *op;
    pid_t pid;   /* 0: none, or somebody else's now; else it is killed when this is freed */
    int ours[3]; /* ends of pipes; -1: none, or somebody else's now */
} starter;

/* NULL: raised. */
starter *starter_new(csp_vm *vm);
void starter_free(starter *s); /* one that has not been started */
/* Starts s and parks p, the running process, until it is done: BLOCK; s belongs to the request from
 * now on. FAIL: raised, and s is freed. */
verdict starter_start(csp_vm *vm, process *p, starter *s);

#endif
