/* What the REPL evaluates before its first prompt. */
#ifndef CSP_REPL_START_H
#define CSP_REPL_START_H

#include "repl/repl.h"

/* The user's init.csp, in $XDG_CONFIG_HOME/csp or ~/.config/csp, then the file or the code of
 * `csp -i`. What goes wrong in them is told, and the prompt comes all the same. */
void start(repl *r, const options *o);

#endif
