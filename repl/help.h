/* `csp --help`, `csp help check`. */
#ifndef CSP_REPL_HELP_H
#define CSP_REPL_HELP_H

#include "repl/options.h"

void help_print(subcommand_id topic);

#endif
