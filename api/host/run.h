/* Running a VM from outside. */
#ifndef CSP_API_HOST_RUN_H
#define CSP_API_HOST_RUN_H

#include "include/csp.h"
#include "vm/core/concurrency.h"

typedef struct runs {
    int64_t owed; /* reductions that csp_step has run too many so far */
    bool watched; /* the host has asked for csp_fd */
} runs;

struct host;

/* To be called before leaving when something has run, so that nothing that came meanwhile is
 * missed. */
void run_end(struct host *h);

/* As csp_run, but CSP_OK as soon as p has ended. p NULL: csp_run. */
csp_status run_until(struct host *h, process *p, int milliseconds);

#endif
