/* The way back: `:mark`, `:back`, `:marks`.
 *
 * A mark is an OS process that waits as the session was: `:mark` forks, and the child goes on. When
 * the session goes back, it ends, and the mark forks again. So marks stand in a row, each the
 * parent of the next; the session is the last one's child. */
#ifndef CSP_REPL_MARK_H
#define CSP_REPL_MARK_H

#include "repl/repl.h"

/* Calls `each` for the names of the marks with that prefix. */
void mark_each(const char *prefix, size_t length, void (*each)(void *target, const char *name),
               void *target);

void command_mark(repl *r, const char *argument);
void command_back(repl *r, const char *argument);
void command_marks(repl *r, const char *argument);

#endif
