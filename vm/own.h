/* The host's own process: it owns what the host makes and is given, and runs what the host calls.
 *
 * Its bottom frame is a native that waits until there is something to call. Meanwhile the process
 * is in no table (process_new_apart), and kills have no effect. During a call it is a process like
 * any other: a kill ends it. The next one gets its number, and with it all that it owned. */
#ifndef CSP_VM_OWN_H
#define CSP_VM_OWN_H

#include "vm/code/frame.h"
#include "vm/core/stack.h"
#include "vm/process/process.h"

/* Its stack while it waits; then the window of a call. */
enum { OWN_CRASH, OWN_RESULT, OWN_SLOTS, OWN_ARGS = OWN_RESULT + FRAME_LINK };
/* The instruction of its frame that begins a call. */
enum { OWN_CALL = 2 };

/* The host's own process, made if there is none. NULL: raised. */
process *own_process(csp_vm *vm);

/* Makes room for a call of fn in p, which waits, and gives where its arguments are to be stored
 * before anything else; what they hold is kept alive elsewhere. The call may be forgotten again.
 * NULL: raised. */
static inline value *own_window(csp_vm *vm, process *p, value fn, uint32_t argc)
{
    value *slots = process_reserve(vm, p, process_stack(p), (size_t)OWN_ARGS + argc);
    if (__builtin_expect(!slots, 0))
        return NULL;
    slots[OWN_RESULT] = fn;
    return slots + OWN_ARGS;
}

/* Starts the call in p, which has not run since own_window: p is runnable, but in no queue
 * (vm_run_own). */
static inline void own_begin(csp_vm *vm, process *p, uint32_t argc)
{
    p->ticket += TICKET_WIN; /* it waits, and nobody else knows how to wake it */
    p->pc = OWN_CALL;
    p->reductions = 0;
    vm->sched.call_argc = argc;
    vm->own.called = true;
}

/* The call of p is over, but p has not ended. DONE: *result is what fn returned; FAIL: the error it
 * crashed with. */
static inline verdict own_finish(csp_vm *vm, process *p, value *result)
{
    value *slots = process_stack(p), crash = slots[OWN_CRASH];
    bool failed = crash != VALUE_ABSENT;
    *result = failed ? crash : slots[OWN_RESULT];
    slots[OWN_CRASH] = slots[OWN_RESULT] = VALUE_ABSENT;
    /* A kill that came when the function had returned is not the next call's. */
    if (__builtin_expect(p->more != 0, 0))
        process_set_cause(p, NULL);
    process_clear(p, PROCESS_NO_CATCH | PROCESS_SPENT);
    if (__builtin_expect(p->index != PROCESS_APART, 0))
        process_detach(vm, p);
    return failed ? VERDICT_FAIL : VERDICT_DONE;
}

#endif
