/* Printing the bindings in csp. */
#ifndef CSP_REPL_BIND_PRINT_H
#define CSP_REPL_BIND_PRINT_H

#include "repl/bind/select.h"

/* The whole text; false: there is nothing to print. `path` is the user's name for the header. */
bool print_all(const selection *s, const header *h, const char *path, text *out);

#endif
