/* The history of inputs: in $CSP_HISTFILE, or in $XDG_STATE_HOME/csp/history, readable only by its
 * owner. An empty CSP_HISTFILE: only in memory. */
#ifndef CSP_REPL_HISTORY_H
#define CSP_REPL_HISTORY_H

void history_open(void);
/* An input, of one line or several, is one entry; none if it begins with a blank or
 * repeats the last one. It is in the file at once. */
void history_add(const char *input);
void history_close(void);

#endif
