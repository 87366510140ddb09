/* What the benchmarks of the embedding measure with. */
#ifndef CSP_BENCH_EMBED_MEASURE_H
#define CSP_BENCH_EMBED_MEASURE_H

#include <stdint.h>
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

/* The least CPU time of `rounds`, in nanoseconds for each of n; each round has to give `sum`. */
static inline double measure_best(int rounds, int64_t (*run)(const char *name, int64_t n),
                                  const char *name, int64_t n, int64_t sum)
{
    double least = 1e18;
    for (int i = 0; i < rounds; i++) {
        double from = measure_ns(CLOCK_PROCESS_CPUTIME_ID);
        must(run(name, n) == sum, "the sum");
        double took = (measure_ns(CLOCK_PROCESS_CPUTIME_ID) - from) / (double)n;
        least = took < least ? took : least;
    }
    return least;
}

#endif
