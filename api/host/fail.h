/* How what the host asks for fails: an error is kept, and a status is given. */
#ifndef CSP_API_HOST_FAIL_H
#define CSP_API_HOST_FAIL_H

#include "api/host/host.h"

/* Keeps an error for csp_take_error, and gives the status. */
csp_status host_fail(host *h, csp_status status, const char *kind, const char *format, ...)
    CSP_FORMAT(4, 5);
csp_status host_fail_memory(host *h);
/* The same for what the VM has raised, which is taken: its kind, its message, and the status that
 * belongs to the kind. */
csp_status host_fail_raised(host *h);
/* A value of another type: CSP_E_TYPE, "expected a bool, got nil". */
csp_status host_refuse(host *h, value got, const char *what);
/* Whether it is DONE; else what has been raised is kept. */
bool host_done(host *h, verdict v);
/* The status that belongs to the kind of an error. */
csp_status host_status_of(const char *kind);

#endif
