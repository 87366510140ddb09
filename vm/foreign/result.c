/* What C returns, as values. */
#include <errno.h>
#include <string.h>

#include "vm/core/string.h"
#include "vm/foreign/convert.h"
#include "vm/foreign/own.h"
#include "vm/foreign/release.h"

/* --- failures as values */

static const char *error_name(int number)
{
    const char *name = strerrorname_np(number);
    return name ? name : "no name";
}

static verdict failure(csp_vm *vm, int number, value *out)
{
    char text[128];
    error_kind kind = number == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    value message =
        str_format(vm, "%s (%s)", strerror_r(number, text, sizeof text), error_name(number));
    if (message == VALUE_ABSENT)
        return vm_raise_memory(vm);
    return vm_give(vm, error_new(vm, vm->error_names[kind], message, value_int(number)), out);
}

static bool has_failed(const cfunction *of, uint64_t word)
{
    return of->fails && word == of->failure;
}

/* --- */

static verdict owned(csp_vm *vm, process *p, const cfunction *of, uint64_t word, value *out)
{
    ctype type = of->signature->result;
    if (word == 0) {
        *out = VALUE_NIL;
        return VERDICT_DONE;
    }
    void *address = (void *)(uintptr_t)word;
    const cstruct *at = type.kind == CTYPE_STRUCT_POINTER ? type.of : NULL;
    value handle = cpointer_new_owner(vm, address, at);
    if (handle == VALUE_ABSENT || !release_add(vm, p, handle, of->freed_by))
        return vm_raise_memory(vm); /* lost to C, for there is no memory to give it back in time */
    *out = handle;
    if (type.kind != CTYPE_CSTRING)
        return VERDICT_DONE;
    verdict v = convert_from_c(vm, p, type, word, out);
    value kept = vm->sched.raised;
    (void)release_run(vm, handle);
    vm->sched.raised = kept;
    return v;
}

/* C may have taken any time: who has asked for an end meanwhile does not wait for the rest of the
 * slice, which may be thousands of such calls. */
static void give_way(csp_vm *vm)
{
    if (__builtin_expect(vm_interrupted(vm), 0))
        vm_charge(vm, (uint64_t)vm->sched.slice);
}

verdict ccall_result(csp_vm *vm, process *p, const cfunction *of, const void *given, value *out)
{
    ctype type = of->signature->result;
    uint64_t word;
    give_way(vm);
    if (type.kind == CTYPE_STRUCT)
        return convert_from_c(vm, p, type, (uint64_t)(uintptr_t)given, out);
    memcpy(&word, given, sizeof word);
    if (has_failed(of, word))
        return failure(vm, side_of(p)->c_error, out);
    if (of->freed_by)
        return owned(vm, p, of, word, out);
    return convert_from_c(vm, p, type, word, out);
}
