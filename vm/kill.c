/* Kill and link. A kill sets the flag first, then tries the ticket; it is obeyed at the victim's next safe point. The
 * first cause stays. */
#include "vm/chan.h"
#include "vm/data.h"
#include "vm/machine.h"
#include "vm/text.h"

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

/* Where there is no memory for a cause, a kill still happens: with this one. */
static const struct cause no_cause = {.header = OBJ_CAUSE | OBJ_IMMUTABLE, .reason = VALUE_NIL};

void kill_process(csp_vm *vm, process *p, struct cause *why)
{
    if (process_ended(p) || p->kill)
        return;
    p->kill = why ? why : (struct cause *)(uintptr_t)&no_cause;
    if (p->flags & PROCESS_DEFERS)
        return; /* obeyed when they have run */
    if (process_win(p, p->ticket)) {
        p->wake = WAKE_KILL;
        sched_ready(&vm->sched, p, READY_TAIL);
    }
}

bool vm_kill(csp_vm *vm, process *p, const char *reason)
{
    value given = str_new(vm, reason, strlen(reason));
    kill_process(vm, p, given == VALUE_ABSENT ? NULL : kill_cause(vm, given, 0));
    return true;
}

value kill_outcome(csp_vm *vm, process *p)
{
    value reason = p->kill->reason, message = reason;
    if (value_is(reason, OBJ_ERROR))
        message = value_error(reason)->message;
    if (!value_is(message, OBJ_STRING)) {
        text t;
        text_init(&t, vm);
        walk_show(vm, &t, reason, 200);
        message = text_string(&t);
    }
    value e = message == VALUE_ABSENT ? VALUE_ABSENT : error_new(vm, vm->error_names[ERR_KILLED], message, reason);
    if (e == VALUE_ABSENT)
        return vm->memory_error;
    if (value_is(reason, OBJ_ERROR))
        value_error(e)->cause = reason;
    /* A mutable reason is in transit, and others may have been killed for the same one: it is a master that is only
     * copied. */
    if (!value_is_immutable(reason))
        value_error(e)->header = OWNER_TRANSIT | OBJ_ERROR;
    return e;
}

static bool linked(const side *s, const process *q)
{
    for (uint32_t i = 0; i < s->link_count; i++) {
        if (s->links[i] == q)
            return true;
    }
    return false;
}

static bool link_room(csp_vm *vm, side *s)
{
    if (s->link_count < s->link_capacity)
        return true;
    uint32_t capacity = s->link_capacity ? s->link_capacity * 2 : 4;
    process **links = heap_alloc(&vm->heap, HEAP_TRACED, capacity * sizeof *links);
    if (!links) {
        vm_raise_memory(vm);
        return false;
    }
    if (s->link_count)
        memcpy(links, s->links, s->link_count * sizeof *links);
    s->links = links;
    s->link_capacity = capacity;
    return true;
}

verdict link_processes(csp_vm *vm, process *p, process *q)
{
    if (p == q)
        return VERDICT_DONE;
    if (process_ended(q)) {
        if (!(q->flags & PROCESS_FAILED))
            return VERDICT_DONE;
        struct cause *c = kill_cause(vm, q->kill ? q->kill->reason : q->value, process_number(q));
        if (!c)
            return VERDICT_FAIL;
        kill_process(vm, p, c);
        return p->flags & (PROCESS_DYING | PROCESS_DEFERS) ? VERDICT_DONE : VERDICT_KILLED;
    }
    side *ps = process_side(vm, p), *qs = ps ? process_side(vm, q) : NULL;
    if (!qs)
        return VERDICT_FAIL;
    if (linked(ps, q))
        return VERDICT_DONE;
    if (!link_room(vm, ps) || !link_room(vm, qs))
        return VERDICT_FAIL;
    ps->links[ps->link_count++] = q;
    qs->links[qs->link_count++] = p;
    return VERDICT_DONE;
}

static void drop_link(side *s, const process *q)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < s->link_count; i++) {
        if (s->links[i] != q)
            continue;
        s->links[i] = s->links[--s->link_count];
        s->links[s->link_count] = NULL;
        return;
    }
}

void unlink_processes(process *p, process *q)
{
    drop_link(p->side, q);
    drop_link(q->side, p);
}
