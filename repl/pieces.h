/* What commands show. */
#ifndef CSP_REPL_PIECES_H
#define CSP_REPL_PIECES_H

#include "repl/repl.h"

/* Writes the text to standard output, however long it is: Ctrl-C ends it, and the entry. */
void pieces_show(repl *r, const char *text);

#endif
