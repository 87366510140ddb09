/* What instructions do beyond the interpreter's fast paths (run.c); each function is named
 * after its opcode. DONE with the result stored, or FAIL with the error raised, unless
 * stated otherwise. */
#ifndef CSP_VM_RUN_INSN_H
#define CSP_VM_RUN_INSN_H

#include "vm/code/frame.h"
#include "vm/walk/walk.h"

verdict insn_channel(csp_vm *vm, process *p, value v, bool sends, channel **c);
bool insn_sends_to_host(value handle); /* whether its channel belongs to a port */
verdict insn_closed_receive(csp_vm *vm);
verdict insn_tuple(csp_vm *vm, process *p, const value *items, uint32_t n, value *out);
verdict insn_list(csp_vm *vm, process *p, const value *items, uint32_t n, value *out);
verdict insn_put_pairs(csp_vm *vm, process *p, value target, const value *pairs, uint32_t n);
verdict insn_map(csp_vm *vm, process *p, value *dest, const value *pairs, uint32_t n);
verdict insn_record(csp_vm *vm, process *p, const value *items, const tuple *names,
                    field_hint *hint, value *out);
/* A bound as the source gave it: absent if the range is open (nil for the makers of ranges). A nil
 * that was computed is not a bound. */
verdict insn_bound(csp_vm *vm, process *p, value given, value *out);
verdict insn_range(csp_vm *vm, process *p, value from, value to, bool closed, value *out);
/* The text of values that need no walk; VERDICT_CALL: one of them needs one. */
verdict insn_interpolate(csp_vm *vm, const value *parts, uint32_t n, value *out);
/* container.name; errors have .kind .message .data .trace .cause */
verdict insn_get_field(csp_vm *vm, process *p, value container, value name, field_hint *hint,
                       value *out);
/* container.name = item */
verdict insn_set_field(csp_vm *vm, process *p, value container, value name, field_hint *hint,
                       value item);
verdict insn_read_cell(csp_vm *vm, process *p, value k, value *out);
void insn_set_late(value k, value v); /* SETCELL of a CELL_LATE */
/* The numeric for: start and limit in r[0], r[1]; *more is false if there is nothing to iterate. An
 * included limit becomes an excluded one. */
verdict insn_fori_begin(csp_vm *vm, process *p, value *r, bool included, bool *more);
verdict insn_fori_next(csp_vm *vm, process *p, value *r, bool *more);
bool insn_literal_matches(csp_vm *vm, value v, value k);
/* The same, inline for the common cases. A number has one representation, except -0.0, which is an
 * object, and which no pattern has as its literal (compiler/steps.c). */
static inline bool insn_is_literal(csp_vm *vm, value v, value k)
{
    if (v == k)
        return true;
    if (!value_is_object(v))
        return false;
    if (value_is(k, OBJ_STRING)) {
        const string *literal = value_string(k);
        if (!value_is(v, OBJ_STRING))
            return false;
        if (literal->hash != 0 && value_string(v)->hash != 0 &&
            literal->hash != value_string(v)->hash)
            return false;
    }
    return insn_literal_matches(vm, v, k);
}
verdict insn_error_part(value e, uint32_t which, value *out);
verdict insn_rest(csp_vm *vm, process *p, value seq, uint32_t from, value *out);
verdict insn_defer(csp_vm *vm, value *d, uint32_t kind, uint32_t at, const value *items,
                   uint32_t n);
/* The outcomes of a par that is over: a list that is ready (true), or still has to be
 * adopted (*walk). */
bool insn_par_results(csp_vm *vm, process *p, par *of, value *out, walk_kind *walk);
/* Ends the running process, and gives back what C has given it. */
void insn_end_process(csp_vm *vm, process *p, value outcome, bool failed);
/* Ends p with this outcome. True: it has ended. False: the outcome must first be made fit for
 * others, or resources given back; *f is a last frame that does this. */
bool insn_finish_process(csp_vm *vm, process *p, value outcome, bool failed, frame *f);
/* p, which is about to run, has used up its reductions: true if it must crash for it now (raised).
 * It does so once, and no catch stops it; and once more when its defers have used as many again. */
bool insn_out_of_reductions(csp_vm *vm, process *p);
/* A native frame that does the work of an instruction. NULL: raised. */
value *insn_push_walk(csp_vm *vm, process *p, value *R, const code *c, const insn *pc,
                      walk_kind kind, value a, value b, const code **callee);
/* The same for the next element of an object (hosted_class). */
value *insn_push_next(csp_vm *vm, process *p, value *R, const code *c, const insn *pc,
                      const native_entry *next, value of, const code **callee);
/* The same for an operator on ints that takes long (num_long.h). */
value *insn_push_long(csp_vm *vm, process *p, value *R, const code *c, const insn *pc, opcode op,
                      value a, value b, const code **callee);

/* What SAVE (run.c) does. */
__attribute__((cold)) void insn_save(process *p, const value *registers, const code *body,
                                     const insn *pc);

#endif
