/* Path: the one thing that the text of a path does not tell. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "stdlib/natives.h"
#include "vm/native.h"

/* The current folder, as bytes where it is no UTF-8, or an error value. */
static verdict path_here(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    if (!vm_may(vm, MAY_READ))
        return VERDICT_FAIL;
    char *here = getcwd(NULL, 0);
    int failure = errno;
    if (!here && failure == ENOMEM)
        return vm_raise_memory(vm);
    if (!here)
        return vm_give(vm,
                       error_make(vm, failure == ENOENT ? ERR_NOT_FOUND : ERR_IO,
                                  "cannot tell the current folder: %s", strerror(failure)),
                       result);
    size_t size = strlen(here);
    value text =
        utf8_check(here, size) == size ? str_new(vm, here, size) : bytes_new(vm, here, size);
    free(here);
    return vm_give(vm, text, result);
}

const native_entry path_natives[] = {
    {"_here", "_here()", "the current folder", path_here, 0, 0, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
