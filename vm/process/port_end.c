#include "vm/process/port_end.h"

#include "vm/core/vm.h"
#include "vm/data/children.h"
#include "vm/outside/request.h"
#include "vm/process/channel.h"
#include "vm/process/closing.h"
#include "vm/process/rendezvous.h"
#include "vm/walk/parcel.h"
#include "vm/walk/walk_pack.h"
#include "vm/walk/walk_unpack.h"

enum { TURN = 256 /* messages of one port between two slices */, SHORT = 4096 };

static port *port_of(const channel *c) { return c->ring ? c->ring->port : NULL; }

/* --- the list of all, which the collector's callbacks read */

typedef struct change {
    csp_vm *vm;
    port *of;
} change;

static void link_locked(void *data)
{
    const change *c = data;
    c->of->previous = NULL;
    c->of->next = c->vm->ports;
    if (c->of->next)
        c->of->next->previous = c->of;
    c->vm->ports = c->of;
}

static void unlink_locked(void *data)
{
    const change *c = data;
    if (c->of->previous)
        c->of->previous->next = c->of->next;
    else
        c->vm->ports = c->of->next;
    if (c->of->next)
        c->of->next->previous = c->of->previous;
}

/* The VM has no more to do with it. */
static void give_up(csp_vm *vm, port *q)
{
    if (q->chan)
        q->chan->ring->port = NULL;
    port_source *source = q->source;
    heap_locked(unlink_locked, &(change){vm, q});
    port_detach(q);
    if (source) {
        source->gone(source);
        port_free(q);
    }
}

/* --- turns */

/* m as a value in transit, or a parcel, which takes it over; ABSENT: no memory, and nothing has
 * happened. */
static value unpacked(csp_vm *vm, csp_msg *m)
{
    value v = walk_unpack_quick(vm, m);
    if (v == VALUE_ABSENT)
        return parcel_new(vm, csp_msg_hold(m));
    return v;
}

static void starve(csp_vm *vm, port *q)
{
    vm->sched.raised = VALUE_ABSENT;
    q->starved = vm->ports_starved = true;
}

static uint32_t deliver(csp_vm *vm, port *q)
{
    channel *c = q->chan;
    csp_msg *messages[TURN];
    uint32_t count = port_look(q, messages, TURN), done = 0;
    q->starved = false;
    for (; done < count; done++) {
        value v = unpacked(vm, messages[done]);
        if (v == VALUE_ABSENT || !chan_offer(vm, c, v)) {
            starve(vm, q);
            break;
        }
    }
    port_took(q, done, c->count);
    for (uint32_t i = 0; i < done; i++)
        csp_msg_free(messages[i]);
    if (port_ended(q)) {
        give_up(vm, q);
        chan_close(vm, c);
    } else if (done == TURN) {
        port_again(q);
    }
    return done;
}

/* A count of the message that a value for the host is; NULL: no memory. */
static csp_msg *message_for_host(const csp_vm *vm, value m)
{
    const csp_msg *held = parcel_message(m);
    return held ? csp_msg_hold((csp_msg *)(uintptr_t)held) : walk_pack_quick(vm, NULL, m);
}

static port_result push(csp_vm *vm, port *q, value m)
{
    csp_msg *out = message_for_host(vm, m);
    port_result pushed = out ? port_push(q, out) : PORT_SYSTEM;
    if (pushed != PORT_DONE)
        csp_msg_free(out);
    else if (parcel_message(m))
        csp_msg_free(parcel_open(vm, m));
    return pushed;
}

/* Moves waiting senders up. */
static uint32_t collect(csp_vm *vm, port *q)
{
    channel *c = q->chan;
    if (port_ended(q) || ((c->header & CHANNEL_CLOSED) && port_is_empty(q))) {
        give_up(vm, q);
        chan_close(vm, c);
        chan_tell_drained(vm, c);
        return 0;
    }
    value m;
    uint32_t i = 0;
    for (; (m = chan_first_sent(c)) != VALUE_ABSENT; i++) {
        if (i == TURN) {
            port_again(q);
            break;
        }
        if (!port_has_room(q))
            break;
        port_result pushed = push(vm, q, m);
        if (pushed != PORT_DONE) { /* closed: the next turn is on its way */
            if (pushed == PORT_SYSTEM)
                starve(vm, q);
            break;
        }
        chan_take_sent(vm, c);
    }
    return i;
}

static int64_t arrive(csp_vm *vm, job *j)
{
    port *q = (port *)j;
    if (!port_turn(q) || !q->chan)
        return 1;
    return 1 + (q->to_script ? deliver(vm, q) : collect(vm, q));
}

/* --- opening */

port *port_open(csp_vm *vm, bool to_script, uint32_t capacity, channel **out)
{
    struct pool *inbox = request_pool(vm);
    channel *c = inbox ? chan_new(vm, 0) : NULL;
    if (!c || !chan_reserve_drained(vm, c))
        return NULL;
    port *q = port_new(to_script, capacity);
    if (!q) {
        vm_raise_memory(vm);
        return NULL;
    }
    c->header |= CHANNEL_PORT;
    c->ring->port = q;
    q->chan = c;
    port_attach(q, inbox, arrive);
    heap_locked(link_locked, &(change){vm, q});
    *out = c;
    return q;
}

/* --- fed by the VM */

port *port_feed_open(csp_vm *vm, port_source *s, channel **out)
{
    port *q = port_open(vm, true, 1, out);
    if (q)
        q->source = s;
    return q;
}

bool port_feed(csp_vm *vm, port *q, value v)
{
    if (v != VALUE_ABSENT && (!q->chan || chan_offer(vm, q->chan, v)))
        return true;
    vm->sched.raised = VALUE_ABSENT;
    return false;
}

uint32_t port_feed_waiting(const port *q) { return q->chan ? q->chan->count : 0; }

void port_feed_end(csp_vm *vm, port *q)
{
    if (q->chan)
        chan_close(vm, q->chan);
    else
        give_up(vm, q);
}

/* --- for those who send and receive */

bool port_end_check(csp_vm *vm, const channel *c, bool sends)
{
    const port *q = port_of(c);
    if (!q || q->to_script != sends)
        return true;
    vm_raise(vm, ERR_TYPE,
             q->source ? "nobody can send on a channel of what happens outside"
             : sends   ? "the host alone sends on this port"
                       : "the host alone receives from this port");
    return false;
}

value port_end_message(csp_vm *vm, const process *p, value v, walk_kind *walk)
{
    *walk = WALK_PACK;
    bool text = value_is(v, OBJ_STRING) || value_is(v, OBJ_BYTES);
    if (!value_is_object(v) || (text && content_of(v).size <= SHORT))
        return v;
    csp_msg *m = walk_pack_quick(vm, p, v);
    value parcel = m ? parcel_new(vm, m) : VALUE_ABSENT;
    if (parcel == VALUE_ABSENT)
        csp_msg_free(m);
    return parcel;
}

chan_result port_end_send(csp_vm *vm, channel *c, value m)
{
    port *q = port_of(c);
    if (!q)
        return CHAN_CLOSED;
    if (!port_has_room(q))
        return CHAN_BLOCK;
    switch (push(vm, q, m)) {
    case PORT_DONE: return CHAN_DONE;
    case PORT_NOT_NOW: return CHAN_BLOCK;
    case PORT_CLOSED: return CHAN_CLOSED;
    default: break;
    }
    vm_raise_memory(vm);
    return CHAN_FAIL;
}

bool port_end_has_room(const channel *c)
{
    port *q = port_of(c);
    return q && !q->to_script && port_has_room(q);
}

bool port_end_is_empty(const channel *c)
{
    port *q = port_of(c);
    return !q || q->to_script || port_is_empty(q);
}

void port_end_received(const channel *c)
{
    port *q = port_of(c);
    if (q && q->source)
        q->source->room(q->source);
    else if (q)
        port_buffered(q, c->count);
}

void port_end_closed(csp_vm *vm, channel *c)
{
    port *q = port_of(c);
    if (!q)
        return;
    if (q->to_script || port_is_empty(q))
        give_up(vm, q);
    else
        port_script_closed(q);
}

/* --- who waits, and who is left */

bool ports_awaited(const csp_vm *vm)
{
    for (port *q = vm->ports; q; q = q->next)
        if (q->chan && chan_awaited(q->chan) && port_may_tell(q))
            return true;
    return false;
}

void ports_push(const csp_vm *vm)
{
    for (const port *q = vm->ports; q; q = q->next)
        if (q->chan && chan_awaited(q->chan)) /* where the host is gone, the turn is on its way */
            heap_push_range(&q->chan, &q->chan + 1);
}

void ports_judge(csp_vm *vm)
{
    for (port *q = vm->ports; q; q = q->next) {
        if (!q->chan || heap_is_marked(q->chan))
            continue;
        q->chan = NULL;
        vm->ports_lost = true;
    }
}

void ports_keep(const csp_vm *vm, heap_marker *m)
{
    for (const port *q = vm->ports; q; q = q->next)
        heap_mark(m, (uint64_t)(uintptr_t)q->chan);
}

void ports_sweep(csp_vm *vm)
{
    vm->ports_lost = vm->ports_starved = false;
    for (port *q = vm->ports, *next; q; q = next) {
        next = q->next;
        if (!q->chan)
            give_up(vm, q);
        else if (q->starved)
            port_again(q);
    }
}

void ports_close(csp_vm *vm)
{
    while (vm->ports)
        give_up(vm, vm->ports);
}

const char *ports_audit(const csp_vm *vm)
{
    const port *before = NULL;
    for (const port *q = vm->ports; q; before = q, q = q->next) {
        if (q->previous != before)
            return "I19: the list of ports is not linked";
        if (!q->chan)
            continue;
        if (!(q->chan->header & CHANNEL_PORT) || port_of(q->chan) != q)
            return "I19: a port and its channel do not know each other";
        if (q->to_script ? q->chan->send_first != NULL : q->chan->recv_first != NULL)
            return "I19: somebody waits at the host's end of a port";
    }
    return NULL;
}
