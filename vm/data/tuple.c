/* Tuples, ranges and closures: made in one go and never changed. */
#include "vm/data/tuple.h"

#include "vm/core/vm.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"

static bool all_immutable(const value *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!value_is_immutable(items[i]))
            return false;
    return true;
}

value tuple_new(csp_vm *vm, const process *p, const value *items, size_t count)
{
    if (count == 0 && vm->empty_tuple != VALUE_ABSENT)
        return vm->empty_tuple;
    if (count > LIST_MAX)
        return VALUE_ABSENT;
    tuple *t = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *t + count * sizeof *items);
    if (!t)
        return VALUE_ABSENT;
    t->header =
        OBJ_TUPLE | (all_immutable(items, count) ? (uint64_t)OBJ_IMMUTABLE : process_owner(p));
    t->count = count;
    if (count > 0)
        memcpy(t->items, items, count * sizeof *items);
    return value_object(t);
}

static bool is_bound(value v) { return value_is_integer(v); }

verdict range_check(csp_vm *vm, value from, value to)
{
    if (!is_bound(from))
        return vm_raise_type(vm, vm->sched.running, from, "an int as a range's bound");
    if (!is_bound(to) && to != VALUE_NIL)
        return vm_raise_type(vm, vm->sched.running, to, "an int as a range's bound");
    return VERDICT_DONE;
}

/* An included end becomes an excluded one here, unless it is small and negative: in a slice it
 * counts from the end. So RANGE_CLOSED means that `to` is such an end. */
value range_new(csp_vm *vm, value from, value to, bool closed)
{
    if (closed && to != VALUE_NIL && !(value_is_int(to) && value_as_int(to) < 0)) {
        if (num_binary(vm, vm->sched.running, OPC_ADD, to, value_int(1), &to) != VERDICT_DONE)
            return VALUE_ABSENT;
        closed = false;
    }
    range *r = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *r);
    if (!r)
        return VALUE_ABSENT;
    r->header = OBJ_RANGE | OBJ_IMMUTABLE | (closed && to != VALUE_NIL ? RANGE_CLOSED : 0);
    r->from = from;
    r->to = to;
    return value_object(r);
}

value closure_new(csp_vm *vm, const process *p, const code *c, const value *captures)
{
    size_t count = c->captures;
    closure *f = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *f + count * sizeof *captures);
    if (!f)
        return VALUE_ABSENT;
    f->code = c;
    bool immutable = true;
    for (size_t i = 0; i < count; i++) {
        if (i == c->self_capture) {
            f->captures[i] = value_object(f);
        } else {
            f->captures[i] = captures[i];
            immutable = immutable && value_is_immutable(captures[i]);
        }
    }
    f->header = OBJ_CLOSURE | (immutable ? (uint64_t)OBJ_IMMUTABLE : process_owner(p));
    return value_object(f);
}

value closure_name(value v)
{
    if (!value_is(v, OBJ_CLOSURE))
        return VALUE_NIL;
    value name = ((closure *)value_as_object(v))->code->name;
    return value_is(name, OBJ_STRING) ? name : VALUE_NIL;
}
