/* The commands that take part in what processes do. */
#ifndef CSP_REPL_ACT_H
#define CSP_REPL_ACT_H

#include "repl/repl.h"

void command_kill(repl *r, const char *argument);
void command_send(repl *r, const char *argument);
void command_recv(repl *r, const char *argument);

#endif
