/* How the host enters for what may fail: the error of an earlier call is dropped. */
#ifndef CSP_API_HOST_ENTER_H
#define CSP_API_HOST_ENTER_H

#include "api/host/host.h"

/* Enters for what compiles or runs something: until host_end an interrupt ends it, and the error of
 * an earlier call is gone. NULL: misuse, told. */
host *host_begin(csp_vm *vm, const char *function);
bool host_turn_away(host *h, const char *function);
void host_forget_error(host *h);
/* The same for who is in already; false: misuse, told, and out again. */
static inline bool host_start(host *h, const char *function)
{
    if (!world_begin(h->world))
        return host_turn_away(h, function);
    if (__builtin_expect(h->world->error != NULL, 0))
        host_forget_error(h);
    refs_settle(&h->refs);
    return true;
}
static inline void host_end(host *h)
{
    world_end(h->world);
    if (h->runs.watched || h->world->wake)
        run_end(h);
    host_leave(h);
}

/* The status of the error that is kept, for a value that is CSP_NONE. */
csp_status host_pending(host *h, const char *function);

#endif
