/* The library that has the functions of a header. */
#ifndef CSP_REPL_BIND_LIBRARY_H
#define CSP_REPL_BIND_LIBRARY_H

#include "repl/bind/header.h"

typedef struct library {
    const char *name; /* as `extern` wants it: a soname, "c", "m", a path */
    void *handle;     /* NULL: it could not be opened, and nobody knows what is in it */
} library;

/* That of this name, or, NULL, the one of the candidates that has the most functions of those that
 * the header itself declares and that are selected; candidates are what pkg-config names for the
 * header, what is called like it, and C's own. */
library library_find(const header *h, const char *name, const char *path);
/* Whether it, or a library that it needs, has the symbol. */
bool library_has(const library *l, const char *symbol);
/* Whether it has it itself. */
bool library_owns(const library *l, const char *symbol);

#endif
