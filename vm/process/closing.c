/* The end of a channel: waiting senders crash, receivers are woken, alts lose an arm, and those who
 * wait for it to be drained are told; in this order, in steps (telling.h).
 *
 * A closed channel's queues are empty at once, so nobody else finds who is still to be told. They
 * hang from a placeholder, a node that stands before the first of them: whoever leaves unlinks
 * itself from its neighbours as from any queue. */
#include "vm/process/closing.h"

#include <assert.h>

#include "vm/code/native.h"
#include "vm/core/scheduler.h"
#include "vm/core/vm.h"
#include "vm/process/channel.h"
#include "vm/process/event.h"
#include "vm/process/port_end.h"
#include "vm/process/queue.h"
#include "vm/process/telling.h"
#include "vm/process/timer.h"

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
    return drained_list(c) || chan_reserve(vm, c, 0);
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

/* NULL: nobody waits. */
static node *first_drained(channel *c)
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

/* --- telling */

static void wake(csp_vm *vm, void *link)
{
    process *p = node_process(link);
    bool won = process_win(p, p->ticket);
    assert(won && p->wake == WAKE_NONE);
    (void)won;
    p->wake = WAKE_CLOSED;
    if (link_is_node(link))
        side_of(p)->alt->won = (int32_t)((node *)link)->index;
    sched_ready(&vm->sched, p, READY_TAIL);
}

/* A close only takes one arm that receives away from a waiting alt. The last arm wakes it, unless
 * something else may still come: the end of a channel, or a deadline. */
static bool alt_goes_on(alt *a)
{
    assert(a->live > a->drained);
    return --a->live > a->drained || (a->closed_arm < 0 && (a->drained > 0 || a->after_arm >= 0));
}

static void tell_waiting(csp_vm *vm, const node *place)
{
    void *link = place->next;
    bool valid = link_valid(link);
    chan_unlink(place->chan, link, place->sends);
    if (valid &&
        (place->sends || !link_is_node(link) || !alt_goes_on(side_of(node_process(link))->alt)))
        wake(vm, link);
}

static void tell_drained(csp_vm *vm, node *n)
{
    bool valid = link_valid(n);
    chan_leave_drained(n);
    if (valid)
        wake(vm, n);
}

/* Tells the next ones, at most *left, which is counted down. True: there are no more. */
static bool tell(csp_vm *vm, const node *place, int64_t *left)
{
    for (; *left > 0; --*left) {
        node *drained = place->drained ? first_drained(place->chan) : NULL;
        if (drained)
            tell_drained(vm, drained);
        else if (place->next)
            tell_waiting(vm, place);
        else
            return true;
    }
    return place->drained ? !first_drained(place->chan) : !place->next;
}

static void append(scheduler *s, node *place)
{
    place->prev = NULL;
    if (s->closing_last)
        s->closing_last->prev = place;
    else
        s->closing_first = place;
    s->closing_last = place;
}

/* Tells those who wait at one of c's queues, or the first of them. */
static void begin_telling(csp_vm *vm, channel *c, bool sends, bool drained, int64_t *left)
{
    node here = {.header = OBJ_NODE, .chan = c, .sends = sends, .drained = drained};
    if (!drained)
        chan_hang_queue(c, &here);
    if (tell(vm, &here, left))
        return;
    node *place = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *place);
    if (place) {
        *place = here;
        if (!drained)
            chan_hang_from(place);
        append(&vm->sched, place);
    } else {
        int64_t all = INT64_MAX;
        tell(vm, &here, &all);
    }
}

void chan_close(csp_vm *vm, channel *c)
{
    if (c->header & (CHANNEL_CLOSED | CHANNEL_DONE))
        return;
    c->header |= CHANNEL_CLOSED;
    if (event_wanted(vm)) {
        const process *p = vm->sched.running;
        event_tell(vm, EVENT_CLOSE, p, NULL, c, VALUE_ABSENT, p ? native_call_position(vm) : 0);
    }
    if (c->header & CHANNEL_TICK) {
        timer *t = &c->ticker->timer;
        if (t->index >= 0)
            timer_remove(&vm->sched, t);
    }
    int64_t most = told_per_step(&vm->sched), left = most;
    begin_telling(vm, c, true, false, &left);
    begin_telling(vm, c, false, false, &left);
    if (c->header & CHANNEL_PORT)
        port_end_closed(vm, c);
    if (chan_drained(c))
        begin_telling(vm, c, false, true, &left);
    vm_charge(vm, (uint64_t)(most - left) * REDUCTIONS_PER_TOLD);
}

void chan_tell_drained(csp_vm *vm, channel *c)
{
    if (!chan_drained(c) || !first_drained(c))
        return;
    int64_t most = told_per_step(&vm->sched), left = most;
    begin_telling(vm, c, false, true, &left);
    vm_charge(vm, (uint64_t)(most - left) * REDUCTIONS_PER_TOLD);
}

int64_t closing_step(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    node *place = s->closing_first;
    if (!place)
        return 0;
    int64_t most = told_per_step(s), left = most;
    if (tell(vm, place, &left)) {
        s->closing_first = place->prev;
        if (!s->closing_first)
            s->closing_last = NULL;
        place->prev = NULL;
    }
    return (most - left) * REDUCTIONS_PER_TOLD + 1;
}

bool closing_tells_drained(const scheduler *s, const channel *c)
{
    const node *place = s->closing_first;
    while (place && !(place->drained && place->chan == c))
        place = place->prev;
    return place != NULL;
}
