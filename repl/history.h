/* The history of inputs: in $CSP_HISTFILE, or in $XDG_STATE_HOME/csp/history, readable only by its
 * owner. An empty CSP_HISTFILE: only in memory, which is the line editor's. */
#ifndef CSP_REPL_HISTORY_H
#define CSP_REPL_HISTORY_H

#include <stdbool.h>

enum { HISTORY_ENTRIES = 5000 }; /* at most */

/* Calls `each` for what earlier sessions have left, oldest first. */
void history_open(void (*each)(const char *input));
/* An input, of one line or several, is one entry, which is in the file at once. False: it is none,
 * since it begins with a blank or repeats the last one. */
bool history_add(const char *input);
void history_close(void);

#endif
