/* Constants of a header in csp. */
#ifndef CSP_REPL_BIND_PRINT_CONSTANT_H
#define CSP_REPL_BIND_PRINT_CONSTANT_H

#include "repl/bind/select.h"

enum { PRINT_COLUMNS = 100 };

/* Enumerators and macros; false: there are none. */
bool print_constants(const selection *s, const header *h, text *out);

#endif
