/* Making errors and raising them. */
#ifndef CSP_VM_CORE_ERROR_H
#define CSP_VM_CORE_ERROR_H

#include "vm/core/concurrency.h"

typedef enum error_kind {
#define ERROR(enumerator, name, meaning) ERR_##enumerator,
#include "vm/core/error.def"
#undef ERROR
    ERR_COUNT
} error_kind;
extern const struct error_info {
    const char *name, *meaning;
} vm_errors[ERR_COUNT];

/* Makes an error value and raises it (sched.raised); always VERDICT_FAIL. If memory has run out,
 * the error is out_of_memory instead. The message is printf-formatted UTF-8. The unwinder adds
 * the trace. */
verdict vm_raise(csp_vm *vm, error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* raises an error object; a trace that it has is kept */
verdict vm_raise_value(csp_vm *vm, value error);
/* The same of a kind, with a string as its message. */
verdict vm_raise_text(csp_vm *vm, error_kind kind, value message);
verdict vm_raise_memory(csp_vm *vm); /* out_of_memory, made ahead */
/* What a native gives that has made v: *out is v, or where there was no memory for it (ABSENT) the
 * crash out_of_memory. */
static inline verdict vm_give(csp_vm *vm, value v, value *out)
{
    if (v == VALUE_ABSENT)
        return vm_raise_memory(vm);
    *out = v;
    return VERDICT_DONE;
}
/* Says why what has just been raised came about: the first of the operands that is an error value,
 * if one is, becomes its cause. VALUE_NIL: no operand. Always VERDICT_FAIL. */
verdict vm_blame(csp_vm *vm, process *p, value first, value second);
/* The crash for a value that should have been of another kind: `moved` where it belongs to somebody
 * else, else type_error "expected a list, got an int". `what` names what was expected. */
verdict vm_raise_type(csp_vm *vm, process *p, value got, const char *what);
/* The crash `moved` for v: "this list was handed to another process". */
verdict vm_raise_moved(csp_vm *vm, value v);
/* The crash `frozen` for a list or map that may no longer change. */
verdict vm_raise_frozen(csp_vm *vm, value v);
/* An error as a value (not raised); VALUE_ABSENT: out of memory. data may be VALUE_NIL. */
value error_new(csp_vm *vm, value kind, value message, value data);
/* A copy of the error e, owned by `owner` where it is not immutable, that has `by`, another error
 * or VALUE_NIL, as its cause. ABSENT: out of memory. */
value error_caused(csp_vm *vm, value e, value by, uint64_t owner);
value error_make(csp_vm *vm, error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Interns the names of the kinds (vm->error_names) and makes vm->memory_error. False: out
 * of memory. */
bool error_init(csp_vm *vm);

#endif
