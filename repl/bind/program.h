/* Other programs that `csp bind` runs: clang, pkg-config. */
#ifndef CSP_REPL_BIND_PROGRAM_H
#define CSP_REPL_BIND_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "repl/bind/memory.h"

typedef struct program {
    pid_t id;
    int output;   /* its standard output */
    int messages; /* a file that its standard error goes to */
} program;

/* Starts a program from $PATH with `input` on standard input. False, with errno: it cannot
 * be started. */
bool program_start(program *p, const char *const *words, const char *input);
/* A json_source: `user` is the program. */
ssize_t program_read(void *user, char *bytes, size_t size);
/* Waits for its end. Returns its status, or 128 + the number of the signal that ended it.
 * `messages`: what it wrote to standard error. */
int program_end(program *p, text *messages);

#endif
