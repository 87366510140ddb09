/* Leaving frames by a crash or a kill. Frames are left one by one; on the way are handlers (catch,
 * and the clean-up of a par under way) and defers (bytecode.h).
 *
 * There may be millions of frames. So each is charged for, and when the slice is used up the
 * process is preempted like any other, at the frame that it would leave next. A kill that comes
 * meanwhile takes the place of the crash, for the frames that are left. */
#include "vm/run/unwind.h"

#include "vm/code/native.h"
#include "vm/foreign/ccall.h"
#include "vm/outside/request.h"
#include "vm/process/alt.h"
#include "vm/process/kill.h"
#include "vm/report/trace.h"
#include "vm/walk/walk_own.h"

enum { WORDS_PER_REDUCTION = 64 }; /* cleared, of the frames that are left */

/* --- the trace */

static bool lacks_trace(const csp_vm *vm, value e)
{
    return value_is(e, OBJ_ERROR) && value_error(e)->trace == VALUE_NIL && e != vm->memory_error;
}

/* e with this trace; without memory for it, e. */
static value with_trace(csp_vm *vm, value e, value taken)
{
    error *copy = taken == VALUE_ABSENT ? NULL : heap_alloc(&vm->heap, HEAP_TRACED, sizeof *copy);
    if (!copy)
        return e;
    *copy = *value_error(e);
    copy->trace = taken;
    return value_object(copy);
}

value unwind_traced(csp_vm *vm, process *p, value e, const frame *f)
{
    if (!lacks_trace(vm, e))
        return e;
    uint32_t pc = (uint32_t)(f->pc - f->code->insns);
    return with_trace(vm, e, trace_take(vm, p, f->base, f->code, pc));
}

/* --- leaving frames */

static verdict put_off(csp_vm *vm, process *p, wake_reason how, value v)
{
    p->wake = (uint64_t)how & 0xf;
    p->value = v;
    vm->sched.raised = VALUE_ABSENT;
    return VERDICT_YIELD;
}

/* Leaves the frame, and takes what that costs from *left: false at the bottom. What it held must
 * not be kept alive by its remains on the stack. Its window is the topmost live part of its caller,
 * so everything from there on is cleared. */
static bool pop(process *p, frame *f, int64_t *left)
{
    if (f->base == process_stack(p))
        return false;
    value *window = f->base - FRAME_LINK, *end = f->base + f->code->registers,
          *limit = process_stack(p) + process_capacity(p);
    *f = frame_caller(f->base);
    size_t words = (size_t)((end < limit ? end : limit) - window);
    memset(window, 0, words * sizeof *window);
    *left -= 1 + (int64_t)(words / WORDS_PER_REDUCTION);
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
static verdict leave_frames(csp_vm *vm, process *p, frame *f, value outcome, bool killed,
                            int64_t *left)
{
    scheduler *s = &vm->sched;
    do {
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
                if (process_cause(p)) {
                    p->flags |= PROCESS_DYING;
                    killed = true;
                }
            }
        }
        abandon(vm, p, f);
        if (!pop(p, f, left)) {
            s->raised = outcome == VALUE_KILLED ? VALUE_ABSENT : outcome;
            return VERDICT_EXIT;
        }
    } while (*left > 0);
    return put_off(vm, p, killed ? WAKE_DYING : WAKE_CRASHING, outcome);
}

/* What the process was about to do is over. */
static void leave_work(csp_vm *vm, process *p)
{
    if (side_of(p) && side_of(p)->alt)
        alt_leave(side_of(p)->alt);
    if (side_of(p))
        request_leave(vm, p);
    vm->sched.call_argc = 0;
}

/* Leaves the frames for the error of the search when that has found its trace. `kept`: the search,
 * if it stands in the heap. */
static verdict crash_traced(csp_vm *vm, process *p, frame *f, trace_search *search, value kept,
                            int64_t *left)
{
    if (trace_go_on(search, p, left)) {
        value e = with_trace(vm, search->error, trace_found(vm, p, search));
        return leave_frames(vm, p, f, e, false, left);
    }
    if (kept == VALUE_ABSENT) {
        trace_search *copy = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *copy);
        if (!copy)
            return leave_frames(vm, p, f, search->error, false, left);
        *copy = *search;
        kept = value_object(copy);
    }
    return put_off(vm, p, WAKE_TRACING, kept);
}

static verdict crash(csp_vm *vm, process *p, frame *f, int64_t *left)
{
    value e = vm->sched.raised;
    leave_work(vm, p);
    if (!lacks_trace(vm, e))
        return leave_frames(vm, p, f, e, false, left);
    trace_search search;
    trace_begin(&search, p, f);
    search.error = e;
    return crash_traced(vm, p, f, &search, VALUE_ABSENT, left);
}

/* Charges for what has been used up. At least one frame is left in each slice. */
static int64_t at_least_one(int64_t reductions) { return reductions > 0 ? reductions : 1; }
static verdict charged(csp_vm *vm, verdict v, int64_t used)
{
    vm_charge(vm, (uint64_t)used);
    return v;
}

verdict unwind_crash(csp_vm *vm, process *p, frame *f, int64_t reductions)
{
    int64_t most = at_least_one(reductions), left = most;
    verdict v = crash(vm, p, f, &left);
    return charged(vm, v, most - left);
}

/* An alt that had to wait has sent a copy of what it moves: its defers must not find
 * the original. */
static void finish_move(csp_vm *vm, process *p, const frame *f)
{
    const alt *a = side_of(p) ? side_of(p)->alt : NULL;
    if (!a || a->count == 0 || a->taken < 0)
        return;
    const alt_case *c = &a->cases[a->taken];
    if (!c->sends || !c->moves || c->moved || value_is_immutable(c->original))
        return;
    abandon(vm, p, f); /* the same move, half done; nothing is left of it for `unwind` */
    walk_move_now(vm, p, c->original);
}

static verdict kill(csp_vm *vm, process *p, frame *f, value outcome, int64_t *left)
{
    p->flags |= PROCESS_DYING;
    vm->sched.raised = VALUE_ABSENT;
    finish_move(vm, p, f);
    leave_work(vm, p);
    return leave_frames(vm, p, f, outcome, true, left);
}

verdict unwind_kill(csp_vm *vm, process *p, frame *f, value outcome, int64_t reductions)
{
    int64_t most = at_least_one(reductions), left = most;
    verdict v = kill(vm, p, f, outcome, &left);
    return charged(vm, v, most - left);
}

static verdict go_on(csp_vm *vm, process *p, frame *f, int64_t *left)
{
    wake_reason how = (wake_reason)p->wake;
    value v = p->value;
    p->wake = WAKE_NONE;
    p->value = VALUE_ABSENT;
    if (process_must_die(p))
        return kill(vm, p, f, VALUE_KILLED, left);
    if (how == WAKE_TRACING)
        return crash_traced(vm, p, f, value_as_object(v), v, left);
    return leave_frames(vm, p, f, v, how == WAKE_DYING, left);
}

verdict unwind_go_on(csp_vm *vm, process *p, frame *f, int64_t reductions)
{
    int64_t most = at_least_one(reductions), left = most;
    verdict v = go_on(vm, p, f, &left);
    return charged(vm, v, most - left);
}
