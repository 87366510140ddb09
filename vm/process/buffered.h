/* Send and receive through a channel's buffer alone, in the interpreter: if there is room, or a
 * message, and nobody waits who would have to be served first. If they return false, nothing has
 * happened, and the caller goes on with chan_send or chan_receive (rendezvous.h). The process need
 * not be saved, since no event is told. */
#ifndef CSP_VM_PROCESS_BUFFERED_H
#define CSP_VM_PROCESS_BUFFERED_H

#include "vm/process/channel.h"
#include "vm/process/event.h"

static inline bool buffered_send(csp_vm *vm, channel *c, value m)
{
    if (c->count >= c->capacity || c->recv_first || !event_usual(vm, c))
        return false;
    chan_put(c, m);
    vm->counts.messages++;
    return true;
}

static inline bool buffered_receive(const csp_vm *vm, channel *c, value *out)
{
    if (c->count == 0 || c->send_first || !event_usual(vm, c))
        return false;
    *out = chan_get(c);
    return true;
}

#endif
