#include "vm/foreign/release.h"

#include <stdlib.h>

#include "vm/core/stack.h"
#include "vm/foreign/foreign.h"
#include "vm/foreign/own.h"

static void release_all_lost(csp_vm *vm);

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
        side_of(r->proc)->releases = r->next_own;
    r->proc = NULL;
}

/* In the collector's callback, at the end of a marking that brings nothing back: notes those whose
 * pointers are not marked. */
static void judge(csp_vm *vm)
{
    struct foreign *v = vm->foreign;
    for (release *r = v ? v->releases : NULL; r; r = r->next) {
        if (!r->pointer || heap_is_marked(r->pointer))
            continue;
        r->pointer = NULL;
        v->lost = true;
    }
}

/* In any other marking: the pointers stay alive. */
static void keep(const csp_vm *vm, heap_marker *m)
{
    const struct foreign *v = vm->foreign;
    for (const release *r = v ? v->releases : NULL; r; r = r->next)
        heap_mark(m, (uint64_t)(uintptr_t)r->pointer);
}

static bool release_register(csp_vm *vm, process *p, value v, const cfunction *by, size_t size)
{
    release *r = process_side(vm, p) ? calloc(1, sizeof *r) : NULL;
    if (!r)
        return false;
    *r = (release){.by = by,
                   .size = size,
                   .address = value_pointer(v)->address,
                   .pointer = value_owner(v),
                   .proc = p};
    r->next_own = side_of(p)->releases;
    if (r->next_own)
        r->next_own->previous_own = r;
    side_of(p)->releases = r;
    r->pointer->release = r;
    vm->judge_foreign = judge;
    vm->keep_foreign = keep;
    heap_locked(link_locked, &(change){vm->foreign, r});
    return true;
}

bool release_add(csp_vm *vm, process *p, value v, const cfunction *by)
{
    return release_register(vm, p, v, by, 0);
}

/* What nobody holds any more is found by a collection: at the latest when as much again has been
 * taken. */
static bool reserve_outside(csp_vm *vm, size_t size)
{
    enum { LEAST = 64 << 20 };
    struct foreign *v = vm->foreign;
    heap *h = vm_heap(vm);
    if (v->taken + size > LEAST && v->taken + size > v->allocated) {
        heap_collect(h);
        release_all_lost(vm);
        v->taken = 0;
    }
    if (!heap_reserve_outside(h, size)) {
        release_all_lost(vm); /* of the collection that this has been */
        if (!heap_reserve_outside(h, size))
            return false;
    }
    v->taken += size;
    v->allocated += size;
    return true;
}

static void give_back(csp_vm *vm, void *memory, size_t size)
{
    free(memory);
    heap_return_outside(vm_heap(vm), size);
    vm->foreign->allocated -= size;
}

verdict release_alloc(csp_vm *vm, process *p, size_t size, value *out)
{
    if (!foreign_open(vm) || !reserve_outside(vm, size))
        return vm_raise_memory(vm);
    void *memory = calloc(size ? size : 1, 1);
    *out = memory ? cpointer_new_owner(vm, memory, NULL) : VALUE_ABSENT;
    if (*out != VALUE_ABSENT && release_register(vm, p, *out, NULL, size))
        return VERDICT_DONE;
    give_back(vm, memory, size);
    return vm_raise_memory(vm);
}

static release *release_of(value v)
{
    const cowner *owner = value_owner(v);
    return owner ? owner->release : NULL;
}

/* How far v is from the beginning of its memory. */
static uint64_t distance(const release *r, value v)
{
    return (uint64_t)((uintptr_t)value_pointer(v)->address - (uintptr_t)r->address);
}

size_t release_room(value v)
{
    const release *r = release_of(v);
    if (!r || r->by)
        return SIZE_MAX;
    uint64_t at = distance(r, v);
    return at < r->size ? r->size - at : 0;
}

verdict release_bounds(csp_vm *vm, value v, uint64_t offset, uint64_t size)
{
    const release *r = release_of(v);
    if (!r || r->by)
        return VERDICT_DONE;
    uint64_t at = distance(r, v) + offset;
    if (at <= r->size && size <= r->size - at)
        return VERDICT_DONE;
    return vm_raise(vm, ERR_VALUE,
                    "%llu bytes from %lld on are not all in the %zu bytes of `Ffi.alloc`",
                    (unsigned long long)size, (long long)at, r->size);
}

/* --- running */

/* Whatever comes of it, nobody hears. What it calls back finds nobody. */
static void call_release(csp_vm *vm, const release *r)
{
    struct foreign *v = vm->foreign;
    const invoke_plan *plan = r->by->plan;
    _Alignas(16) char block[256] = {0};
    native_stack *s = v->spare = native_claim(v->stacks, v->spare);
    if (!s || plan->block_size > sizeof block)
        return;
    invoke_word(plan, 0, block, (uint64_t)(uintptr_t)r->address);
    s->owner = 0;
    v->releasing = v->in == NULL;
    native_outcome o = invoke_enter(s, plan, r->by->code, block, 0);
    while (o == NATIVE_SUSPENDED) {
        cclosure_answer_otherwise(s->callback);
        o = native_resume(s);
    }
    v->releasing = false;
    if (s->tainted)
        v->spare = native_release(s);
}

static bool in_use(const release *r) { return __atomic_load_n(&r->users, __ATOMIC_ACQUIRE) > 0; }

/* r is not its process' any more. */
static void run_release(csp_vm *vm, release *r)
{
    r->done = true;
    if (in_use(r)) {
        r->next_own = vm->foreign->put_off;
        vm->foreign->put_off = r;
        return;
    }
    if (r->pointer)
        r->pointer->kept = NULL;
    if (r->by) {
        call_release(vm, r);
        return;
    }
    give_back(vm, r->address, r->size);
}

verdict release_run(csp_vm *vm, value v)
{
    release *r = release_of(v);
    if (r && r->done)
        return cpointer_check(vm, v);
    if (!r || r->address != value_pointer(v)->address)
        return vm_raise(vm, ERR_VALUE,
                        "only what `Ffi.alloc` or an `owned` function has given can be freed");
    unlink_own(r);
    run_release(vm, r);
    return VERDICT_DONE;
}

void release_some_of(csp_vm *vm, process *p, int64_t *most)
{
    for (release *r; *most > 0 && (r = side_of(p)->releases); --*most) {
        unlink_own(r);
        run_release(vm, r);
    }
}

void release_all_of(csp_vm *vm, process *p)
{
    int64_t all = INT64_MAX;
    release_some_of(vm, p, &all);
}

release *release_hold(value v)
{
    release *r = value_is(v, OBJ_POINTER) ? release_of(v) : NULL;
    if (r)
        __atomic_add_fetch(&r->users, 1, __ATOMIC_RELAXED);
    return r;
}

static void run_put_off(csp_vm *vm)
{
    release *r = vm->foreign->put_off;
    vm->foreign->put_off = NULL;
    for (release *next; r; r = next) {
        next = r->next_own;
        run_release(vm, r);
    }
}

/* At the VM's end a worker may still use it: then it stays for good. */
static void forget(csp_vm *vm, release *r)
{
    if (in_use(r))
        return;
    unlink_own(r);
    heap_locked(unlink_locked, &(change){vm->foreign, r});
    if (!r->done)
        run_release(vm, r);
    free(r);
}

void release_all(csp_vm *vm)
{
    run_put_off(vm);
    for (release *r = vm->foreign->releases, *next; r; r = next) {
        next = r->next;
        forget(vm, r);
    }
}

/* --- what the collector finds */

/* Goes on where it has stopped; only `forget` takes any out of the list. */
static void forget_lost(csp_vm *vm, uint32_t most)
{
    struct foreign *v = vm->foreign;
    release *r = v->looked_at ? v->looked_at : v->releases;
    if (!v->looked_at)
        v->lost = false; /* what a collection finds meanwhile is looked for once more */
    for (release *next; r && most > 0; r = next, most--) {
        next = r->next;
        if (!r->pointer)
            forget(vm, r);
    }
    v->looked_at = r;
}

bool release_pending(const csp_vm *vm)
{
    const struct foreign *v = vm->foreign;
    return v && (v->lost || v->looked_at);
}

static void release_some_lost(csp_vm *vm, uint32_t most)
{
    struct foreign *v = vm->foreign;
    record_bury_dead();
    if (v && v->put_off)
        run_put_off(vm);
    if (release_pending(vm))
        forget_lost(vm, most);
}

/* For whoever needs the memory now. */
static void release_all_lost(csp_vm *vm)
{
    vm->foreign->looked_at = NULL;
    vm->foreign->lost = true;
    release_some_lost(vm, UINT32_MAX);
}

void release_lost(csp_vm *vm)
{
    enum { AT_ONCE = 500 }; /* some 0.1 ms, unless C takes longer */
    release_some_lost(vm, AT_ONCE);
}
