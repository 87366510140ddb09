/* alt: one of several sends and receives.
 *
 * The arms are collected once (guards, channels and values were evaluated into registers before). Then, over and
 * over: which are ready? One of them is drawn; only its message is made (a copy in slices, in which others may run
 * and readiness change: `prefer`). If none is ready and there is neither `else` nor a time that has come, all send
 * arms' messages are made and a node is queued for each arm. A win by a partner, a timer or a close makes the other
 * nodes stale; they are unlinked when the process settles. */
#include "vm/chan.h"

#include <assert.h>

#include "vm/data.h"
#include "vm/loop.h"
#include "vm/num.h"

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

void alt_leave(alt *a)
{
    for (uint32_t i = 0; i < a->count; i++) {
        alt_case *c = &a->cases[i];
        if (c->node)
            c->node->value = VALUE_ABSENT;
        c->chan = NULL;
        c->original = c->message = c->key = c->element = VALUE_ABSENT;
        c->made = c->moved = false;
    }
    a->count = 0;
    a->pending = a->prefer = a->taken = -1;
}

/* --- collecting */

static alt_case *add_case(csp_vm *vm, alt *a)
{
    if (a->count == a->capacity) {
        uint32_t capacity = a->capacity ? a->capacity * 2 : 4;
        alt_case *cases = heap_alloc(&vm->heap, HEAP_TRACED, capacity * sizeof *cases);
        if (!cases) {
            vm_raise_memory(vm);
            return NULL;
        }
        if (a->capacity)
            memcpy(cases, a->cases, a->capacity * sizeof *cases);
        a->cases = cases;
        a->capacity = capacity;
    }
    alt_case *c = &a->cases[a->count++];
    node *kept = c->node;
    *c = (alt_case){.node = kept};
    return c;
}

static bool add_channel(csp_vm *vm, process *p, alt *a, uint32_t arm, value handle, value message, bool sends,
                        bool moves)
{
    channel *c = chan_of(vm, p, handle, sends);
    alt_case *k = c ? add_case(vm, a) : NULL;
    if (!k)
        return false;
    k->chan = c;
    k->arm = (uint16_t)arm;
    k->sends = sends;
    k->moves = moves;
    k->original = sends ? message : VALUE_ABSENT;
    return true;
}

static bool add_each(csp_vm *vm, process *p, alt *a, uint32_t arm, value quads, bool sends, bool moves)
{
    const list *l = value_list(quads);
    for (uint32_t i = 0; i + 3 < l->count; i += 4) {
        if (l->items[i] == VALUE_ABSENT)
            continue;
        if (!add_channel(vm, p, a, arm, l->items[i], l->items[i + 1], sends, moves))
            return false;
        a->cases[a->count - 1].key = l->items[i + 2];
        a->cases[a->count - 1].element = l->items[i + 3];
    }
    return true;
}

/* A duration in ns; what is beyond the clock is never. */
static bool add_after(csp_vm *vm, process *p, alt *a, uint32_t arm, value duration)
{
    if (!value_is_integer(duration)) {
        vm_raise_type(vm, p, duration, "a duration such as 30ms (an int, in ns)");
        return false;
    }
    int64_t now = loop_now(), d = value_is_int(duration)                    ? value_as_int(duration)
                                  : num_compare(duration, value_int(0)) < 0 ? 0
                                                                            : INT64_MAX;
    int64_t at = d <= 0 ? now : d > LOOP_NEVER - 1 - now ? LOOP_NEVER - 1 : now + d;
    if (a->after_arm < 0 || at < a->deadline) {
        a->after_arm = (int32_t)arm;
        a->deadline = at;
    }
    return true;
}

static bool add_arm(csp_vm *vm, process *p, alt *a, uint32_t arm, const value *base, const insn *i)
{
    const value *r = &base[i->b];
    switch ((alt_arm_kind)i->a) {
    case ALT_ARM_RECEIVE: return r[0] == VALUE_ABSENT || add_channel(vm, p, a, arm, r[0], VALUE_ABSENT, false, false);
    case ALT_ARM_SEND: return r[0] == VALUE_ABSENT || add_channel(vm, p, a, arm, r[0], r[1], true, false);
    case ALT_ARM_SEND_MOVE: return r[0] == VALUE_ABSENT || add_channel(vm, p, a, arm, r[0], r[1], true, true);
    case ALT_ARM_EACH_RECEIVE: return r[0] == VALUE_ABSENT || add_each(vm, p, a, arm, r[0], false, false);
    case ALT_ARM_EACH_SEND: return r[0] == VALUE_ABSENT || add_each(vm, p, a, arm, r[0], true, false);
    case ALT_ARM_EACH_SEND_MOVE: return r[0] == VALUE_ABSENT || add_each(vm, p, a, arm, r[0], true, true);
    case ALT_ARM_AFTER: return r[0] == VALUE_ABSENT || add_after(vm, p, a, arm, r[0]);
    case ALT_ARM_CLOSED: a->closed_arm = (int32_t)arm; return true;
    case ALT_ARM_ELSE: a->else_arm = (int32_t)arm; return true;
    case ALT_ARM_KINDS: break;
    }
    return true;
}

/* --- trying */

static bool disabled(const alt_case *c)
{
    return !c->sends && (c->chan->header & CHANNEL_CLOSED) && !chan_can_receive(c->chan);
}

static bool ready(const alt_case *c) { return c->sends ? chan_can_send(c->chan) : chan_can_receive(c->chan); }

/* A message for case i: at once where that is easy. False: *result says which walk must make it. */
static bool make_message(csp_vm *vm, process *p, alt *a, uint32_t i, bool move, alt_choice *choice, alt_result *result)
{
    alt_case *c = &a->cases[i];
    if (value_is_immutable(c->original)) {
        c->message = c->original;
        c->made = true;
        return true;
    }
    if (!value_usable(p, c->original)) {
        vm_raise_type(vm, p, c->original, "a value of its own");
        *result = ALT_FAILED;
        return false;
    }
    value quick = move ? VALUE_ABSENT : walk_copy_quick(vm, p, c->original);
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
    vm_raise(vm, ERR_CLOSED, "send on a closed channel");
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

/* The ready case to take: the preferred one, the first, or one at random in one pass; -1: none. */
static int32_t draw(scheduler *s, alt *a, uint32_t *enabled)
{
    uint32_t seen = 0;
    int32_t pick = -1;
    *enabled = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        alt_case *c = &a->cases[i];
        if (disabled(c))
            continue;
        ++*enabled;
        if (!ready(c))
            continue;
        if ((int32_t)i == a->prefer) {
            pick = (int32_t)i;
            seen = UINT32_MAX;
        } else if (seen != UINT32_MAX) {
            seen++;
            if (pick < 0 || (!a->prioritised && sched_random(s->random) % seen == 0))
                pick = (int32_t)i;
        }
    }
    return pick;
}

static alt_result commit(csp_vm *vm, process *p, alt *a, uint32_t i, alt_choice *choice)
{
    alt_case *c = &a->cases[i];
    chan_result r = c->sends ? chan_send(vm, p, c->chan, c->message) : chan_receive(vm, p, c->chan, &choice->received);
    assert(r == CHAN_DONE); /* it was ready, and nothing ran in between */
    (void)r;
    return chosen(a, i, choice);
}

static alt_result wait_for(csp_vm *vm, process *p, alt *a, alt_choice *choice)
{
    timer *t = NULL;
    if (a->after_arm >= 0 && !(t = timer_of(vm, p)))
        return ALT_FAILED;
    for (uint32_t i = 0; i < a->count; i++) {
        alt_case *c = &a->cases[i];
        alt_result result;
        if (c->sends && !c->made && !make_message(vm, p, a, i, false, choice, &result))
            return result;
        if (!c->node && !(c->node = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *c->node))) {
            vm_raise_memory(vm);
            return ALT_FAILED;
        }
        if ((c->chan->header & CHANNEL_TICK) && !disabled(c) && !chan_arm_ticker(vm, c->chan))
            return ALT_FAILED;
    }
    if (t && !timer_reserve(vm))
        return ALT_FAILED; /* tickers may have taken the room that there was */
    sched_park(p);
    a->live = 0;
    a->won = -1;
    for (uint32_t i = 0; i < a->count; i++) {
        alt_case *c = &a->cases[i];
        if (disabled(c))
            continue;
        *c->node = (node){.header = OBJ_NODE,
                          .chan = c->chan,
                          .proc = p,
                          .ticket = p->ticket,
                          .value = c->message,
                          .index = i,
                          .sends = c->sends};
        chan_enqueue(c->chan, c->node, c->sends);
        a->live++;
    }
    if (t) {
        t->deadline = a->deadline;
        t->ticket = p->ticket;
        timer_insert(&vm->sched, t);
    }
    return ALT_BLOCKED;
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
    /* a case that was moved for a choice that is no longer possible, or crashes, gets its value back first */
    const alt_case *preferred = a->prefer >= 0 ? &a->cases[a->prefer] : NULL;
    if (preferred && preferred->moved && (a->prefer != i || (preferred->chan->header & CHANNEL_CLOSED))) {
        a->pending = a->prefer;
        choice->work = preferred->original;
        return ALT_UNMOVE;
    }
    if (i >= 0) {
        alt_case *c = &a->cases[i];
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
    if (a->after_arm >= 0 && (a->deadline <= loop_now()))
        return chosen_arm(a->after_arm, choice);
    if (enabled == 0 && a->after_arm < 0)
        return nothing_enabled(vm, a);
    return wait_for(vm, p, a, choice);
}

alt_result alt_begin(csp_vm *vm, process *p, const value *base, const insn *pc, alt_choice *choice)
{
    alt *a = alt_of(vm, p);
    if (!a)
        return ALT_FAILED;
    a->count = 0;
    a->after_arm = a->closed_arm = a->else_arm = a->prefer = a->pending = a->taken = -1;
    a->prioritised = (pc->b & ALT_PRIORITISED) != 0;
    a->repeated = (pc->b & ALT_REPEATED) != 0;
    for (uint32_t arm = 0; arm < pc->a; arm++) {
        if (!add_arm(vm, p, a, arm, base, pc + 1 + arm))
            return ALT_FAILED;
    }
    return try(vm, p, a, choice);
}

alt_result alt_made(csp_vm *vm, process *p, value made, alt_choice *choice)
{
    alt *a = p->side->alt;
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

alt_result alt_woken(csp_vm *vm, process *p, alt_choice *choice)
{
    alt *a = p->side->alt;
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
        if (a->cases[a->won].sends)
            return closed_send(vm);
        if (a->closed_arm >= 0)
            return chosen_arm(a->closed_arm, choice);
        return nothing_enabled(vm, a);
    case WAKE_NONE:
    case WAKE_KILL:
    case WAKE_PAR: break;
    }
    assert(false);
    return ALT_FAILED;
}
