/* `csp check`. */
#ifndef CSP_REPL_CHECK_H
#define CSP_REPL_CHECK_H

#include "repl/options.h"

/* Reports what is wrong with the files of the options, on standard output, and on standard error
 * how much it is. Gives the exit status: 0; 1 something was found; 2 a file could not be read. */
int check_run(const options *o);

#endif
