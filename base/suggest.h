/* "Did you mean": the candidate nearest to what somebody wrote, or none if none is near enough. */
#ifndef CSP_BASE_SUGGEST_H
#define CSP_BASE_SUGGEST_H

#include <stddef.h>

typedef struct suggestion {
    const char *name; /* what was written; not owned, nor are the candidates */
    size_t length;
    const char *best; /* the nearest candidate so far, or NULL */
    unsigned distance;
} suggestion;

void suggest_init(suggestion *s, const char *name, size_t length);

/* Offers a candidate: the one at the least edit distance wins, the first of several. Takes about
 * a microsecond. */
void suggest_offer(suggestion *s, const char *candidate);

#endif
