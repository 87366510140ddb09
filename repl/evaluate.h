/* Entries, evaluated in the REPL's session. */
#ifndef CSP_REPL_EVALUATE_H
#define CSP_REPL_EVALUATE_H

#include "repl/repl.h"

/* To be called once, when there is a session. */
void evaluate_init(repl *r);
/* Evaluates a whole entry, and shows its values or why it failed. Ctrl-C ends it; a second
 * one waits for nothing. */
void evaluate(repl *r, const char *input);
/* The same, and shows no value. */
void evaluate_quietly(repl *r, const char *text, size_t size);
/* Whether the rest of an entry is not to run: Ctrl-C has come, or the session ends. */
bool evaluate_stops(repl *r);
/* Whether that has come since it was asked for last. */
bool evaluate_asked(repl *r);
/* After a call that has run something: says why it failed, or ends the session if that was asked
 * for. */
void evaluate_outcome(repl *r, csp_status status);
/* Shows what has been held back for long enough: partial lines, crashes. */
void evaluate_tick(repl *r);
/* The program has asked to end (CSP_EXIT). */
void evaluate_exit(repl *r);

/* Evaluates the text and gives its values to `each`, not to the user. False: it failed, which has
 * been said, or the program has ended. */
bool evaluate_for(repl *r, const char *text, void (*each)(void *user, csp_value v), void *user);

#endif
