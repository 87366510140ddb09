/* alt: one of several sends and receives.
 *
 * The arms are collected once (their guards, channels and values have been evaluated into
 * registers). Then it repeats: which arms are ready? One of them is drawn, and only its message is
 * made (a copy in slices, during which others may run and readiness may change: `prefer`). If none
 * is ready, and there is neither an `else` nor a deadline that has passed, the messages of all send
 * arms are made and a node is queued for each arm. A win by a partner, a timer or a close makes the
 * other nodes stale; they are unlinked when the process settles.
 *
 * `closed(c)` is a case that neither sends nor receives: it is ready once c is closed and drained
 * (channel.h). It does not count when asking whether all arms are disabled, but as long as it may
 * become ready the alt can wait. */
#include "vm/process/alt.h"

#include <assert.h>

#include "base/random.h"
#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/core/vm.h"
#include "vm/number/num.h"
#include "vm/outside/loop.h"
#include "vm/process/alt_arms.h"
#include "vm/process/alt_wait.h"
#include "vm/process/closing.h"
#include "vm/process/rendezvous.h"

static alt *alt_of(csp_vm *vm, process *p)
{
    side *sd = process_side(vm, p);
    if (!sd)
        return NULL;
    if (!sd->alt) {
        sd->alt = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *sd->alt);
        if (!sd->alt) {
            vm_raise_memory(vm);
            return NULL;
        }
        sd->alt->header = OBJ_ALT;
    }
    return sd->alt;
}

/* Its cases hold nothing but channels, and the one that was won a message. Where that was served,
 * only its own is left (sched_settle). */
static void leave_plain(alt *a)
{
    for (alt_case *c = a->cases, *end = c + a->count; c < end; c++)
        c->chan = NULL;
    if (a->won < 0)
        return;
    alt_case *won = &a->cases[a->won];
    won->chan = NULL;
    if (won->node)
        won->node->value = VALUE_ABSENT;
}

static void leave_case(alt_case *c)
{
    if (c->node)
        c->node->value = VALUE_ABSENT;
    *c = (alt_case){.node = c->node};
}

void alt_leave(alt *a)
{
    if (a->plain)
        leave_plain(a);
    else
        for (uint32_t i = 0; i < a->count; i++)
            leave_case(&a->cases[i]);
    a->count = a->drained = 0;
    a->pending = a->prefer = a->taken = -1;
    a->plain = false;
}

/* --- trying */

static bool ready(const alt_case *c)
{
    return c->sends ? chan_can_send(c->chan) : chan_can_receive(c->chan);
}

/* A message for case i, at once if that is easy. False: *result says which walk must make it. */
static bool make_message(csp_vm *vm, process *p, alt *a, uint32_t i, bool move, alt_choice *choice,
                         alt_result *result)
{
    alt_case *c = &a->cases[i];
    bool port = c->chan->header & CHANNEL_PORT;
    if (value_is_immutable(c->original) && !port) {
        c->message = c->original;
        c->made = true;
        return true;
    }
    if (!value_usable(p, c->original)) {
        vm_raise_type(vm, p, c->original, "a value of its own");
        *result = ALT_FAILED;
        return false;
    }
    /* what goes to the host is packed; the original is given up when it has been sent */
    move = move && !port;
    value quick = move ? VALUE_ABSENT : chan_message(vm, p, c->chan, c->original, &choice->walk);
    if (quick != VALUE_ABSENT) {
        c->message = quick;
        c->made = true;
        return true;
    }
    a->pending = (int32_t)i;
    choice->work = c->original;
    *result = move ? ALT_MOVE : ALT_COPY;
    return false;
}

static alt_result closed_send(csp_vm *vm)
{
    chan_raise_closed_send(vm);
    return ALT_FAILED;
}

static alt_result chosen(alt *a, uint32_t i, alt_choice *choice)
{
    choice->arm = a->cases[i].arm;
    choice->chosen = &a->cases[i];
    return ALT_CHOSEN;
}

static alt_result chosen_arm(int32_t arm, alt_choice *choice)
{
    choice->arm = (uint32_t)arm;
    choice->chosen = NULL;
    return ALT_CHOSEN;
}

/* The ready case to take: the preferred one, the first, or a random one in one pass; -1: none.
 * *enabled counts those that send or receive. */
static int32_t draw(scheduler *s, alt *a, uint32_t *enabled)
{
    uint32_t seen = 0;
    int32_t pick = -1;
    bool drained = a->drained > 0;
    *enabled = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        alt_case *c = &a->cases[i];
        if (drained && c->drained) {
            if (!chan_drained(c->chan))
                continue;
        } else {
            if (alt_is_disabled(c))
                continue;
            ++*enabled;
            if (!ready(c))
                continue;
        }
        if ((int32_t)i == a->prefer) {
            pick = (int32_t)i;
            seen = UINT32_MAX;
        } else if (seen != UINT32_MAX) {
            seen++;
            if (pick < 0 || (!a->prioritised && xoshiro_next(s->random) % seen == 0))
                pick = (int32_t)i;
        }
    }
    return pick;
}

static alt_result commit(csp_vm *vm, process *p, alt *a, uint32_t i, alt_choice *choice)
{
    alt_case *c = &a->cases[i];
    chan_result r = c->sends ? chan_send(vm, p, c->chan, c->message)
                             : chan_receive(vm, p, c->chan, &choice->received);
    assert(r != CHAN_BLOCK); /* it was ready, and nothing ran in between */
    if (r == CHAN_CLOSED)    /* but the host, which has closed its end of a port */
        return closed_send(vm);
    return r == CHAN_FAIL ? ALT_FAILED : chosen(a, i, choice);
}

/* A closed, drained channel: a repeated alt takes it once. */
static alt_result take_drained(csp_vm *vm, const process *p, alt *a, uint32_t i, alt_choice *choice)
{
    choice->taken = VALUE_ABSENT;
    if (a->repeated) {
        choice->taken = a->cases[i].original;
        if (!alt_mark_taken(vm, p, &choice->taken, a->cases[i].chan))
            return ALT_FAILED;
    }
    return chosen(a, i, choice);
}

static alt_result wait_for(csp_vm *vm, process *p, alt *a, alt_choice *choice)
{
    for (uint32_t i = 0; i < a->count; i++) {
        alt_case *c = &a->cases[i];
        alt_result result;
        if (c->sends && !c->made && !make_message(vm, p, a, i, false, choice, &result))
            return result;
    }
    return alt_wait(vm, p, a) ? ALT_BLOCKED : ALT_FAILED;
}

static alt_result nothing_enabled(csp_vm *vm, alt *a)
{
    if (a->repeated)
        return ALT_ENDED;
    vm_raise(vm, ERR_CLOSED, "no arm of this alt can ever be ready");
    return ALT_FAILED;
}

static alt_result try(csp_vm *vm, process *p, alt *a, alt_choice *choice)
{
    alt_result result;
    uint32_t enabled;
    int32_t i = draw(&vm->sched, a, &enabled);
    /* if the case whose value was moved can no longer be chosen, or crashes, the value is given
     * back first */
    const alt_case *preferred = a->prefer >= 0 ? &a->cases[a->prefer] : NULL;
    if (preferred && preferred->moved &&
        (a->prefer != i || (preferred->chan->header & CHANNEL_CLOSED))) {
        a->pending = a->prefer;
        choice->work = preferred->original;
        return ALT_UNMOVE;
    }
    if (i >= 0) {
        alt_case *c = &a->cases[i];
        if (c->drained)
            return take_drained(vm, p, a, (uint32_t)i, choice);
        if (c->sends && (c->chan->header & CHANNEL_CLOSED))
            return closed_send(vm);
        if (c->sends && !c->made) {
            a->prefer = i;
            if (!make_message(vm, p, a, (uint32_t)i, c->moves, choice, &result))
                return result;
        }
        return commit(vm, p, a, (uint32_t)i, choice);
    }
    a->prefer = -1;
    if (enabled == 0 && a->closed_arm >= 0)
        return chosen_arm(a->closed_arm, choice);
    if (a->else_arm >= 0)
        return chosen_arm(a->else_arm, choice);
    if (a->after_arm >= 0 && (a->deadline <= vm_now(vm)))
        return chosen_arm(a->after_arm, choice);
    if (enabled == 0 && a->drained == 0 && a->after_arm < 0)
        return nothing_enabled(vm, a);
    return wait_for(vm, p, a, choice);
}

/* The open channel between processes from which an arm receives; NULL: it is another kind of arm,
 * or its guard does not hold. */
static inline channel *plain_source(const value *base, const insn *arm)
{
    value handle = base[arm->b];
    if (arm->a != ALT_ARM_RECEIVE || !value_is_object(handle) ||
        (obj_header(handle) & (OBJ_KIND_MASK | CHANNEL_SPECIAL | CHANNEL_CLOSED)) != OBJ_CHANNEL)
        return NULL;
    return value_as_object(handle);
}

typedef enum plain_alt { PLAIN_NOT, PLAIN_READY, PLAIN_WAITS } plain_alt;

/* An alt that only receives from such channels is a server's usual one. It needs cases only where
 * it waits: which arm is ready can be seen from the channels. READY: *pick is drawn as `draw`
 * draws. */
static plain_alt draw_plain(scheduler *s, const value *base, const insn *pc, uint32_t *pick)
{
    bool prioritised = (pc->b & ALT_PRIORITISED) != 0;
    uint32_t seen = 0, arms = pc->a;
    for (uint32_t arm = 0; arm < arms; arm++) {
        channel *c = plain_source(base, pc + 1 + arm);
        if (!c)
            return PLAIN_NOT;
        /* most have neither messages nor senders, which is one test */
        if (!(c->count | (uintptr_t)c->send_first) || !chan_can_receive(c))
            continue;
        seen++;
        if (seen == 1 || (!prioritised && xoshiro_next(s->random) % seen == 0))
            *pick = arm;
    }
    return seen > 0 ? PLAIN_READY : PLAIN_WAITS;
}

static alt_result take_plain(csp_vm *vm, process *p, alt *a, channel *c, uint32_t arm,
                             alt_choice *choice)
{
    alt_case *k = alt_add_case(vm, a);
    if (!k)
        return ALT_FAILED;
    k->chan = c;
    k->arm = (uint16_t)arm;
    return commit(vm, p, a, 0, choice);
}

alt_result alt_begin(csp_vm *vm, process *p, const value *base, const insn *pc, alt_choice *choice)
{
    alt *a = alt_of(vm, p);
    if (!a)
        return ALT_FAILED;
    a->count = a->drained = 0;
    a->plain = false;
    a->after_arm = a->closed_arm = a->else_arm = a->prefer = a->pending = a->taken = a->won = -1;
    a->prioritised = (pc->b & ALT_PRIORITISED) != 0;
    a->repeated = (pc->b & ALT_REPEATED) != 0;
    uint32_t pick = 0;
    switch (pc->a > 0 ? draw_plain(&vm->sched, base, pc, &pick) : PLAIN_NOT) {
    case PLAIN_READY:
        return take_plain(vm, p, a, value_as_object(base[pc[1 + pick].b]), pick, choice);
    case PLAIN_WAITS: return alt_wait_plain(vm, p, a, base, pc) ? ALT_BLOCKED : ALT_FAILED;
    case PLAIN_NOT: break;
    }
    for (uint32_t arm = 0; arm < pc->a; arm++) {
        if (!alt_add_arm(vm, p, a, arm, base, pc + 1 + arm))
            return ALT_FAILED;
    }
    return try(vm, p, a, choice);
}

alt_result alt_made(csp_vm *vm, process *p, value made, alt_choice *choice)
{
    alt *a = side_of(p)->alt;
    alt_case *c = &a->cases[a->pending];
    if (c->moved) { /* given back */
        c->moved = c->made = false;
        c->message = VALUE_ABSENT;
        a->prefer = -1;
    } else {
        c->message = made;
        c->made = true;
        c->moved = made == c->original;
    }
    a->pending = -1;
    return try(vm, p, a, choice);
}

/* A drained channel stays drained: the alt is tried again, since the same close may have made
 * several arms ready, and will not wait any more. */
static bool some_drained(const alt *a)
{
    for (uint32_t i = 0; a->drained && i < a->count; i++)
        if (a->cases[i].drained && chan_drained(a->cases[i].chan))
            return true;
    return false;
}

alt_result alt_woken(csp_vm *vm, process *p, alt_choice *choice)
{
    alt *a = side_of(p)->alt;
    choice->received = VALUE_ABSENT;
    switch ((wake_reason)p->wake) {
    case WAKE_MESSAGE: {
        alt_case *c = &a->cases[a->won];
        choice->received = c->node->value;
        c->node->value = VALUE_ABSENT;
        return chosen(a, (uint32_t)a->won, choice);
    }
    case WAKE_TIMER: return chosen_arm(a->after_arm, choice);
    case WAKE_CLOSED:
        if (some_drained(a))
            return try(vm, p, a, choice);
        if (a->cases[a->won].sends)
            return closed_send(vm);
        if (a->closed_arm >= 0)
            return chosen_arm(a->closed_arm, choice);
        return nothing_enabled(vm, a);
    case WAKE_NONE:
    case WAKE_KILL:
    case WAKE_PAR:
    case WAKE_REQUEST:
    case WAKE_TRACING:
    case WAKE_CRASHING:
    case WAKE_DYING: break;
    }
    assert(false);
    return ALT_FAILED;
}
