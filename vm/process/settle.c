#include "vm/process/settle.h"

#include "vm/core/scheduler.h"
#include "vm/core/vm.h"
#include "vm/outside/request.h"
#include "vm/process/closing.h"
#include "vm/process/kept.h"
#include "vm/process/queue.h"
#include "vm/process/timer.h"

/* A ticker that nobody waits for must not keep the program from being deadlocked. */
static void leave_queue(csp_vm *vm, void *link, channel *c, bool sends)
{
    chan_unlink(c, link, sends);
    if (!(c->header & CHANNEL_TICK) || c->recv_first)
        return;
    timer *t = &c->ticker->timer;
    if (t->index >= 0)
        timer_remove(&vm->sched, t);
}

/* A closed channel has no waiters, and a special one no servers. */
static bool may_keep(const node *n)
{
    return !n->sends && !(n->chan->header & (CHANNEL_SPECIAL | CHANNEL_CLOSED));
}

/* A plain alt that was served: its cases, but for the one that is taken, are empty with that, so
 * that alt_leave need not go through them again. */
static void leave_plain(csp_vm *vm, const process *p, alt *a)
{
    channel *from = a->cases[a->won].chan;
    uint64_t owner = process_owner(p);
    for (alt_case *c = a->cases, *end = c + a->count; c < end; c++) {
        node *n = c->node;
        c->chan = NULL;
        if (!n->queued)
            continue;
        if (kept_leave(n, owner))
            c->node = NULL;
        else
            leave_queue(vm, n, n->chan, false);
    }
    a->cases[a->won].chan = from;
    a->count = a->live = 0;
}

/* An alt that goes on to an arm may soon wait at the same channels again. */
static void leave_alt(csp_vm *vm, const process *p, alt *a)
{
    if (a->plain && p->wake == WAKE_MESSAGE) {
        leave_plain(vm, p, a);
        return;
    }
    bool keeps = p->wake == WAKE_MESSAGE || p->wake == WAKE_TIMER;
    for (alt_case *c = a->cases, *end = c + a->count; c < end; c++) {
        node *n = c->node;
        if (!n || !n->queued)
            continue;
        if (n->drained)
            chan_leave_drained(n);
        else if (keeps && may_keep(n) && kept_leave(n, process_owner(p)))
            c->node = NULL;
        else
            leave_queue(vm, n, n->chan, n->sends);
    }
    a->live = 0;
}

bool process_wake(csp_vm *vm, process *p, uint64_t ticket, wake_reason why)
{
    if (!process_win(p, ticket))
        return false;
    if (p->chan)
        leave_queue(vm, p, p->chan, (p->flags & PROCESS_SENDS) != 0);
    p->wake = (uint64_t)why & 0xf;
    sched_ready(&vm->sched, p, READY_TAIL);
    return true;
}

void sched_settle(csp_vm *vm, process *p)
{
    side *sd = side_of(p);
    if (!sd)
        return;
    if (sd->alt && sd->alt->live)
        leave_alt(vm, p, sd->alt);
    if (sd->timer && sd->timer->index >= 0)
        timer_remove(&vm->sched, sd->timer);
    if (sd->request)
        request_settle(vm, p);
}
