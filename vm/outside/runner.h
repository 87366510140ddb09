/* A program that runs to its end while a process waits: Os.run. A thread of its own starts it,
 * feeds it, collects what it writes and reaps it, so any number of them hold up neither the VM nor
 * its pool. When the process is killed the program is, with its group. */
#ifndef CSP_VM_OUTSIDE_RUNNER_H
#define CSP_VM_OUTSIDE_RUNNER_H

#include <pthread.h>

#include "vm/outside/launch.h"
#include "vm/outside/request.h"

typedef struct runner_output {
    char *data; /* malloc'ed */
    size_t size, capacity;
} runner_output;

typedef enum runner_result {
    RUNNER_ENDED,   /* `how` */
    RUNNER_FAILED,  /* `error`, an errno, of `op` */
    RUNNER_TIMEOUT, /* it was killed */
    RUNNER_TOO_LARGE
} runner_result;

enum { RUNNER_OUTPUTS = 2 };

/* Its maker fills in what is to be done; then it is the thread's, until it has arrived. */
typedef struct runner {
    request base;
    launch what;
    const char *from; /* the input, in a pinned value; NULL: /dev/null */
    size_t from_size;
    int64_t timeout;          /* ns; less than 0: none */
    size_t limit;             /* bytes of each output; at first as much as the VM may have */
    int wake;                 /* an eventfd that tells the thread to kill the program */
    pthread_mutex_t starting; /* held by the thread until `pid` is known; taken before `lock` */
    pthread_mutex_t lock;
    pid_t pid;      /* under the lock: may be killed; 0: there is nothing to kill */
    bool cancelled; /* under the lock */
    /* what came of it: */
    runner_result result;
    int error;
    const char *op;
    launch_end how;
    runner_output outputs[RUNNER_OUTPUTS]; /* standard output and error */
} runner;

/* NULL: raised. */
runner *runner_new(csp_vm *vm);
/* Frees one that has not been started. */
void runner_free(runner *r);
/* Starts r and parks p, the running process, until it is done: BLOCK; r belongs to the request from
 * now on. FAIL: raised, and r is freed. `pinned` has `from`, or is VALUE_NIL. */
verdict runner_start(csp_vm *vm, process *p, runner *r, value pinned);

#endif
