/* `:seq`: what has happened as a sequence diagram. */
#ifndef CSP_REPL_SEQ_H
#define CSP_REPL_SEQ_H

struct repl;
void command_seq(struct repl *r, const char *argument);

#endif
