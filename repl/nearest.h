/* "Did you mean": the name that is nearest to a short word. */
#ifndef CSP_REPL_NEAREST_H
#define CSP_REPL_NEAREST_H

#include <stddef.h>

typedef struct nearest {
    const char *word; /* not owned, as the names are not */
    size_t length;    /* of the word */
    const char *best; /* the nearest name so far, or NULL: none is near enough */
    size_t least;     /* the distance that a name must be below, or have, to be taken */
} nearest;

void nearest_init(nearest *n, const char *word, size_t length);
/* Of several at the same distance the first wins. */
void nearest_offer(nearest *n, const char *name);

#endif
