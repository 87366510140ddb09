/* The macros of a header, and which files are its own. */
#ifndef CSP_REPL_BIND_MACROS_H
#define CSP_REPL_BIND_MACROS_H

#include <sys/types.h>

#include "repl/bind/header.h"

/* Reads what the preprocessor prints with -dD: the macros of the header into h->macros, the files
 * whose declarations are wanted into h->files. These are the header itself and its parts: what it
 * includes from folders that no program includes from (bits/, asm/). With `all`, everything that
 * it includes. */
void macros_read(header *h, ssize_t (*source)(void *user, char *bytes, size_t size), void *user,
                 bool all);

/* Adds declarations that ask the compiler for the value of each macro that is_probed; each question
 * is a line. */
void macros_ask(const header *h, text *out);
/* Gives the answers, which are in h->values, to the macros. */
void macros_take(header *h);

#endif
