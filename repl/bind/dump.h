/* What clang says a header declares: its syntax tree in JSON, read as a stream. */
#ifndef CSP_REPL_BIND_DUMP_H
#define CSP_REPL_BIND_DUMP_H

#include "repl/bind/header.h"
#include "repl/bind/json.h"

/* macros.h asks for the values of macros by declarations that begin like this, followed by the
 * macro's number. */
#define DUMP_INTEGER "csp_bind_integer_"
#define DUMP_TEXT    "csp_bind_text_"
#define DUMP_FLOAT   "csp_bind_float_"

/* Reads all declarations; those in files of h->files are wanted. NULL, or why it is not such
 * a tree. */
const char *dump_read(header *h, json_source source, void *user);

#endif
