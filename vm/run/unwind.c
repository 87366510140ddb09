/* Leaving frames by a crash or a kill. Frames are left one by one; on the way are handlers (catch,
 * and the clean-up of a par under way) and defers (bytecode.h). */
#include "vm/run/unwind.h"

#include "vm/code/native.h"
#include "vm/foreign/ccall.h"
#include "vm/outside/request.h"
#include "vm/process/alt.h"
#include "vm/process/kill.h"
#include "vm/report/trace.h"
#include "vm/walk/walk_own.h"

value unwind_traced(csp_vm *vm, process *p, value e, const frame *f)
{
    if (!value_is(e, OBJ_ERROR) || value_error(e)->trace != VALUE_NIL || e == vm->memory_error)
        return e;
    value taken = trace_take(vm, p, f->base, f->code, (uint32_t)(f->pc - f->code->insns));
    error *copy = taken == VALUE_ABSENT ? NULL : heap_alloc(&vm->heap, HEAP_TRACED, sizeof *copy);
    if (!copy)
        return e;
    *copy = *value_error(e);
    copy->trace = taken;
    return value_object(copy);
}

/* Leaves the frame: false at the bottom. What it held must not be kept alive by its remains
 * on the stack. Its window is the topmost live part of its caller, so everything from there
 * on is cleared. */
static bool pop(process *p, frame *f)
{
    if (f->base == p->stack)
        return false;
    value *window = f->base - FRAME_LINK, *end = f->base + f->code->registers,
          *limit = p->stack + p->capacity;
    *f = frame_caller(f->base);
    memset(window, 0, (size_t)((end < limit ? end : limit) - window) * sizeof *window);
    return true;
}

static void abandon(csp_vm *vm, process *p, const frame *f)
{
    const native_entry *n = f->code->native;
    if (n && n->abandon)
        n->abandon(vm, p, n, f->base);
}

static const handler *find_handler(const frame *f, bool catches)
{
    uint32_t pc = (uint32_t)(f->pc - f->code->insns);
    for (uint32_t i = 0; i < f->code->handler_count; i++) {
        const handler *h = &f->code->handlers[i];
        if (pc >= h->start && pc < h->end && (h->kind == HANDLER_CLEANUP || catches))
            return h;
    }
    return NULL;
}

/* A par is being cancelled here, and some of its branches still live: the frame is not left before
 * they have ended, whatever happens now. */
static bool cancels_par(const frame *f)
{
    return f->pc->op == OPC_PARCANCEL &&
           ((const par *)value_as_object(f->base[f->pc->a]))->left > 0;
}

/* Where the frame's defers begin; NULL: it has none that may run, or has not reached its first
 * instruction, which prepares them. */
static value *defers_of(const process *p, const frame *f)
{
    if (f->code->defer_reg == CODE_NO_REGISTER || f->pc == f->code->insns ||
        (p->flags & PROCESS_SPENT))
        return NULL;
    return &f->base[f->code->defer_reg];
}

static void go_to(frame *f, uint32_t pc) { f->pc = f->code->insns + pc; }

/* Raised again: the error may have been copied to get its trace. */
static bool same(const error *a, const error *b)
{
    return a->kind == b->kind && a->message == b->message && a->data == b->data;
}

/* The kill as an error that p may own. A mutable reason is a master for other processes, too, and
 * is left out. */
static value kill_as_cause(csp_vm *vm, process *p)
{
    value e = kill_outcome(vm, p);
    return value_is_immutable(e)
               ? e
               : error_new(vm, value_error(e)->kind, value_error(e)->message, VALUE_NIL);
}

/* The crash of a defer is caused by what the frame was being left for. An error that has a cause
 * keeps it. */
static value caused(csp_vm *vm, process *p, value crash, value replaced)
{
    if (!value_is(crash, OBJ_ERROR) || value_error(crash)->cause != VALUE_NIL)
        return crash;
    if (replaced == VALUE_KILLED)
        replaced = kill_as_cause(vm, p);
    if (!value_is(replaced, OBJ_ERROR) || same(value_error(crash), value_error(replaced)))
        return crash;
    value with = error_caused(vm, crash, replaced, process_owner(p));
    return with == VALUE_ABSENT ? crash : with;
}

/* `outcome`: the error, or VALUE_KILLED; `killed`: passes every catch. */
static verdict unwind(csp_vm *vm, process *p, frame *f, value outcome, bool killed)
{
    scheduler *s = &vm->sched;
    if (p->side && p->side->alt)
        alt_leave(p->side->alt);
    if (p->side)
        request_leave(vm, p);
    s->call_argc = 0;
    for (;;) {
        const code *c = f->code;
        if (ccall_is_frame(c) &&
            ccall_leave(vm, p, f, outcome, killed || (p->flags & PROCESS_NO_CATCH))) {
            s->raised = VALUE_ABSENT;
            return VERDICT_DONE;
        }
        if (cancels_par(f)) {
            s->raised = VALUE_ABSENT;
            f->base[f->pc->b] = outcome;
            return VERDICT_DONE;
        }
        const handler *h = find_handler(f, !killed && !(p->flags & PROCESS_NO_CATCH));
        if (h) {
            s->raised = VALUE_ABSENT;
            f->base[h->reg] = outcome;
            /* the clean-up of a par goes on as it began: a kill whose outcome was replaced is still
             * a kill */
            go_to(f, h->target);
            return VERDICT_DONE;
        }
        value *d = defers_of(p, f);
        if (d && (value_is(d[0], OBJ_DEFER) || d[0] == VALUE_FALSE)) {
            /* false: the last one is running, or has crashed; what the frame was being left for
             * decides how it goes on */
            bool outermost = value_is_int(d[2]);
            if (d[2] == VALUE_KILLED)
                killed = true;
            /* a kill that was put off until now: the crash that the frame is being left for stays
             * the outcome */
            if (outcome == VALUE_KILLED && d[2] == VALUE_TRUE && f->pc->op == OPC_RUNDEFERS)
                outcome = d[1];
            if (d[2] != VALUE_NIL && d[2] != value_int(0))
                outcome = caused(vm, p, outcome, d[1]);
            if (value_is(d[0], OBJ_DEFER)) {
                s->raised = VALUE_ABSENT;
                d[1] = outcome;
                d[2] = killed ? VALUE_KILLED : outermost ? value_int(1) : VALUE_TRUE;
                go_to(f, c->defer_pc);
                return VERDICT_DONE;
            }
            if (outermost) {
                d[2] = VALUE_TRUE;
                process_clear(p, PROCESS_DEFERS);
                /* put off until now; the crash of the last defer stays the outcome */
                if (p->kill) {
                    p->flags |= PROCESS_DYING;
                    killed = true;
                }
            }
        }
        abandon(vm, p, f);
        if (!pop(p, f)) {
            s->raised = outcome == VALUE_KILLED ? VALUE_ABSENT : outcome;
            return VERDICT_EXIT;
        }
    }
}

verdict unwind_crash(csp_vm *vm, process *p, frame *f)
{
    vm->sched.raised = unwind_traced(vm, p, vm->sched.raised, f);
    return unwind(vm, p, f, vm->sched.raised, false);
}

/* An alt that had to wait has sent a copy of what it moves: its defers must not find
 * the original. */
static void finish_move(csp_vm *vm, process *p, const frame *f)
{
    const alt *a = p->side ? p->side->alt : NULL;
    if (!a || a->count == 0 || a->taken < 0)
        return;
    const alt_case *c = &a->cases[a->taken];
    if (!c->sends || !c->moves || c->moved || value_is_immutable(c->original))
        return;
    abandon(vm, p, f); /* the same move, half done; nothing is left of it for `unwind` */
    walk_move_now(vm, p, c->original);
}

verdict unwind_kill(csp_vm *vm, process *p, frame *f, value outcome)
{
    p->flags |= PROCESS_DYING;
    vm->sched.raised = VALUE_ABSENT;
    finish_move(vm, p, f);
    return unwind(vm, p, f, outcome, true);
}
