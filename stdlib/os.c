/* Os: the program's arguments, environment and end, and where it runs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "stdlib/errand_call.h"
#include "stdlib/file_work.h"
#include "stdlib/natives.h"
#include "stdlib/os_work.h"
#include "stdlib/system.h"
#include "vm/native.h"
#include "vm/outside/environment.h"
#include "vm/outside/program.h"

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

/* --- the environment */

/* A name of a variable, malloc'ed; NULL: raised. */
static char *variable_arg(csp_vm *vm, process *p, value v)
{
    char *name = system_path_arg(vm, p, v, "a string as the name");
    if (name && *name && !strchr(name, '='))
        return name;
    if (name)
        vm_raise(vm, ERR_VALUE, "the name of a variable is not empty and has no `=`");
    free(name);
    return NULL;
}

static verdict os_env(csp_vm *vm, process *p, value *args, value *result)
{
    char *name =
        vm_may(vm, MAY_ENV) ? system_path_arg(vm, p, args[0], "a string as the name") : NULL;
    if (!name)
        return VERDICT_FAIL;
    const char *found = environment_get(vm, name);
    free(name);
    *result = VALUE_NIL;
    return found ? vm_give(vm, system_text(vm, found), result) : VERDICT_DONE;
}

static verdict os_env_all(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args;
    if (!vm_may(vm, MAY_ENV))
        return VERDICT_FAIL;
    const char *const *all = environment_all(vm);
    value made = all ? map_new(vm, p, 64) : VALUE_ABSENT;
    if (made == VALUE_ABSENT)
        return vm_raise_memory(vm);
    for (; *all; all++) {
        const char *equals = strchr(*all, '=');
        value name = str_repaired(vm, *all, (size_t)(equals - *all));
        value text = name != VALUE_ABSENT ? system_text(vm, equals + 1) : VALUE_ABSENT;
        if (text == VALUE_ABSENT || !map_put(vm, value_map(made), name, text))
            return vm_raise_memory(vm);
        vm_charge(vm, 1);
    }
    *result = made;
    return VERDICT_DONE;
}

static verdict os_set_env(csp_vm *vm, process *p, value *args, value *result)
{
    char *name = vm_may(vm, MAY_ENV) ? variable_arg(vm, p, args[0]) : NULL;
    if (!name)
        return VERDICT_FAIL;
    bool taken = args[1] == VALUE_NIL;
    char *text = taken ? NULL : system_path_arg(vm, p, args[1], "a string or nil");
    bool well = (taken || text) && environment_set(vm, name, text);
    free(name);
    free(text);
    *result = VALUE_TRUE;
    if (!taken && !text)
        return VERDICT_FAIL;
    return well ? VERDICT_DONE : vm_raise_memory(vm);
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

/* --- where it runs */

static verdict os_pid(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    *result = value_int(getpid());
    return vm_may(vm, MAY_ENV) ? VERDICT_DONE : VERDICT_FAIL;
}

/* What uname says, in lower case: "linux". */
static verdict os_platform(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    struct utsname is;
    if (uname(&is) != 0)
        snprintf(is.sysname, sizeof is.sysname, "unknown");
    for (char *at = is.sysname; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return vm_give(vm, system_text(vm, is.sysname), result);
}

static verdict os_hostname(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args;
    struct utsname is;
    if (!vm_may(vm, MAY_ENV))
        return VERDICT_FAIL;
    if (uname(&is) == 0)
        return vm_give(vm, system_text(vm, is.nodename), result);
    const system_failure f = {.error = errno, .op = "find the host's name"};
    return vm_give(vm, system_error(vm, p, &f), result);
}

static verdict give_number(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    (void)p;
    (void)slots;
    return vm_give(vm, num_int(vm, e->numbers[0]), result);
}

static verdict give_found(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    *result = VALUE_NIL;
    return e->size > 0 ? errand_call_name(vm, p, e, slots, result) : VERDICT_DONE;
}

/* What the environment says comes first. */
static bool take_home(csp_vm *vm, process *p, value *args, errand *e)
{
    (void)p;
    (void)args;
    const char *home = environment_get(vm, "HOME");
    if (!home || !*home)
        return true;
    e->work = os_nothing;
    if (errand_add(e, home, strlen(home)))
        return true;
    vm_raise_memory(vm);
    return false;
}

/* paths[1]: where programs are looked for. */
static bool take_folders(csp_vm *vm, process *p, value *args, errand *e)
{
    (void)p;
    (void)args;
    const char *folders = environment_get(vm, "PATH");
    if ((e->paths[1] = strdup(folders ? folders : PROGRAM_FOLDERS)))
        return true;
    vm_raise_memory(vm);
    return false;
}

ERRAND_NATIVE(chdir, "enter", os_chdir, MAY_RUN, 1, 1, -1, NULL, NULL)
ERRAND_NATIVE(cpus, "count the processors", os_cpus, MAY_ENV, 0, 0, -1, NULL, give_number)
ERRAND_NATIVE(cwd, "find the current folder", dir_current, MAY_READ, 0, 0, -1, NULL,
              errand_call_name)
ERRAND_NATIVE(home, "find the home of the user", os_home, MAY_ENV, 0, 0, -1, take_home,
              errand_call_name)
ERRAND_NATIVE(memory, "measure the memory", os_memory, MAY_ENV, 0, 0, -1, NULL, give_number)
ERRAND_NATIVE(user, "find the name of the user", os_user, MAY_ENV, 0, 0, -1, NULL, errand_call_name)
ERRAND_NATIVE(which, "find", os_which, MAY_READ, 1, 1, -1, take_folders, give_found)

const native_entry os_natives[] = {
    {"args", "args()", "the script's arguments, a list of strings", os_args, 0, 0, 0},
    {"chdir", "chdir(path)",
     "makes the folder the current one, of the whole OS process: of a host and all its VMs, too; "
     "true",
     native_chdir, 1, 1, ERRAND_SLOTS},
    {"cpus", "cpus()",
     "how many processors the program may use: as many as it may run on, or fewer by its control "
     "group",
     native_cpus, 0, 0, ERRAND_SLOTS},
    {"cwd", "cwd()", "the current folder, an absolute path", native_cwd, 0, 0, ERRAND_SLOTS},
    {"env", "env(name)", "a variable of the environment as a string, or nil", os_env, 1, 1, 0},
    {"env_all", "env_all()", "the environment, a map of strings", os_env_all, 0, 0, 0},
    {"exit", "exit(status = 0)", "ends the program with this exit status, 0 to 255", os_exit, 0, 1,
     0},
    {"home", "home()", "the home folder of the user: $HOME, or what the system knows", native_home,
     0, 0, ERRAND_SLOTS},
    {"hostname", "hostname()", "the name of the machine", os_hostname, 0, 0, 0},
    {"memory", "memory()", "the bytes of memory that the machine or the control group has",
     native_memory, 0, 0, ERRAND_SLOTS},
    {"pid", "pid()", "the number of the OS process", os_pid, 0, 0, 0},
    {"platform", "platform()", "the name of the system: \"linux\"", os_platform, 0, 0, 0},
    {"set_env", "set_env(name, x)",
     "sets a variable, or with nil takes it away, for env, env_all and the programs that are "
     "started from now on; true",
     os_set_env, 2, 2, 0},
    {"user", "user()", "the name of the user as whom the program runs", native_user, 0, 0,
     ERRAND_SLOTS},
    {"which", "which(name)",
     "the path of the program that this name would start, or nil; a name with a `/` is a path "
     "itself",
     native_which, 1, 1, ERRAND_SLOTS},
    {0},
};
