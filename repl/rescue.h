/* Restores the terminal when the command ends without a chance to do so: by a deadly signal, or C
 * that calls exit. Only SIGKILL leaves it as it is. */
#ifndef CSP_REPL_RESCUE_H
#define CSP_REPL_RESCUE_H

#include <stdbool.h>

/* Handles the deadly signals that have no handler yet. Called before there is a VM, so that its
 * handlers, which know what C does, come first. */
void rescue_prepare(void);
/* From now on such an end restores the terminal's present modes; bracketed: and turns bracketed
 * paste off. */
void rescue_begin(bool bracketed);
void rescue_end(void);
/* second: the second screen is shown, and such an end also goes back to the first. */
void rescue_screen(bool second);
/* From now on this signal ends the command at once. */
void rescue_handle(int number);

#endif
