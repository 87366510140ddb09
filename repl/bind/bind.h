/* `csp bind HEADER`: prints what `extern` needs to call what a C header declares. */
#ifndef CSP_REPL_BIND_BIND_H
#define CSP_REPL_BIND_BIND_H

#include "repl/options.h"

/* Gives the exit status. */
int bind_run(const options *o);

#endif
