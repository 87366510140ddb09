/* The types that `extern` knows by name. */
#ifndef CSP_PARSER_CTYPE_H
#define CSP_PARSER_CTYPE_H

#include <stdbool.h>

bool ctype_is_name(const char *name);

#endif
