/* Work of natives on the threads of the VM's pool: csp_offload. */
#ifndef CSP_API_HOST_OFFLOAD_H
#define CSP_API_HOST_OFFLOAD_H

#include "api/host/context.h"

/* The process waits for the context's work from now on: BLOCK, or FAIL. Meanwhile the state is the
 * work's. */
verdict offload_start(csp_vm *vm, process *p, csp_context *c);
/* DONE: the work has been done, and the state is the context's again. */
verdict offload_arrived(csp_vm *vm, process *p, csp_context *c);

/* Destroys what nobody waits for any more; what a thread is working on is destroyed by that thread
 * when it is done. With `wait` this waits for the threads, at most a second in all. */
void offload_end_all(struct host *h, bool wait);

#endif
