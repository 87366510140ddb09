/* The signals that come from a terminal, as events. */
#ifndef CSP_REPL_TERMINAL_SIGNALS_H
#define CSP_REPL_TERMINAL_SIGNALS_H

#include <stdbool.h>

#include "repl/terminal.h"

/* Beside those of TERMINAL_…: the command goes on after a stop; the terminal has another size. */
enum { TERMINAL_CONTINUED = 32, TERMINAL_RESIZED = 64 };

/* Handles those that nobody ignores. False: no descriptors. */
bool terminal_signals_open(void);
void terminal_signals_close(void);
/* Ctrl-C interrupts this VM, and Ctrl-\\ asks it for a report, while it runs. NULL: none does. */
void terminal_signals_interrupt(csp_vm *vm);
/* Readable when there is something to take. */
int terminal_signals_fd(void);
/* What has come since the last call. */
int terminal_signals_take(void);

#endif
