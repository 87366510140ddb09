/* Messages of values, and values of messages. */
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/walks.h"
#include "vm/walk/parcel.h"
#include "vm/walk/walk_pack.h"
#include "vm/walk/walk_unpack.h"

/* NULL: raised. */
static csp_msg *pack(csp_vm *vm, process *p, value v)
{
    csp_msg *m = walk_pack_quick(vm, p, v);
    value parcel;
    if (m || host_walk(vm, p, WALK_PACK, 1, &v, &parcel) != VERDICT_DONE)
        return m;
    return parcel_open(vm, parcel);
}

csp_status csp_msg_of(csp_vm *vm, csp_value given, csp_msg **out)
{
    if (out)
        *out = NULL;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_E_MISUSE;
    value v;
    csp_status status = CSP_E_MISUSE;
    if (!out) {
        door_misuse(vm, __func__, "there is nowhere to put the message");
    } else if (handle_value(h, given, __func__, &v)) {
        process *p = host_owner(h);
        *out = p ? pack(vm, p, v) : NULL;
        status = *out ? CSP_OK : p ? host_fail_raised(h) : CSP_E_MEMORY;
    }
    door_leave(h);
    return status;
}

/* FAIL: raised. */
static verdict unpack(csp_vm *vm, process *p, const csp_msg *m, value *out)
{
    if (!packed_is_block(m->tag) && m->tag < PACKED_RANGE) {
        *out = walk_unpack_quick(vm, m);
        return *out != VALUE_ABSENT ? VERDICT_DONE : vm_raise_memory(vm);
    }
    csp_msg *held = csp_msg_hold((csp_msg *)(uintptr_t)m);
    value parcel = parcel_new(vm, held);
    if (parcel == VALUE_ABSENT) {
        csp_msg_free(held);
        return vm_raise_memory(vm);
    }
    verdict v = host_walk(vm, p, WALK_UNPACK, 1, &parcel, out);
    csp_msg_free(parcel_open(vm, parcel));
    return v;
}

csp_value csp_msg_value(csp_vm *vm, const csp_msg *m)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    csp_value made = CSP_NONE;
    value v = VALUE_ABSENT;
    process *p = m ? host_owner(h) : NULL;
    if (!m)
        door_misuse(vm, __func__, "the message is NULL");
    else if (p && host_done(h, unpack(vm, p, m, &v)))
        made = handle_new(h, v, __func__);
    door_leave(h);
    return made;
}
