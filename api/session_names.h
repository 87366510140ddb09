/* What the names of a session are. */
#ifndef CSP_API_SESSION_NAMES_H
#define CSP_API_SESSION_NAMES_H

#include "api/session.h"

/* The function, or constant, that a name ("f", "m.f", "List.sort") stands for now. May load a
 * standard module. False: it stands for nothing of that kind. */
bool session_function(csp_session *s, const char *name, resolve_symbol *out);

#endif
