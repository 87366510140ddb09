/* Finding the library that has the functions of a header. */
#ifndef CSP_REPL_BIND_LIBRARY_H
#define CSP_REPL_BIND_LIBRARY_H

#include "repl/bind/header.h"

typedef struct library {
    const char *name; /* as `extern` wants it: a soname, "c", "m", a path */
    void *handle;     /* NULL: it could not be opened, and its contents are unknown */
} library;

/* The library with this name or, if NULL, the candidate that has the most of the selected functions
 * that the header itself declares. Candidates are those that pkg-config names for the header, those
 * called like it, and C's own. */
library library_find(const header *h, const char *name, const char *path);
/* Whether it, or a library that it needs, has the symbol. */
bool library_has(const library *l, const char *symbol);
/* Whether it has it itself. */
bool library_owns(const library *l, const char *symbol);

#endif
