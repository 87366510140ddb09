/* `:transcript`: the session as Markdown. Its blocks, one after the other, are a script that prints
 * what the blocks of output say; values that were shown are comments. What failed is a comment as
 * a whole. A script cannot declare a function or constant twice: where the session did, another
 * part begins, which declares again what it needs. */
#ifndef CSP_REPL_TRANSCRIPT_H
#define CSP_REPL_TRANSCRIPT_H

#include "repl/repl.h"

void command_transcript(repl *r, const char *argument);

#endif
