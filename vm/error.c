#include "vm/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "vm/data.h"
#include "vm/text.h"

const struct error_info vm_errors[ERR_COUNT] = {
#define ERROR(enumerator, name, meaning) {name, meaning},
#include "vm/error.def"
#undef ERROR
};

enum { MESSAGE_MAX = 1024 };

/* The number of the running process, for what it makes; 0 where none runs. */
static uint64_t running_owner(const csp_vm *vm) { return vm->sched.running ? process_owner(vm->sched.running) : 0; }

value error_new(csp_vm *vm, value kind, value message, value data)
{
    error *e = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *e);
    if (!e)
        return VALUE_ABSENT;
    e->header = OBJ_ERROR | (value_is_immutable(data) ? (uint64_t)OBJ_IMMUTABLE : running_owner(vm));
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

/* The message may quote texts of any length: a long one is cut, between two characters. */
static value format_message(csp_vm *vm, const char *format, va_list arguments)
{
    char written[MESSAGE_MAX];
    int length = vsnprintf(written, sizeof written, format, arguments);
    size_t size = length < 0 ? 0 : (size_t)length;
    if (size < sizeof written)
        return str_new(vm, written, size);
    static const char more[] = "…";
    size = sizeof written - sizeof more;
    while (size > 0 && ((unsigned char)written[size] & 0xc0) == 0x80)
        size--;
    memcpy(written + size, more, sizeof more - 1);
    return str_new(vm, written, size + sizeof more - 1);
}

static value make(csp_vm *vm, error_kind kind, const char *format, va_list arguments)
{
    value message = format_message(vm, format, arguments);
    return message == VALUE_ABSENT ? VALUE_ABSENT : error_new(vm, vm->error_names[kind], message, VALUE_NIL);
}

value error_make(csp_vm *vm, error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    value e = make(vm, kind, format, arguments);
    va_end(arguments);
    return e;
}

verdict vm_raise(csp_vm *vm, error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    value e = make(vm, kind, format, arguments);
    va_end(arguments);
    return e == VALUE_ABSENT ? vm_raise_memory(vm) : vm_raise_value(vm, e);
}

verdict vm_raise_value(csp_vm *vm, value e)
{
    vm->sched.raised = e;
    return VERDICT_FAIL;
}

/* An error of its own can have a trace; from the reserve there is mostly room for one. */
verdict vm_raise_memory(csp_vm *vm)
{
    const error *ready = value_error(vm->memory_error);
    value e = error_new(vm, ready->kind, ready->message, VALUE_NIL);
    return vm_raise_value(vm, e == VALUE_ABSENT ? vm->memory_error : e);
}

static const char *article(value_type type)
{
    switch (type) {
    case TYPE_NIL: return "";
    case TYPE_INT:
    case TYPE_ERROR: return "an ";
    case TYPE_BYTES: return "";
    case TYPE_BOOL:
    case TYPE_FLOAT:
    case TYPE_STRING:
    case TYPE_TUPLE:
    case TYPE_LIST:
    case TYPE_MAP:
    case TYPE_BUFFER:
    case TYPE_FN:
    case TYPE_CHAN:
    case TYPE_PROCESS:
    case TYPE_RANGE:
    case TYPE_POINTER:
    case TYPE_LIBRARY:
    case TYPE_COUNT: break;
    }
    return "a ";
}

verdict vm_raise_type(csp_vm *vm, process *p, value got, const char *what)
{
    value_type type = value_type_of(got);
    const char *name = vm_type_names[type];
    if (!value_usable(p, got))
        return vm_raise(vm, ERR_MOVED, "this %s was handed to another process", name);
    return vm_raise(vm, ERR_TYPE, "expected %s, got %s%s", what, article(type), name);
}

bool error_init(csp_vm *vm)
{
    for (int i = 0; i < ERR_COUNT; i++) {
        vm->error_names[i] = str_intern(vm, vm_errors[i].name, strlen(vm_errors[i].name));
        if (vm->error_names[i] == VALUE_ABSENT)
            return false;
    }
    vm->memory_error = error_make(vm, ERR_OUT_OF_MEMORY, "%s", vm_errors[ERR_OUT_OF_MEMORY].meaning);
    return vm->memory_error != VALUE_ABSENT;
}
