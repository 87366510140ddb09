#include "vm/foreign/ccall.h"

#include <stdlib.h>

#include "vm/core/stack.h"
#include "vm/foreign/construct.h"
#include "vm/foreign/own.h"

enum { BLOCK_WORDS = 64 };

/* --- quick calls */

typedef struct quick {
    const cfunction *of;
    const invoke_plan *plan;
    const value *extra;    /* beyond the parameters … */
    const uint64_t *words; /* … and what C gets for them */
    native_stack *stack;
} quick;

/* C has called back: from here on the call has a record and a frame. */
static verdict become_frame(csp_vm *vm, process *p, value **window, uint32_t argc,
                            const foreign_fn *f, quick *q, const code **callee)
{
    native_stack *s = q->stack;
    ccall_own_stack(vm, p, s);
    ccall *c = record_new(vm, p, q->of, q->plan, *window, q->extra);
    q->plan = NULL;
    if (!c) {
        native_abandon(s);
        ccall_leave_stack(vm, p, s);
        return VERDICT_FAIL;
    }
    c->stack = s;
    return frame_promote(vm, p, window, argc, f, c, callee);
}

static verdict enter_quick(csp_vm *vm, process *p, value **window, uint32_t argc,
                           const foreign_fn *f, quick *q, void *block, const code **callee)
{
    native_stack *s = q->stack = ccall_stack(vm, p);
    if (!s)
        return VERDICT_FAIL;
    struct foreign *v = vm->foreign;
    s->owner = process_number(p);
    v->in = p;
    v->window = *window;
    int64_t begun = watch_begin(vm, f);
    native_outcome outcome = invoke_enter(s, q->plan, q->of->code, block, side_of(p)->c_error);
    watch_end(vm, f, begun);
    if (__builtin_expect(outcome == NATIVE_RETURNED, 1)) {
        side_of(p)->c_error = s->error;
        verdict done = ccall_result(vm, p, q->of, invoke_result(s), &(*window)[-2]);
        ccall_leave_stack(vm, p, s);
        return done;
    }
    if (outcome == NATIVE_SUSPENDED)
        return become_frame(vm, p, window, argc, f, q, callee);
    ccall_leave_stack(vm, p, s);
    return ccall_raise(vm, q->of, outcome);
}

static verdict call_in_block(csp_vm *vm, process *p, value **window, uint32_t argc,
                             const foreign_fn *f, quick *q, const code **callee)
{
    _Alignas(16) uint64_t words[BLOCK_WORDS];
    void *block = q->plan->block_size <= sizeof words ? words : malloc(q->plan->block_size);
    if (!block)
        return vm_raise_memory(vm);
    verdict v = VERDICT_FAIL;
    if (ccall_fill(vm, p, q->of, q->plan, *window, q->words, NULL, 0, block))
        v = enter_quick(vm, p, window, argc, f, q, block, callee);
    vm->foreign->in = NULL;
    if (block != words)
        free(block);
    return v;
}

static verdict call_variadic(csp_vm *vm, process *p, value **window, uint32_t argc,
                             const foreign_fn *f, quick *q, const code **callee)
{
    uint64_t words[CTYPE_PARAMS];
    q->plan = ccall_plan(vm, p, q->of, q->extra, argc - q->of->signature->count, words);
    if (!q->plan)
        return VERDICT_FAIL;
    q->words = words;
    verdict v = call_in_block(vm, p, window, argc, f, q, callee);
    if (q->plan)
        invoke_release(q->plan);
    q->words = NULL;
    return v;
}

static verdict call_quick(csp_vm *vm, process *p, value **window, uint32_t argc,
                          const foreign_fn *f, const code **callee)
{
    const cfunction *of = f->of;
    uint32_t params = of->signature->count;
    if (!side_of(p) && !process_side(vm, p))
        return VERDICT_FAIL;
    quick q = {.of = of, .plan = of->plan, .extra = *window + params};
    return argc > params ? call_variadic(vm, p, window, argc, f, &q, callee)
                         : call_in_block(vm, p, window, argc, f, &q, callee);
}

static verdict raise_arity(csp_vm *vm, const cfunction *of, uint32_t given)
{
    bool open = of->signature->variadic, too_many = given > CTYPE_PARAMS;
    uint32_t n = open && too_many ? CTYPE_PARAMS : of->signature->count;
    return vm_raise(vm, ERR_ARITY, "`%s` takes %s%u argument%s, but %u %s given", of->name,
                    !open      ? ""
                    : too_many ? "at most "
                               : "at least ",
                    n, n == 1 ? "" : "s", given, given == 1 ? "is" : "are");
}

verdict ccall_enter(csp_vm *vm, process *p, value **window, uint32_t argc, const foreign_fn *f,
                    const code **callee)
{
    const cfunction *of = f->of;
    if (!of) {
        value made = VALUE_NIL;
        verdict v = struct_construct(vm, p, f->makes, argc, *window, &made);
        (*window)[-2] = made;
        return v;
    }
    uint32_t params = of->signature->count;
    if (argc < params || (argc > params && !of->signature->variadic) || argc > CTYPE_PARAMS)
        return raise_arity(vm, of, argc);
    if (f->framed)
        return frame_arrange(vm, p, window, argc, f, callee);
    return call_quick(vm, p, window, argc, f, callee);
}
