/* Programs of the user that have the terminal while they run: a pager, an editor. */
#ifndef CSP_REPL_PROGRAM_H
#define CSP_REPL_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* Runs a command of the shell and waits until it ends; no line is being typed. argument: its last
 * one, or NULL. input: what it reads from its standard input, as far as it does; NULL: the
 * terminal. status: as of waitpid. False: it cannot be run, and errno says why. */
bool program_run(const char *command, const char *argument, const char *input, size_t size,
                 int *status);

#endif
