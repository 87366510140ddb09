/* `csp test`: finds the files, runs each in an OS process of its own, and says what came of it. */
#ifndef CSP_REPL_TEST_TEST_H
#define CSP_REPL_TEST_TEST_H

#include "repl/options.h"

/* Returns the exit status. */
int test_run(const options *o);

#endif
