/* The nodes of clang's syntax tree, one after the other. The children of a node come after all its
 * properties, so no tree is built. */
#ifndef CSP_REPL_BIND_DUMP_NODE_H
#define CSP_REPL_BIND_DUMP_NODE_H

#include "repl/bind/json.h"
#include "repl/bind/memory.h"

typedef struct dump_stream {
    json_reader json;
    const table *files;        /* those that are wanted */
    const struct c_file *file; /* that of the last position; NULL: none of them */
    int depth;
} dump_stream;

enum { DUMP_KIND = 32 };

/* Texts are memory_get's, NULL if not given. */
typedef struct dump_node {
    char kind[DUMP_KIND]; /* clang's name of the class, "" for an empty position */
    const char *name, *symbol, *tag, *storage, *value, *opcode;
    const char *type, *plain_type; /* as written, and without its typedefs */
    const char *base;              /* of an enum */
    bool is_implicit, is_invalid, is_bit_field, is_complete;
    const struct c_file *file; /* NULL: not in a wanted file */
    bool has_inner;            /* and the stream stands before it */
    bool is_closed;            /* and the stream stands after it */
} dump_node;

bool dump_is(const dump_node *n, const char *kind);

/* The root, up to its children. False: there is none. */
bool dump_root(dump_stream *in, dump_node *n);
/* Calls `each` with each child of n, up to its own children. What `each` leaves is skipped. At most
 * a few hundred levels deep. */
void dump_each(dump_stream *in, dump_node *n,
               void (*each)(dump_stream *in, dump_node *inner, void *user), void *user);
/* Skips the rest of the node. */
void dump_finish(dump_stream *in, dump_node *n);

#endif
