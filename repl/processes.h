/* `:ps`: the processes that live. */
#ifndef CSP_REPL_PROCESSES_H
#define CSP_REPL_PROCESSES_H

#include "repl/repl.h"
#include "repl/seen.h"

/* Processes that are alike: they have the name, wait for the same kind of thing, and stand at the
 * same place. Alone: one. */
typedef struct process_group {
    const seen_process *first; /* the one with the lowest number */
    size_t count;
    uint64_t reductions, memory; /* of all together; reductions: since they were last shown */
    bool same_wait;              /* all wait for the very same */
} process_group;
/* All processes of `picked` (NULL: all of s), grouped unless `alone`, malloc'ed; *count of them.
 * NULL: no memory. */
process_group *group_processes(const seen *s, const spent *before, const bool *picked, bool alone,
                               size_t *count);

/* A head and a line for each group, no wider than that; false: no memory. */
bool processes_put_table(FILE *out, const seen *s, const process_group *groups, size_t count,
                         int width);

void command_ps(repl *r, const char *argument);

#endif
