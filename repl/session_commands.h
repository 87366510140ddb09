/* What concerns the session as a whole: `:history`, `:reset`. */
#ifndef CSP_REPL_SESSION_COMMANDS_H
#define CSP_REPL_SESSION_COMMANDS_H

#include "repl/repl.h"

void command_history(repl *r, const char *argument);
void command_reset(repl *r, const char *argument);

#endif
