/* The channels that tell of a process's end: of its outcome, and those that watch it. */
#include "vm/process/outcome.h"

#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/core/vm.h"
#include "vm/process/channel.h"
#include "vm/process/event.h"
#include "vm/process/queue.h"

channel *chan_done(csp_vm *vm, process *p)
{
    side *sd = process_side(vm, p);
    if (!sd)
        return NULL;
    p->flags |= PROCESS_AWAITED | PROCESS_ESCAPED;
    if (!sd->done) {
        channel *c = chan_new(vm, 0);
        if (!c)
            return NULL;
        c->header |= CHANNEL_DONE;
        c->outcome_of = p;
        sd->done = c;
    }
    return sd->done;
}

channel *chan_done_unawaited(csp_vm *vm, process *p)
{
    bool awaited = (p->flags & PROCESS_AWAITED) != 0;
    channel *c = chan_done(vm, p);
    if (!awaited)
        process_clear(p, PROCESS_AWAITED);
    return c;
}

void chan_serve_outcome(csp_vm *vm, process *p, int64_t *most)
{
    channel *c = side_of(p)->done;
    for (; c && c->recv_first && *most > 0; --*most) {
        if (!link_valid(c->recv_first)) {
            chan_drop(c, c->recv_first, false);
            continue;
        }
        void *link = chan_dequeue(c, false, WAKE_MESSAGE);
        *link_value(link) = p->value;
        event_received(vm, node_process(link), p, c, p->value);
        sched_ready(&vm->sched, node_process(link), READY_TAIL);
    }
}

/* --- watching */

/* Not counted as a message: no process sends it. */
static void tell_watched(csp_vm *vm, process *p, const process *to, channel *c)
{
    if (event_wanted(vm))
        event_tell(vm, to ? EVENT_MESSAGE : EVENT_SEND, p, to, c, value_object(p), 0);
}

static void tell_end(csp_vm *vm, channel *c, process *p)
{
    void *link = c->recv_first ? chan_dequeue(c, false, WAKE_MESSAGE) : NULL;
    if (link) {
        *link_value(link) = value_object(p);
        tell_watched(vm, p, node_process(link), c);
        sched_ready(&vm->sched, node_process(link), READY_TAIL);
    } else if (c->count < c->capacity) {
        chan_put(c, value_object(p));
        tell_watched(vm, p, NULL, c);
    }
}

bool chan_watch(csp_vm *vm, process *p, channel *c, uint32_t room)
{
    if (c->header & CHANNEL_PORT) {
        vm_raise(vm, ERR_TYPE, "a process cannot be watched through a port");
        return false;
    }
    side *sd = process_side(vm, p);
    if (!sd || !chan_reserve(vm, c, room))
        return false;
    p->flags |= PROCESS_AWAITED | PROCESS_ESCAPED;
    if (process_ended(p)) {
        tell_end(vm, c, p);
        return true;
    }
    uint32_t count = sd->watcher_count;
    if ((count & (count - 1)) == 0) {
        uint32_t capacity = count;
        channel **watchers = heap_grow(&vm->heap, sd->watchers, &capacity, 1, sizeof *watchers);
        if (!watchers) {
            vm_raise_memory(vm);
            return false;
        }
        sd->watchers = watchers;
    }
    sd->watchers[count] = c;
    sd->watcher_count = count + 1;
    return true;
}

void chan_tell_end(csp_vm *vm, process *p, int64_t *most)
{
    side *sd = side_of(p);
    for (; sd->watchers_told<sd->watcher_count && * most> 0; --*most)
        tell_end(vm, sd->watchers[sd->watchers_told++], p);
    if (sd->watchers_told == sd->watcher_count) {
        sd->watcher_count = sd->watchers_told = 0;
        sd->watchers = NULL;
    }
}
