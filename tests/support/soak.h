/* The stress test: rounds of tests/soak/soak.csp in one VM, with every invariant of the concurrency
 * core checked.
 *
 * In a round the test kills processes from outside, at random, between two slices. It lasts until
 * the VM is at rest: nothing can run and nobody waits for a time. Then whoever is still there must
 * be one that was never to be killed, or that can never be woken; and the ledger in which the
 * processes have written what they did must add up. */
#ifndef CSP_TESTS_SOAK_H
#define CSP_TESTS_SOAK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct soak_config {
    /* of the first round; each further one takes the next. It decides all but the clock */
    uint64_t seed;
    unsigned processes; /* at the start of a round; they make about as many again */
    unsigned seconds;   /* no round begins after these … */
    unsigned rounds;    /* … or beyond this number; 0: no such limit */
    int64_t slice;      /* reductions; 0: the usual */
    uint32_t stress;    /* a collection at every nth allocation; 0: the usual */
    FILE *progress;     /* a line a round is written over the last one; NULL: nowhere */
} soak_config;

typedef struct soak_result {
    unsigned rounds;
    /* of all rounds */
    uint64_t processes, kills, messages, delivered, returned, defers, leaked, audits;
    /* Bytes after a round: the middle of the first few (the very first left out), and of the last
     * few. */
    size_t heap_first, heap_last, resident_first, resident_last;
    bool flat_known; /* there were enough rounds to compare them */
    char *wrong;     /* NULL: all is well. The caller frees it */
} soak_result;

/* Runs until the limits are reached or something is wrong. To be called in the root of the source
 * tree. */
soak_result soak_run(const soak_config *config);

#endif
