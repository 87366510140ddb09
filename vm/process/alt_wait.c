#include "vm/process/alt_wait.h"

#include "vm/core/scheduler.h"
#include "vm/core/vm.h"
#include "vm/process/alt_arms.h"
#include "vm/process/closing.h"
#include "vm/process/kept.h"
#include "vm/process/queue.h"
#include "vm/process/ticker.h"
#include "vm/process/timer.h"

/* Gives case i a node: the place that it has kept, which stays where it is, or one that is in no
 * queue. False: raised. */
static bool claim_node(csp_vm *vm, const process *p, alt_case *c, uint32_t i)
{
    node *place = c->sends || c->drained ? NULL : kept_place(c->chan, process_owner(p), i);
    if (place)
        c->node = place;
    else if (!c->node)
        c->node = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *c->node);
    if (!c->node)
        vm_raise_memory(vm);
    return c->node != NULL;
}

/* The places are nobody's again. */
static void give_up_nodes(const process *p, alt *a)
{
    for (uint32_t i = 0; i < a->count; i++) {
        alt_case *c = &a->cases[i];
        if (c->node && c->node->queued) {
            kept_give_up(c->node, process_owner(p));
            c->node = NULL;
        }
    }
}

static void enqueue(process *p, const alt_case *c, uint32_t i)
{
    *c->node = (node){.header = OBJ_NODE,
                      .chan = c->chan,
                      .proc = p,
                      .ticket = p->ticket,
                      .value = c->message,
                      .index = i,
                      .sends = c->sends,
                      .drained = c->drained};
    if (c->drained) {
        chan_await_drained(c->chan, c->node);
        return;
    }
    kept_drop(c->chan);
    chan_enqueue(c->chan, c->node, c->sends);
}

/* Queues case i of p, which waits already. */
static void queue_case(process *p, const alt_case *c, uint32_t i)
{
    if (c->node->queued)
        kept_claim(c->node, p, p->ticket);
    else
        enqueue(p, c, i);
}

/* What waiting takes beside messages and nodes. False: raised. */
static bool reserve_case(csp_vm *vm, const alt_case *c)
{
    if (c->drained)
        return chan_reserve_drained(vm, c->chan);
    return !(c->chan->header & CHANNEL_TICK) || alt_is_disabled(c) || chan_arm_ticker(vm, c->chan);
}

static bool claim_nodes(csp_vm *vm, const process *p, alt *a)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (!claim_node(vm, p, &a->cases[i], i)) {
            give_up_nodes(p, a);
            return false;
        }
    }
    return true;
}

static void park(process *p, alt *a)
{
    sched_park(p);
    a->live = 0;
    a->won = -1;
}

bool alt_wait(csp_vm *vm, process *p, alt *a)
{
    timer *t = NULL;
    if (a->after_arm >= 0 && !(t = timer_of(vm, p)))
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!reserve_case(vm, &a->cases[i]))
            return false;
    if (t && !timer_reserve(vm))
        return false; /* tickers may have taken the room */
    if (!claim_nodes(vm, p, a))
        return false;
    park(p, a);
    for (uint32_t i = 0; i < a->count; i++) {
        if (alt_is_disabled(&a->cases[i]))
            continue;
        queue_case(p, &a->cases[i], i);
        a->live++;
    }
    if (t) {
        t->deadline = a->deadline;
        t->ticket = p->ticket;
        timer_insert(&vm->sched, t);
    }
    return true;
}

/* Room for the cases of the arms. False: raised. */
static bool reserve_arms(csp_vm *vm, alt *a, uint32_t arms)
{
    while (a->capacity < arms) {
        a->count = a->capacity;
        if (!alt_add_case(vm, a))
            return false;
    }
    a->count = arms;
    a->plain = true;
    return true;
}

/* Makes cases of the arms. Those whose place was kept wait at once, as soon as p has the ticket;
 * *others are still to be queued. False: raised. */
static bool claim_arms(csp_vm *vm, process *p, alt *a, const value *base, const insn *pc,
                       uint32_t *others)
{
    uint64_t ticket = sched_next_ticket(p), owner = process_owner(p);
    alt_case *c = a->cases;
    for (uint32_t arm = 0, arms = a->count; arm < arms; arm++, c++) {
        channel *from = value_as_object(base[pc[1 + arm].b]);
        node *place = kept_place(from, owner, arm);
        c->chan = from;
        c->arm = (uint16_t)arm;
        if (place) {
            kept_claim(place, p, ticket);
            c->node = place;
            continue;
        }
        ++*others;
        if (!c->node && !(c->node = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *c->node))) {
            vm_raise_memory(vm);
            return false;
        }
    }
    return true;
}

bool alt_wait_plain(csp_vm *vm, process *p, alt *a, const value *base, const insn *pc)
{
    uint32_t others = 0;
    if (!reserve_arms(vm, a, pc->a))
        return false;
    if (!claim_arms(vm, p, a, base, pc, &others)) {
        give_up_nodes(p, a);
        return false;
    }
    park(p, a);
    alt_case *c = a->cases;
    for (uint32_t arm = 0; others; arm++, c++) {
        if (c->node->queued)
            continue;
        enqueue(p, c, arm);
        others--;
    }
    a->live = pc->a;
    return true;
}
