/* The ways out of frames other than `return`: crashes and kills. Frames are left one by one; on the way stand handlers (catch, and the
 * clean-up of a par under way) and defers (code.h). */
#include "vm/chan.h"
#include "vm/data.h"
#include "vm/trace.h"
#include "vm/walk.h"

/* An error that is raised for the first time gets its trace; a copy of it, since an error value may be shared. */
static void attach_trace(csp_vm *vm, process *p, const frame *f)
{
    scheduler *s = &vm->sched;
    error *e = value_error(s->raised);
    if (e->trace != VALUE_NIL || s->raised == vm->memory_error) return;
    value trace = trace_take(vm, p, f->base, f->code, (uint32_t)(f->pc - f->code->insns));
    if (trace == VALUE_ABSENT) return;
    error *copy = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *copy);
    if (!copy) return;
    *copy = *value_error(s->raised);
    copy->trace = trace;
    s->raised = value_object(copy);
}

/* Leaves the frame: false at the bottom. */
static bool pop(process *p, frame *f)
{
    if (f->base == p->stack) return false;
    uint64_t link = f->base[-1];
    f->pc = (const insn *)(uintptr_t)f->base[-2];
    f->base -= link >> LINK_SHIFT;
    f->code = (const code *)(uintptr_t)(link & LINK_CODE);
    return true;
}

static void abandon(csp_vm *vm, process *p, const frame *f)
{
    const native_entry *n = f->code->native;
    if (n >= walk_natives && n < walk_natives + WALK_KINDS) walk_abandon(vm, p, (walk_kind)(n - walk_natives), f->base);
}

static const handler *find_handler(const frame *f, bool catches)
{
    uint32_t pc = (uint32_t)(f->pc - f->code->insns);
    for (uint32_t i = 0; i < f->code->handler_count; i++) {
        const handler *h = &f->code->handlers[i];
        if (pc >= h->start && pc < h->end && (h->kind == HANDLER_CLEANUP || catches)) return h;
    }
    return NULL;
}

static void go_to(frame *f, uint32_t pc) { f->pc = f->code->insns + pc; }

/* `outcome`: the error, or VALUE_KILLED; `killed`: passes every catch. */
static verdict unwind(csp_vm *vm, process *p, frame *f, value outcome, bool killed)
{
    scheduler *s = &vm->sched;
    if (p->side && p->side->alt) alt_leave(p->side->alt);
    s->call_argc = 0;
    for (;;) {
        const code *c = f->code;
        if (c->native) abandon(vm, p, f);
        const handler *h = find_handler(f, !killed && !(p->flags & PROCESS_NO_CATCH));
        if (h) {
            s->raised = VALUE_ABSENT;
            f->base[h->reg] = outcome;
            /* the clean-up of a par goes on as it came: a kill whose outcome was replaced stays one */
            go_to(f, h->target);
            return VERDICT_DONE;
        }
        /* before its first instruction the frame's list of defers is not there yet */
        if (c->defer_reg != CODE_NO_REGISTER && f->pc != c->insns) {
            value *d = &f->base[c->defer_reg];
            if (value_is(d[0], OBJ_DEFER) || d[0] == VALUE_FALSE) {
                /* false: the last one is running, or has crashed; what the frame was left for decides how it goes on */
                if (d[0] == VALUE_FALSE && d[2] == VALUE_KILLED) killed = true;
                if (value_is(d[0], OBJ_DEFER)) {
                    if (d[2] == VALUE_KILLED) killed = true;
                    s->raised = VALUE_ABSENT;
                    d[1] = outcome;
                    d[2] = killed ? VALUE_KILLED : VALUE_TRUE;
                    go_to(f, c->defer_pc);
                    return VERDICT_DONE;
                }
            }
        }
        if (!pop(p, f)) {
            s->raised = outcome == VALUE_KILLED ? VALUE_ABSENT : outcome;
            return VERDICT_EXIT;
        }
    }
}

verdict unwind_crash(csp_vm *vm, process *p, frame *f)
{
    attach_trace(vm, p, f);
    return unwind(vm, p, f, vm->sched.raised, false);
}

verdict unwind_kill(csp_vm *vm, process *p, frame *f, value outcome)
{
    p->flags |= PROCESS_DYING;
    vm->sched.raised = VALUE_ABSENT;
    return unwind(vm, p, f, outcome, true);
}
