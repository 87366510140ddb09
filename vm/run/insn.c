#include "vm/run/insn.h"

#include "vm/code/frame.h"
#include "vm/code/native.h"
#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/core/steps.h"
#include "vm/core/text.h"
#include "vm/core/type.h"
#include "vm/core/vm.h"
#include "vm/data/field.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/slice.h"
#include "vm/data/tuple.h"
#include "vm/foreign/field.h"
#include "vm/foreign/foreign.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"
#include "vm/number/num_long.h"
#include "vm/number/num_text.h"
#include "vm/process/handle.h"
#include "vm/process/process.h"
#include "vm/process/settle.h"
#include "vm/report/trace.h"
#include "vm/run/builtin.h"
#include "vm/run/unwind.h"
#include "vm/walk/walk_copy.h"
#include "vm/walk/walk_equal.h"

verdict insn_channel(csp_vm *vm, process *p, value v, bool sends, channel **c)
{
    *c = chan_of(vm, p, v, sends);
    return *c ? VERDICT_DONE : VERDICT_FAIL;
}

bool insn_sends_to_host(value handle)
{
    const channel *c = value_is(handle, OBJ_END) ? ((channel_end *)value_as_object(handle))->chan
                                                 : value_as_object(handle);
    return (c->header & CHANNEL_PORT) != 0;
}

verdict insn_closed_receive(csp_vm *vm)
{
    return vm_raise(vm, ERR_CLOSED, "receive on a closed channel");
}

verdict insn_tuple(csp_vm *vm, process *p, const value *items, uint32_t n, value *out)
{
    return vm_give(vm, tuple_new(vm, p, items, n), out);
}

verdict insn_list(csp_vm *vm, process *p, const value *items, uint32_t n, value *out)
{
    return vm_give(vm, list_new(vm, p, items, n), out);
}

verdict insn_put_pairs(csp_vm *vm, process *p, value target, const value *pairs, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (map_key_check(vm, p, pairs[2 * i]) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (!map_put(vm, value_map(target), pairs[2 * i], pairs[2 * i + 1]))
            return vm_raise_memory(vm);
    }
    return VERDICT_DONE;
}

verdict insn_map(csp_vm *vm, process *p, value *dest, const value *pairs, uint32_t n)
{
    value m = map_new(vm, p, n);
    if (m == VALUE_ABSENT)
        return vm_raise_memory(vm);
    verdict v = insn_put_pairs(vm, p, m, pairs, n);
    *dest = m;
    return v;
}

verdict insn_record(csp_vm *vm, process *p, const value *items, const tuple *names,
                    field_hint *hint, value *out)
{
    if (hint->shape == 0)
        hint->shape = map_literal_shape(vm, names->items, names->count);
    if (hint->shape != SHAPE_NONE)
        return vm_give(vm, map_record(vm, p, hint->shape, items, (uint32_t)names->count), out);
    map *m = map_make_table(vm, OBJ_MAP | process_owner(p), names->count);
    for (uint64_t i = 0; m && i < names->count; i++)
        if (!map_add(vm, m, names->items[i], items[i]))
            m = NULL;
    return vm_give(vm, m ? value_object(m) : VALUE_ABSENT, out);
}

verdict insn_bound(csp_vm *vm, process *p, value given, value *out)
{
    *out = given == VALUE_ABSENT ? VALUE_NIL : given;
    return given == VALUE_NIL ? vm_raise_type(vm, p, given, "an int as a range's bound")
                              : VERDICT_DONE;
}

verdict insn_range(csp_vm *vm, process *p, value from, value to, bool closed, value *out)
{
    if (insn_bound(vm, p, to, &to) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (range_check(vm, from, to) != VERDICT_DONE)
        return VERDICT_FAIL;
    return vm_give(vm, range_new(vm, from, to, closed), out);
}

verdict insn_interpolate(csp_vm *vm, const value *parts, uint32_t n, value *out)
{
    size_t size = 0;
    for (uint32_t i = 0; i < n; i++) {
        value v = parts[i];
        if (value_is(v, OBJ_STRING) && (size += value_string(v)->size) > long_bytes(vm))
            return VERDICT_CALL;
        if (!(value_is(v, OBJ_STRING) || value_is_number(v) || !value_is_object(v)))
            return VERDICT_CALL;
        if (value_is(v, OBJ_BIGINT) && num_is_long(NUM_FORMAT, v, value_int(10)))
            return VERDICT_CALL;
    }
    text t;
    text_init(&t, vm);
    for (uint32_t i = 0; i < n; i++) {
        value v = parts[i];
        if (value_is(v, OBJ_STRING)) {
            text_add(&t, value_string(v)->text, value_string(v)->size);
        } else if (value_is_integer(v)) {
            num_format_int(&t, v, 10);
        } else if (value_is_float(v)) {
            char number[40];
            size_t digits = num_format_float(value_as_float(v), number);
            text_add(&t, number, digits);
        } else {
            const char *word = v == VALUE_NIL ? "nil" : v == VALUE_TRUE ? "true" : "false";
            text_add(&t, word, strlen(word));
        }
    }
    return vm_give(vm, text_string(&t), out);
}

static bool is_called(value name, const char *field)
{
    return strcmp(value_string(name)->text, field) == 0;
}

static verdict error_field(csp_vm *vm, process *p, value container, value name, value *out)
{
    const error *e = value_error(container);
    if (is_called(name, "kind")) {
        *out = e->kind;
    } else if (is_called(name, "message")) {
        *out = e->message;
    } else if (is_called(name, "data")) {
        *out = e->data;
    } else if (is_called(name, "cause")) {
        *out = e->cause;
    } else if (is_called(name, "trace")) {
        return vm_give(vm, trace_value(vm, e->trace), out);
    } else {
        vm_raise(vm, ERR_KEY,
                 "an error has no field `%s`: it has kind, message, data, trace and cause",
                 value_string(name)->text);
        return vm_blame(vm, p, container, VALUE_NIL);
    }
    return VERDICT_DONE;
}

verdict insn_get_field(csp_vm *vm, process *p, value container, value name, field_hint *hint,
                       value *out)
{
    if (value_is(container, OBJ_ERROR) && value_usable(p, container))
        return error_field(vm, p, container, name, out);
    if (cfield_has(container))
        return cfield_get(vm, p, container, name, out);
    return data_get_field(vm, p, container, name, hint, out);
}

verdict insn_set_field(csp_vm *vm, process *p, value container, value name, field_hint *hint,
                       value item)
{
    if (cfield_has(container))
        return cfield_set(vm, p, container, name, item);
    return data_set_field(vm, p, container, name, hint, item);
}

verdict insn_read_cell(csp_vm *vm, process *p, value k, value *out)
{
    const cell *c = value_as_object(k);
    *out = c->item != VALUE_ABSENT ? c->item : c->own;
    if (*out == VALUE_ABSENT)
        return vm_raise(vm, ERR_VALUE,
                        c->header & CELL_LATE ? "`%s` is not there yet"
                                              : "`%s` is used before it has a value",
                        value_string(c->name)->text);
    return value_usable(p, *out) ? VERDICT_DONE : walk_copy_for(vm, p, *out, out);
}

void insn_set_late(value k, value v)
{
    cell *c = value_as_object(k);
    bool shared = value_is_immutable(v);
    c->item = shared ? v : VALUE_ABSENT;
    c->own = shared ? VALUE_ABSENT : v;
}

verdict insn_fori_begin(csp_vm *vm, process *p, value *r, bool included, bool *more)
{
    if (insn_bound(vm, p, r[1], &r[1]) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (range_check(vm, r[0], r[1]) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (included && r[1] != VALUE_NIL &&
        num_binary(vm, p, OPC_ADD, r[1], value_int(1), &r[1]) != VERDICT_DONE)
        return VERDICT_FAIL;
    *more = r[1] == VALUE_NIL || num_compare(r[0], r[1]) < 0;
    r[2] = r[0];
    return VERDICT_DONE;
}

verdict insn_fori_next(csp_vm *vm, process *p, value *r, bool *more)
{
    if (num_binary(vm, p, OPC_ADD, r[0], value_int(1), &r[0]) != VERDICT_DONE)
        return VERDICT_FAIL;
    *more = r[1] == VALUE_NIL || num_compare(r[0], r[1]) < 0;
    if (*more)
        r[2] = r[0];
    return VERDICT_DONE;
}

bool insn_literal_matches(csp_vm *vm, value v, value k)
{
    if (v == k)
        return true;
    if (!value_is_object(v) && !value_is_object(k))
        return false;
    if (value_type_of(v) != value_type_of(k))
        return false;
    return walk_equal_keys(vm, v, k);
}

verdict insn_error_part(value e, uint32_t which, value *out)
{
    const error *of = value_error(e);
    *out = which == 0 ? of->kind : which == 1 ? of->message : of->data;
    return VERDICT_DONE;
}

verdict insn_rest(csp_vm *vm, process *p, value seq, uint32_t from, value *out)
{
    const range r = {.header = OBJ_RANGE | OBJ_IMMUTABLE, .from = value_int(from), .to = VALUE_NIL};
    return data_slice_range(vm, p, seq, &r, out);
}

verdict insn_defer(csp_vm *vm, value *d, uint32_t kind, uint32_t at, const value *items, uint32_t n)
{
    deferred *e = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *e + n * sizeof(value));
    if (!e)
        return vm_raise_memory(vm);
    e->header = OBJ_DEFER | OBJ_IMMUTABLE;
    e->next = value_is(d[0], OBJ_DEFER) ? d[0] : VALUE_FALSE;
    e->kind = kind & 3;
    e->at = at & 0x3fffffff;
    e->count = n;
    memcpy(e->items, items, n * sizeof(value));
    if (d[0] == VALUE_NIL)
        d[2] = VALUE_NIL; /* else they are running: the mode stays */
    d[0] = value_object(e);
    return VERDICT_DONE;
}

bool insn_par_results(csp_vm *vm, process *p, par *of, value *out, walk_kind *walk)
{
    *out = list_new(vm, p, of->results, of->count);
    if (*out == VALUE_ABSENT)
        return true;
    bool flat = true;
    for (uint32_t i = 0; i < of->count; i++)
        flat = flat && value_is_immutable(of->results[i]);
    if (flat)
        return true;
    value_list(*out)->header = OWNER_TRANSIT | OBJ_LIST;
    *walk = of->shared ? WALK_COPY : WALK_ADOPT;
    return false;
}

void insn_end_process(csp_vm *vm, process *p, value outcome, bool failed)
{
    if (side_of(p))
        foreign_process_ended(vm, p);
    process_end(vm, p, outcome, failed);
}

bool insn_finish_process(csp_vm *vm, process *p, value outcome, bool failed, frame *f)
{
    if (!value_is_immutable(outcome) && !failed && !process_observable(p))
        outcome = VALUE_NIL;
    if (value_is_immutable(outcome) && !(side_of(p) && side_of(p)->releases)) {
        insn_end_process(vm, p, outcome, failed);
        return true;
    }
    const code *last = native_code(vm, &vm_builtins[BUILTIN_END], false);
    value *stack = last ? process_reserve(vm, p, process_stack(p), last->registers) : NULL;
    if (!stack) {
        vm->sched.raised = VALUE_ABSENT;
        insn_end_process(vm, p, vm->memory_error, true);
        return true;
    }
    stack[0] = outcome;
    stack[1] = value_bool(failed);
    stack[2] = stack[3] = VALUE_ABSENT;
    *f = (frame){stack, last, last->insns};
    return false;
}

bool insn_out_of_reductions(csp_vm *vm, process *p)
{
    unsigned stage =
        PROCESS_NO_CATCH | (p->reductions >= sched_last_reduction(vm) ? PROCESS_SPENT : 0);
    if ((p->flags & stage) == stage || unwind_under_way(p))
        return false;
    process_set(p, stage);
    if (p->wake != WAKE_NONE)
        sched_settle(vm, p);
    p->wake = WAKE_NONE;
    p->value = VALUE_ABSENT;
    unsigned long long limit = vm->limits.reductions;
    vm_raise(vm, ERR_OUT_OF_REDUCTIONS, "more than %llu reduction%s", limit, limit == 1 ? "" : "s");
    return true;
}

/* The frame stands behind all registers of the instruction's. */
enum { OPERATOR_ARGS = 3 };

static value *push_operator(csp_vm *vm, process *p, value *R, const code *c, const insn *pc,
                            const native_entry *entry, const value args[OPERATOR_ARGS],
                            const code **callee)
{
    *callee = native_code(vm, entry, true);
    if (!*callee) {
        vm_raise_memory(vm);
        return NULL;
    }
    uint32_t distance = (uint32_t)c->registers + 2;
    value *N = process_reserve(vm, p, R + distance, (*callee)->registers);
    if (!N)
        return NULL;
    link_make(N, c, pc, distance);
    for (uint32_t i = 0; i < (*callee)->registers; i++)
        N[i] = i < (*callee)->params && i < OPERATOR_ARGS ? args[i] : VALUE_ABSENT;
    return N;
}

value *insn_push_walk(csp_vm *vm, process *p, value *R, const code *c, const insn *pc,
                      walk_kind kind, value a, value b, const code **callee)
{
    const value args[] = {a, b, VALUE_ABSENT}; /* a third one the instruction places itself */
    return push_operator(vm, p, R, c, pc, &walk_natives[kind], args, callee);
}

value *insn_push_next(csp_vm *vm, process *p, value *R, const code *c, const insn *pc,
                      const native_entry *next, value of, const code **callee)
{
    const value args[] = {of, VALUE_ABSENT, VALUE_ABSENT};
    return push_operator(vm, p, R, c, pc, next, args, callee);
}

value *insn_push_long(csp_vm *vm, process *p, value *R, const code *c, const insn *pc, opcode op,
                      value a, value b, const code **callee)
{
    const value args[] = {value_int(num_long_of(op)), a, b};
    return push_operator(vm, p, R, c, pc, &num_long_native, args, callee);
}

void insn_save(process *p, const value *registers, const code *body, const insn *pc)
{
    process_set_registers(p, registers);
    p->pc = (uint32_t)(pc - body->insns);
    p->code = body;
}
