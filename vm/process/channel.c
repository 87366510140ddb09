/* Channels: rendezvous, buffers, outcomes and ticks. Queues are first come, first served.
 *
 * What waits in a queue is the embedded node of a process (a wait on one channel) or the node
 * object of an alt. A node whose ticket no longer equals its process's is stale: whoever meets it
 * drops it, with no other effect. Whoever takes a valid node wins the ticket of its process: at
 * that instruction both sides are committed. */
#include "vm/process/channel.h"

#include <assert.h>

#include "vm/core/kind.h"
#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/core/vm.h"
#include "vm/number/num.h"
#include "vm/outside/loop.h"
#include "vm/process/event.h"
#include "vm/process/port_end.h"
#include "vm/process/timer.h"
#include "vm/walk/parcel.h"
#include "vm/walk/walk_adopt.h"
#include "vm/walk/walk_copy.h"

static chan_ring *ring_new(csp_vm *vm, uint32_t capacity)
{
    return heap_alloc(&vm->heap, HEAP_TRACED, sizeof(chan_ring) + capacity * sizeof(value));
}

channel *chan_new(csp_vm *vm, uint32_t capacity)
{
    channel *c = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *c);
    chan_ring *r = c && capacity ? ring_new(vm, capacity) : NULL;
    if (!c || (capacity && !r)) {
        vm_raise_memory(vm);
        return NULL;
    }
    c->header = OBJ_CHANNEL | OBJ_IMMUTABLE;
    c->ring = r;
    c->capacity = capacity;
    return c;
}

channel *chan_make(csp_vm *vm, uint32_t capacity, uint32_t position)
{
    channel *c = chan_new(vm, capacity);
    if (c)
        c->made_at = position;
    return c;
}

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

verdict chan_raise_closed_send(csp_vm *vm)
{
    return vm_raise(vm, ERR_CLOSED, "send on a closed channel");
}

channel *chan_behind(csp_vm *vm, process *p, value handle)
{
    return value_is(handle, OBJ_END) ? ((channel_end *)value_as_object(handle))->chan
                                     : chan_of(vm, p, handle, false);
}

/* --- as values */

/* A channel gets its number when it is first shown. */
static bool show_chan(text *t, channel *c, const char *which)
{
    return text_printf(t, "<%s %llu%s>", c->header & CHANNEL_PORT ? "port" : "chan",
                       (unsigned long long)chan_number(t->vm, c), which);
}

static bool show_channel(text *t, value v) { return show_chan(t, value_as_object(v), ""); }

static bool show_end(text *t, value v)
{
    const channel_end *e = value_as_object(v);
    return show_chan(t, e->chan, e->header & END_RECEIVES ? " recv" : " send");
}

static uint64_t end_identity(value v)
{
    const channel_end *e = value_as_object(v);
    return (uint64_t)(uintptr_t)e->chan ^ (e->header & END_RECEIVES);
}

const kind_traits kind_channel = {.show = show_channel};
const kind_traits kind_end = {.show = show_end, .identity = end_identity};

/* --- queues */

static void **next_of(void *link)
{
    return link_is_node(link) ? &((node *)link)->next : &((process *)link)->next;
}

static void **prev_of(void *link)
{
    return link_is_node(link) ? &((node *)link)->prev : &((process *)link)->prev;
}

static void set_queued(void *link, channel *c, bool sends)
{
    if (!link_is_node(link)) {
        process *p = link;
        p->chan = c;
        if (sends)
            p->flags |= PROCESS_SENDS;
        else
            process_clear(p, PROCESS_SENDS);
    } else {
        ((node *)link)->queued = c != NULL;
    }
}

void chan_enqueue(channel *c, void *link, bool sends)
{
    void **first = sends ? &c->send_first : &c->recv_first,
         **last = sends ? &c->send_last : &c->recv_last;
    *next_of(link) = NULL;
    *prev_of(link) = *last;
    if (*last)
        *next_of(*last) = link;
    else
        *first = link;
    *last = link;
    set_queued(link, c, sends);
}

void chan_unlink(channel *c, void *link, bool sends)
{
    void **first = sends ? &c->send_first : &c->recv_first,
         **last = sends ? &c->send_last : &c->recv_last;
    void *next = *next_of(link), *prev = *prev_of(link);
    if (prev)
        *next_of(prev) = next;
    else
        *first = next;
    if (next)
        *prev_of(next) = prev;
    else
        *last = prev;
    *next_of(link) = *prev_of(link) = NULL;
    set_queued(link, NULL, sends);
}

void chan_hang_from(node *place)
{
    if (place->next)
        *prev_of(place->next) = place;
}

void chan_hang_queue(channel *c, node *place)
{
    place->next = place->sends ? c->send_first : c->recv_first;
    if (place->sends)
        c->send_first = c->send_last = NULL;
    else
        c->recv_first = c->recv_last = NULL;
    chan_hang_from(place);
}

static value *value_of(void *link)
{
    return link_is_node(link) ? &((node *)link)->value : &((process *)link)->value;
}

/* The message of an embedded node stays with its process, which may have to take a moved
 * value back. */
static void unqueue_link(channel *c, void *link, bool sends)
{
    chan_unlink(c, link, sends);
    if (link_is_node(link))
        ((node *)link)->value = VALUE_ABSENT;
}

static void drop_stale(channel *c, bool sends)
{
    void **first = sends ? &c->send_first : &c->recv_first;
    while (*first && !link_valid(*first))
        unqueue_link(c, *first, sends);
}

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

/* Takes the first valid node out and wins its process, which the caller must then make ready; NULL:
 * nobody waits. */
static void *dequeue_link(channel *c, bool sends, wake_reason why)
{
    drop_stale(c, sends);
    void *link = sends ? c->send_first : c->recv_first;
    if (!link)
        return NULL;
    chan_unlink(c, link, sends);
    process *p = node_process(link);
    bool won = process_win(p, p->ticket);
    assert(won && p->wake == WAKE_NONE);
    (void)won;
    p->wake = why & 0xf;
    if (link_is_node(link))
        p->side->alt->won = (int32_t)((node *)link)->index;
    return link;
}

static __attribute__((noinline)) bool special_can_receive(channel *c)
{
    if (c->header & CHANNEL_PORT) /* what has arrived, or what the host has still to receive */
        return c->count || !port_end_is_empty(c);
    if (c->header & CHANNEL_DONE)
        return process_ended(c->outcome_of);
    if ((c->header & CHANNEL_CLOSED) || c->ticker->next > vm_now(c->ticker->vm))
        return false;
    drop_stale(c, false);
    return !c->recv_first; /* the tick that is due belongs to whoever is already waiting */
}

bool chan_can_receive(channel *c)
{
    if (c->header & CHANNEL_SPECIAL)
        return special_can_receive(c);
    if (c->count)
        return true;
    drop_stale(c, true);
    return c->send_first != NULL;
}

static bool port_can_send(channel *c)
{
    drop_stale(c, true);
    return !c->send_first && port_end_has_room(c);
}

bool chan_can_send(channel *c)
{
    if ((c->header & CHANNEL_CLOSED) || c->count < c->capacity)
        return true;
    if (c->header & CHANNEL_PORT)
        return port_can_send(c);
    drop_stale(c, false);
    return c->recv_first != NULL;
}

/* --- the buffer */

static void ring_put(channel *c, value m)
{
    uint32_t at = c->head + c->count;
    c->ring->slots[at < c->capacity ? at : at - c->capacity] = m;
    c->count++;
}

static value ring_get(channel *c)
{
    value m = c->ring->slots[c->head];
    c->ring->slots[c->head] = VALUE_ABSENT;
    if (++c->head == c->capacity)
        c->head = 0;
    c->count--;
    return m;
}

/* --- waiting for a channel to be closed and drained */

bool chan_drained(const channel *c)
{
    return (c->header & CHANNEL_CLOSED) && !c->count &&
           (!(c->header & CHANNEL_PORT) || port_end_is_empty(c));
}

static node **drained_list(channel *c)
{
    if (c->header & CHANNEL_TICK)
        return &c->ticker->drained;
    return c->ring ? &c->ring->drained : NULL;
}

bool chan_reserve_drained(csp_vm *vm, channel *c)
{
    if (drained_list(c))
        return true;
    c->ring = ring_new(vm, 0);
    if (!c->ring)
        vm_raise_memory(vm);
    return c->ring != NULL;
}

void chan_await_drained(channel *c, node *n)
{
    node **first = drained_list(c);
    n->next = NULL;
    n->prev = *first ? (*first)->prev : n;
    if (*first)
        ((node *)(*first)->prev)->next = n;
    else
        *first = n;
    (*first)->prev = n;
    n->queued = true;
}

node *chan_first_drained(channel *c)
{
    node **first = drained_list(c);
    return first ? *first : NULL;
}

void chan_leave_drained(node *n)
{
    node **first = drained_list(n->chan), *next = n->next;
    if (n == *first)
        *first = next;
    else
        ((node *)n->prev)->next = next;
    if (next)
        next->prev = n->prev;
    else if (*first)
        (*first)->prev = n->prev;
    n->next = n->prev = NULL;
    n->queued = false;
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
    drop_stale(c, true);
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

chan_result chan_send(csp_vm *vm, process *p, channel *c, value m)
{
    if (c->header & (CHANNEL_CLOSED | CHANNEL_PORT))
        return c->header & CHANNEL_CLOSED ? CHAN_CLOSED : send_to_host(vm, p, c, m);
    if (c->recv_first) {
        process *only = dequeue_only(&c->recv_first, &c->recv_last);
        if (only) {
            only->value = m;
            event_sent(vm, p, only, c, m);
            ready_at_once(&vm->sched, only);
            return CHAN_DONE;
        }
        void *link = dequeue_link(c, false, WAKE_MESSAGE);
        if (link) {
            *value_of(link) = m;
            event_sent(vm, p, node_process(link), c, m);
            sched_ready(&vm->sched, node_process(link), READY_HANDOVER);
            return CHAN_DONE;
        }
    }
    if (c->count < c->capacity) {
        ring_put(c, m);
        event_sent(vm, p, NULL, c, m);
        return CHAN_DONE;
    }
    p->value = m;
    return wait_in(c, p, true);
}

static inline __attribute__((always_inline)) chan_result receive(csp_vm *vm, process *p, channel *c,
                                                                 value *out)
{
    if (c->count) {
        *out = ring_get(c);
        event_received(vm, p, NULL, c, *out);
        if (c->header & CHANNEL_CLOSED) {
            if (!c->count)
                chan_tell_drained(vm, c);
            return CHAN_DONE;
        }
        /* the first in the queue moves up */
        void *link = c->send_first ? dequeue_link(c, true, WAKE_MESSAGE) : NULL;
        if (link) {
            value m = *value_of(link);
            ring_put(c, m);
            *value_of(link) = VALUE_ABSENT;
            event_sent(vm, node_process(link), NULL, c, m);
            sched_ready(&vm->sched, node_process(link), READY_HANDOVER);
        }
        return CHAN_DONE;
    }
    if (c->send_first) {
        process *only = dequeue_only(&c->send_first, &c->send_last);
        if (only) {
            *out = only->value;
            only->value = VALUE_ABSENT;
            event_sent(vm, only, p, c, *out);
            ready_at_once(&vm->sched, only);
            return CHAN_DONE;
        }
        void *link = dequeue_link(c, true, WAKE_MESSAGE);
        if (link) {
            *out = *value_of(link);
            *value_of(link) = VALUE_ABSENT;
            event_sent(vm, node_process(link), p, c, *out);
            sched_ready(&vm->sched, node_process(link), READY_HANDOVER);
            return CHAN_DONE;
        }
    }
    if (c->header & CHANNEL_CLOSED)
        return CHAN_CLOSED;
    return wait_in(c, p, false);
}

static chan_result receive_special(csp_vm *vm, process *p, channel *c, value *out);

chan_result chan_receive(csp_vm *vm, process *p, channel *c, value *out)
{
    if (c->header & CHANNEL_SPECIAL)
        return receive_special(vm, p, c, out);
    return receive(vm, p, c, out);
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

/* --- outcomes */

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
    channel *c = p->side->done;
    for (; c && c->recv_first && *most > 0; --*most) {
        if (!link_valid(c->recv_first)) {
            unqueue_link(c, c->recv_first, false);
            continue;
        }
        void *link = dequeue_link(c, false, WAKE_MESSAGE);
        *value_of(link) = p->value;
        event_received(vm, node_process(link), p, c, p->value);
        sched_ready(&vm->sched, node_process(link), READY_TAIL);
    }
}

/* Lets the buffer hold this many messages. False: raised. */
static bool reserve_ring(csp_vm *vm, channel *c, uint32_t room)
{
    if (room <= c->capacity)
        return true;
    uint32_t capacity = c->capacity > room / 2 ? c->capacity * 2 : room;
    chan_ring *r = ring_new(vm, capacity);
    if (!r) {
        vm_raise_memory(vm);
        return false;
    }
    uint32_t behind = c->capacity - c->head, straight = c->count < behind ? c->count : behind;
    if (c->count) {
        memcpy(r->slots, c->ring->slots + c->head, straight * sizeof(value));
        memcpy(r->slots + straight, c->ring->slots, (c->count - straight) * sizeof(value));
    }
    if (c->ring) {
        r->drained = c->ring->drained;
        r->port = c->ring->port;
    }
    c->ring = r;
    c->head = 0;
    c->capacity = capacity;
    return true;
}

bool chan_offer(csp_vm *vm, channel *c, value m)
{
    void *link = dequeue_link(c, false, WAKE_MESSAGE);
    if (link) {
        *value_of(link) = m;
        event_sent(vm, NULL, node_process(link), c, m);
        sched_ready(&vm->sched, node_process(link), READY_TAIL);
        return true;
    }
    if (!reserve_ring(vm, c, c->count + 1))
        return false;
    ring_put(c, m);
    event_sent(vm, NULL, NULL, c, m);
    return true;
}

value chan_first_sent(channel *c)
{
    drop_stale(c, true);
    return c->send_first ? *value_of(c->send_first) : VALUE_ABSENT;
}

void chan_take_sent(csp_vm *vm, channel *c)
{
    void *link = dequeue_link(c, true, WAKE_MESSAGE);
    value m = *value_of(link);
    *value_of(link) = VALUE_ABSENT;
    event_sent(vm, node_process(link), NULL, c, m);
    sched_ready(&vm->sched, node_process(link), READY_TAIL);
}

bool chan_awaited(const channel *c)
{
    return c->recv_first || c->send_first || (c->ring && c->ring->drained);
}

/* Not counted as a message: no process sends it. */
static void tell_watched(csp_vm *vm, process *p, const process *to, channel *c)
{
    if (event_wanted(vm))
        event_tell(vm, to ? EVENT_MESSAGE : EVENT_SEND, p, to, c, value_object(p), 0);
}

static void tell_end(csp_vm *vm, channel *c, process *p)
{
    void *link = c->recv_first ? dequeue_link(c, false, WAKE_MESSAGE) : NULL;
    if (link) {
        *value_of(link) = value_object(p);
        tell_watched(vm, p, node_process(link), c);
        sched_ready(&vm->sched, node_process(link), READY_TAIL);
    } else if (c->count < c->capacity) {
        ring_put(c, value_object(p));
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
    if (!sd || !reserve_ring(vm, c, room))
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

void chan_tell_end(csp_vm *vm, process *p)
{
    for (uint32_t i = 0; i < p->side->watcher_count; i++)
        tell_end(vm, p->side->watchers[i], p);
    p->side->watcher_count = 0;
    p->side->watchers = NULL;
}

/* --- ticks */

channel *chan_tick(csp_vm *vm, int64_t period)
{
    channel *c = chan_new(vm, 0);
    ticker *t = c ? heap_alloc(&vm->heap, HEAP_TRACED, sizeof *t) : NULL;
    if (!t) {
        vm_raise_memory(vm);
        return NULL;
    }
    t->period = period;
    t->next = vm_now(vm) + period;
    t->vm = vm;
    t->timer.index = -1;
    t->timer.ticker = c;
    c->header |= CHANNEL_TICK;
    c->ticker = t;
    return c;
}

/* Takes the tick that is due. The next one lies in the future, so a slow receiver misses ticks. */
static value take_tick(csp_vm *vm, ticker *t)
{
    int64_t now = vm_now(vm);
    if (t->next <= now)
        t->next += ((now - t->next) / t->period + 1) * t->period;
    return num_int(vm, vm_clock(vm, vm_wall_clock(vm)));
}

void chan_serve_tick(csp_vm *vm, channel *c)
{
    ticker *t = c->ticker;
    void *link = t->next <= vm_now(vm) ? dequeue_link(c, false, WAKE_MESSAGE) : NULL;
    if (link) {
        value tick = *value_of(link) = take_tick(vm, t);
        event_received(vm, node_process(link), NULL, c, tick);
        sched_ready(&vm->sched, node_process(link), READY_TAIL);
    }
    drop_stale(c, false);
    if (!c->recv_first)
        return;
    t->timer.deadline = t->next;
    timer_insert(&vm->sched, &t->timer);
}

/* Whoever queues on a ticker makes sure that its timer runs; room for it was made before. */
bool chan_arm_ticker(csp_vm *vm, channel *c)
{
    ticker *t = c->ticker;
    if (t->timer.index >= 0)
        return true;
    if (!timer_reserve(vm))
        return false;
    t->timer.deadline = t->next;
    timer_insert(&vm->sched, &t->timer);
    return true;
}

static chan_result receive_from_host(csp_vm *vm, process *p, channel *c, value *out)
{
    if (!port_end_check(vm, c, false))
        return CHAN_FAIL;
    chan_result received = receive(vm, p, c, out);
    if (received == CHAN_DONE)
        port_end_received(c);
    return received;
}

static __attribute__((noinline)) chan_result receive_special(csp_vm *vm, process *p, channel *c,
                                                             value *out)
{
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
            *out = take_tick(vm, c->ticker);
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
