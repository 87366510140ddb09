/* The terminal is given back at ends that nobody can put in order: deadly signals, and C that calls
 * exit. SIGKILL alone leaves it as it is. */
#ifndef CSP_REPL_RESCUE_H
#define CSP_REPL_RESCUE_H

#include <stdbool.h>

/* Handles the deadly signals that have no handler yet. Called before there is a VM, so that its
 * handlers, which know what C does, come first. */
void rescue_prepare(void);
/* From now on the terminal gets its present modes back; bracketed: and is told that pastes need no
 * marks any more. */
void rescue_begin(bool bracketed);
void rescue_end(void);
/* … and its first screen back, while the second one is shown. */
void rescue_screen(bool second);
/* From now on this signal ends the command at once. */
void rescue_handle(int number);

#endif
