/* What is bound of a header, and what it is called. */
#ifndef CSP_REPL_BIND_SELECT_H
#define CSP_REPL_BIND_SELECT_H

#include "repl/bind/header.h"
#include "repl/bind/library.h"

typedef struct selection {
    const char *const *globs; /* names must match one of them; none: any name will do */
    uint32_t glob_count;
    bool all;    /* also what included headers declare */
    table words; /* words of csp, which cannot be names */
    library library;
    const char *alias;  /* the name of the library after `extern … as` */
    uint32_t elsewhere; /* functions of the library that other headers declare */
} selection;

/* Whether it matches. Names that begin with `_`, most of them the C library's own, match only if a
 * glob begins with it. */
bool select_name(const selection *s, const char *name);
/* Whether a macro may be a useful constant. */
bool select_macro(const selection *s, const c_macro *m);
void select_functions(const selection *s, header *h);
/* With the library known: which functions can be called, and which structs they need. */
void select_all(selection *s, header *h);

/* The name, or the nearest to it that is a name in csp and neither in `taken`, to which it is
 * added, nor in `words`. */
const char *select_free_name(table *taken, const table *words, const char *name,
                             const char *prefix);

#endif
