/* csp_error: what went wrong, detached from the VM in which it happened. */
#ifndef CSP_API_ERROR_H
#define CSP_API_ERROR_H

#include "api/host/live.h"
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
/* Such an error, which is the caller's. NULL: no memory. */
csp_error *error_new_plain(const char *kind, const char *message);
/* Writes such a failure to stream 2, in the host's style; the world's error stays. */
void error_tell_plain(world *w, const char *kind, const char *message);
/* Takes the world's error; NULL: there is none. */
csp_error *error_take(world *w);
void error_free(csp_error *err);
/* What csp_error_text gives. */
char *error_text(const csp_error *err, csp_style style);
/* From now on the host may read the error, its causes too; LIVE_ERROR: and free it. False: no
 * memory. Before a lent one is freed: live_take, and error_unlend for its causes. */
bool error_lend(const csp_error *err, live_kind kind);
void error_unlend(const csp_error *err);
void error_set_memory(world *w);
void error_set_interrupted(world *w);
/* "misuse", "out_of_memory" … */
const char *error_kind_of(const csp_error *err);
const char *error_message_of(const csp_error *err);
/* Whether it is a compile error. */
bool error_is_compile(const csp_error *err);
/* How many errors and warnings it contains. */
void error_count(const csp_error *err, uint32_t *errors, uint32_t *warnings);
/* The time is up: the error has the report of what every process does. */
void error_set_timeout(world *w);
/* Nothing can run any more: the error has the report of who waits for what. */
void error_set_deadlock(world *w);

#endif
