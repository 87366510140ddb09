/* Who waits for whom among the processes that have been seen: which of them wait for each other
 * alone, and in which circles. */
#ifndef CSP_REPL_BLOCKED_H
#define CSP_REPL_BLOCKED_H

#include "repl/seen.h"

typedef struct blocked {
    const seen *seen;
    /* By the places in seen->processes. deaf: only others that are deaf could wake it. circle: it
     * waits for itself in the end, by way of others that are deaf. lost: nobody could wake it, not
     * even the user or the host with the channels that they hold. */
    bool *deaf, *circle, *lost;
} blocked;

/* s must have been taken with SEEN_CHANNELS. False: no memory. b must be freed in any case. */
bool blocked_find(blocked *b, const seen *s);
void blocked_free(blocked *b);

/* Whether p waits on c, so that holding it as well says nothing. */
bool blocked_waits_on(const seen *s, const seen_process *p, uint64_t channel);
/* Whether such a holder of a channel could serve a wait of this kind on it. */
bool blocked_serves(const seen_holder *h, csp_waiting kind);

#endif
