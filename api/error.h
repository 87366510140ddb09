/* csp_error: what went wrong, detached from the VM that it went wrong in. */
#ifndef CSP_API_ERROR_H
#define CSP_API_ERROR_H

#include "api/world.h"

/* All of these set the world's error; without memory for it there is none. */

/* Takes over the diagnostics, whose list is empty afterwards, and copies the text that they speak
 * of. Where the world's error is one of compilation, of a module that this text imports, they are
 * added to it. */
void error_set_compile(world *w, diag_list *diags);
/* The error that p, which the host ran, ended with: an OBJ_ERROR. head: a static text that its
 * report begins with. */
void error_set_crash(world *w, const char *head, const process *p, value v);
/* The error that p ended with, the caller's; NULL: no memory. */
csp_error *error_of_crash(csp_vm *vm, const process *p, value why);
/* A failure without place. report: all that is to be said, in lines, or NULL; copied. */
void error_set_plain(world *w, const char *kind, const char *message, const char *report);
/* Writes such a failure to stream 2, in the style that the host wants; the world's error stays. */
void error_tell_plain(world *w, const char *kind, const char *message);
void error_set_memory(world *w);
void error_set_interrupted(world *w);
/* Whether it is one of compilation. */
bool error_is_compile(const csp_error *err);
/* How many errors and warnings it tells of. */
void error_count(const csp_error *err, uint32_t *errors, uint32_t *warnings);
/* Nothing can run any more: with the report of who waits for what. */
void error_set_deadlock(world *w);

#endif
