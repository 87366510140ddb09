/* Evaluation: an input compiles, runs as a process, and ends with an outcome; in pieces, since the
 * host may have other things to do meanwhile. */
#ifndef CSP_API_EVAL_H
#define CSP_API_EVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "include/csp.h"

struct process;

typedef struct evaluation {
    /* pinned: the process; NULL: nothing is under way */
    struct process **process;
    csp_status stopped; /* CSP_OK: it runs; else the status that it will end with */
    csp_error *why;     /* the error that it will end with; owned */
    int64_t until;      /* for how long the deferred calls of one that was stopped may run */
} evaluation;

#endif
