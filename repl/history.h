/* The history of inputs: in $CSP_HISTFILE, or $XDG_STATE_HOME/csp/history, readable by its owner
 * alone. An empty CSP_HISTFILE: in memory only. */
#ifndef CSP_REPL_HISTORY_H
#define CSP_REPL_HISTORY_H

void history_open(void);
/* An input, of one line or several, is one entry. */
void history_add(const char *input);
void history_close(void);

#endif
