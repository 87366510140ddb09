/* csp_error: what went wrong, detached from the VM in which it happened. */
#ifndef CSP_API_ERROR_H
#define CSP_API_ERROR_H

#include "api/world.h"

/* All of these set the world's error; if there is no memory for it there is none. */

/* Takes over the diagnostics, leaving the list empty, and copies the text that they refer to. If
 * the world's error is a compile error of a module that this text imports, they are added to it. */
void error_set_compile(world *w, diag_list *diags);
/* The error with which p, which the host ran, has ended: an OBJ_ERROR. head: a static text that
 * begins its report. */
void error_set_crash(world *w, const char *head, const process *p, value v);
/* The error with which p has ended; the caller frees it; NULL: no memory. */
csp_error *error_of_crash(csp_vm *vm, const process *p, value why);
/* A failure without a place. report: the text of the report as complete lines, or NULL; copied. */
void error_set_plain(world *w, const char *kind, const char *message, const char *report);
/* Writes such a failure to stream 2, in the host's style; the world's error stays. */
void error_tell_plain(world *w, const char *kind, const char *message);
void error_set_memory(world *w);
void error_set_interrupted(world *w);
/* Whether it is a compile error. */
bool error_is_compile(const csp_error *err);
/* How many errors and warnings it contains. */
void error_count(const csp_error *err, uint32_t *errors, uint32_t *warnings);
/* Nothing can run any more: the error has the report of who waits for what. */
void error_set_deadlock(world *w);

#endif
