#include "vm/own.h"

#include "vm/code/frame.h"
#include "vm/code/native.h"
#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/process/kill.h"
#include "vm/process/process.h"
#include "vm/process/telling.h"

enum { SLOT_STATE, SLOT_COUNT, SLOT_CRASH /* native_crash */, SLOTS };
/* SLOT_STATE; ABSENT: it waits */
#define TO_CALL VALUE_FALSE /* what stands in its window; SLOT_COUNT: how many arguments */
#define CALLED  VALUE_TRUE

/* Links end with the call: some more of them. True: there are no more. */
__attribute__((noinline)) static bool undo_links(csp_vm *vm, process *p)
{
    int64_t most = told_per_step(&vm->sched), left = most;
    end_links_of_call(vm, p, *native_crash(p), &left);
    vm_charge(vm, (uint64_t)(most - left) * REDUCTIONS_PER_TOLD);
    return !side_of(p)->links;
}

static verdict step(csp_vm *vm, process *p, value *args, value *result)
{
    (void)result;
    if (args[SLOT_STATE] == TO_CALL) {
        args[SLOT_STATE] = CALLED;
        vm->sched.call_argc = (uint32_t)value_as_int(args[SLOT_COUNT]);
        return VERDICT_CALL;
    }
    if (side_of(p) && side_of(p)->links && !undo_links(vm, p))
        return VERDICT_YIELD;
    args[SLOT_STATE] = VALUE_ABSENT;
    vm->own.called = false;
    sched_park(p);
    return VERDICT_STOP;
}

static const native_entry body = {.name = "host",
                                  .signature = "host()",
                                  .doc = "what the host calls",
                                  .fn = step,
                                  .slots = SLOTS,
                                  .catches = true};

process *own_process(csp_vm *vm)
{
    if (vm->own.process)
        return vm->own.process;
    const code *c = native_code(vm, &body, false);
    if (!c) {
        vm_raise_memory(vm);
        return NULL;
    }
    process *p = hosted_reserve(vm) ? process_new_apart(vm, c, vm->own.number) : NULL;
    if (!p)
        return NULL;
    hosted_add(vm, p);
    process_set(p, PROCESS_SYSTEM | PROCESS_ESCAPED);
    sched_park(p);
    vm->own.number = process_number(p);
    return vm->own.process = p;
}

/* What call_arrange has nothing to do for. */
static const closure *plain_closure(const process *p, value fn, uint32_t argc)
{
    if (!value_is(fn, OBJ_CLOSURE) || !value_usable(p, fn))
        return NULL;
    const closure *f = value_as_object(fn);
    return f->code->plain && f->code->params == argc ? f : NULL;
}

/* Apart, so that the usual call needs no frame for them. */
__attribute__((noinline)) static bool add_captures(own_call *call)
{
    for (uint32_t i = 0; i < call->plain->code->captures; i++)
        call->args[call->argc + i] = call->plain->captures[i];
    return true;
}

__attribute__((noinline)) static bool add_room(csp_vm *vm, process *p, size_t slots, own_call *call)
{
    size_t window = (size_t)(call->args - process_stack(p));
    value *stack = process_reserve(vm, p, process_stack(p), slots);
    if (!stack)
        return false;
    call->args = stack + window;
    return !call->plain || add_captures(call);
}

bool own_prepare(csp_vm *vm, process *p, value fn, uint32_t argc, own_call *call)
{
    uint32_t window = (uint32_t)p->code->registers - 1 + FRAME_LINK;
    const closure *f = plain_closure(p, fn, argc);
    uint32_t room = f && f->code->registers > argc ? f->code->registers : argc;
    size_t slots = (size_t)window + room;
    *call = (own_call){fn, argc, process_stack(p) + window, f};
    if (__builtin_expect(slots > process_capacity(p), 0))
        return add_room(vm, p, slots, call);
    return !f || f->code->captures == 0 || add_captures(call);
}

void own_begin(csp_vm *vm, process *p, const own_call *call)
{
    const closure *f = call->plain;
    value *args = call->args, *slots = process_stack(p);
    if (f) {
        const code *waits = p->code;
        uint32_t window = (uint32_t)(args - slots);
        link_make(args, waits, waits->insns, window);
        slots[SLOT_STATE] = CALLED;
        process_set_registers(p, args);
        __atomic_signal_fence(__ATOMIC_SEQ_CST); /* another thread may collect */
        p->code = f->code;
    } else {
        args[-FRAME_LINK] = call->fn;
        slots[SLOT_STATE] = TO_CALL;
        slots[SLOT_COUNT] = value_int(call->argc);
    }
    process_win(p, p->ticket);
    p->reductions = 0;
    vm->own.called = true;
}

verdict own_finish(csp_vm *vm, process *p, value *result)
{
    value *crash = native_crash(p), *given = native_result(p);
    bool failed = *crash != VALUE_ABSENT;
    *result = failed ? *crash : *given;
    *crash = *given = VALUE_ABSENT;
    /* A kill that came when the function had returned is not the next call's. */
    process_set_cause(p, NULL);
    process_clear(p, PROCESS_NO_CATCH | PROCESS_SPENT);
    if (p->index != PROCESS_APART)
        process_detach(vm, p);
    return failed ? VERDICT_FAIL : VERDICT_DONE;
}
