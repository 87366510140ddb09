/* Records of calls under way, and what C holds meanwhile. */
#include <stdlib.h>

#include "vm/core/stack.h"
#include "vm/core/type.h"
#include "vm/foreign/own.h"
#include "vm/foreign/release.h"

/* --- what C works on */

typedef struct arguments {
    const value *args, *extra;
    uint32_t params, count;
} arguments;

static value argument(const arguments *a, uint32_t i)
{
    return i < a->params ? a->args[i] : a->extra[i - a->params];
}

static void pin(buffer *b) { __atomic_add_fetch(&b->pinned, 1, __ATOMIC_RELAXED); }
static void unpin(buffer *b) { __atomic_sub_fetch(&b->pinned, 1, __ATOMIC_RELEASE); }

static bool pin_buffers(ccall *c, const arguments *a)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->count; i++)
        n += value_is(argument(a, i), OBJ_BUFFER);
    if (n == 0)
        return true;
    c->buffers = malloc(n * sizeof *c->buffers);
    if (!c->buffers)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!value_is(argument(a, i), OBJ_BUFFER))
            continue;
        c->buffers[c->buffer_count++] = value_as_object(argument(a, i));
        pin(value_as_object(argument(a, i)));
    }
    return true;
}

/* On any thread: `pins`, or the frame, keeps them alive. */
static void unpin_buffers(ccall *c)
{
    for (uint32_t i = 0; i < c->buffer_count; i++)
        unpin(c->buffers[i]);
    c->buffer_count = 0;
}

/* A worker's arguments outlive the frame. Functions do not: they run on it. */
static bool hold_arguments(ccall *c, const arguments *a)
{
    c->pins = heap_pinned((a->count + 1u) * sizeof *c->pins);
    c->used = calloc(a->count + 1u, sizeof(struct release *));
    if (!c->pins || !c->used)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        struct release *r = release_hold(argument(a, i));
        if (r)
            c->used[c->used_count++] = r;
    }
    for (uint32_t i = 0; i < a->count; i++)
        if (c->plan->types[i].kind != CTYPE_FUNCTION || value_is(argument(a, i), OBJ_CALLBACK))
            c->pins[i] = argument(a, i);
    return true;
}

/* --- functions among the arguments */

/* What a parameter of a function type is given: C may call it until the call has ended. */
static bool is_callable(const arguments *a, const invoke_plan *plan, uint32_t i)
{
    return plan->types[i].kind == CTYPE_FUNCTION && value_type_of(argument(a, i)) == TYPE_FN;
}

static bool make_target(csp_vm *vm, ccall *c, ctarget *t, uint32_t param)
{
    *t = (ctarget){.call = c, .param = param};
    csignature *s = (csignature *)(uintptr_t)c->plan->types[param].signature;
    return callback_open(vm, c->proc, s, t, c->of->name);
}

/* False: raised. */
static bool make_targets(csp_vm *vm, ccall *c, const arguments *a)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->params; i++)
        n += is_callable(a, c->plan, i);
    if (n == 0)
        return true;
    c->targets = calloc(n, sizeof *c->targets);
    if (!c->targets)
        return vm_raise_memory(vm) == VERDICT_DONE;
    for (uint32_t i = 0; i < a->params; i++) {
        if (!is_callable(a, c->plan, i))
            continue;
        if (!make_target(vm, c, &c->targets[c->target_count], i))
            return false;
        c->target_count++;
    }
    return true;
}

/* --- its life */

static void dispose(ccall *c)
{
    for (uint32_t i = 0; i < c->used_count; i++)
        release_drop(c->used[i]); /* before its pointer can be collected */
    unpin_buffers(c);
    for (uint32_t i = 0; i < c->target_count; i++)
        cclosure_bury(c->targets[i].closure);
    if (c->plan)
        invoke_release(c->plan);
    if (c->pins)
        heap_unpin(c->pins);
    ffi_block_release(c->of->blocking ? c->of->signature->block : NULL);
    free(c->used);
    free(c->buffers);
    free(c->targets);
    free(c->job.block);
    free(c->job.result);
    free(c);
}

void record_hold(ccall *c) { atomic_fetch_add_explicit(&c->users, 1, memory_order_relaxed); }

static bool let_go(ccall *c)
{
    return atomic_fetch_sub_explicit(&c->users, 1, memory_order_acq_rel) == 1;
}

/* What was let go last by threads that the collector does not know: they cannot unpin. */
static _Atomic(ccall *) dead;

void record_drop(ccall *c)
{
    if (!let_go(c))
        return;
    unpin_buffers(c); /* C has returned: they may be moved, whenever the rest is buried */
    c->under = atomic_load_explicit(&dead, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&dead, &c->under, c, memory_order_release,
                                                  memory_order_relaxed))
        continue;
}

void record_bury_dead(void)
{
    if (!atomic_load_explicit(&dead, memory_order_relaxed))
        return;
    ccall *c = atomic_exchange_explicit(&dead, NULL, memory_order_acquire);
    for (ccall *next; c; c = next) {
        next = c->under;
        dispose(c);
    }
}

ccall *record_new(csp_vm *vm, process *p, const cfunction *of, const invoke_plan *plan,
                  const value *args, const value *extra)
{
    arguments a = {args, extra, of->signature->count, plan->count};
    ccall *c = process_side(vm, p) ? calloc(1, sizeof *c) : NULL;
    if (!c) {
        invoke_release(plan);
        vm_raise_memory(vm);
        return NULL;
    }
    *c = (ccall){.of = of, .plan = plan, .proc = p, .users = 1};
    if (of->blocking)
        (void)ffi_block_hold(of->signature->block);
    bool held = pin_buffers(c, &a) && (!of->blocking || hold_arguments(c, &a));
    if (!held)
        vm_raise_memory(vm);
    if (!held || !make_targets(vm, c, &a)) {
        dispose(c);
        return NULL;
    }
    c->under = side_of(p)->calls;
    side_of(p)->calls = c;
    vm->foreign->calls++;
    return c;
}

void record_end(csp_vm *vm, process *p, ccall *c)
{
    side_of(p)->calls = c->under;
    vm->foreign->calls--;
    if (let_go(c))
        dispose(c);
}
