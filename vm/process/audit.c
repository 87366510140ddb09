/* The invariants of the concurrency core, checked over the whole VM at rest (between two slices).
 * The numbers are those in ARCHITECTURE.md. */
#include "vm/process/audit.h"

#include "vm/outside/request.h"
#include "vm/process/closing.h"
#include "vm/process/port_end.h"

static void *link_next(void *link)
{
    return link_is_node(link) ? ((node *)link)->next : ((process *)link)->next;
}
static void *link_prev(void *link)
{
    return link_is_node(link) ? ((node *)link)->prev : ((process *)link)->prev;
}

static const char *audit_queue(const channel *c, bool sends, bool *waiter, process **who)
{
    void *prev = NULL;
    *waiter = false;
    for (void *l = sends ? c->send_first : c->recv_first; l; prev = l, l = link_next(l)) {
        if (link_prev(l) != prev)
            return "a channel's queue is not doubly linked";
        if (link_is_node(l) ? !((node *)l)->queued || ((node *)l)->sends != sends
                            : ((process *)l)->chan != c)
            return "a queued node does not know where it is";
        if (!node_process(l) && (prev || sends || (c->header & (CHANNEL_SPECIAL | CHANNEL_CLOSED))))
            return "I8: a place is kept where there may be none";
        if (link_valid(l)) {
            *waiter = true;
            *who = node_process(l);
        }
    }
    if ((sends ? c->send_last : c->recv_last) != prev)
        return "a channel's queue does not end at its last node";
    return NULL;
}

static const char *audit_channel(const channel *c)
{
    bool sender, receiver;
    process *s = NULL, *r = NULL;
    const char *wrong = audit_queue(c, true, &sender, &s);
    if (!wrong)
        wrong = audit_queue(c, false, &receiver, &r);
    if (wrong)
        return wrong;
    if (sender && receiver && s != r)
        return "I4: a sender and a receiver wait on one channel";
    const process *of = c->header & CHANNEL_DONE ? c->outcome_of : NULL;
    if (receiver && of && process_ended(of) && !(of->flags & PROCESS_TELLS))
        return "I10: somebody waits for what has ended";
    if (c->header & (CHANNEL_DONE | CHANNEL_TICK))
        return NULL;
    if (c->count > c->capacity)
        return "I5: more in a buffer than it holds";
    if (sender && c->count < c->capacity)
        return "I5: a sender waits while there is room";
    if (receiver && c->count > 0)
        return "I5: a receiver waits while there is a message";
    if ((sender || receiver) && (c->header & CHANNEL_CLOSED))
        return "I7: somebody waits on a closed channel";
    return NULL;
}

/* Where a process or an arm waits: the first in a queue answers for the whole channel. */
static const char *audit_place(const channel *c, void *link)
{
    void *prev = link_prev(link);
    if (!prev)
        return audit_channel(c);
    return link_next(prev) == link ? NULL : "a channel's queue is not doubly linked";
}

/* The list of those waiting for a channel's end: the `prev` of its first node is the last. */
static const char *audit_drained(const scheduler *s, const channel *c, const node *n)
{
    if (chan_drained(c) && !closing_tells_drained(s, c))
        return "I7: somebody waits for the end of what has ended";
    if (c->header & CHANNEL_DONE)
        return "I7: somebody waits for the end of what never closes";
    const node *first = c->header & CHANNEL_TICK ? c->ticker->drained : c->ring->drained;
    const node *before = n->prev, *behind = n->next ? n->next : first;
    if (!n->drained || !n->queued || n->chan != c)
        return "a queued node does not know where it is";
    bool linked = behind->prev == n && before->next == (n == first ? NULL : n);
    return linked ? NULL : "a channel's list of who waits for its end is not linked";
}

static const char *audit_arm(const scheduler *s, const process *p, node *n)
{
    if (n->proc != p || n->ticket != p->ticket)
        return "I8: a waiting alt has a stale node in a queue";
    return n->drained ? audit_drained(s, n->chan, n) : audit_place(n->chan, n);
}

static const char *audit_alt(const scheduler *s, const process *p)
{
    const alt *a = side_of(p)->alt;
    uint32_t queued = 0, drained = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        node *n = a->cases[i].node;
        if (!n || !n->queued)
            continue;
        queued++;
        drained += n->drained;
        const char *wrong = audit_arm(s, p, n);
        if (wrong)
            return wrong;
    }
    return queued == a->live && drained == a->drained ? NULL
                                                      : "I11: an alt miscounts its queued nodes";
}

static bool waits_for_par(const process *p)
{
    uint16_t op = p->code->insns[p->pc].op;
    return op == OPC_PARWAIT || op == OPC_PARCANCEL;
}

static const char *audit_par(const process *p)
{
    const par *of = value_as_object(process_stack(p)[process_base(p) + p->code->insns[p->pc].a]);
    uint32_t live = 0;
    for (uint32_t i = 0; i < of->count; i++)
        live += of->branches[i] && !process_ended(of->branches[i]);
    if (of->parent != p || !of->waiting)
        return "I12: a par does not know who waits for it";
    return live == of->left && live > 0 ? NULL : "I12: a par miscounts its branches";
}

static const char *audit_waiting(csp_vm *vm, const process *p)
{
    bool timed = side_of(p) && side_of(p)->timer && side_of(p)->timer->index >= 0;
    bool chooses = side_of(p) && side_of(p)->alt && side_of(p)->alt->live;
    if (process_must_die(p))
        return "I9: a killed process waits";
    if (p->wake != WAKE_NONE)
        return "I2: a waiting process has been woken";
    if (p->chan)
        return audit_place(p->chan, (void *)(uintptr_t)p);
    if (chooses) {
        const char *wrong = audit_alt(&vm->sched, p);
        if (wrong)
            return wrong;
    }
    if (timed && vm->sched.timers[side_of(p)->timer->index] != side_of(p)->timer)
        return "a timer does not know its place";
    if (timed && side_of(p)->timer->ticket != p->ticket)
        return "I8: a stale timer is in the heap";
    if (side_of(p) && side_of(p)->request)
        return request_waits(p) ? NULL
                                : "I10: a process waits for a request that is not under way for it";
    if (waits_for_par(p))
        return audit_par(p);
    if (!timed && !chooses)
        return "I10: a process waits for nothing";
    return NULL;
}

static const char *audit_queue_of_runnable(const scheduler *s)
{
    uint32_t n = 0;
    for (const process *p = s->queue.first; p; p = p->next) {
        if ((p->ticket & TICKET_STATE) != TICKET_RUN)
            return "I1: a process in the run queue is not runnable";
        if (p == s->next)
            return "I1: a process is queued and handed over to";
        if (++n > s->queue_length)
            return "I1: the run queue is longer than it says";
        if (!p->next && s->queue.last != p)
            return "the run queue does not end at its last process";
    }
    if (n != s->queue_length)
        return "the run queue is shorter than it says";
    if (s->next && (s->next->ticket & TICKET_STATE) != TICKET_RUN)
        return "I1: the process handed over to is not runnable";
    return NULL;
}

static const char *audit_ending(const scheduler *s)
{
    const process *last = NULL;
    for (const process *p = s->ending.first; p; last = p, p = p->next) {
        if (!process_ended(p) || !(p->flags & PROCESS_TELLS))
            return "a process that is to tell of its end has not ended, or does not know";
    }
    return s->ending.last == last ? NULL
                                  : "the list of ends to be told does not end at its last process";
}

static const char *audit_closing(const scheduler *s)
{
    const node *last = NULL;
    for (const node *place = s->closing_first; place; last = place, place = place->prev) {
        if (!(place->chan->header & CHANNEL_CLOSED))
            return "those who wait are told of a close that has not happened";
        if (place->next && link_prev(place->next) != place)
            return "those who are to be told of a close do not hang together";
    }
    return s->closing_last == last ? NULL : "the list of closes does not end at its last";
}

static const char *audit_failing(const scheduler *s)
{
    const par *last = NULL;
    for (const par *p = s->failing_first; p; last = p, p = p->next) {
        if (p->error == VALUE_ABSENT || !p->telling)
            return "a par whose branches are to be killed has not failed, or does not know";
    }
    return s->failing_last == last ? NULL : "the list of failed pars does not end at its last";
}

static const char *audit_timers(const scheduler *s)
{
    for (uint32_t i = 0; i < s->timer_count; i++) {
        const timer *t = s->timers[i];
        if (t->index != (int32_t)i)
            return "a timer does not know its place";
        if (i && s->timers[(i - 1) / 2]->deadline > t->deadline)
            return "the timers' heap is out of order";
        if (t->proc && t->proc->ticket != t->ticket &&
            (t->proc->ticket & TICKET_STATE) == TICKET_WAIT)
            return "I8: a stale timer is in the heap";
    }
    return NULL;
}

const char *audit_core(csp_vm *vm)
{
    uint32_t runnable = 0;
    for (uint32_t i = 0; i < vm->table_count; i++) {
        const process *p = process_at(vm, i);
        if (p->index != i)
            return "a process does not know its place in the table";
        if (process_ended(p))
            return "a process that has ended is in the table";
        if ((size_t)process_base(p) + p->code->registers > process_capacity(p))
            return "a process's top frame does not lie within its stack";
        if ((p->ticket & TICKET_STATE) == TICKET_RUN) {
            if (p->chan)
                return "I8: a process that can run stands in a channel's queue";
            runnable++;
            continue;
        }
        const char *wrong = audit_waiting(vm, p);
        if (wrong)
            return wrong;
    }
    const char *wrong = audit_queue_of_runnable(&vm->sched);
    if (!wrong)
        wrong = audit_timers(&vm->sched);
    if (!wrong)
        wrong = audit_ending(&vm->sched);
    if (!wrong)
        wrong = audit_closing(&vm->sched);
    if (!wrong)
        wrong = audit_failing(&vm->sched);
    if (!wrong && runnable != vm->sched.queue_length + (vm->sched.next != NULL))
        wrong = "I1: a runnable process stands in no queue";
    if (!wrong)
        wrong = ports_audit(vm);
    if (!wrong && !request_counted(vm))
        wrong = "I16: requests are miscounted";
    return wrong;
}
