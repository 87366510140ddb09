/* Values of constants in clang's syntax tree. */
#ifndef CSP_REPL_BIND_DUMP_VALUE_H
#define CSP_REPL_BIND_DUMP_VALUE_H

#include "repl/bind/dump_node.h"
#include "repl/bind/header.h"

/* The digits of an enumerator's value as given, or NULL. */
const char *dump_integer(dump_stream *in, dump_node *enumerator);
/* Whether the node is one of the declarations that ask for the value of a macro; the value is then
 * in h->values. */
bool dump_macro(dump_stream *in, dump_node *n, header *h);

#endif
