/* Who sends to whom, as a graph of at most GRAPH_NODES boxes. */
#ifndef CSP_REPL_GRAPH_BUILD_H
#define CSP_REPL_GRAPH_BUILD_H

#include "repl/blocked.h"
#include "repl/graph_draw.h"

/* What is shown: all, or what is beside a process or a channel; numbers, 0: not given. */
typedef struct graph_of {
    uint64_t process, channel;
} graph_of;

/* *more: processes that have no place in it. False: no memory. */
bool graph_build(graph *g, const blocked *of_all, graph_of of, size_t *more);

#endif
