/* Calls of C as frames, step by step. While C waits in a callback, the function that it has called
 * runs in a frame above this one, like any other. */
#include <stdlib.h>
#include <string.h>

#include "vm/code/native.h"
#include "vm/core/stack.h"
#include "vm/core/string.h"
#include "vm/data/list.h"
#include "vm/foreign/ccall.h"
#include "vm/foreign/convert.h"
#include "vm/foreign/cvalue.h"
#include "vm/foreign/own.h"

/* The slots of a frame, behind its parameters. */
typedef enum frame_slot { SLOT_STATE, SLOT_RECORD, SLOT_CRASH, FRAME_SLOTS } frame_slot;

/* --- code */

/* A frame's instructions: a step, which a callback comes back behind, and so on; and back. */
enum { STEPS = 8 };
#define STEP                \
    {                       \
        OPC_NATIVE, 0, 0, 0 \
    }
static const insn steps[] = {
    STEP, STEP, STEP, STEP, STEP, STEP, STEP, STEP, {OPC_LOOP, 0, UINT16_MAX - STEPS, UINT16_MAX}};
static const src_place places[STEPS + 1];

static const native_entry entry;

typedef struct frame_code {
    code base;
    const foreign_fn *fn;
} frame_code;

static const foreign_fn *function_of_code(const code *c)
{
    return ((const frame_code *)(const void *)c)->fn;
}

code *frame_code_new(csp_vm *vm, const foreign_fn *fn, module *m)
{
    frame_code *made = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *made);
    if (!made)
        return NULL;
    uint32_t params = fn->of->signature->count + fn->of->signature->variadic;
    made->fn = fn;
    made->base = (code){
        .insns = steps,
        .count = STEPS + 1,
        .places = places,
        .params = (uint16_t)params,
        .required = (uint16_t)fn->of->signature->count,
        .registers =
            (uint16_t)(params + FRAME_SLOTS + 1), /* the last one gets what a callback gives */
        .self_capture = CODE_NO_REGISTER,
        .defer_reg = CODE_NO_REGISTER,
        .native = &entry,
        .module = m,
        .name = str_new(vm, fn->name, strlen(fn->name)),
    };
    return made->base.name == VALUE_ABSENT ? NULL : &made->base;
}

/* --- a frame */

typedef enum frame_state {
    STATE_NEW,
    STATE_SUSPENDED, /* C has called back, and nothing has been done about it yet */
    STATE_CALLED,    /* the program's function runs, or has given its result */
    STATE_OTHERWISE, /* it has crashed (its slot), and C is to go on with what was agreed on */
    STATE_WAITING    /* for a worker */
} frame_state;

typedef struct cframe {
    const foreign_fn *fn;
    const cfunction *of;
    value *args, *slots;
    ccall *call; /* NULL: there is none yet, or any more */
} cframe;

static frame_state state_of(const cframe *f)
{
    return f->slots[SLOT_STATE] == VALUE_ABSENT ? STATE_NEW
                                                : (frame_state)value_as_int(f->slots[SLOT_STATE]);
}

static void set_state(const cframe *f, frame_state s) { f->slots[SLOT_STATE] = value_int(s); }

/* A record's address as an int: it is no object. */
static void set_call(cframe *f, ccall *c)
{
    f->call = c;
    f->slots[SLOT_RECORD] = c ? value_int((int64_t)(uintptr_t)c) : VALUE_ABSENT;
}

static cframe frame_at(const code *c, value *base)
{
    cframe f = {.fn = function_of_code(c), .args = base, .slots = base + c->params};
    f.of = f.fn->of;
    if (f.slots[SLOT_RECORD] != VALUE_ABSENT)
        f.call = (ccall *)(uintptr_t)value_as_int(f.slots[SLOT_RECORD]);
    return f;
}

bool ccall_is_frame(const code *c) { return c->native == &entry; }

const ccall *ccall_of_frame(const code *c, value *base) { return frame_at(c, base).call; }

static const value *extra_of(const cframe *f)
{
    return f->of->signature->variadic ? value_list(f->args[f->of->signature->count])->items : NULL;
}
static uint32_t extra_count(const cframe *f)
{
    return f->of->signature->variadic ? value_list(f->args[f->of->signature->count])->count : 0;
}

/* --- the window becomes a frame */

/* A callback may move a struct away that C is working on: so its bytes are held by a value that
 * nobody else knows. False: no memory. */
static bool hold_structs(csp_vm *vm, const process *p, value *args, uint32_t argc)
{
    for (uint32_t i = 0; i < argc; i++) {
        if (!value_is(args[i], OBJ_STRUCT) || !value_usable(p, args[i]))
            continue;
        value same = cvalue_within(vm, args[i], 0, value_struct(args[i])->of);
        if (same == VALUE_ABSENT)
            return false;
        args[i] = same;
    }
    return true;
}

verdict frame_arrange(csp_vm *vm, process *p, value **window, uint32_t argc, const foreign_fn *f,
                      const code **callee)
{
    const code *c = f->code;
    uint32_t params = f->of->signature->count;
    value *n = process_reserve(vm, p, *window, c->registers > argc ? c->registers : argc);
    if (!n)
        return VERDICT_FAIL;
    *window = n;
    if (!hold_structs(vm, p, n, argc))
        return vm_raise_memory(vm);
    if (f->of->signature->variadic) {
        value all = list_new(vm, p, n + params, argc - params);
        if (all == VALUE_ABSENT)
            return vm_raise_memory(vm);
        n[params] = all;
    }
    for (uint32_t i = c->params; i < c->registers; i++)
        n[i] = VALUE_ABSENT;
    *callee = c;
    return VERDICT_CALL;
}

verdict frame_promote(csp_vm *vm, process *p, value **window, uint32_t argc, const foreign_fn *fn,
                      ccall *c, const code **callee)
{
    if (frame_arrange(vm, p, window, argc, fn, callee) == VERDICT_CALL) {
        cframe f = frame_at(fn->code, *window);
        set_call(&f, c);
        set_state(&f, STATE_SUSPENDED);
        return VERDICT_CALL;
    }
    value raised = vm->sched.raised;
    native_abandon(c->stack);
    ccall_leave_stack(vm, p, c->stack);
    record_end(vm, p, c);
    vm->sched.raised = raised;
    return VERDICT_FAIL;
}

/* --- the end */

/* C has returned, or is given up: `suspended` says what it had come to. */
static void end(csp_vm *vm, process *p, cframe *f)
{
    ccall *c = f->call;
    set_call(f, NULL);
    if (c->stack)
        ccall_leave_stack(vm, p, c->stack);
    record_end(vm, p, c);
}

/* The crash that waited for C to return. */
static verdict raise_put_off(csp_vm *vm, const cframe *f)
{
    value e = f->slots[SLOT_CRASH];
    f->slots[SLOT_CRASH] = VALUE_ABSENT;
    return vm_raise_value(vm, e);
}

static verdict returned(csp_vm *vm, process *p, cframe *f, const void *given, value *result)
{
    verdict v = VERDICT_FAIL;
    if (f->slots[SLOT_CRASH] == VALUE_ABSENT)
        v = ccall_result(vm, p, f->of, given, result);
    end(vm, p, f);
    return f->slots[SLOT_CRASH] == VALUE_ABSENT ? v : raise_put_off(vm, f);
}

/* --- C calls back */

static const native_callback *callback_of(const cframe *f)
{
    return f->call->stack ? f->call->stack->callback : f->call->callback;
}

static const ctarget *target_of(const cframe *f) { return cclosure_user(callback_of(f)->closure); }

static value function_of(const process *p, const cframe *f, const ctarget *t)
{
    if (t->call == f->call)
        return f->args[t->param];
    return t->kept ? t->kept->function : process_stack(p)[t->call->frame + t->param];
}

/* After a crash of an earlier callback of this call. */
static verdict called_back_crashed(csp_vm *vm, const cframe *f)
{
    set_state(f, STATE_SUSPENDED);
    if (!cclosure_signature(target_of(f)->closure)->has_otherwise)
        return raise_put_off(vm, f);
    set_state(f, STATE_OTHERWISE);
    return VERDICT_YIELD;
}

static verdict give_argument(csp_vm *vm, process *p, const native_callback *c, uint32_t i,
                             value *to)
{
    ctype t = cclosure_signature(c->closure)->params[i];
    uint64_t word =
        t.kind == CTYPE_STRUCT ? (uint64_t)(uintptr_t)cclosure_bytes(c, i) : cclosure_word(c, i);
    return convert_from_c(vm, p, t, word, to);
}

/* The arguments of a callback, into the window of its function. */
static verdict give_arguments(csp_vm *vm, process *p, const native_callback *c, const csignature *s,
                              value *args)
{
    const ctype *types = s->params;
    const char *block = c->block;
    const uint32_t *at = block ? s->plan->at : NULL;
    for (uint32_t i = 0, n = s->count; i < n; i++) {
        ctype_kind kind = types[i].kind;
        uint64_t word;
        bool given = false;
        if (block && ctype_is_word(kind)) {
            memcpy(&word, cclosure_in_block(block, at[i]), sizeof word);
            given = convert_from_c_quickly(vm, kind, word, &args[i]);
        }
        if (!given && give_argument(vm, p, c, i, &args[i]) != VERDICT_DONE)
            return VERDICT_FAIL;
    }
    return VERDICT_CALL;
}

/* What a callback costs is what leads from its result to the next one: these are one piece. */
#define IN_ONE static inline __attribute__((always_inline))

IN_ONE verdict called_back(csp_vm *vm, process *p, cframe *f, const native_callback *c)
{
    if (f->slots[SLOT_CRASH] != VALUE_ABSENT)
        return called_back_crashed(vm, f);
    set_state(f, STATE_CALLED);
    const csignature *s = cclosure_signature(c->closure);
    value *args = native_call_window(vm, p, function_of(p, f, cclosure_user(c->closure)), s->count);
    return args ? give_arguments(vm, p, c, s, args) : VERDICT_FAIL;
}

IN_ONE verdict outcome(csp_vm *vm, process *p, cframe *f, native_outcome o, value *result)
{
    native_stack *s = f->call->stack;
    if (o == NATIVE_RETURNED) {
        side_of(p)->c_error = s->error;
        return returned(vm, p, f, invoke_result(s), result);
    }
    if (o == NATIVE_SUSPENDED)
        return called_back(vm, p, f, s->callback);
    end(vm, p, f);
    return ccall_raise(vm, f->of, o);
}

IN_ONE verdict resume(csp_vm *vm, process *p, cframe *f, worker_reply reply, value *result)
{
    ccall *c = f->call;
    if (c->of->blocking) {
        set_state(f, STATE_WAITING);
        return blocking_go_on(vm, p, c, reply);
    }
    if (reply == WORKER_OTHERWISE)
        cclosure_answer_otherwise(c->stack->callback);
    c->stack->owner = process_number(p);
    int64_t begun = watch_begin(vm, f->fn);
    native_outcome o = native_resume(c->stack);
    watch_end(vm, f->fn, begun);
    return outcome(vm, p, f, o, result);
}

/* FAIL: it is not what C is to get. */
static verdict answer_with(csp_vm *vm, process *p, const native_callback *c, ctype type, value v)
{
    const ctarget *t = cclosure_user(c->closure);
    cplace at = {CPLACE_RESULT, 0, NULL, NULL};
    uint64_t word;
    if (!t->kept) {
        at.name = t->call->of->params[t->param];
        at.of = t->call->of->name;
    }
    if (convert_to_c(vm, p, type, v, &at, &word) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (type.kind == CTYPE_STRUCT)
        cclosure_answer_bytes(c, (const void *)(uintptr_t)word);
    else
        cclosure_answer(c, word);
    return VERDICT_DONE;
}

/* The program's function has given its result. What that points to lives in the register where
 * it stands, until C calls back again or returns. */
static verdict answer(csp_vm *vm, process *p, cframe *f, value *result)
{
    const native_callback *c = callback_of(f);
    ctype type = cclosure_signature(c->closure)->result;
    value given = f->slots[FRAME_SLOTS]; /* native_result */
    uint64_t word;
    if (convert_quickly(type.kind, given, &word))
        cclosure_answer(c, word);
    else if (type.kind != CTYPE_VOID && answer_with(vm, p, c, type, given) != VERDICT_DONE)
        return VERDICT_FAIL;
    return resume(vm, p, f, WORKER_ANSWERED, result);
}

/* --- the beginning */

static verdict begin_here(csp_vm *vm, process *p, cframe *f, const uint64_t *extra, value *result)
{
    enum { BLOCK_WORDS = 64 };
    _Alignas(16) uint64_t words[BLOCK_WORDS];
    ccall *c = f->call;
    void *block = c->plan->block_size <= sizeof words ? words : malloc(c->plan->block_size);
    if (!block)
        return vm_raise_memory(vm);
    native_stack *s = NULL;
    native_outcome o = NATIVE_RETURNED;
    if (ccall_fill(vm, p, f->of, c->plan, f->args, extra, c->targets, c->target_count, block) &&
        (s = ccall_stack(vm, p))) {
        ccall_own_stack(vm, p, s);
        c->stack = s;
        s->owner = process_number(p);
        int64_t begun = watch_begin(vm, f->fn);
        o = invoke_enter(s, c->plan, f->of->code, block, side_of(p)->c_error);
        watch_end(vm, f->fn, begun);
    }
    if (block != words)
        free(block);
    return s ? outcome(vm, p, f, o, result) : VERDICT_FAIL;
}

static verdict begin(csp_vm *vm, process *p, cframe *f, value *result)
{
    uint64_t extra[CTYPE_PARAMS];
    const invoke_plan *plan = ccall_plan(vm, p, f->of, extra_of(f), extra_count(f), extra);
    ccall *c = plan ? record_new(vm, p, f->of, plan, f->args, extra_of(f)) : NULL;
    if (!c)
        return VERDICT_FAIL;
    c->frame = (uint32_t)(f->args - process_stack(p));
    set_call(f, c);
    if (c->of->blocking) {
        set_state(f, STATE_WAITING);
        return blocking_begin(vm, p, c, f->fn->library, f->args, extra);
    }
    return begin_here(vm, p, f, extra, result);
}

static verdict arrived(csp_vm *vm, process *p, cframe *f, value *result)
{
    ccall *c = f->call;
    blocking_arrived(vm, p);
    if (!atomic_load_explicit(&c->over, memory_order_acquire))
        return called_back(vm, p, f, c->callback);
    if (c->job.outcome == WORKER_RETURNED) {
        side_of(p)->c_error = c->job.error;
        return returned(vm, p, f, c->job.result, result);
    }
    native_outcome o = blocking_outcome(c);
    end(vm, p, f);
    return ccall_raise(vm, f->of, o);
}

static verdict step(csp_vm *vm, process *p, value *args, value *result)
{
    cframe f = frame_at(p->code, args);
    switch (state_of(&f)) {
    case STATE_NEW: return begin(vm, p, &f, result);
    case STATE_SUSPENDED:
        f.call->frame = (uint32_t)(args - process_stack(p)); /* a tail call has moved it */
        return called_back(vm, p, &f, callback_of(&f));
    case STATE_CALLED: return answer(vm, p, &f, result);
    case STATE_OTHERWISE: return resume(vm, p, &f, WORKER_OTHERWISE, result);
    case STATE_WAITING: break;
    }
    return arrived(vm, p, &f, result);
}

static const native_entry entry = {"C", "C(…)", "a call of C", step, 0, 0, FRAME_SLOTS};

/* --- being left */

/* Whether C has called a function that has crashed, and has agreed on what it gets then. */
static bool has_otherwise(const cframe *f)
{
    return state_of(f) == STATE_CALLED && f->slots[SLOT_CRASH] == VALUE_ABSENT &&
           cclosure_signature(target_of(f)->closure)->has_otherwise;
}

bool ccall_leave(csp_vm *vm, process *p, const frame *at, value e, bool killed)
{
    cframe f = frame_at(at->code, at->base);
    ccall *c = f.call;
    if (!c)
        return false;
    if (!killed && has_otherwise(&f)) {
        f.slots[SLOT_CRASH] = e;
        set_state(&f, STATE_OTHERWISE);
        return true;
    }
    if (c->of->blocking) {
        if (state_of(&f) != STATE_WAITING)
            blocking_watch(vm, c);
        blocking_leave(c, !killed);
    } else if (c->stack) {
        native_abandon(c->stack);
    }
    end(vm, p, &f);
    return false;
}
