/* Channels that give ticks. */
#include "vm/process/ticker.h"

#include "vm/core/scheduler.h"
#include "vm/core/vm.h"
#include "vm/number/num.h"
#include "vm/outside/loop.h"
#include "vm/process/channel.h"
#include "vm/process/event.h"
#include "vm/process/queue.h"
#include "vm/process/timer.h"

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

bool chan_tick_due(const ticker *t) { return t->next <= vm_now(t->vm); }

value chan_take_tick(csp_vm *vm, ticker *t)
{
    int64_t now = vm_now(vm);
    if (t->next <= now)
        t->next += ((now - t->next) / t->period + 1) * t->period;
    return num_int(vm, vm_clock(vm, vm_wall_clock(vm)));
}

void chan_serve_tick(csp_vm *vm, channel *c)
{
    ticker *t = c->ticker;
    void *link = chan_tick_due(t) ? chan_dequeue(c, false, WAKE_MESSAGE) : NULL;
    if (link) {
        value tick = *link_value(link) = chan_take_tick(vm, t);
        event_received(vm, node_process(link), NULL, c, tick);
        sched_ready(&vm->sched, node_process(link), READY_TAIL);
    }
    chan_drop_stale(c, false);
    if (!c->recv_first)
        return;
    t->timer.deadline = t->next;
    timer_insert(&vm->sched, &t->timer);
}

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
