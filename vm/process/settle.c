#include "vm/process/settle.h"

#include "vm/outside/request.h"
#include "vm/process/channel.h"
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

void sched_settle(csp_vm *vm, process *p)
{
    if (p->chan)
        /* still queued: no partner has woken it */
        leave_queue(vm, p, p->chan, (p->flags & PROCESS_SENDS) != 0);
    side *sd = p->side;
    if (!sd)
        return;
    if (sd->alt && sd->alt->live) {
        for (uint32_t i = 0; i < sd->alt->count; i++) {
            node *n = sd->alt->cases[i].node;
            if (!n || !n->queued)
                continue;
            if (n->drained)
                chan_leave_drained(n);
            else
                leave_queue(vm, n, n->chan, n->sends);
        }
        sd->alt->live = 0;
    }
    if (sd->timer && sd->timer->index >= 0)
        timer_remove(&vm->sched, sd->timer);
    if (sd->request)
        request_settle(vm, p);
}
