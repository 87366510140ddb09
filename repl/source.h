/* Program texts, as the command gets them. */
#ifndef CSP_REPL_SOURCE_H
#define CSP_REPL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct source {
    const char *name; /* as messages call it */
    char *text;       /* malloc'ed */
    size_t size;
} source;

/* Reads a file, "-": standard input. False: it has been said on standard error why not; the source
 * is to be freed all the same. */
bool source_read(const char *path, source *s);
void source_free(source *s);

#endif
