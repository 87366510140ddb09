/* Running a script, as a command does. */
#ifndef CSP_REPL_SCRIPT_H
#define CSP_REPL_SCRIPT_H

#include "repl/options.h"

/* Runs what the options name (ACTION_FILE, ACTION_STDIN, ACTION_EVAL, ACTION_DISASM) and returns
 * the exit status. */
int script_run(const options *o);

#endif
