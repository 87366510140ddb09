/* Where the boxes of a graph stand: which layer, and which place in it. */
#ifndef CSP_REPL_GRAPH_LAYERS_H
#define CSP_REPL_GRAPH_LAYERS_H

#include "repl/graph_draw.h"

enum { LAYERS = 12, VERTICES = 240, SEGMENTS = 300 };

/* A box, or the place where a long edge passes a layer. */
typedef struct vertex {
    int node; /* -1: an edge passes */
    int layer, place;
    double weight; /* where its neighbours stand */
} vertex;

/* A piece of an edge, from one layer to the next. */
typedef struct segment {
    int left, right; /* vertices */
    int edge;
    bool first, last; /* of its edge, from left to right */
} segment;

typedef struct layers {
    const graph *graph;
    vertex vertices[VERTICES];
    segment segments[SEGMENTS];
    int vertex_count, segment_count, layer_count;
    bool turned[GRAPH_EDGES]; /* the edge leads to the left */
    int in_layer[LAYERS][VERTICES];
    int sizes[LAYERS];
} layers;

/* False: there are too many layers, or too many places. */
bool layers_find(layers *l, const graph *g);

#endif
