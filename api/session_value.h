/* The values of a session's expressions. */
#ifndef CSP_API_SESSION_VALUE_H
#define CSP_API_SESSION_VALUE_H

#include "api/session.h"

/* The function that an input gives them to (resolve_world.shown). ABSENT: nobody wants them. */
value session_shown(const csp_session *s);

#endif
