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
#include "vm/data/map.h"
#include "vm/number/num.h"
#include "vm/outside/loop.h"
#include "vm/process/alt_wait.h"
#include "vm/process/closing.h"
#include "vm/process/handle.h"
#include "vm/process/rendezvous.h"
#include "vm/process/timer.h"

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
    a->count = a->drained = 0;
    a->pending = a->prefer = a->taken = -1;
}

/* --- collecting */

static alt_case *add_case(csp_vm *vm, alt *a)
{
    if (a->count == a->capacity) {
        alt_case *cases = heap_grow(&vm->heap, a->cases, &a->capacity, 4, sizeof *cases);
        if (!cases) {
            vm_raise_memory(vm);
            return NULL;
        }
        a->cases = cases;
    }
    alt_case *c = &a->cases[a->count++];
    node *kept = c->node;
    *c = (alt_case){.node = kept};
    return c;
}

/* of a set of numbers: it is a map from number / 60 to the bits of 60 numbers */
enum { BLOCK_BITS = 60 };

static bool was_taken(csp_vm *vm, value set, channel *c)
{
    if (!value_is(set, OBJ_MAP) || c->header >> OWNER_SHIFT == 0)
        return false;
    uint64_t n = chan_number(vm, c);
    value bits = map_get(vm, value_map(set), value_int((int64_t)(n / BLOCK_BITS)));
    return bits != VALUE_ABSENT && value_as_int(bits) >> n % BLOCK_BITS & 1;
}

/* Adds c's number to the set, which holds no channel alive, in *set. False: raised. */
static bool mark_taken(csp_vm *vm, const process *p, value *set, channel *c)
{
    if (!value_is(*set, OBJ_MAP))
        *set = map_new(vm, p, 0);
    if (*set != VALUE_ABSENT) {
        uint64_t n = chan_number(vm, c);
        value block = value_int((int64_t)(n / BLOCK_BITS)),
              bits = map_get(vm, value_map(*set), block);
        int64_t old = bits == VALUE_ABSENT ? 0 : value_as_int(bits);
        if (map_put(vm, value_map(*set), block, value_int(old | (int64_t)1 << n % BLOCK_BITS)))
            return true;
    }
    vm_raise_memory(vm);
    return false;
}

static bool add_channel(csp_vm *vm, process *p, alt *a, uint32_t arm, value handle, value message,
                        bool sends, bool moves)
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

/* Makes no case if it can never be ready. `taken`: the channels for which a repeated alt has taken
 * the arm. */
static bool add_drained(csp_vm *vm, process *p, alt *a, uint32_t arm, value handle, value taken)
{
    channel *c = chan_behind(vm, p, handle);
    if (!c)
        return false;
    if ((c->header & CHANNEL_DONE) || (a->repeated && was_taken(vm, taken, c)))
        return true;
    alt_case *k = add_case(vm, a);
    if (!k)
        return false;
    k->chan = c;
    k->arm = (uint16_t)arm;
    k->drained = true;
    k->original = taken;
    a->drained++;
    return true;
}

static bool add_each(csp_vm *vm, process *p, alt *a, uint32_t arm, const value *r,
                     alt_arm_kind kind)
{
    bool moves = kind == ALT_ARM_EACH_SEND_MOVE, sends = moves || kind == ALT_ARM_EACH_SEND;
    const list *l = value_list(r[0]);
    for (uint32_t i = 0; i + 3 < l->count; i += 4) {
        const value *quad = &l->items[i];
        uint32_t count = a->count;
        if (quad[0] == VALUE_ABSENT)
            continue;
        bool done = kind == ALT_ARM_EACH_DRAINED
                        ? add_drained(vm, p, a, arm, quad[0], r[3])
                        : add_channel(vm, p, a, arm, quad[0], quad[1], sends, moves);
        if (!done)
            return false;
        if (a->count == count)
            continue;
        a->cases[count].key = quad[2];
        a->cases[count].element = quad[3];
    }
    return true;
}

static bool add_after(csp_vm *vm, process *p, alt *a, uint32_t arm, value duration)
{
    int64_t ns;
    if (!timer_duration(vm, p, duration, &ns))
        return false;
    int64_t at = timer_after(vm, ns);
    if (a->after_arm < 0 || at < a->deadline) {
        a->after_arm = (int32_t)arm;
        a->deadline = at;
    }
    return true;
}

static bool add_arm(csp_vm *vm, process *p, alt *a, uint32_t arm, const value *base, const insn *i)
{
    const value *r = &base[i->b];
    alt_arm_kind kind = (alt_arm_kind)i->a;
    switch (kind) {
    case ALT_ARM_RECEIVE:
        return r[0] == VALUE_ABSENT || add_channel(vm, p, a, arm, r[0], VALUE_ABSENT, false, false);
    case ALT_ARM_SEND:
        return r[0] == VALUE_ABSENT || add_channel(vm, p, a, arm, r[0], r[1], true, false);
    case ALT_ARM_SEND_MOVE:
        return r[0] == VALUE_ABSENT || add_channel(vm, p, a, arm, r[0], r[1], true, true);
    case ALT_ARM_DRAINED: return r[0] == VALUE_ABSENT || add_drained(vm, p, a, arm, r[0], r[1]);
    case ALT_ARM_EACH_RECEIVE:
    case ALT_ARM_EACH_SEND:
    case ALT_ARM_EACH_SEND_MOVE:
    case ALT_ARM_EACH_DRAINED: return r[0] == VALUE_ABSENT || add_each(vm, p, a, arm, r, kind);
    case ALT_ARM_AFTER: return r[0] == VALUE_ABSENT || add_after(vm, p, a, arm, r[0]);
    case ALT_ARM_CLOSED: a->closed_arm = (int32_t)arm; return true;
    case ALT_ARM_ELSE: a->else_arm = (int32_t)arm; return true;
    case ALT_ARM_KINDS: break;
    }
    return true;
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
        if (!mark_taken(vm, p, &choice->taken, a->cases[i].chan))
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
    if (arm->a != ALT_ARM_RECEIVE || !value_is(handle, OBJ_CHANNEL) ||
        (obj_header(handle) & (CHANNEL_SPECIAL | CHANNEL_CLOSED)))
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
    uint32_t seen = 0;
    for (uint32_t arm = 0; arm < pc->a; arm++) {
        channel *c = plain_source(base, pc + 1 + arm);
        if (!c)
            return PLAIN_NOT;
        if (!c->count && (!c->send_first || !chan_can_receive(c)))
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
    alt_case *k = add_case(vm, a);
    if (!k)
        return ALT_FAILED;
    k->chan = c;
    k->arm = (uint16_t)arm;
    return commit(vm, p, a, 0, choice);
}

static bool add_plain(csp_vm *vm, alt *a, const value *base, const insn *pc)
{
    uint32_t arms = pc->a;
    while (a->capacity < arms) {
        a->count = a->capacity;
        if (!add_case(vm, a))
            return false;
    }
    a->count = arms;
    for (uint32_t arm = 0; arm < arms; arm++) {
        alt_case *k = &a->cases[arm];
        channel *c = value_as_object(base[pc[1 + arm].b]);
        *k = (alt_case){.node = k->node, .chan = c, .arm = (uint16_t)arm};
    }
    return true;
}

alt_result alt_begin(csp_vm *vm, process *p, const value *base, const insn *pc, alt_choice *choice)
{
    alt *a = alt_of(vm, p);
    if (!a)
        return ALT_FAILED;
    a->count = a->drained = 0;
    a->after_arm = a->closed_arm = a->else_arm = a->prefer = a->pending = a->taken = -1;
    a->prioritised = (pc->b & ALT_PRIORITISED) != 0;
    a->repeated = (pc->b & ALT_REPEATED) != 0;
    uint32_t pick = 0;
    switch (pc->a > 0 ? draw_plain(&vm->sched, base, pc, &pick) : PLAIN_NOT) {
    case PLAIN_READY:
        return take_plain(vm, p, a, value_as_object(base[pc[1 + pick].b]), pick, choice);
    case PLAIN_WAITS:
        return add_plain(vm, a, base, pc) && alt_wait_plain(vm, p, a) ? ALT_BLOCKED : ALT_FAILED;
    case PLAIN_NOT: break;
    }
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
