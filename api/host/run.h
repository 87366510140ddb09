/* Running a VM from outside. */
#ifndef CSP_API_HOST_RUN_H
#define CSP_API_HOST_RUN_H

#include <stdint.h>

typedef struct runs {
    int64_t owed; /* reductions that csp_step has run too many so far */
} runs;

#endif
