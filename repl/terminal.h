/* The terminal: line editing by Readline, with other output above the line that is being typed.
 *
 * There is one Readline per program, and so one terminal. */
#ifndef CSP_REPL_TERMINAL_H
#define CSP_REPL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "include/csp.h"

/* What terminal_wait has seen; bits. END: Ctrl-D, or a signal that ends (terminal_ended_by);
 * REPORT: Ctrl-\. */
enum {
    TERMINAL_LINE = 1,
    TERMINAL_END = 2,
    TERMINAL_INTERRUPT = 4,
    TERMINAL_OTHER = 8,
    TERMINAL_REPORT = 16
};

/* Takes over the terminal and the signals that come from it. list: shows the candidates for the end
 * of `text` by terminal_write, when they are asked for. complete: passes each candidate for
 * the end of `text` to `each`, and the offset in text from which they replace it. False: no memory
 * or descriptors. */
typedef void terminal_complete_fn(void *user, const char *text, size_t size, size_t *start,
                                  void (*each)(void *target, const char *candidate), void *target);
typedef void terminal_list_fn(void *user, const char *text, size_t size, char *const *candidates,
                              size_t count);
bool terminal_open(terminal_complete_fn *complete, terminal_list_fn *list, void *user);
void terminal_close(void);

/* Shows the prompt and lets a line be typed, unless one is already being typed. */
void terminal_edit(const char *prompt);
/* Gives up the line that is being typed. True: it was not empty. */
bool terminal_discard(void);

/* Waits for keys, if a line is being typed, a signal, `fd` (TERMINAL_OTHER) or so many milliseconds
 * (-1: for ever). After TERMINAL_LINE the line is in *line, and the caller frees it; after that and
 * after TERMINAL_END none is being typed. */
int terminal_wait(int fd, int timeout, char **line);

/* Writes to standard output (1) or error (2), above the line that is being typed. */
void terminal_write(int stream, const char *text, size_t size);
/* Goes to a new line unless the last output ended one. */
void terminal_fresh_line(void);

/* From now on Ctrl-C and the signals that end the command, beside being events for terminal_wait,
 * interrupt this VM, and Ctrl-\ asks it for a report instead. NULL: no longer. */
void terminal_interrupts(csp_vm *vm);
/* SIGTERM or SIGHUP, once it has arrived and been waited for; else 0. */
int terminal_ended_by(void);

/* A whole input as one entry of the history. */
void terminal_remember(const char *input);
/* Calls `each` for those that can be recalled, oldest first. */
void terminal_history(void (*each)(void *user, const char *input), void *user);

#endif
