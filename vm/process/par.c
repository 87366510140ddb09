/* par: branches that are all waited for. The first failure ends it: the others are killed, and when
 * they have ended the parent crashes with it. A parent never leaves while a branch lives. */
#include "vm/process/par.h"

#include "vm/core/scheduler.h"
#include "vm/core/vm.h"
#include "vm/process/kill.h"
#include "vm/process/telling.h"

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

void par_add(csp_vm *vm, par *p, process *branch)
{
    side_of(branch)->par = p;
    side_of(branch)->branch = p->count;
    p->results[p->count] = VALUE_NIL;
    p->branches[p->count++] = branch;
    p->left++;
    if (p->error != VALUE_ABSENT) /* it has failed while what the branch needs was copied */
        kill_process(vm, p->parent, branch, p->why);
}

/* Kills the next ones of those that still live, at most *left, which is counted down. True: there
 * are no more. A kill only sets flags and tickets, so nothing ends during the loop. */
static bool kill_some(csp_vm *vm, par *p, int64_t *left)
{
    for (; p->left && p->killed < p->count; p->killed++, --*left) {
        if (*left <= 0)
            return false;
        process *branch = p->branches[p->killed];
        if (!branch || process_ended(branch))
            continue;
        kill_process(vm, p->parent, branch, p->why);
        if (p->cut_off)
            kill_cut_off(vm, branch);
    }
    return true;
}

static void append(scheduler *s, par *p)
{
    p->telling = true;
    p->next = NULL;
    if (s->failing_last)
        s->failing_last->next = p;
    else
        s->failing_first = p;
    s->failing_last = p;
}

/* Kills all branches that still live, or the first of them. */
static void begin_kills(csp_vm *vm, par *p)
{
    int64_t most = told_per_step(&vm->sched), left = most;
    p->killed = 0;
    if (!kill_some(vm, p, &left) && !p->telling)
        append(&vm->sched, p);
    vm_charge(vm, (uint64_t)(most - left) * REDUCTIONS_PER_TOLD);
}

int64_t par_step(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    par *p = s->failing_first;
    if (!p)
        return 0;
    s->failing_first = p->next;
    if (!s->failing_first)
        s->failing_last = NULL;
    p->telling = false;
    p->next = NULL;
    int64_t most = told_per_step(s), left = most;
    if (!kill_some(vm, p, &left))
        append(s, p);
    return (most - left) * REDUCTIONS_PER_TOLD + 1;
}

/* The first failure. Without memory for the cause the branches are killed all the same. */
static void fail(csp_vm *vm, par *p, value failure, value reason, uint64_t by)
{
    p->error = failure;
    if (p->left)
        p->why = kill_cause(vm, reason, by);
    begin_kills(vm, p);
}

void par_branch_ended(csp_vm *vm, process *branch, value outcome, bool failed)
{
    par *p = side_of(branch)->par;
    uint32_t i = side_of(branch)->branch;
    p->results[i] = outcome;
    if (branch->flags & PROCESS_ESCAPED)
        p->shared = true;
    if (failed && p->error == VALUE_ABSENT)
        fail(vm, p, outcome, outcome, process_number(branch));
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

void par_cancel(csp_vm *vm, par *p, value why)
{
    if (p->error == VALUE_ABSENT)
        fail(vm, p, why,
             why == VALUE_KILLED ? process_cause(p->parent)->reason : reason_of(vm, why),
             process_number(p->parent));
    if (p->left && (p->parent->flags & PROCESS_SPENT) && !p->cut_off) {
        p->cut_off = true;
        begin_kills(vm, p);
    }
}
