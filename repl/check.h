/* `csp check`. */
#ifndef CSP_REPL_CHECK_H
#define CSP_REPL_CHECK_H

#include "repl/options.h"

/* Reports on standard output what is wrong with the files of the options, and on standard error how
 * much it is. Returns the exit status: 0; 1 something was found; 2 a file could not be read. */
int check_run(const options *o);

#endif
