#include "api/host/suspend.h"

#include "api/host/completer.h"
#include "api/host/hold.h"
#include "api/host/host.h"
#include "api/host/offload.h"
#include "api/host/step.h"
#include "vm/outside/request.h"

/* Slots of a frame behind its parameters. */
enum { SLOT_CONTEXT, SLOT_CRASH, SLOTS };

static const host_native *native_of(const native_entry *frame)
{
    return (const host_native *)((const char *)frame - offsetof(host_native, frame));
}

/* ---- Contexts of frames ---- */

static csp_context *begin(host *h, const host_native *n)
{
    host_natives *of = &h->natives;
    csp_context *c = of->spare;
    if (c)
        of->spare = c->following;
    else if (!(c = heap_pinned(sizeof *c)))
        return NULL;
    *c = (csp_context){.host = h, .native = n, .following = of->frames, .link = &of->frames};
    if (c->following)
        c->following->link = &c->following;
    return of->frames = c;
}

/* `cancelled`: the call has not ended by itself. */
static void end(csp_context *c, bool cancelled)
{
    host_natives *of = &c->host->natives;
    *c->link = c->following;
    if (c->following)
        c->following->link = c->link;
    completer_release_all(c, cancelled);
    hold_let_go(c, &c->state);
    hold_let_go(c, &c->next);
    c->following = of->spare;
    c->arrived = c->result = VALUE_ABSENT;
    of->spare = c;
}

void suspend_end_all(host *h)
{
    while (h->natives.frames)
        end(h->natives.frames, true);
}

void suspend_free(host *h)
{
    while (h->natives.spare) {
        csp_context *c = h->natives.spare;
        h->natives.spare = c->following;
        heap_unpin(c);
    }
}

/* A frame's word for its context. */
static value word_of(const csp_context *c) { return value_int((int64_t)(intptr_t)c); }

static csp_context *context_of(value word)
{
    return word == VALUE_ABSENT ? NULL : (csp_context *)(intptr_t)value_as_int(word);
}

/* The frame is unwound: a kill, or a crash that it does not catch. */
static void abandon(csp_vm *vm, process *p, const native_entry *entry, value *args)
{
    (void)vm, (void)p;
    const host_native *n = native_of(entry);
    value *slot = args + (n->of->has_rest ? 1 : n->of->count) + SLOT_CONTEXT;
    csp_context *c = context_of(*slot);
    *slot = VALUE_ABSENT;
    if (c)
        end(c, true);
}

/* ---- Steps ---- */

static value *slot_of(const process *p, unsigned slot)
{
    return process_registers(p) + p->code->params + slot;
}

static void place_args(csp_context *c, const process *p, const value *args)
{
    c->caller = (process *)(uintptr_t)p;
    c->args = args;
    c->argc = c->native->of->count;
    if (!c->native->of->has_rest)
        return;
    const list *all = value_list(args[0]);
    c->args = all->items;
    c->argc = all->count;
}

/* What the frame has waited for. DONE: it is in c->arrived; else what is to be given. */
static verdict take_arrived(csp_context *c, process *p)
{
    csp_vm *vm = c->host->vm;
    c->failed = false;
    if (c->step != STEP_UNPACKED)
        c->arrived = VALUE_NIL;
    switch (c->step) {
    case STEP_FIRST:
    case STEP_AGAIN: return VERDICT_DONE;
    case STEP_CALLED: hold_take_called(c, p); return VERDICT_DONE;
    case STEP_OFFLOADED: return offload_arrived(vm, p, c);
    case STEP_AWAITED: return completer_arrived(vm, p, c);
    case STEP_UNPACKED: return completer_unpacked(vm, p, c);
    }
    return VERDICT_DONE;
}

/* What the step has handed on is kept; another state than before takes its place. */
static void settle(csp_context *c)
{
    if (!c->kept)
        hold_let_go(c, &c->state);
    if (c->next.held)
        c->state = c->next;
    c->next = (context_state){.held = false};
    c->kept = false;
}

static verdict finish(csp_vm *vm, process *p, csp_context *c, value *result)
{
    verdict v = c->verdict;
    value out = c->result;
    *slot_of(p, SLOT_CONTEXT) = VALUE_ABSENT;
    *result = out; /* the caller holds it: `end` calls the host */
    end(c, false);
    return v == VERDICT_FAIL ? vm_raise_value(vm, out) : v;
}

/* The host's function, or what resumes it with what has arrived. False: it could not be begun, and
 * that is raised. */
static bool run_host(csp_context *c, csp_resume_fn *resume)
{
    step_before before;
    if (!step_begin(c, &before))
        return false;
    csp_verdict v;
    if (resume) {
        csp_value arrived = handle_new(c->host, c->arrived, c->native->entry.name);
        v = resume(c, c->state.state, arrived);
    } else {
        v = c->native->fn(c);
    }
    step_end(c, &before, v);
    return true;
}

/* Runs the host's function, or what resumes it, and does what its verdict says. */
static verdict step(csp_vm *vm, process *p, csp_context *c, value *result)
{
    bool first = c->step == STEP_FIRST;
    if (!first && !c->resume) {
        c->verdict = VERDICT_DONE;
        c->result = c->arrived;
        return finish(vm, p, c, result);
    }
    if (!run_host(c, first ? NULL : c->resume)) {
        c->verdict = VERDICT_FAIL;
        c->result = vm->sched.raised;
    }
    if (c->verdict == VERDICT_DONE || c->verdict == VERDICT_FAIL)
        return finish(vm, p, c, result);
    settle(c);
    if (c->verdict != VERDICT_BLOCK)
        return c->verdict;
    return c->step == STEP_OFFLOADED ? offload_start(vm, p, c) : completer_wait(vm, p, c);
}

static verdict run(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = args + p->code->params + SLOT_CONTEXT;
    csp_context *c = context_of(*slot);
    if (!c) {
        c = begin(host_of(vm), native_of(p->code->native));
        if (!c)
            return vm_raise_memory(vm);
        *slot = word_of(c);
    }
    place_args(c, p, args);
    verdict v = take_arrived(c, p);
    return v == VERDICT_DONE ? step(vm, p, c, result) : v;
}

void suspend_entry(const native_entry *front, native_entry *frame)
{
    *frame = *front;
    frame->fn = run;
    frame->slots = SLOTS;
    frame->catches = true;
    frame->abandon = abandon;
}

/* ---- Verdicts ---- */

/* The handles of the arguments as values, where the collector sees them. NULL: the verdict is
 * made, in *out. */
static value *values_of(csp_context *c, uint32_t argc, const csp_value *argv, csp_verdict *out)
{
    value *values = heap_alloc(vm_heap(c->host->vm), HEAP_TRACED, (argc + 1u) * sizeof *values);
    if (!values) {
        *out = context_gave(c, VERDICT_FAIL, VALUE_ABSENT);
        return NULL;
    }
    for (uint32_t i = 0; i < argc; i++)
        if (!context_value(c, argv[i], "csp_then", &values[i], out))
            return NULL;
    return values;
}

csp_verdict csp_then(csp_context *c, csp_value fn, uint32_t argc, const csp_value *argv,
                     csp_resume_fn *resume, void *state, void (*destroy)(void *))
{
    csp_verdict out;
    value callee;
    if (!hold_takes(c, "csp_then", state, destroy, resume))
        return context_none();
    if (!hold_allowed(c, "csp_then", &out))
        return out;
    if (fn.word == CSP_NONE.word)
        return context_gave_pending(c, &out)
                   ? out
                   : context_gave_misuse(c, "csp_then", "the function is CSP_NONE");
    if (!argv && argc > 0)
        return context_gave_misuse(c, "csp_then", "argv is NULL");
    if (!context_value(c, fn, "csp_then", &callee, &out))
        return out;
    const value *values = values_of(c, argc, argv, &out);
    if (!values)
        return out;
    if (native_call(c->host->vm, c->caller, callee, argc, values) != VERDICT_CALL)
        return context_gave_raised(c);
    c->step = STEP_CALLED;
    return context_gave(c, VERDICT_CALL, VALUE_ABSENT);
}

csp_verdict csp_again(csp_context *c, csp_resume_fn *resume, void *state, void (*destroy)(void *))
{
    csp_verdict out;
    if (!hold_takes(c, "csp_again", state, destroy, resume))
        return context_none();
    if (!hold_allowed(c, "csp_again", &out))
        return out;
    if (!resume)
        return context_gave_misuse(c, "csp_again", "resume is NULL");
    c->step = STEP_AGAIN;
    return context_gave(c, VERDICT_YIELD, VALUE_ABSENT);
}
