/* Handles of channels, and the channels behind them. */
#include "vm/process/handle.h"

#include "vm/core/vm.h"
#include "vm/process/port_end.h"

/* The rarer handles are looked at out of line, so that a channel costs its users one test. */
static __attribute__((noinline)) channel *special_channel(csp_vm *vm, channel *c, bool sends)
{
    if ((c->header & CHANNEL_PORT) && !port_end_check(vm, c, sends))
        return NULL;
    if (!sends || !(c->header & (CHANNEL_DONE | CHANNEL_TICK)))
        return c;
    vm_raise(vm, ERR_TYPE, "nobody can send on a channel that gives %s",
             c->header & CHANNEL_DONE ? "the outcome of a process" : "ticks");
    return NULL;
}

static __attribute__((noinline)) channel *channel_of_other(csp_vm *vm, process *p, value handle,
                                                           bool sends)
{
    if (value_is(handle, OBJ_END)) {
        channel_end *e = value_as_object(handle);
        bool receives = (e->header & END_RECEIVES) != 0;
        if (receives != sends)
            return sends ? chan_of(vm, p, value_object(e->chan), true) : e->chan;
        vm_raise(vm, ERR_TYPE,
                 receives ? "send on the receiving end of a channel"
                          : "receive on the sending end of a channel");
        return NULL;
    }
    if (value_is(handle, OBJ_PROCESS))
        vm_raise(vm, ERR_TYPE,
                 sends
                     ? "expected a channel, got a process: send on a channel that it receives from"
                     : "expected a channel, got a process: `wait(p)` gives its outcome, `done(p)` "
                       "a channel for it");
    else
        vm_raise_type(vm, p, handle, "a channel");
    return NULL;
}

channel *chan_of(csp_vm *vm, process *p, value handle, bool sends)
{
    if (!value_is(handle, OBJ_CHANNEL))
        return channel_of_other(vm, p, handle, sends);
    channel *c = value_as_object(handle);
    return c->header & CHANNEL_SPECIAL ? special_channel(vm, c, sends) : c;
}

channel *chan_to_close(csp_vm *vm, process *p, value handle)
{
    if (value_is(handle, OBJ_CHANNEL)) {
        channel *c = value_as_object(handle);
        if (!(c->header & CHANNEL_DONE))
            return c;
        vm_raise(vm, ERR_TYPE, "the channel of a process's outcome is never closed");
        return NULL;
    }
    if (value_is(handle, OBJ_END) && (obj_header(handle) & END_RECEIVES)) {
        vm_raise(vm, ERR_TYPE, "the receiving end of a channel cannot be closed");
        return NULL;
    }
    return chan_of(vm, p, handle, true);
}

verdict chan_end(csp_vm *vm, process *p, value handle, bool receives, value *out)
{
    channel *c = chan_of(vm, p, handle, !receives);
    if (!c)
        return VERDICT_FAIL;
    channel_end *e = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *e);
    if (!e)
        return vm_raise_memory(vm);
    e->header = OBJ_END | OBJ_IMMUTABLE | (receives ? END_RECEIVES : 0);
    e->chan = c;
    *out = value_object(e);
    return VERDICT_DONE;
}

channel *chan_behind(csp_vm *vm, process *p, value handle)
{
    return value_is(handle, OBJ_END) ? ((channel_end *)value_as_object(handle))->chan
                                     : chan_of(vm, p, handle, false);
}
