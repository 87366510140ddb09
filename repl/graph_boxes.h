/* Which processes share a box of a graph. */
#ifndef CSP_REPL_GRAPH_BOXES_H
#define CSP_REPL_GRAPH_BOXES_H

#include "repl/blocked.h"
#include "repl/graph_draw.h"

/* Processes that share a box. */
typedef struct box {
    const seen_process *first;
    size_t count;
    bool circle; /* or lost: one of these processes is marked */
    int parent;  /* the box of the process that spawned the first one; -1: none */
} box;

typedef struct boxes {
    const seen *seen;
    const blocked *blocked;
    uint64_t alone; /* the number of a process that has a box of its own; 0: none */
    uint64_t *keys; /* by process: those of one key share a box */
    uint64_t *held; /* by process: the same for those that hold the same channels */
    int *of;        /* by process; -1: none */
    box items[GRAPH_NODES];
    int count;
    size_t more; /* processes for which there is no box */
} boxes;

/* One box of GRAPH_NODES stays free. False: no memory. boxes_free in any case. */
bool boxes_find(boxes *b, const blocked *of_all, uint64_t alone);
void boxes_free(boxes *b);
/* What stands in a box: "! 4 worker", "worker × 8". */
void boxes_label(const boxes *b, int i, char *label);
static inline int boxes_of(const boxes *b, const seen_process *p)
{
    return b->of[p - b->seen->processes];
}
static inline uint64_t boxes_held(const boxes *b, const seen_process *p)
{
    return b->held[p - b->seen->processes];
}

#endif
