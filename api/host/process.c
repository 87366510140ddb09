#include "api/host/process.h"

#include "vm/code/native.h"
#include "vm/core/scheduler.h"
#include "vm/machine.h"

/* Waits for the host. */
static verdict wait_for_call(csp_vm *vm, process *p, value *args, value *result)
{
    (void)vm;
    (void)args;
    (void)result;
    sched_park(p);
    return VERDICT_BLOCK;
}

static const native_entry body = {.name = "host",
                                  .signature = "host()",
                                  .doc = "what the host calls",
                                  .fn = wait_for_call,
                                  .slots = 1,
                                  .catches = true};

process *host_process(csp_vm *vm)
{
    process *p = vm_own_process(vm, &body);
    if (!p)
        vm->sched.raised = VALUE_ABSENT;
    return p;
}
