/* The part of csp.h that is for tools: REPLs, checkers, whatever shows what processes do. Include csp.h, which includes
 * this; what is said at its head holds here, too. */
#ifndef CSP_TOOLS_H
#define CSP_TOOLS_H
#include "csp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Programs as text ---- */
typedef struct csp_findings {
    uint32_t errors, warnings;
} csp_findings;
/* Looks for mistakes in a program without running it: all compile errors, and warnings about what is hardly intended
 * (`csp check`; LANGUAGE.md lists them); of imported modules only errors. *report: all of them as by csp_error_text,
 * NULL if there are none. One VM can check any number of programs before it runs one. CSP_OK whether or not something
 * was found; CSP_E_INTERRUPTED, CSP_E_MEMORY, CSP_E_MISUSE; CSP_E_CRASH: a standard module could not be loaded. */
CSP_API csp_status csp_check(csp_vm *vm, const char *name, const char *text, size_t size, csp_style style,
                             csp_findings *found, char **report);
/* What a program says about itself: its `##` lines, and those of its exports and C declarations, each with its head, as
 * csp_doc gives it. Only reads the text. CSP_OK; CSP_E_COMPILE: it cannot be read; CSP_E_MEMORY. */
CSP_API csp_status csp_doc_text(csp_vm *vm, const char *name, const char *text, size_t size, char **out);

/* ---- Sessions: names and what they are ---- */
/* From now on `each` is given the values of inputs, and csp_eval gives none: that of each expression at the top level
 * of an input, unless it is nil, as soon as it has been evaluated. It is called as a native is: what is [N] may be
 * called, and v is valid during the call. NULL: csp_eval gives the last one again. */
CSP_API void csp_session_on_value(csp_session *session, void (*each)(void *user, csp_value v), void *user);
/* Binds a name in the session, in place of what it was; `_` may be one. v: a value that cannot change, or the session's
 * own. CSP_OK; CSP_E_TYPE: another process's; CSP_E_MEMORY; CSP_E_MISUSE: no such name can be written. [N] */
CSP_API csp_status csp_session_set(csp_session *session, const char *name, csp_value v);
/* What a variable of the session holds; the host may show it. CSP_NONE: there is none (not_found). [N] */
CSP_API csp_value csp_session_get(csp_session *session, const char *name);
/* Unbinds a name; what functions have captured of it stays. CSP_OK; CSP_E_NOT_FOUND: there is none. [N] */
CSP_API csp_status csp_session_forget(csp_session *session, const char *name);
/* Calls `each`, in order, with each whole word that could end `text`, to replace it from the byte *start. */
CSP_API void csp_complete(csp_session *session, const char *text, size_t size, size_t *start,
                          void (*each)(void *user, const char *candidate), void *user);
/* How a function is called and what it does, in a few lines that end with a newline. `name` is as in the session
 * ("print", "List.push", "f"), a module ("List"), a word of the language ("spawn"), or a member alone ("sort": that of
 * every module that has one). NULL: nothing is known about it. */
CSP_API char *csp_doc(csp_session *session, const char *name);
CSP_API char *csp_doc_near(csp_session *session, const char *name); /* what an unknown name meant. NULL: no idea */

/* ---- Processes ---- */
typedef struct csp_process {
    uint64_t number;
    uint64_t reductions; /* used so far */
    const char *name;    /* given by Process.name, or of the function that was spawned; "" if there is none */
    const char *state;   /* "running", "runnable", "waiting" */
    csp_place where;
} csp_process;
/* Calls `each` for all living processes, by number; its argument is valid during the call. CSP_OK, CSP_E_MEMORY. */
CSP_API csp_status csp_each_process(csp_vm *vm, void (*each)(void *user, const csp_process *process), void *user);
#ifdef __cplusplus
}
#endif
#endif
