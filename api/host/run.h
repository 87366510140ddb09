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

/* Whoever ran something is about to leave: what came meanwhile is not missed. */
void run_end(struct host *h);

/* Runs what there is until p has ended (CSP_OK; NULL: as csp_run), or as csp_run. */
csp_status run_until(struct host *h, process *p, int milliseconds);

#endif
