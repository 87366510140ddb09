/* `:wait`: who waits for whom. */
#ifndef CSP_REPL_WAITS_H
#define CSP_REPL_WAITS_H

struct repl;
void command_wait(struct repl *r, const char *argument);

#endif
