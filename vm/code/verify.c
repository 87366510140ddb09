/* The verifier establishes what the interpreter relies on without checking. Registers, constants,
 * jumps, arms, handlers and defers are checked one instruction at a time. The types of values in
 * registers are checked when the program runs, or known to the compiler (the state of a loop, a
 * par). Everything here is linear in the size of the code. */
#include "vm/code/verify.h"

#include <stdlib.h>

#include "base/hash.h"
#include "gc/heap.h"
#include "vm/code/code.h"
#include "vm/code/code_table.h"
#include "vm/core/object.h"

/* Stands for the fault when there is no memory to find it: compared by address. */
static const char no_memory[] = "out of memory";

/* --- the set of codes */

static size_t place_in(const code_set *set, const void *p)
{
    size_t i = hash_place((uintptr_t)p) & set->mask;
    while (set->slots[i] && set->slots[i] != p)
        i = (i + 1) & set->mask;
    return i;
}

static bool make_set(code_set *set, csp_vm *vm, const module *m)
{
    size_t size = 16;
    while (size < 2 * (size_t)m->code_count)
        size *= 2;
    set->mask = size - 1;
    set->slots = calloc(size, sizeof(const code *));
    if (!set->slots)
        return false;
    set->vm = vm;
    for (uint32_t i = 0; i < m->code_count; i++)
        set->slots[place_in(set, m->codes[i])] = m->codes[i];
    return true;
}

/* The codes of others are in the VM's table. The first word of a code is an even address, which no
 * object's header is. */
const code *verify_find_code(const code_set *set, value v)
{
    if (!value_is_object(v))
        return NULL;
    const code *own = set->slots[place_in(set, value_as_object(v))];
    if (own || obj_header(v) % 2 || heap_object_size(v) < sizeof(code))
        return own;
    const code *other = value_as_object(v);
    uint32_t pc;
    return code_at(set->vm, other->base, &pc) == other ? other : NULL;
}

/* --- a whole code */

static const char *check_shape(const code *c)
{
    if (c->native || c->count == 0 || !c->insns || !c->places)
        return "no code";
    if (c->registers > CODE_MAX_REGISTERS ||
        (uint32_t)c->params + c->has_rest + c->captures > c->registers)
        return "too few registers";
    if (c->required > c->params || c->plain != (c->required == c->params && !c->has_rest))
        return "parameters that contradict each other";
    if (c->self_capture != CODE_NO_REGISTER && c->self_capture >= c->captures)
        return "no such capture";
    if ((c->params || c->has_rest) && !c->param_names)
        return "parameters without names";
    return NULL;
}

static const char *check_handlers(checker *k)
{
    const code *c = k->c;
    uint32_t last_end = 0;
    for (uint32_t i = 0; i < c->handler_count; i++) {
        const handler *h = &c->handlers[i];
        k->pc = h->start;
        if (h->start >= h->end || h->end > c->count)
            return "a handler of no instructions";
        if (h->kind != HANDLER_CATCH && h->kind != HANDLER_CLEANUP)
            return "unknown kind of handler";
        if (h->target >= c->count || k->is_arm[h->target])
            return "a handler without a target";
        if (h->reg >= c->registers)
            return "register out of range";
        /* Innermost first: a handler that encloses or follows another ends at or after its end. */
        if (h->end < last_end)
            return "handlers out of order";
        last_end = h->end;
    }
    return NULL;
}

/* Two ranges overlap only when the later one encloses the earlier one. */
static const char *check_nesting(checker *k)
{
    const code *c = k->c;
    /* the ranges not enclosed so far, in order */
    uint32_t *open = malloc((c->handler_count + (size_t)1) * sizeof *open);
    if (!open)
        return no_memory;
    uint32_t count = 0;
    const char *wrong = NULL;
    for (uint32_t i = 0; i < c->handler_count && !wrong; i++) {
        const handler *h = &c->handlers[i];
        k->pc = h->start;
        while (count > 0 && c->handlers[open[count - 1]].start >= h->start)
            count--;
        if (count > 0 && c->handlers[open[count - 1]].end > h->start)
            wrong = "handlers that cross";
        open[count++] = i;
    }
    free(open);
    return wrong;
}

static const char *check_epilogue(checker *k)
{
    const code *c = k->c;
    k->pc = 0;
    if (c->defer_reg == CODE_NO_REGISTER)
        return NULL;
    if ((uint32_t)c->defer_reg + 4 > c->registers)
        return "register out of range";
    insn first = c->insns[0];
    if (first.op != OPC_LOADP || first.a != c->defer_reg || insn_wide(first) != VALUE_NIL)
        return "the list of defers is not made first";
    k->pc = c->defer_pc;
    if (c->defer_pc >= c->count - 1 || c->insns[c->defer_pc].op != OPC_RUNDEFERS)
        return "the epilogue does not begin with rundefers";
    if (c->insns[c->defer_pc - 1].op != OPC_NOP)
        return "no nop stands before rundefers";
    insn last = c->insns[c->defer_pc + 1];
    return last.op == OPC_RET && last.a == c->defer_reg + 1
               ? NULL
               : "the epilogue does not return the outcome";
}

/* First pass: all opcodes exist; finds the instructions that are arms. */
static const char *mark_arms(checker *k)
{
    const code *c = k->c;
    for (k->pc = 0; k->pc < c->count; k->pc++) {
        insn i = c->insns[k->pc];
        if (i.op >= OPC_COUNT)
            return "unknown opcode";
        k->is_arm[k->pc] = k->pc < k->arms_end;
        if (i.op == OPC_ALT && k->pc >= k->arms_end)
            k->arms_end = (uint64_t)k->pc + 1 + i.a < c->count ? k->pc + 1 + i.a : c->count;
    }
    return NULL;
}

static const char *check_code(checker *k)
{
    const code *c = k->c;
    const char *wrong = mark_arms(k);
    if (wrong)
        return wrong;
    for (k->pc = 0; k->pc < c->count; k->pc++) {
        wrong = verify_insn(k);
        if (wrong)
            return wrong;
    }
    k->pc = c->count - 1;
    if (vm_opcodes[c->insns[k->pc].op].flag != OPCODE_ENDS)
        return "control goes off the end";
    wrong = check_epilogue(k);
    if (!wrong)
        wrong = check_handlers(k);
    return wrong ? wrong : check_nesting(k);
}

static const char *verify(const code *c, const code_set *codes, uint32_t *at)
{
    *at = 0;
    const char *wrong = check_shape(c);
    if (wrong)
        return wrong;
    checker k = {.c = c, .codes = codes, .is_arm = calloc(c->count, sizeof *k.is_arm)};
    if (!k.is_arm)
        return no_memory;
    wrong = check_code(&k);
    *at = k.pc;
    free(k.is_arm);
    return wrong;
}

verify_result code_verify_module(csp_vm *vm, const module *m, verify_fault *fault)
{
    code_set codes;
    *fault = (verify_fault){.why = m->code_count == 0 ? "a module without code" : NULL};
    if (!make_set(&codes, vm, m))
        return VERIFY_NO_MEMORY;
    for (uint32_t i = 0; i < m->code_count && !fault->why; i++) {
        fault->which = m->codes[i];
        fault->why = verify(m->codes[i], &codes, &fault->at);
    }
    if (!fault->why && (m->codes[0]->params || m->codes[0]->has_rest || m->codes[0]->captures))
        fault->why = "the body of a module has parameters";
    free(codes.slots);
    return fault->why == no_memory ? VERIFY_NO_MEMORY : fault->why ? VERIFY_WRONG : VERIFY_OK;
}
