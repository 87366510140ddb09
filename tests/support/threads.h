/* The stress test of several VMs on several threads: each thread makes a VM, runs
 * tests/soak/threads.csp on it, frees it and begins again, while all collect for each other, and
 * one more thread interrupts them at random. A VM prints what it should, or was interrupted. */
#ifndef CSP_TESTS_THREADS_H
#define CSP_TESTS_THREADS_H

#include <stdint.h>

typedef struct threads_config {
    unsigned threads;
    unsigned depth;   /* of the recursions, in frames */
    unsigned seconds; /* no thread begins a VM after these … */
    unsigned rounds;  /* … or beyond this number each; 0: no such limit */
    uint64_t seed;
} threads_config;

typedef struct threads_result {
    unsigned vms, interrupted;
    char *wrong; /* NULL: all is well. The caller frees it */
} threads_result;

/* To be called in the root of the source tree. */
threads_result threads_run(const threads_config *config);

#endif
