/* Drawing a graph of boxes and arrows with box characters: in layers from left to right, as
 * Sugiyama, Tagawa and Toda do it (Methods for visual understanding of hierarchical system
 * structures, 1981), on a grid of characters. */
#ifndef CSP_REPL_GRAPH_DRAW_H
#define CSP_REPL_GRAPH_DRAW_H

#include <stdbool.h>
#include <stdio.h>

enum { GRAPH_NODES = 24, GRAPH_EDGES = 60, GRAPH_LABEL = 64 };

typedef struct graph_edge {
    int from, to;
    bool ahead, back; /* an arrow's head at `to`, at `from` */
    char label[GRAPH_LABEL];
} graph_edge;

typedef struct graph {
    int node_count, edge_count;
    char nodes[GRAPH_NODES][GRAPH_LABEL]; /* what stands in the boxes */
    graph_edge edges[GRAPH_EDGES];
} graph;

/* False: it does not fit into so many rows and columns, and nothing is written. */
bool graph_draw(FILE *out, const graph *g, int rows, int columns);
/* One line for each edge, and for each node without one. */
void graph_list(FILE *out, const graph *g);
/* In the language of Graphviz's dot. */
void graph_dot(FILE *out, const graph *g);

#endif
