#include "vm/foreign/release.h"

#include <stdlib.h>

#include "vm/core/stack.h"
#include "vm/foreign/own.h"

/* --- the list, which the collector reads at any moment */

typedef struct change {
    struct foreign *of;
    release *r;
} change;

static void link_locked(void *data)
{
    const change *c = data;
    c->r->next = c->of->releases;
    if (c->r->next)
        c->r->next->previous = c->r;
    c->of->releases = c->r;
}

static void unlink_locked(void *data)
{
    const change *c = data;
    release *r = c->r;
    if (r->next)
        r->next->previous = r->previous;
    if (r->previous)
        r->previous->next = r->next;
    else
        c->of->releases = r->next;
}

static void unlink_own(release *r)
{
    if (!r->proc)
        return;
    if (r->next_own)
        r->next_own->previous_own = r->previous_own;
    if (r->previous_own)
        r->previous_own->next_own = r->next_own;
    else
        r->proc->side->releases = r->next_own;
    r->proc = NULL;
}

bool release_add(csp_vm *vm, process *p, value v, const cfunction *by)
{
    release *r = process_side(vm, p) ? calloc(1, sizeof *r) : NULL;
    if (!r)
        return false;
    *r = (release){
        .by = by, .address = value_pointer(v)->address, .pointer = value_pointer(v), .proc = p};
    r->next_own = p->side->releases;
    if (r->next_own)
        r->next_own->previous_own = r;
    p->side->releases = r;
    value_pointer(v)->release = r;
    heap_locked(link_locked, &(change){vm->foreign, r});
    return true;
}

/* --- running */

/* Whatever comes of it, nobody hears. What it calls back finds nobody. */
static void run(csp_vm *vm, release *r)
{
    struct foreign *v = vm->foreign;
    const invoke_plan *plan = r->by->plan;
    _Alignas(16) char block[256] = {0};
    r->done = true;
    native_stack *s = v->spare = native_claim(v->stacks, v->spare);
    if (!s || plan->block_size > sizeof block)
        return;
    invoke_word(plan, 0, block, (uint64_t)(uintptr_t)r->address);
    s->owner = 0;
    native_outcome o = invoke_enter(s, plan, r->by->code, block, 0);
    while (o == NATIVE_SUSPENDED) {
        cclosure_answer_otherwise(s->callback);
        o = native_resume(s);
    }
    if (s->tainted)
        v->spare = native_release(s);
}

verdict release_run(csp_vm *vm, process *p, value v)
{
    (void)p;
    release *r = value_pointer(v)->release;
    if (!r)
        return vm_raise(vm, ERR_VALUE, "C does not want this pointer back");
    if (r->done)
        return cpointer_check(vm, v);
    unlink_own(r);
    run(vm, r);
    return VERDICT_DONE;
}

void release_all_of(csp_vm *vm, process *p)
{
    for (release *r; (r = p->side->releases);) {
        unlink_own(r);
        run(vm, r);
    }
}

static void forget(csp_vm *vm, release *r)
{
    unlink_own(r);
    heap_locked(unlink_locked, &(change){vm->foreign, r});
    if (!r->done)
        run(vm, r);
    free(r);
}

void release_all(csp_vm *vm)
{
    for (release *r = vm->foreign->releases, *next; r; r = next) {
        next = r->next;
        forget(vm, r);
    }
}

/* --- what the collector finds */

void release_judge(csp_vm *vm)
{
    struct foreign *v = vm->foreign;
    for (release *r = v ? v->releases : NULL; r; r = r->next) {
        if (!r->pointer || heap_is_marked(r->pointer))
            continue;
        r->pointer = NULL;
        v->lost = true;
    }
}

void release_lost(csp_vm *vm)
{
    struct foreign *v = vm->foreign;
    if (!v || !v->lost)
        return;
    v->lost = false;
    for (release *r = v->releases, *next; r; r = next) {
        next = r->next;
        if (!r->pointer)
            forget(vm, r);
    }
}
