/* `:names`: what the session has bound. */
#ifndef CSP_REPL_NAMES_H
#define CSP_REPL_NAMES_H

#include "repl/repl.h"

void command_names(repl *r, const char *argument);

#endif
