/* What of a header is bound, and what it is called. */
#ifndef CSP_REPL_BIND_SELECT_H
#define CSP_REPL_BIND_SELECT_H

#include "repl/bind/header.h"
#include "repl/bind/library.h"

typedef struct selection {
    const char *const *globs; /* names must match one of them; none: any name will do */
    uint32_t glob_count;
    bool all;    /* what included headers declare, too */
    table words; /* of csp: what it declares cannot be called so */
    library library;
    const char *alias;  /* what `extern … as` calls the library */
    uint32_t elsewhere; /* functions of the library that other headers declare */
} selection;

/* Whether it matches; names that begin with `_`, most of them the C library's own, only if a glob
 * begins so. */
bool select_name(const selection *s, const char *name);
/* Whether a macro may be a constant that somebody wants. */
bool select_macro(const selection *s, const c_macro *m);
void select_functions(const selection *s, header *h);
/* With the library known: which functions can be called, and which structs they need. */
void select_all(selection *s, header *h);

/* The name, or the nearest to it that is a name in csp and not among `taken`, where it is from now
 * on, nor `words`. */
const char *select_free_name(table *taken, const table *words, const char *name,
                             const char *prefix);

#endif
