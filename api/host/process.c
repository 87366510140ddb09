#include "api/host/process.h"

#include "vm/own.h"

process *host_process(csp_vm *vm)
{
    process *p = own_process(vm);
    if (!p)
        vm->sched.raised = VALUE_ABSENT;
    return p;
}
