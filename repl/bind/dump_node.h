/* The nodes of clang's syntax tree, one after the other. What a node holds comes behind all else
 * that is said of it, so no tree is built. */
#ifndef CSP_REPL_BIND_DUMP_NODE_H
#define CSP_REPL_BIND_DUMP_NODE_H

#include "repl/bind/json.h"
#include "repl/bind/memory.h"

typedef struct dump_stream {
    json_reader json;
    const table *files;        /* those that are wanted */
    const struct c_file *file; /* that of the place that was read last; NULL: none of them */
    int depth;
} dump_stream;

enum { DUMP_KIND = 32 };

/* Texts are memory_get's, NULL where nothing is said. */
typedef struct dump_node {
    char kind[DUMP_KIND]; /* clang's name of the class, "" for an empty place */
    const char *name, *symbol, *tag, *storage, *value, *opcode;
    const char *type, *plain_type; /* as it is written, without its typedefs */
    const char *base;              /* of an enum */
    bool is_implicit, is_invalid, is_bit_field, is_complete;
    const struct c_file *file; /* NULL: stands in none that is wanted */
    bool has_inner;            /* and the stream stands before it */
    bool is_closed;            /* and the stream behind it */
} dump_node;

bool dump_is(const dump_node *n, const char *kind);

/* The root, as far as to what it holds. False: there is none. */
bool dump_root(dump_stream *in, dump_node *n);
/* Calls `each` with each node that n holds, as far as to what that holds. What `each` leaves is
 * skipped. Does not go deeper than a few hundred levels. */
void dump_each(dump_stream *in, dump_node *n,
               void (*each)(dump_stream *in, dump_node *inner, void *user), void *user);
/* What is left of the node. */
void dump_finish(dump_stream *in, dump_node *n);

#endif
