#include "repl/graph_layers.h"

#include <string.h>

/* ---- Which layer ---- */

/* Depth first: an edge back to a node that is being visited closes a circle, and is turned. */
static void visit(layers *l, int node, int *state)
{
    const graph *g = l->graph;
    state[node] = 1;
    for (int i = 0; i < g->edge_count; i++) {
        if (g->edges[i].from != node)
            continue;
        int to = g->edges[i].to;
        if (state[to] == 0)
            visit(l, to, state);
        else if (state[to] == 1)
            l->turned[i] = true;
    }
    state[node] = 2;
}

static int left_of(const layers *l, int edge)
{
    const graph_edge *e = &l->graph->edges[edge];
    return l->turned[edge] ? e->to : e->from;
}
static int right_of(const layers *l, int edge)
{
    const graph_edge *e = &l->graph->edges[edge];
    return l->turned[edge] ? e->from : e->to;
}

/* Each as far left as its edges allow; then those to which none leads as far right. */
static void place_in_layers(layers *l)
{
    const graph *g = l->graph;
    bool entered[GRAPH_NODES] = {false};
    for (int round = 0; round < g->node_count; round++)
        for (int i = 0; i < g->edge_count; i++) {
            int from = l->vertices[left_of(l, i)].layer;
            vertex *to = &l->vertices[right_of(l, i)];
            entered[right_of(l, i)] = true;
            if (to->layer <= from)
                to->layer = from + 1;
        }
    for (int n = 0; n < g->node_count; n++) {
        int least = LAYERS * 10;
        for (int i = 0; i < g->edge_count; i++)
            if (left_of(l, i) == n && l->vertices[right_of(l, i)].layer < least)
                least = l->vertices[right_of(l, i)].layer;
        if (!entered[n] && least < LAYERS * 10)
            l->vertices[n].layer = least - 1;
    }
}

/* ---- Long edges ---- */

static bool add_segment(layers *l, int left, int right, int edge)
{
    if (l->segment_count == SEGMENTS)
        return false;
    l->segments[l->segment_count++] =
        (segment){left, right, edge, l->vertices[left].node >= 0, l->vertices[right].node >= 0};
    return true;
}

static bool cut_edge(layers *l, int edge)
{
    int at = left_of(l, edge), end = right_of(l, edge);
    while (l->vertices[at].layer + 1 < l->vertices[end].layer) {
        if (l->vertex_count == VERTICES)
            return false;
        int next = l->vertex_count++;
        l->vertices[next] = (vertex){.node = -1, .layer = l->vertices[at].layer + 1};
        if (!add_segment(l, at, next, edge))
            return false;
        at = next;
    }
    return add_segment(l, at, end, edge);
}

/* ---- Which place in it ---- */

static void find_weight(const layers *l, vertex *v, int self, bool by_left)
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < l->segment_count; i++) {
        const segment *s = &l->segments[i];
        if ((by_left ? s->right : s->left) != self)
            continue;
        const vertex *other = &l->vertices[by_left ? s->left : s->right];
        sum += (other->place + 0.5) / l->sizes[other->layer];
        count++;
    }
    v->weight = count ? sum / count : (v->place + 0.5) / l->sizes[v->layer];
}

static void sort_layer(layers *l, int layer, bool by_left)
{
    int *order = l->in_layer[layer], size = l->sizes[layer];
    for (int i = 0; i < size; i++)
        find_weight(l, &l->vertices[order[i]], order[i], by_left);
    for (int i = 1; i < size; i++) {
        int moved = order[i], k = i;
        for (; k > 0 && l->vertices[order[k - 1]].weight > l->vertices[moved].weight; k--)
            order[k] = order[k - 1];
        order[k] = moved;
    }
    for (int i = 0; i < size; i++)
        l->vertices[order[i]].place = i;
}

static void sort_layers(layers *l)
{
    enum { ROUNDS = 6 };
    for (int round = 0; round < ROUNDS; round++)
        for (int k = 1; k < l->layer_count; k++) {
            bool to_right = round % 2 == 0;
            sort_layer(l, to_right ? k : l->layer_count - 1 - k, to_right);
        }
}

bool layers_find(layers *l, const graph *g)
{
    int state[GRAPH_NODES] = {0};
    memset(l, 0, sizeof *l);
    l->graph = g;
    l->vertex_count = g->node_count;
    for (int n = 0; n < g->node_count; n++)
        l->vertices[n].node = n;
    for (int n = 0; n < g->node_count; n++)
        if (state[n] == 0)
            visit(l, n, state);
    place_in_layers(l);
    for (int n = 0; n < g->node_count; n++)
        if (l->vertices[n].layer >= LAYERS)
            return false;
    for (int i = 0; i < g->edge_count; i++)
        if (g->edges[i].from != g->edges[i].to && !cut_edge(l, i))
            return false;
    for (int i = 0; i < l->vertex_count; i++) {
        vertex *v = &l->vertices[i];
        v->place = l->sizes[v->layer]++;
        l->in_layer[v->layer][v->place] = i;
        l->layer_count = v->layer + 1 > l->layer_count ? v->layer + 1 : l->layer_count;
    }
    sort_layers(l);
    return true;
}
