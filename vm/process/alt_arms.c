#include "vm/process/alt_arms.h"

#include "vm/core/vm.h"
#include "vm/data/map.h"
#include "vm/process/handle.h"
#include "vm/process/timer.h"

alt_case *alt_add_case(csp_vm *vm, alt *a)
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

/* Of a set of numbers: it is a map from number / 60 to the bits of 60 numbers. */
enum { BLOCK_BITS = 60 };

static bool was_taken(csp_vm *vm, value set, channel *c)
{
    if (!value_is(set, OBJ_MAP) || c->header >> OWNER_SHIFT == 0)
        return false;
    uint64_t n = chan_number(vm, c);
    value bits = map_get(vm, value_map(set), value_int((int64_t)(n / BLOCK_BITS)));
    return bits != VALUE_ABSENT && value_as_int(bits) >> n % BLOCK_BITS & 1;
}

bool alt_mark_taken(csp_vm *vm, const process *p, value *set, channel *c)
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
    alt_case *k = c ? alt_add_case(vm, a) : NULL;
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
    alt_case *k = alt_add_case(vm, a);
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

bool alt_add_arm(csp_vm *vm, process *p, alt *a, uint32_t arm, const value *base, const insn *i)
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
