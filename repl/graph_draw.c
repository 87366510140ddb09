#include "repl/graph_draw.h"

#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/graph_layers.h"

/* ---- The grid ---- */

enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8, WIDEST = 300, HIGHEST = 200 };

/* Each place has lines in some directions, or a text, which begins there and hides them. */
typedef struct grid {
    unsigned char lines[HIGHEST][WIDEST];
    const char *texts[HIGHEST][WIDEST];
} grid;

static const char *const corners[] = {" ", "╴", "╶", "─", "╵", "┘", "└", "┴",
                                      "╷", "┐", "┌", "┬", "│", "┤", "├", "┼"};

static void line_across(grid *g, int row, int from, int to)
{
    for (int x = from; x < to; x++) {
        g->lines[row][x] |= RIGHT;
        g->lines[row][x + 1] |= LEFT;
    }
}

static void line_down(grid *g, int column, int from, int to)
{
    for (int y = from; y < to; y++) {
        g->lines[y][column] |= DOWN;
        g->lines[y + 1][column] |= UP;
    }
}

static void put_grid(FILE *out, const grid *g, int rows, int columns)
{
    for (int y = 0; y < rows; y++) {
        int blanks = 0;
        for (int x = 0; x < columns;) {
            const char *text = g->texts[y][x] ? g->texts[y][x] : corners[g->lines[y][x]];
            int width = columns_of(text);
            if (strcmp(text, " ") == 0)
                blanks++;
            else {
                fprintf(out, "%*s%s", blanks, "", text);
                blanks = 0;
            }
            x += width > 0 ? width : 1;
        }
        fprintf(out, "\n");
    }
}

/* ---- Where everything stands ---- */

typedef struct drawing {
    layers layers;
    int top[VERTICES], height[VERTICES];         /* of its box; a line's is 1 */
    int left_row[SEGMENTS], right_row[SEGMENTS]; /* where a segment begins and ends */
    int lane[SEGMENTS];                          /* where it goes up or down; -1: it does not */
    int x[LAYERS], width[LAYERS], label[LAYERS], lanes[LAYERS]; /* label, lanes: behind the layer */
    int rows, columns;
    grid grid;
} drawing;

static int count_segments(const layers *l, int of, bool at_right)
{
    int count = 0;
    for (int i = 0; i < l->segment_count; i++)
        count += (at_right ? l->segments[i].left : l->segments[i].right) == of;
    return count;
}

static void find_heights(drawing *d)
{
    const layers *l = &d->layers;
    int total[LAYERS] = {0};
    for (int i = 0; i < l->vertex_count; i++) {
        const vertex *v = &l->vertices[i];
        int left = count_segments(l, i, false), right = count_segments(l, i, true);
        int most = left > right ? left : right;
        d->height[i] = v->node < 0 ? 1 : (most > 1 ? most : 1) + 2;
        total[v->layer] += d->height[i];
    }
    for (int k = 0; k < l->layer_count; k++)
        d->rows = total[k] > d->rows ? total[k] : d->rows;
    for (int k = 0; k < l->layer_count; k++) {
        int row = (d->rows - total[k]) / 2;
        for (int i = 0; i < l->sizes[k]; i++) {
            d->top[l->in_layer[k][i]] = row;
            row += d->height[l->in_layer[k][i]];
        }
    }
}

/* How far down the other end of segment s stands. */
static int other_place(const layers *l, const segment *s, bool at_right)
{
    return l->vertices[at_right ? s->right : s->left].place;
}

/* The rows at which the segments of a vertex begin or end, in the order of their other ends. */
static void find_ports(drawing *d, int of, bool at_right)
{
    const layers *l = &d->layers;
    int count = count_segments(l, of, at_right), room = d->height[of];
    int row = l->vertices[of].node < 0 ? d->top[of] : d->top[of] + 1 + (room - 2 - count) / 2;
    for (int place = 0; count > 0 && place < VERTICES; place++)
        for (int i = 0; i < l->segment_count; i++) {
            const segment *s = &l->segments[i];
            if ((at_right ? s->left : s->right) != of || other_place(l, s, at_right) != place)
                continue;
            (at_right ? d->left_row : d->right_row)[i] = row++;
            count--;
        }
}

static bool same_gutter(const layers *l, int a, int b)
{
    return l->vertices[l->segments[a].left].layer == l->vertices[l->segments[b].left].layer;
}

/* How many pairs of segments behind a layer change rows with each other: each of the two would have
 * to turn off before the other one comes in. */
static int count_swaps(const drawing *d, int layer)
{
    const layers *l = &d->layers;
    int count = 0;
    for (int i = 0; i < l->segment_count; i++)
        for (int k = 0; k < i; k++)
            count += l->vertices[l->segments[i].left].layer == layer && same_gutter(l, i, k) &&
                     d->left_row[i] == d->right_row[k] && d->left_row[k] == d->right_row[i];
    return count;
}

static void move_down(drawing *d, int layer, int rows)
{
    const layers *l = &d->layers;
    for (int i = 0; i < l->sizes[layer]; i++)
        d->top[l->in_layer[layer][i]] += rows;
    for (int i = 0; i < l->segment_count; i++) {
        if (l->vertices[l->segments[i].left].layer == layer)
            d->left_row[i] += rows;
        if (l->vertices[l->segments[i].right].layer == layer)
            d->right_row[i] += rows;
    }
}

/* Moves layers down until nothing changes rows with each other. */
static void avoid_swaps(drawing *d)
{
    enum { MOST = 5 };
    const layers *l = &d->layers;
    for (int k = 1; k < l->layer_count; k++) {
        int moved = 0;
        while (moved < MOST && count_swaps(d, k - 1) > 0) {
            move_down(d, k, 1);
            moved++;
        }
        if (count_swaps(d, k - 1) > 0)
            move_down(d, k, -moved);
    }
    for (int i = 0; i < l->vertex_count; i++)
        d->rows = d->top[i] + d->height[i] > d->rows ? d->top[i] + d->height[i] : d->rows;
}

static bool overlaps(const drawing *d, int a, int b)
{
    int a_low = d->left_row[a] < d->right_row[a] ? d->left_row[a] : d->right_row[a];
    int a_high = d->left_row[a] + d->right_row[a] - a_low;
    int b_low = d->left_row[b] < d->right_row[b] ? d->left_row[b] : d->right_row[b];
    int b_high = d->left_row[b] + d->right_row[b] - b_low;
    return a_low <= b_high && b_low <= a_high;
}

/* A segment that begins in the row in which another ends must turn off before that one comes in. */
static bool comes_before(const drawing *d, int a, int b)
{
    return a != b && d->left_row[a] == d->right_row[b];
}

static bool is_bent(const drawing *d, int i) { return d->left_row[i] != d->right_row[i]; }

/* The leftmost lane of segment i, given those that have theirs. */
static int free_lane(const drawing *d, int i)
{
    const layers *l = &d->layers;
    int lane = 0;
    for (int k = 0; k < l->segment_count; k++)
        if (k != i && d->lane[k] >= lane && same_gutter(l, i, k) && comes_before(d, k, i))
            lane = d->lane[k] + 1;
    for (bool moved = true; moved;) {
        moved = false;
        for (int k = 0; k < l->segment_count; k++)
            if (k != i && d->lane[k] == lane && same_gutter(l, i, k) && overlaps(d, i, k)) {
                lane++;
                moved = true;
            }
    }
    return lane;
}

/* Whether another one without a lane has to get it first. */
static bool must_wait(const drawing *d, int i)
{
    const layers *l = &d->layers;
    for (int k = 0; k < l->segment_count; k++)
        if (d->lane[k] < 0 && is_bent(d, k) && same_gutter(l, i, k) && comes_before(d, k, i))
            return true;
    return false;
}

static void find_lanes(drawing *d)
{
    const layers *l = &d->layers;
    for (int i = 0; i < l->segment_count; i++)
        d->lane[i] = -1;
    for (bool forced = false;;) {
        bool any = false, left = false;
        for (int i = 0; i < l->segment_count; i++) {
            if (d->lane[i] >= 0 || !is_bent(d, i))
                continue;
            left = true;
            if (any || (must_wait(d, i) && !forced))
                continue;
            d->lane[i] = free_lane(d, i);
            int layer = l->vertices[l->segments[i].left].layer;
            d->lanes[layer] = d->lane[i] + 1 > d->lanes[layer] ? d->lane[i] + 1 : d->lanes[layer];
            any = true;
        }
        if (!left)
            return;
        forced = !any;
    }
}

static void find_columns(drawing *d)
{
    const layers *l = &d->layers;
    for (int i = 0; i < l->vertex_count; i++) {
        const vertex *v = &l->vertices[i];
        int width = v->node < 0 ? 1 : columns_of(l->graph->nodes[v->node]) + 4;
        d->width[v->layer] = width > d->width[v->layer] ? width : d->width[v->layer];
    }
    for (int i = 0; i < l->segment_count; i++) {
        int layer = l->vertices[l->segments[i].left].layer;
        int label =
            l->segments[i].first ? columns_of(l->graph->edges[l->segments[i].edge].label) : 0;
        d->label[layer] = label > d->label[layer] ? label : d->label[layer];
    }
    for (int k = 0; k < l->layer_count; k++) {
        d->x[k] = d->columns;
        bool last = k + 1 == l->layer_count;
        d->columns += d->width[k] + (last ? 0 : d->label[k] + 2 * d->lanes[k] + 4);
    }
}

/* ---- Drawing ---- */

static void draw_box(drawing *d, int i)
{
    const vertex *v = &d->layers.vertices[i];
    const char *text = d->layers.graph->nodes[v->node];
    int left = d->x[v->layer], right = left + d->width[v->layer] - 1;
    int top = d->top[i], bottom = top + d->height[i] - 1;
    line_across(&d->grid, top, left, right);
    line_across(&d->grid, bottom, left, right);
    line_down(&d->grid, left, top, bottom);
    line_down(&d->grid, right, top, bottom);
    d->grid.texts[top + (d->height[i] - 1) / 2][left + 2] = text;
}

static void draw_segment(drawing *d, int i)
{
    const layers *l = &d->layers;
    const segment *s = &l->segments[i];
    const graph_edge *e = &l->graph->edges[s->edge];
    int layer = l->vertices[s->left].layer;
    int from = d->x[layer] + d->width[layer] - 1, to = d->x[layer + 1];
    int turn = from + d->label[layer] + 3 + 2 * d->lane[i];
    int row = d->left_row[i], end = d->right_row[i];
    if (d->lane[i] < 0)
        turn = to;
    line_across(&d->grid, row, from, turn);
    if (d->lane[i] >= 0) {
        line_down(&d->grid, turn, row < end ? row : end, row < end ? end : row);
        line_across(&d->grid, end, turn, to);
    }
    if (!s->first)
        line_across(&d->grid, row, d->x[layer], from);
    bool turned = l->turned[s->edge], left_head = turned ? e->ahead : e->back;
    bool right_head = turned ? e->back : e->ahead;
    if (s->first) {
        d->grid.texts[row][from + 2] = e->label;
        if (left_head)
            d->grid.texts[row][from + 1] = "◀";
    }
    if (s->last && right_head)
        d->grid.texts[end][to - 1] = "▶";
}

static bool arrange(drawing *d, const graph *g, int rows, int columns)
{
    if (!layers_find(&d->layers, g))
        return false;
    find_heights(d);
    for (int i = 0; i < d->layers.vertex_count; i++) {
        find_ports(d, i, false);
        find_ports(d, i, true);
    }
    avoid_swaps(d);
    find_lanes(d);
    find_columns(d);
    return d->rows <= rows && d->columns <= columns && d->rows <= HIGHEST && d->columns <= WIDEST;
}

bool graph_draw(FILE *out, const graph *g, int rows, int columns)
{
    drawing *d = calloc(1, sizeof *d);
    bool fits = d && arrange(d, g, rows, columns);
    if (fits) {
        for (int i = 0; i < d->layers.vertex_count; i++)
            if (d->layers.vertices[i].node >= 0)
                draw_box(d, i);
        for (int i = 0; i < d->layers.segment_count; i++)
            draw_segment(d, i);
        put_grid(out, &d->grid, d->rows, d->columns);
    }
    free(d);
    return fits;
}

/* ---- Without room ---- */

void graph_list(FILE *out, const graph *g)
{
    bool named[GRAPH_NODES] = {false};
    for (int i = 0; i < g->edge_count; i++) {
        const graph_edge *e = &g->edges[i];
        fprintf(out, "%s %s─%s─%s %s\n", g->nodes[e->from], e->back ? "◀" : "─", e->label,
                e->ahead ? "▶" : "─", g->nodes[e->to]);
        named[e->from] = named[e->to] = true;
    }
    for (int n = 0; n < g->node_count; n++)
        if (!named[n])
            fprintf(out, "%s\n", g->nodes[n]);
}

static void put_quoted(FILE *out, const char *text)
{
    fprintf(out, "\"");
    for (; *text; text++)
        fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fprintf(out, "\"");
}

void graph_dot(FILE *out, const graph *g)
{
    fprintf(out, "digraph csp {\n    rankdir=LR;\n    node [shape=box];\n");
    for (int n = 0; n < g->node_count; n++) {
        fprintf(out, "    n%d [label=", n);
        put_quoted(out, g->nodes[n]);
        fprintf(out, "];\n");
    }
    for (int i = 0; i < g->edge_count; i++) {
        const graph_edge *e = &g->edges[i];
        const char *heads = e->ahead ? e->back ? "both" : "forward" : e->back ? "back" : "none";
        fprintf(out, "    n%d -> n%d [dir=%s, label=", e->from, e->to, heads);
        put_quoted(out, e->label);
        fprintf(out, "];\n");
    }
    fprintf(out, "}\n");
}
