/* The statements that have bound the names of a session. */
#ifndef CSP_API_SESSION_TEXT_H
#define CSP_API_SESSION_TEXT_H

#include "api/session.h"

/* A top-level statement that has bound names: these count it. */
typedef struct session_text {
    uint32_t uses;
    uint32_t start;     /* offset of the statement in its input */
    uint32_t line;      /* of its first line, in its input or file */
    uint64_t order;     /* among all of the session's */
    ast_kind statement; /* AST_FN_DECL, AST_CONST, AST_IMPORT, AST_EXTERN; else variables */
    char *file;         /* owned. NULL: it was an input without a name */
    size_t size;
    char text[]; /* with the `##` lines above it, and a NUL */
} session_text;

/* That of the name that is being defined, which has one, counted for it. NULL: no memory. */
session_text *session_text_of(csp_session *s, const resolve_session_name *how);
void session_text_drop(session_text *t); /* counts one less; NULL: nothing to do */

#endif
