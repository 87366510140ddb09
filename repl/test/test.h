/* `csp test`: finds the files, runs each in an OS process of its own, and says what came of it. */
#ifndef CSP_REPL_TEST_TEST_H
#define CSP_REPL_TEST_TEST_H

#include "repl/options.h"

/* Draws a seed if none is given. Returns the exit status. */
int test_run(options *o);

#endif
