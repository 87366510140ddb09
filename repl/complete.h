/* What could stand at the end of an entry that is being typed. */
#ifndef CSP_REPL_COMPLETE_H
#define CSP_REPL_COMPLETE_H

#include <stddef.h>

/* A terminal_complete_fn; user: the repl. */
void complete_entry(void *user, const char *text, size_t size, size_t *start,
                    void (*each)(void *target, const char *candidate), void *target);

/* A terminal_list_fn: after `f(`, how f is called and the first line of its documentation; else the
 * candidates, at most a screenful. */
void complete_list(void *user, const char *text, size_t size, char *const *candidates,
                   size_t count);

#endif
