/* `csp doc`: the documentation of the standard library. */
#ifndef CSP_REPL_DOC_H
#define CSP_REPL_DOC_H

#include "repl/options.h"

/* Prints what is known about the name in o->input ("print", "List.push", a module with all its
 * members), or about everything if it is NULL: each name as it is called, and below it, indented by
 * four, what it does. Returns the exit status, EXIT_CRASH if nothing is known. */
int doc_run(const options *o);

#endif
