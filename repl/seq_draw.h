/* Sequence diagrams: a column for each process, time downwards, a row for each event. */
#ifndef CSP_REPL_SEQ_DRAW_H
#define CSP_REPL_SEQ_DRAW_H

#include <stdio.h>

#include "repl/event.h"

typedef struct sequence {
    const event **events; /* in their order */
    size_t count;
    const uint64_t *waiting; /* processes that wait now: theirs are dotted at the end */
    size_t waiting_count;
} sequence;

/* A line with the names, and one for each event, no wider than that; what those processes do to
 * each other that share a column is only counted. unicode: with box characters. False: no
 * memory. */
bool seq_draw(FILE *out, const sequence *s, int width, bool unicode);

#endif
