/* Path: its part in C, the current folder. The rest works on texts alone, in path.csp. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "stdlib/natives.h"
#include "stdlib/system.h"
#include "vm/native.h"
#include "vm/outside/errand.h"

/* The current folder, as bytes where it is no UTF-8, or an error value. */
static verdict path_here(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args;
    if (!vm_may(vm, MAY_READ))
        return VERDICT_FAIL;
    char *here = getcwd(NULL, 0);
    int failure = here ? PLACE_OUTSIDE : errno;
    if (failure == ENOMEM)
        return vm_raise_memory(vm);
    const system_failure f = {.error = failure, .op = "find the current folder"};
    value made = here && confine_allows(vm_confine(vm), MAY_READ, here)
                     ? system_name(vm, here, strlen(here))
                     : system_error(vm, p, &f);
    free(here);
    return vm_give(vm, made, result);
}

const native_entry path_natives[] = {
    {"_here", "_here()", "the current folder", path_here, 0, 0, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
