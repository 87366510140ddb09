/* Send and receive: by rendezvous, or through the buffer. */
#include "vm/process/rendezvous.h"

#include <assert.h>

#include "vm/core/scheduler.h"
#include "vm/core/vm.h"
#include "vm/process/channel.h"
#include "vm/process/closing.h"
#include "vm/process/event.h"
#include "vm/process/port_end.h"
#include "vm/process/queue.h"
#include "vm/process/ticker.h"
#include "vm/walk/parcel.h"
#include "vm/walk/walk_adopt.h"
#include "vm/walk/walk_copy.h"

/* The same of the one process that waits alone, and at nothing else, for a message; NULL: it is not
 * so simple. */
static inline process *dequeue_only(void **first, void **last)
{
    void *link = *first;
    if (link != *last || link_is_node(link))
        return NULL;
    process *p = link;
    if (!process_win(p, p->ticket))
        return NULL;
    assert(p->wake == WAKE_NONE);
    *first = *last = NULL;
    p->chan = NULL;
    p->wake = WAKE_MESSAGE;
    return p;
}

static inline void ready_at_once(scheduler *s, process *p)
{
    if (!s->next)
        s->next = p;
    else
        sched_ready(s, p, READY_TAIL);
}

/* p, which is running, waits in a queue from now on. */
static inline __attribute__((always_inline)) chan_result wait_in(channel *c, process *p, bool sends)
{
    void **first = sends ? &c->send_first : &c->recv_first,
         **last = sends ? &c->send_last : &c->recv_last;
    if (*first) {
        chan_enqueue(c, p, sends);
    } else {
        *first = *last = p;
        p->chan = c;
        if (sends)
            p->flags |= PROCESS_SENDS;
        else
            process_clear(p, PROCESS_SENDS);
    }
    sched_park(p);
    return CHAN_BLOCK;
}

static __attribute__((noinline)) bool special_can_receive(channel *c)
{
    if (c->header & CHANNEL_PORT) /* what has arrived, or what the host has still to receive */
        return c->count || !port_end_is_empty(c);
    if (c->header & CHANNEL_DONE)
        return process_ended(c->outcome_of);
    if ((c->header & CHANNEL_CLOSED) || !chan_tick_due(c->ticker))
        return false;
    chan_drop_stale(c, false);
    return !c->recv_first; /* the tick that is due belongs to whoever is already waiting */
}

bool chan_can_receive(channel *c)
{
    if (c->header & CHANNEL_SPECIAL)
        return special_can_receive(c);
    if (c->count)
        return true;
    chan_drop_stale(c, true);
    return c->send_first != NULL;
}

static bool port_can_send(channel *c)
{
    chan_drop_stale(c, true);
    return !c->send_first && port_end_has_room(c);
}

bool chan_can_send(channel *c)
{
    if ((c->header & CHANNEL_CLOSED) || c->count < c->capacity)
        return true;
    if (c->header & CHANNEL_PORT)
        return port_can_send(c);
    chan_drop_stale(c, false);
    return c->recv_first != NULL;
}

/* --- send and receive */

value chan_message(csp_vm *vm, process *p, const channel *c, value v, walk_kind *walk)
{
    if (c->header & CHANNEL_PORT)
        return port_end_message(vm, p, v, walk);
    *walk = WALK_MESSAGE;
    return walk_copy_quick(vm, p, v);
}

static __attribute__((noinline)) chan_result send_to_host(csp_vm *vm, process *p, channel *c,
                                                          value m)
{
    chan_drop_stale(c, true);
    chan_result sent = c->send_first ? CHAN_BLOCK : port_end_send(vm, c, m);
    if (sent == CHAN_BLOCK) {
        p->value = m;
        chan_enqueue(c, p, true);
        sched_park(p);
    }
    if (sent == CHAN_DONE)
        event_sent(vm, p, NULL, c, m);
    return sent;
}

verdict chan_raise_closed_send(csp_vm *vm)
{
    return vm_raise(vm, ERR_CLOSED, "send on a closed channel");
}

/* A send that meets no lone receiver, or one that is traced. */
static __attribute__((noinline)) chan_result send_otherwise(csp_vm *vm, process *p, channel *c,
                                                            value m)
{
    if (c->header & (CHANNEL_CLOSED | CHANNEL_PORT))
        return c->header & CHANNEL_CLOSED ? CHAN_CLOSED : send_to_host(vm, p, c, m);
    void *link = c->recv_first ? chan_dequeue(c, false, WAKE_MESSAGE) : NULL;
    if (link) {
        *link_value(link) = m;
        event_sent(vm, p, node_process(link), c, m);
        sched_ready(&vm->sched, node_process(link), READY_HANDOVER);
        return CHAN_DONE;
    }
    if (c->count < c->capacity) {
        chan_put(c, m);
        event_sent(vm, p, NULL, c, m);
        return CHAN_DONE;
    }
    p->value = m;
    return wait_in(c, p, true);
}

chan_result chan_send(csp_vm *vm, process *p, channel *c, value m)
{
    process *only = NULL;
    if (c->recv_first && event_usual(vm, c))
        only = dequeue_only(&c->recv_first, &c->recv_last);
    if (!only)
        return send_otherwise(vm, p, c, m);
    only->value = m;
    vm->counts.messages++;
    ready_at_once(&vm->sched, only);
    return CHAN_DONE;
}

/* A receive from a channel of processes. */
static __attribute__((noinline)) chan_result receive_otherwise(csp_vm *vm, process *p, channel *c,
                                                               value *out)
{
    if (c->count) {
        *out = chan_get(c);
        event_received(vm, p, NULL, c, *out);
        if (c->header & CHANNEL_CLOSED) {
            if (!c->count)
                chan_tell_drained(vm, c);
            return CHAN_DONE;
        }
        /* the first in the queue moves up */
        void *link = c->send_first ? chan_dequeue(c, true, WAKE_MESSAGE) : NULL;
        if (link) {
            value m = *link_value(link);
            chan_put(c, m);
            *link_value(link) = VALUE_ABSENT;
            event_sent(vm, node_process(link), NULL, c, m);
            sched_ready(&vm->sched, node_process(link), READY_HANDOVER);
        }
        return CHAN_DONE;
    }
    void *link = c->send_first ? chan_dequeue(c, true, WAKE_MESSAGE) : NULL;
    if (link) {
        *out = *link_value(link);
        *link_value(link) = VALUE_ABSENT;
        event_sent(vm, node_process(link), p, c, *out);
        sched_ready(&vm->sched, node_process(link), READY_HANDOVER);
        return CHAN_DONE;
    }
    if (c->header & CHANNEL_CLOSED)
        return CHAN_CLOSED;
    return wait_in(c, p, false);
}

static chan_result receive_unusual(csp_vm *vm, process *p, channel *c, value *out);

chan_result chan_receive(csp_vm *vm, process *p, channel *c, value *out)
{
    if (!event_usual(vm, c))
        return receive_unusual(vm, p, c, out);
    process *only = NULL;
    if (c->count == 0 && c->send_first)
        only = dequeue_only(&c->send_first, &c->send_last);
    if (!only)
        return receive_otherwise(vm, p, c, out);
    *out = only->value;
    only->value = VALUE_ABSENT;
    vm->counts.messages++;
    ready_at_once(&vm->sched, only);
    return CHAN_DONE;
}

value chan_received(process *p)
{
    value message = p->value;
    p->value = VALUE_ABSENT;
    return message;
}

static __attribute__((noinline)) bool special_delivery(process *p, const channel *c, value message,
                                                       walk_kind *walk)
{
    if ((c->header & CHANNEL_PORT) && parcel_message(message)) {
        *walk = WALK_UNPACK;
        return false;
    }
    if (value_is_immutable(message))
        return true;
    if (c->header & CHANNEL_DONE) { /* the master stays: everybody who asks gets a copy */
        *walk = WALK_COPY;
        return false;
    }
    *walk = WALK_ADOPT;
    return walk_adopt_quick(p, message);
}

bool chan_delivery(process *p, const channel *c, value message, walk_kind *walk)
{
    if (c->header & CHANNEL_SPECIAL)
        return special_delivery(p, c, message, walk);
    if (value_is_immutable(message))
        return true;
    *walk = WALK_ADOPT;
    return walk_adopt_quick(p, message);
}

static chan_result receive_from_host(csp_vm *vm, process *p, channel *c, value *out)
{
    if (!port_end_check(vm, c, false))
        return CHAN_FAIL;
    chan_result received = receive_otherwise(vm, p, c, out);
    if (received == CHAN_DONE)
        port_end_received(c);
    return received;
}

static __attribute__((noinline)) chan_result receive_unusual(csp_vm *vm, process *p, channel *c,
                                                             value *out)
{
    if (!(c->header & CHANNEL_SPECIAL)) /* it is closed, or somebody traces */
        return receive_otherwise(vm, p, c, out);
    if (c->header & CHANNEL_PORT)
        return receive_from_host(vm, p, c, out);
    if (c->header & CHANNEL_DONE) {
        process *of = c->outcome_of;
        if (process_ended(of)) {
            *out = of->value;
            event_received(vm, p, of, c, *out);
            return CHAN_DONE;
        }
    } else {
        if (c->header & CHANNEL_CLOSED)
            return CHAN_CLOSED;
        if (chan_can_receive(c)) {
            *out = chan_take_tick(vm, c->ticker);
            event_received(vm, p, NULL, c, *out);
            return CHAN_DONE;
        }
        if (!chan_arm_ticker(vm, c))
            return CHAN_FAIL;
    }
    chan_enqueue(c, p, false);
    sched_park(p);
    return CHAN_BLOCK;
}

/* --- for ports */

bool chan_offer(csp_vm *vm, channel *c, value m)
{
    void *link = chan_dequeue(c, false, WAKE_MESSAGE);
    if (link) {
        *link_value(link) = m;
        event_sent(vm, NULL, node_process(link), c, m);
        sched_ready(&vm->sched, node_process(link), READY_TAIL);
        return true;
    }
    if (!chan_reserve(vm, c, c->count + 1))
        return false;
    chan_put(c, m);
    event_sent(vm, NULL, NULL, c, m);
    return true;
}

value chan_first_sent(channel *c)
{
    chan_drop_stale(c, true);
    return c->send_first ? *link_value(c->send_first) : VALUE_ABSENT;
}

void chan_take_sent(csp_vm *vm, channel *c)
{
    void *link = chan_dequeue(c, true, WAKE_MESSAGE);
    value m = *link_value(link);
    *link_value(link) = VALUE_ABSENT;
    event_sent(vm, node_process(link), NULL, c, m);
    sched_ready(&vm->sched, node_process(link), READY_TAIL);
}

bool chan_awaited(const channel *c)
{
    return c->recv_first || c->send_first || (c->ring && c->ring->drained);
}
