/* Natives that the VM itself runs: the first and the last frame of some processes, and send as
 * a call. */
#include "vm/run/builtin.h"

#include "vm/core/error.h"
#include "vm/core/text.h"
#include "vm/foreign/release.h"
#include "vm/process/handle.h"
#include "vm/process/rendezvous.h"
#include "vm/process/telling.h"
#include "vm/report/difference.h"
#include "vm/walk/walk.h"
#include "vm/walk/walk_adopt.h"

/* start(bundle): takes over the bundle (fn, arguments …), which is in transit, then calls fn.
 * Slots: step. */
static verdict start(csp_vm *vm, process *p, value *args, value *result)
{
    value step = args[1];
    if (step == VALUE_ABSENT) {
        args[1] = value_int(1);
        if (!walk_adopt_quick(p, args[0]))
            return walk_call(vm, p, WALK_ADOPT, 1, args);
        step = args[1];
    }
    if (step == value_int(1)) {
        args[1] = value_int(2);
        const tuple *t = value_tuple(args[0]);
        return native_call(vm, p, t->items[0], (uint32_t)(t->count - 1), t->items + 1);
    }
    *result = *native_result(p);
    return VERDICT_DONE;
}

/* Gives some more of what C wants back. True: that was all. */
static bool give_back(csp_vm *vm, process *p)
{
    int64_t most = told_per_step(&vm->sched), left = most;
    release_some_of(vm, p, &left);
    vm_charge(vm, (uint64_t)(most - left) * REDUCTIONS_PER_TOLD);
    return !side_of(p)->releases;
}

/* end(outcome): nobody else can reach the outcome. From now on it belongs to nobody (in transit),
 * and everybody who asks gets a copy. The outcome of a kill may be in transit already. Then C is
 * given back what it wants, before anybody is told of the end. */
static verdict end(csp_vm *vm, process *p, value *args, value *result)
{
    if (args[2] == VALUE_ABSENT && !value_is_immutable(args[0]) &&
        (obj_header(args[0]) & OWNER_MASK) != OWNER_TRANSIT) {
        args[2] = value_int(1);
        /* A session goes on with the value of its evaluation: there it is a copy. */
        walk_kind how = p->flags & PROCESS_SYSTEM ? WALK_MESSAGE : WALK_MOVE;
        return walk_call(vm, p, how, 1, args);
    }
    if (side_of(p) && side_of(p)->releases && !give_back(vm, p))
        return VERDICT_YIELD;
    *result = args[2] == VALUE_ABSENT ? args[0] : *native_result(p);
    return VERDICT_DONE;
}

/* send(c, v). Slots: step, message. */
static verdict send(csp_vm *vm, process *p, value *args, value *result)
{
    channel *c = chan_of(vm, p, args[0], true);
    if (!c)
        return VERDICT_FAIL;
    if (args[2] == VALUE_ABSENT) {
        args[2] = value_int(1);
        args[3] = args[1];
        walk_kind walk = WALK_MESSAGE;
        bool port = c->header & CHANNEL_PORT;
        if (port)
            args[3] = chan_message(vm, p, c, args[1], &walk);
        if (port ? args[3] == VALUE_ABSENT : !value_is_immutable(args[1]))
            return walk_call(vm, p, walk, 1, args + 1);
    } else if (args[2] == value_int(1)) {
        args[3] = *native_result(p);
    } else {
        p->value = VALUE_ABSENT;
        if (p->wake == WAKE_CLOSED)
            return chan_raise_closed_send(vm);
        *result = VALUE_NIL;
        return VERDICT_DONE;
    }
    args[2] = value_int(2);
    *result = VALUE_NIL;
    switch (chan_send(vm, p, c, args[3])) {
    case CHAN_DONE: return VERDICT_DONE;
    case CHAN_BLOCK: return VERDICT_BLOCK;
    case CHAN_CLOSED: return chan_raise_closed_send(vm);
    case CHAN_FAIL: break;
    }
    return VERDICT_FAIL;
}

/* An assertion of a comparison does not hold. */
static verdict refute(csp_vm *vm, process *p, value *args, value *result)
{
    (void)result;
    text t;
    text_init(&t, vm);
    text_printf(&t, "assertion failed: ");
    value right = native_argc(vm) > 2 ? args[2] : VALUE_ABSENT;
    report_comparison(p, &t, value_string(args[0])->text, args[1], right);
    value message = text_string(&t);
    return message == VALUE_ABSENT ? vm_raise_memory(vm) : vm_raise_text(vm, ERR_ASSERT, message);
}

const native_entry vm_builtins[BUILTIN_COUNT] = {
    [BUILTIN_START] = {"start", "start(bundle)",
                       "first frame of a process that is given mutable values", start, 1, 1, 1},
    [BUILTIN_END] =
        {"end", "end(outcome, failed)",
         "last frame of a process whose outcome is mutable, or that C has given something", end, 2,
         2, 1},
    [BUILTIN_SEND] = {"send", "send(c, v)", "c ! v as a call", send, 2, 2, 2},
    [BUILTIN_ASSERT] = {"assert", "assert(op, left, right = nil)",
                        "an assertion of a comparison that does not hold", refute, 2, 3, 0},
};
