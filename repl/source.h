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

/* Reads a file, "-": standard input. False: the reason has been reported on standard error; the
 * source must be freed all the same. */
bool source_read(const char *path, source *s);
void source_free(source *s);

#endif
