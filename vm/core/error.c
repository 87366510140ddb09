#include "vm/core/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "vm/core/string.h"
#include "vm/core/type.h"
#include "vm/core/vm.h"

const struct error_info vm_errors[ERR_COUNT] = {
#define ERROR(enumerator, name, meaning) {name, meaning},
#include "vm/core/error.def"
#undef ERROR
};

enum { MESSAGE_MAX = 1024 };

/* The number of the running process, as the owner of what it makes; 0 when none runs. */
static uint64_t running_owner(const csp_vm *vm)
{
    return vm->sched.running ? process_owner(vm->sched.running) : 0;
}

value error_new(csp_vm *vm, value kind, value message, value data)
{
    error *e = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *e);
    if (!e)
        return VALUE_ABSENT;
    e->header =
        OBJ_ERROR | (value_is_immutable(data) ? (uint64_t)OBJ_IMMUTABLE : running_owner(vm));
    e->kind = kind;
    e->message = message;
    e->data = data;
    e->trace = VALUE_NIL;
    e->cause = VALUE_NIL;
    return value_object(e);
}

value error_caused(csp_vm *vm, value e, value by, uint64_t owner)
{
    error *with = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *with);
    if (!with)
        return VALUE_ABSENT;
    *with = *value_error(e);
    with->cause = by;
    bool immutable = value_is_immutable(with->data) && value_is_immutable(by);
    with->header = OBJ_ERROR | (immutable ? (uint64_t)OBJ_IMMUTABLE : owner);
    return value_object(with);
}

/* The message may quote texts of any length; a long one is cut between two characters. */
static value format_message(csp_vm *vm, const char *format, va_list arguments)
{
    char written[MESSAGE_MAX];
    int length = vsnprintf(written, sizeof written, format, arguments);
    size_t size = length < 0 ? 0 : (size_t)length;
    if (size < sizeof written)
        return str_new(vm, written, size);
    static const char more[] = "…";
    size = sizeof written - sizeof more;
    while (size > 0 && utf8_continues(written[size]))
        size--;
    memcpy(written + size, more, sizeof more - 1);
    return str_new(vm, written, size + sizeof more - 1);
}

static value make_error(csp_vm *vm, error_kind kind, const char *format, va_list arguments)
{
    value message = format_message(vm, format, arguments);
    return message == VALUE_ABSENT ? VALUE_ABSENT
                                   : error_new(vm, vm->error_names[kind], message, VALUE_NIL);
}

value error_make(csp_vm *vm, error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    value e = make_error(vm, kind, format, arguments);
    va_end(arguments);
    return e;
}

verdict vm_raise(csp_vm *vm, error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    value e = make_error(vm, kind, format, arguments);
    va_end(arguments);
    return e == VALUE_ABSENT ? vm_raise_memory(vm) : vm_raise_value(vm, e);
}

verdict vm_raise_value(csp_vm *vm, value e)
{
    vm->sched.raised = e;
    return VERDICT_FAIL;
}

verdict vm_raise_text(csp_vm *vm, error_kind kind, value message)
{
    value e = error_new(vm, vm->error_names[kind], message, VALUE_NIL);
    return e == VALUE_ABSENT ? vm_raise_memory(vm) : vm_raise_value(vm, e);
}

/* An error of its own can have a trace; the reserve usually has room for one. */
verdict vm_raise_memory(csp_vm *vm)
{
    const error *ready = value_error(vm->memory_error);
    value e = error_new(vm, ready->kind, ready->message, VALUE_NIL);
    return vm_raise_value(vm, e == VALUE_ABSENT ? vm->memory_error : e);
}

/* The error raised has just been made, and nobody else has it yet, unless memory ran out. */
verdict vm_blame(csp_vm *vm, process *p, value first, value second)
{
    value why = value_is(first, OBJ_ERROR) ? first : second;
    error *e = value_error(vm->sched.raised);
    if (!value_is(why, OBJ_ERROR) || !value_usable(p, why) ||
        e->kind == vm->error_names[ERR_OUT_OF_MEMORY])
        return VERDICT_FAIL;
    e->cause = why;
    if (!value_is_immutable(why))
        e->header = OBJ_ERROR | process_owner(p);
    return VERDICT_FAIL;
}

verdict vm_raise_moved(csp_vm *vm, value v)
{
    return vm_raise(vm, ERR_MOVED, "this %s was handed to another process", vm_type_name(v));
}

verdict vm_raise_frozen(csp_vm *vm, value v)
{
    return vm_raise(vm, ERR_FROZEN, "the %s is frozen: `copy` gives one that can change",
                    vm_type_name(v));
}

verdict vm_raise_type(csp_vm *vm, process *p, value got, const char *what)
{
    if (!value_usable(p, got))
        return vm_raise_moved(vm, got);
    vm_raise(vm, ERR_TYPE, "expected %s, got %s", what, vm_type_phrase(got));
    return vm_blame(vm, p, got, VALUE_NIL);
}

bool error_init(csp_vm *vm)
{
    for (int i = 0; i < ERR_COUNT; i++) {
        vm->error_names[i] = str_intern(vm, vm_errors[i].name, strlen(vm_errors[i].name));
        if (vm->error_names[i] == VALUE_ABSENT)
            return false;
    }
    vm->memory_error =
        error_make(vm, ERR_OUT_OF_MEMORY, "%s", vm_errors[ERR_OUT_OF_MEMORY].meaning);
    return vm->memory_error != VALUE_ABSENT;
}

bool vm_may(csp_vm *vm, uint64_t capability)
{
    if (vm->capabilities & capability)
        return true;
    vm_raise(vm, ERR_DENIED, "%s is not granted", capability_name(capability));
    return false;
}
