#include "stdlib/errand_call.h"

#include <errno.h>

#include "stdlib/system.h"
#include "vm/core/steps.h"

enum {
    STATE_NEW,
    STATE_WAITS,
    STATE_AGAIN, /* once, after a collection has closed files */
    STATE_CALLS  /* what reads a stream */
};

/* --- beginning */

static bool take_paths(csp_vm *vm, process *p, const errand_call *c, const value *args, errand *e)
{
    for (int i = 0; i < c->paths; i++)
        if (!(e->paths[i] = system_path_arg(vm, p, args[i], "a path")))
            return false;
    return true;
}

/* What is to be written, as a value that cannot change meanwhile: a buffer is copied, in steps. */
verdict errand_call_pin(csp_vm *vm, process *p, value data, value *slots)
{
    const char *from;
    size_t size;
    if (!system_data_arg(vm, p, data, &from, &size))
        return VERDICT_FAIL;
    if (!value_is(data, OBJ_BUFFER)) {
        slots[SLOT_PINNED] = data;
        return VERDICT_DONE;
    }
    if (slots[SLOT_PINNED] == VALUE_ABSENT) {
        bytes *made = size <= STRING_MAX ? bytes_blank(vm, size) : NULL;
        if (!made)
            return vm_raise_memory(vm);
        slots[SLOT_PINNED] = value_object(made);
        slots[SLOT_AT] = value_int(0);
    }
    size_t at = (size_t)value_as_int(slots[SLOT_AT]);
    bool all = long_copy(vm, value_bytes(slots[SLOT_PINNED])->data, from, size, &at);
    slots[SLOT_AT] = value_int((int64_t)at);
    return all ? VERDICT_DONE : VERDICT_YIELD;
}

static verdict begin(csp_vm *vm, process *p, const errand_call *c, value *args)
{
    value *slots = args + c->max;
    if (!vm_may(vm, c->needs))
        return VERDICT_FAIL;
    if (c->data >= 0) {
        verdict v = errand_call_pin(vm, p, args[c->data], slots);
        if (v != VERDICT_DONE)
            return v;
    }
    errand *e = errand_new(vm, c->work, c->op);
    if (!e)
        return VERDICT_FAIL;
    if (!take_paths(vm, p, c, args, e) || (c->prepare && !c->prepare(vm, p, args, e))) {
        errand_free(e);
        return VERDICT_FAIL;
    }
    value pinned = slots[SLOT_PINNED];
    if (pinned != VALUE_ABSENT)
        system_data_arg(vm, p, pinned, &e->from, &e->from_size);
    slots[SLOT_AT] = VALUE_ABSENT;
    return errand_start(vm, p, e, pinned);
}

/* --- ending */

static verdict give_failure(csp_vm *vm, process *p, const errand_call *c, const errand *e,
                            value *result)
{
    if (e->error == ENOMEM)
        return vm_raise_memory(vm);
    const char *other = c->paths == 2 && e->op == c->op ? e->paths[1] : NULL;
    const system_failure f = {
        .error = e->error, .op = e->op, .key = "path", .subject = e->paths[0], .other = other};
    return vm_give(vm, system_error(vm, p, &f), result);
}

verdict errand_call_run(csp_vm *vm, process *p, const errand_call *c, value *args, value *result)
{
    value *slots = args + c->max;
    int64_t state = slots[SLOT_STATE] != VALUE_ABSENT ? value_as_int(slots[SLOT_STATE]) : STATE_NEW;
    if (state == STATE_NEW) {
        verdict v = begin(vm, p, c, args);
        if (v == VERDICT_BLOCK)
            slots[SLOT_STATE] = value_int(STATE_WAITS);
        return v;
    }
    if (state == STATE_CALLS) {
        *result = *native_result(p);
        return VERDICT_DONE;
    }
    errand *e = errand_of(p);
    if (system_has_no_room(e->error) && state == STATE_WAITS) {
        errand_end(vm, p);
        system_make_room(vm);
        slots[SLOT_STATE] = value_int(STATE_AGAIN);
        return begin(vm, p, c, args);
    }
    *result = VALUE_TRUE;
    verdict v = VERDICT_DONE;
    if (e->error)
        v = give_failure(vm, p, c, e, result);
    else if (c->give)
        v = c->give(vm, p, e, slots, result);
    if (v == VERDICT_CALL)
        slots[SLOT_STATE] = value_int(STATE_CALLS);
    else if (v != VERDICT_YIELD)
        errand_end(vm, p);
    return v;
}

verdict errand_call_name(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    (void)p;
    (void)slots;
    return vm_give(vm, system_name(vm, e->data, e->size), result);
}
