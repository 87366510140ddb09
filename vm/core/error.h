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
/* Raises an error object, which keeps its trace if it has one. */
verdict vm_raise_value(csp_vm *vm, value error);
/* Raises an error of this kind, with a string as its message. */
verdict vm_raise_text(csp_vm *vm, error_kind kind, value message);
verdict vm_raise_memory(csp_vm *vm); /* out_of_memory, made in advance */
/* The last step of a native that has made v: stores it in *out, or raises out_of_memory if v is
 * ABSENT. */
static inline verdict vm_give(csp_vm *vm, value v, value *out)
{
    if (v == VALUE_ABSENT)
        return vm_raise_memory(vm);
    *out = v;
    return VERDICT_DONE;
}
/* Gives the error that has just been raised a cause: the first operand that is an error value, if
 * one is. VALUE_NIL: no operand. Always VERDICT_FAIL. */
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
/* A copy of the error e with `by`, another error or VALUE_NIL, as its cause; owned by `owner`
 * unless it is immutable. ABSENT: out of memory. */
value error_caused(csp_vm *vm, value e, value by, uint64_t owner);
value error_make(csp_vm *vm, error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Interns the names of the kinds (vm->error_names) and makes vm->memory_error. False: out
 * of memory. */
bool error_init(csp_vm *vm);

#endif
