/* Os: the program's arguments and environment, and its end. */
#include <stdlib.h>

#include "stdlib/natives.h"
#include "vm/native.h"

/* The system's text may be any bytes. */
static value system_text(csp_vm *vm, const char *from)
{
    return str_repaired(vm, from, strlen(from));
}

static verdict os_args(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args;
    if (!vm_may(vm, MAY_ARGS))
        return VERDICT_FAIL;
    value all = list_new(vm, p, NULL, 0);
    if (all == VALUE_ABSENT)
        return vm_raise_memory(vm);
    for (uint32_t i = 0; i < vm_arg_count(vm); i++) {
        value arg = system_text(vm, vm_arg(vm, i));
        if (arg == VALUE_ABSENT || !list_push(vm, value_list(all), arg))
            return vm_raise_memory(vm);
    }
    *result = all;
    return VERDICT_DONE;
}

static verdict os_env(csp_vm *vm, process *p, value *args, value *result)
{
    const string *name = native_string_arg(vm, p, args[0]);
    if (!name || !vm_may(vm, MAY_ENV))
        return VERDICT_FAIL;
    *result = VALUE_NIL;
    if (strlen(name->text) != name->size)
        return VERDICT_DONE;
    const char *found = getenv(name->text);
    if (!found)
        return VERDICT_DONE;
    return vm_give(vm, system_text(vm, found), result);
}

static verdict os_exit(csp_vm *vm, process *p, value *args, value *result)
{
    (void)result;
    if (!vm_may(vm, MAY_EXIT))
        return VERDICT_FAIL;
    value status = native_optional(vm, args, 0, value_int(0));
    if (!value_is_int(status))
        return vm_raise_type(vm, p, status, "an int");
    int64_t number = value_as_int(status);
    if (number < 0 || number > 255)
        return vm_raise(vm, ERR_VALUE, "an exit status is 0 to 255, not %lld", (long long)number);
    return vm_exit(vm, (int)number);
}

const native_entry os_natives[] = {
    {"args", "args()", "the script's arguments, a list of strings", os_args, 0, 0, 0},
    {"env", "env(name)", "a variable of the environment as a string, or nil", os_env, 1, 1, 0},
    {"exit", "exit(status = 0)", "ends the program with this exit status, 0 to 255", os_exit, 0, 1,
     0},
    {0},
};
