#include "vm/own.h"

#include <assert.h>

#include "vm/code/native.h"
#include "vm/core/scheduler.h"
#include "vm/process/kill.h"
#include "vm/process/telling.h"

/* Links end with the call: some more of them. True: there are no more. */
__attribute__((noinline)) static bool undo_links(csp_vm *vm, process *p)
{
    int64_t most = told_per_step(&vm->sched), left = most;
    end_links_of_call(vm, p, *native_crash(p), &left);
    vm_charge(vm, (uint64_t)(most - left) * REDUCTIONS_PER_TOLD);
    return !side_of(p)->links;
}

/* A call has crashed, or has left more to do than HOSTRET does. */
static verdict step(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args, (void)result;
    if (side_of(p) && side_of(p)->links && !undo_links(vm, p))
        return VERDICT_YIELD;
    process_end_call(vm, p);
    return VERDICT_STOP;
}

/* What is called stands at the first, and returns to the second. */
static const insn insns[] = {
    {OPC_NATIVE, 0, 0, 0}, {OPC_HOSTRET, 0, 0, 0}, [OWN_CALL] = {OPC_HOSTCALL, 0, 0, 0}};

static const native_entry body = {.name = "host",
                                  .signature = "host()",
                                  .doc = "what the host calls",
                                  .fn = step,
                                  .slots = OWN_CRASH + 1 /* native_crash */,
                                  .catches = true,
                                  .insns = insns,
                                  .insn_count = sizeof insns / sizeof *insns};

process *own_process(csp_vm *vm)
{
    if (vm->own.process)
        return vm->own.process;
    const code *c = native_code(vm, &body, false);
    if (!c) {
        vm_raise_memory(vm);
        return NULL;
    }
    assert(c->registers == OWN_SLOTS);
    process *p = hosted_reserve(vm) ? process_new_apart(vm, c, vm->own.number) : NULL;
    if (!p)
        return NULL;
    hosted_add(vm, p);
    process_set(p, PROCESS_SYSTEM | PROCESS_ESCAPED);
    sched_park(p);
    vm->own.number = process_number(p);
    return vm->own.process = p;
}
