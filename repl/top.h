/* `:top`: the processes, alive. */
#ifndef CSP_REPL_TOP_H
#define CSP_REPL_TOP_H

struct repl;
void command_top(struct repl *r, const char *argument);

#endif
