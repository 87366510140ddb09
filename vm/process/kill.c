/* Kill and link. A kill sets the flag first, then tries the ticket. It is obeyed at the victim's
 * next safe point. The first cause stays. */
#include "vm/process/kill.h"

#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/core/string.h"
#include "vm/core/text.h"
#include "vm/core/vm.h"
#include "vm/process/event.h"
#include "vm/process/settle.h"
#include "vm/walk/walk_show.h"

enum { LINKS_PER_REDUCTION = 32 };

struct cause *kill_cause(csp_vm *vm, value reason, uint64_t by)
{
    cause *c = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *c);
    if (!c) {
        vm_raise_memory(vm);
        return NULL;
    }
    c->header = OBJ_CAUSE | OBJ_IMMUTABLE;
    c->reason = reason;
    c->by = by;
    return c;
}

/* The cause of a kill for which there is no memory: it still happens. */
static const struct cause no_cause = {.header = OBJ_CAUSE | OBJ_IMMUTABLE, .reason = VALUE_NIL};

/* if there is no memory for one */
static struct cause *kill_without_cause(void) { return (struct cause *)(uintptr_t)&no_cause; }

void kill_process(csp_vm *vm, const process *by, process *p, struct cause *why)
{
    if (process_ended(p) || process_cause(p) || (p == vm->own.process && !vm->own.called))
        return;
    process_set_cause(p, why ? why : kill_without_cause());
    if (event_wanted(vm))
        event_tell(vm, EVENT_KILL, by, p, NULL, process_cause(p)->reason, 0);
    if (p->flags & PROCESS_DEFERS)
        return; /* obeyed when those have run */
    (void)process_wake(vm, p, p->ticket, WAKE_KILL);
}

verdict kill_by(csp_vm *vm, process *p, process *q, value reason)
{
    if (process_ended(q))
        return VERDICT_DONE;
    if (reason == VALUE_ABSENT)
        reason = vm->error_names[ERR_KILLED];
    struct cause *why = kill_cause(vm, reason, process_number(p));
    if (!why)
        return VERDICT_FAIL;
    kill_process(vm, p, q, why);
    return q == p && process_must_die(p) ? VERDICT_KILLED : VERDICT_DONE;
}

void vm_kill(csp_vm *vm, process *p, const char *reason)
{
    value given = str_new(vm, reason, strlen(reason));
    kill_process(vm, NULL, p, given == VALUE_ABSENT ? NULL : kill_cause(vm, given, 0));
}

value kill_outcome(csp_vm *vm, process *p)
{
    value reason = process_cause(p)->reason, message = reason;
    if (value_is(reason, OBJ_ERROR))
        message = value_error(reason)->message;
    if (!value_is(message, OBJ_STRING)) {
        text t;
        text_init(&t, vm);
        walk_show(vm, &t, reason, 200);
        message = text_string(&t);
    }
    value e = message == VALUE_ABSENT ? VALUE_ABSENT
                                      : error_new(vm, vm->error_names[ERR_KILLED], message, reason);
    if (e == VALUE_ABSENT)
        return vm->memory_error;
    if (value_is(reason, OBJ_ERROR))
        value_error(e)->cause = reason;
    /* A mutable reason is in transit, and others may have been killed for the same one: it is a
     * master that is only copied. */
    if (!value_is_immutable(reason))
        value_error(e)->header = OWNER_TRANSIT | OBJ_ERROR;
    return e;
}

/* Which end of the link p is. */
static int end_of(const process_link *l, const process *p) { return l->ends[1] == p; }

/* The link of the two, looked for in the shorter list; NULL: they are not linked. */
static process_link *find_link(csp_vm *vm, process *p, process *q)
{
    if (!side_of(p) || !side_of(q))
        return NULL;
    const process *of = side_of(p)->link_count <= side_of(q)->link_count ? p : q,
                  *other = of == p ? q : p;
    uint32_t seen = 0;
    process_link *l = side_of(of)->links;
    for (; l && l->ends[!end_of(l, of)] != other; l = l->next[end_of(l, of)])
        seen++;
    vm_charge(vm, seen / LINKS_PER_REDUCTION);
    return l;
}

static void put_link(process_link *l, int end, process *p)
{
    process_link *first = side_of(p)->links;
    l->ends[end] = p;
    l->next[end] = first;
    if (first)
        first->previous[end_of(first, p)] = l;
    side_of(p)->links = l;
    side_of(p)->link_count++;
}

static void take_link(process_link *l, int end)
{
    process *p = l->ends[end];
    process_link *next = l->next[end], *previous = l->previous[end];
    if (previous)
        previous->next[end_of(previous, p)] = next;
    else
        side_of(p)->links = next;
    if (next)
        next->previous[end_of(next, p)] = previous;
    side_of(p)->link_count--;
}

verdict link_processes(csp_vm *vm, process *p, process *q)
{
    if (p == q)
        return VERDICT_DONE;
    if (process_ended(q)) {
        if (!(q->flags & PROCESS_FAILED))
            return VERDICT_DONE;
        struct cause *c = kill_cause(vm, process_cause(q) ? process_cause(q)->reason : q->value,
                                     process_number(q));
        if (!c)
            return VERDICT_FAIL;
        kill_process(vm, q, p, c);
        return process_must_die(p) ? VERDICT_KILLED : VERDICT_DONE;
    }
    if (!process_side(vm, p) || !process_side(vm, q))
        return VERDICT_FAIL;
    if (find_link(vm, p, q))
        return VERDICT_DONE;
    process_link *l = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *l);
    if (!l)
        return vm_raise_memory(vm);
    put_link(l, 0, p);
    put_link(l, 1, q);
    return VERDICT_DONE;
}

void unlink_processes(csp_vm *vm, process *p, process *q)
{
    process_link *l = find_link(vm, p, q);
    if (!l)
        return;
    take_link(l, 0);
    take_link(l, 1);
}

/* Undoes the first link of p; `why`: the other end is killed. */
static void end_link(csp_vm *vm, const process *p, struct cause *why)
{
    process_link *l = side_of(p)->links;
    process *q = l->ends[!end_of(l, p)];
    take_link(l, 0);
    take_link(l, 1);
    if (why)
        kill_process(vm, p, q, why);
}

static struct cause *cause_of_crash(csp_vm *vm, const process *p, value crash)
{
    if (!value_is_immutable(crash)) /* its data stays p's */
        crash = error_new(vm, value_error(crash)->kind, value_error(crash)->message, VALUE_NIL);
    struct cause *why = crash == VALUE_ABSENT ? NULL : kill_cause(vm, crash, process_number(p));
    vm->sched.raised = VALUE_ABSENT;
    return why ? why : kill_without_cause();
}

void end_links_of_call(csp_vm *vm, process *p, value crash, int64_t *most)
{
    struct cause *why = crash == VALUE_ABSENT ? NULL : cause_of_crash(vm, p, crash);
    for (; *most > 0 && side_of(p)->links; --*most)
        end_link(vm, p, why);
}

void kill_cut_off(csp_vm *vm, process *p)
{
    if (process_ended(p))
        return;
    process_clear(p, PROCESS_DYING | PROCESS_DEFERS);
    process_set(p, PROCESS_NO_CATCH | PROCESS_SPENT);
    if (!process_cause(p))
        process_set_cause(p, kill_without_cause());
    (void)process_wake(vm, p, p->ticket, WAKE_KILL);
}

void end_links(csp_vm *vm, process *p, int64_t *most)
{
    if (!side_of(p)->links)
        return;
    struct cause *why = NULL; /* shared within this step */
    if (p->flags & PROCESS_FAILED) {
        why = kill_cause(vm, process_cause(p) ? process_cause(p)->reason : p->value,
                         process_number(p));
        if (!why)
            why = kill_without_cause();
    }
    for (; *most > 0 && side_of(p)->links; --*most)
        end_link(vm, p, why);
}
