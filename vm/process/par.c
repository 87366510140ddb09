/* par: branches that are all waited for. The first failure ends it: the others are killed, and when
 * they have ended the parent crashes with it. A parent never leaves while a branch lives. */
#include "vm/process/par.h"

#include "vm/core/scheduler.h"
#include "vm/core/vm.h"
#include "vm/process/kill.h"

value par_new(csp_vm *vm, process *parent)
{
    par *p = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *p);
    if (!p) {
        vm_raise_memory(vm);
        return VALUE_ABSENT;
    }
    p->header = OBJ_PAR | OBJ_IMMUTABLE;
    p->parent = parent;
    return value_object(p);
}

bool par_room(csp_vm *vm, par *p)
{
    if (p->count < p->capacity)
        return true;
    uint32_t capacity = p->capacity;
    value *results = heap_grow(&vm->heap, p->results, &capacity, 4, sizeof *results);
    process **branches =
        results ? heap_grow(&vm->heap, p->branches, &p->capacity, 4, sizeof *branches) : NULL;
    if (!branches) {
        vm_raise_memory(vm);
        return false;
    }
    p->results = results;
    p->branches = branches;
    return true;
}

void par_add(par *p, process *branch)
{
    branch->side->par = p;
    branch->side->branch = p->count;
    p->results[p->count] = VALUE_NIL;
    p->branches[p->count++] = branch;
    p->left++;
}

/* Kills the branches that still live. A kill only sets flags and tickets, so nothing ends during
 * the loop. */
static void kill_branches(csp_vm *vm, par *p, value reason, uint64_t by)
{
    struct cause *why = kill_cause(vm, reason, by);
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->branches[i] && !process_ended(p->branches[i]))
            kill_process(vm, p->branches[i], why);
    }
}

void par_branch_ended(csp_vm *vm, process *branch, value outcome, bool failed)
{
    par *p = branch->side->par;
    uint32_t i = branch->side->branch;
    p->results[i] = outcome;
    if (branch->flags & PROCESS_ESCAPED)
        p->shared = true;
    if (failed && p->error == VALUE_ABSENT) {
        p->error = outcome;
        kill_branches(vm, p, outcome, process_number(branch));
    }
    if (p->error == VALUE_ABSENT)
        p->branches[i] = NULL; /* counted out: it may be recycled */
    if (--p->left == 0 && p->waiting && process_win(p->parent, p->parent->ticket)) {
        p->parent->wake = WAKE_PAR;
        sched_ready(&vm->sched, p->parent, READY_HANDOVER);
    }
}

verdict par_wait(process *parent, par *p)
{
    p->waiting = false;
    if (p->left == 0)
        return VERDICT_DONE;
    p->waiting = true;
    sched_park(parent);
    return VERDICT_BLOCK;
}

/* What the branches are told of the parent's own crash: its data stays the parent's. */
static value reason_of(csp_vm *vm, value crash)
{
    if (value_is_immutable(crash))
        return crash;
    value e = error_new(vm, value_error(crash)->kind, value_error(crash)->message, VALUE_NIL);
    return e == VALUE_ABSENT ? vm->memory_error : e;
}

/* The parent runs no deferred calls any more, nor do its branches. */
static void cut_branches_off(csp_vm *vm, const par *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (p->branches[i])
            kill_cut_off(vm, p->branches[i]);
}

void par_cancel(csp_vm *vm, par *p, value why)
{
    bool first = p->error == VALUE_ABSENT;
    if (first)
        p->error = why;
    if (first && p->left)
        kill_branches(vm, p, why == VALUE_KILLED ? p->parent->kill->reason : reason_of(vm, why),
                      process_number(p->parent));
    if (p->left && (p->parent->flags & PROCESS_SPENT))
        cut_branches_off(vm, p);
}
