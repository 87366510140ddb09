#include "vm/foreign/foreign.h"

#include <stdlib.h>
#include <string.h>

#include "vm/code/code_table.h"
#include "vm/code/frame.h"
#include "vm/core/string.h"
#include "vm/foreign/ccall.h"
#include "vm/foreign/own.h"
#include "vm/foreign/release.h"

/* --- the VM's */

/* A process that does not end in order. */
static void leave_all(csp_vm *vm, process *p)
{
    if (!side_of(p))
        return;
    for (ccall *c; (c = side_of(p)->calls);) {
        if (c->of->blocking)
            blocking_leave(c, false);
        record_end(vm, p, c);
    }
    foreign_process_ended(vm, p);
}

static void detach_locked(void *vm) { ((csp_vm *)vm)->foreign = NULL; }

void foreign_close(csp_vm *vm)
{
    struct foreign *v = vm->foreign;
    if (!v)
        return;
    for (uint32_t i = 0; i < vm->table_count; i++)
        leave_all(vm, process_at(vm, i));
    release_all(vm);
    workers_close(v->workers);
    record_bury_dead();
    native_stacks_release(v->stacks);
    heap_locked(detach_locked, vm); /* the collector reads it */
    free(v);
}

void foreign_process_ended(csp_vm *vm, process *p)
{
    if (side_of(p)->kept)
        callback_free_all(p);
    if (side_of(p)->releases)
        release_all_of(vm, p);
}

int foreign_errno(const process *p) { return side_of(p) ? side_of(p)->c_error : 0; }

/* --- libraries as values */

static bool has_functions(const cfunction *of)
{
    for (uint32_t i = 0; i < of->signature->count; i++)
        if (of->signature->params[i].kind == CTYPE_FUNCTION)
            return true;
    return false;
}

/* A library's module: its functions' codes, and as constants all its values. */
typedef struct making {
    csp_vm *vm;
    module *m;
    clibrary *library;
} making;

static bool add_member(const making *k, foreign_entry *member)
{
    foreign_fn *made = heap_alloc(vm_heap(k->vm), HEAP_TRACED, sizeof *made);
    if (!made)
        return false;
    *made = (foreign_fn){.header = OBJ_FOREIGN | OBJ_IMMUTABLE,
                         .of = member->function,
                         .makes = member->makes,
                         .name = member->name,
                         .library = k->library};
    member->made = value_object(made);
    k->m->constants[k->m->constant_count++] = member->made;
    if (!made->of)
        return true;
    made->framed = made->of->blocking || has_functions(made->of);
    code *c = frame_code_new(k->vm, made, k->m);
    made->code = c;
    if (c)
        k->m->codes[k->m->code_count++] = c;
    return c != NULL;
}

/* False: no memory. */
static bool begin_module(making *k, const library *l, uint32_t count)
{
    heap *h = vm_heap(k->vm);
    module *m = k->m = heap_alloc(h, HEAP_TRACED, sizeof *m);
    k->library = heap_alloc(h, HEAP_TRACED, sizeof *k->library);
    if (!m || !k->library)
        return false;
    m->codes = heap_alloc(h, HEAP_TRACED, (count + 1u) * sizeof *m->codes);
    m->constants = heap_alloc(h, HEAP_TRACED, (count + 1u) * sizeof *m->constants);
    m->name = str_new(k->vm, l->name, strlen(l->name));
    if (!m->codes || !m->constants || m->name == VALUE_ABSENT)
        return false;
    m->constants[m->constant_count++] = value_object(k->library);
    return true;
}

value foreign_add_library(csp_vm *vm, ffi_block *block, const library *l, foreign_entry *members,
                          uint32_t count)
{
    making k = {.vm = vm};
    bool well = foreign_open(vm) && begin_module(&k, l, count);
    if (well)
        *k.library = (clibrary){OBJ_LIBRARY | OBJ_IMMUTABLE, block, l, NULL};
    for (uint32_t i = 0; well && i < count; i++)
        well = add_member(&k, &members[i]);
    if (!well || !code_add_module(vm, k.m)) {
        vm_raise_memory(vm);
        return VALUE_ABSENT;
    }
    return value_object(k.library);
}

/* --- the audit */

/* The records of p's frames, from the newest on, must be those of its list. */
static const char *audit_frames(const process *p, uint32_t *calls)
{
    const ccall *c = side_of(p) ? side_of(p)->calls : NULL;
    value *base = process_registers(p);
    for (const code *body = p->code; body;) {
        const ccall *of = ccall_is_frame(body) ? ccall_of_frame(body, base) : NULL;
        if (of) {
            if (of != c || of->proc != p)
                return "I17: a frame has another's call of C";
            ++*calls;
            c = c->under;
        }
        if (base == process_stack(p))
            break;
        frame caller = frame_caller(base);
        body = caller.code;
        base = caller.base;
    }
    return c ? "I17: a call of C has no frame" : NULL;
}

/* Each of p's stacks holds as many calls as there are records on it. */
static const char *audit_stacks(const process *p, uint32_t *stacks)
{
    const ccall *c = side_of(p)->calls;
    for (const native_stack *s = side_of(p)->native; s; s = s->under) {
        uint32_t depth = 0;
        while (c && (!c->stack || c->stack == s)) {
            depth += c->stack == s;
            c = c->under;
        }
        if (depth != s->depth)
            return "I18: a native stack has calls that nobody knows";
        ++*stacks;
    }
    while (c && !c->stack)
        c = c->under;
    return c ? "I18: a call of C is on a stack that is not its process'" : NULL;
}

const char *foreign_audit(csp_vm *vm)
{
    const struct foreign *v = vm->foreign;
    uint32_t calls = 0, stacks = 0;
    const char *wrong = NULL;
    if (!v)
        return NULL;
    for (uint32_t i = 0; i < vm->table_count && !wrong; i++) {
        const process *p = process_at(vm, i);
        wrong = audit_frames(p, &calls);
        if (!wrong && side_of(p))
            wrong = audit_stacks(p, &stacks);
    }
    if (!wrong && calls != v->calls)
        wrong = "I17: calls of C are miscounted";
    stacks += v->spare != NULL;
    native_count n = native_stacks_count(v->stacks);
    if (!wrong && n.claimed < stacks)
        wrong = "I18: a native stack is used that is not claimed";
    if (!wrong && !v->workers && n.claimed != stacks)
        wrong = "I18: a native stack is claimed by nobody";
    return wrong;
}
