/* What a VM keeps for calling C, its native stacks above all, and which of them a call runs on. */
#include "vm/foreign/own.h"

#include <stdlib.h>

#include "vm/foreign/fault_report.h"
#include "vm/foreign/foreign.h"

enum { TRIM_EVERY = 4096 /* quick calls */ };

bool foreign_open(csp_vm *vm)
{
    if (vm->foreign)
        return true;
    struct foreign *v = calloc(1, sizeof *v);
    const native_options o = {.size = vm->limits.native_stack, .data = vm};
    if (v)
        v->stacks = native_stacks_new(&o);
    if (!v || !v->stacks) {
        free(v);
        return false;
    }
    static const native_terms terms = {heap_leave, heap_come_back, heap_do_blocking};
    native_stacks_terms(v->stacks, &terms);
    v->watch.period = 1;
    vm->foreign = v;
    fault_report_install();
    return true;
}

native_stack *ccall_stack(csp_vm *vm, process *p)
{
    struct foreign *v = vm->foreign;
    native_stack **at = side_of(p)->native ? &side_of(p)->native : &v->spare;
    native_stack *top = *at;
    if (top && !top->tainted)
        return top;
    native_stack *s = native_claim(v->stacks, top);
    if (s)
        *at = s;
    else
        vm_raise(vm, ERR_OUT_OF_MEMORY, "there is no memory for a native stack");
    return s;
}

void ccall_own_stack(csp_vm *vm, process *p, native_stack *s)
{
    if (s != vm->foreign->spare)
        return;
    vm->foreign->spare = NULL;
    side_of(p)->native = s;
}

void ccall_leave_stack(csp_vm *vm, process *p, native_stack *s)
{
    struct foreign *v = vm->foreign;
    if (s == v->spare) {
        if (s->tainted)
            v->spare = native_release(s);
        else if (++v->quick % TRIM_EVERY == 0)
            native_trim(s);
        return;
    }
    if (s->depth == 0 && !s->under && !s->tainted && !v->spare) {
        native_trim(s);
        v->spare = s;
        side_of(p)->native = NULL;
        return;
    }
    side_of(p)->native = native_release(s);
}

verdict ccall_raise(csp_vm *vm, const cfunction *of, native_outcome outcome)
{
    enum { MIB = 1 << 20 };
    size_t size = vm->limits.native_stack ? vm->limits.native_stack : NATIVE_STACK_SIZE;
    switch (outcome) {
    case NATIVE_OVERFLOWED:
    case NATIVE_NO_ROOM:
        return vm_raise(vm, ERR_STACK_OVERFLOW,
                        "the C function `%s` (%s) needs more than %zu %s of native stack", of->name,
                        of->library->name, size % MIB ? size >> 10 : size / MIB,
                        size % MIB ? "KiB" : "MiB");
    case NATIVE_JUMPED:
        return vm_raise(vm, ERR_FFI, "the C function `%s` (%s) jumped over a callback", of->name,
                        of->library->name);
    case NATIVE_NO_MEMORY: return vm_raise_memory(vm);
    case NATIVE_RETURNED:
    case NATIVE_SUSPENDED: break;
    }
    return VERDICT_DONE;
}
