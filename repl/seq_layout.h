/* Which process has which column of a sequence diagram, and who sent what lay in a buffer. */
#ifndef CSP_REPL_SEQ_LAYOUT_H
#define CSP_REPL_SEQ_LAYOUT_H

#include "repl/seq_draw.h"

enum { SEQ_COLUMNS = 8 };

typedef struct seq_process {
    uint64_t number; /* ascending */
    const char *name;
    size_t first, uses; /* events */
    int column;
} seq_process;

typedef struct seq_layout {
    seq_process *processes;
    size_t count;
    const seq_process *columns[SEQ_COLUMNS]; /* NULL: all that have none of their own */
    int column_count;
    size_t others; /* how many these are */
    const event *
        *senders; /* for each event that receives out of a buffer: the one that sent; NULL */
} seq_layout;

/* False: no memory. To be freed in any case. */
bool seq_layout_make(seq_layout *l, const sequence *s);
void seq_layout_free(seq_layout *l);
/* The column of a process; -1: the host. */
int seq_column(const seq_layout *l, uint64_t process);

#endif
