/* What the benchmarks of the embedding measure with. */
#ifndef CSP_BENCH_EMBED_MEASURE_H
#define CSP_BENCH_EMBED_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The time of a clock, in nanoseconds. */
static inline double measure_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Ends the program where something has gone wrong: `what`. */
static inline void must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

#endif
