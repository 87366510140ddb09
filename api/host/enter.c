#include "api/host/enter.h"

#include "api/error.h"
#include "api/host/fail.h"

bool host_turn_away(host *h, const char *function)
{
    door_misuse(h->vm, function, "the VM has run its program");
    door_leave(h);
    return false;
}

void host_forget_error(host *h) { error_free(error_take(h->world)); }

host *host_begin(csp_vm *vm, const char *function)
{
    host *h = door_enter(vm, function, 0);
    return h && host_start(h, function) ? h : NULL;
}

csp_status host_pending(host *h, const char *function)
{
    const csp_error *kept = h->world->error;
    if (!kept)
        return door_misuse(h->vm, function, "a value is CSP_NONE");
    return host_status_of(error_kind_of(kept));
}
