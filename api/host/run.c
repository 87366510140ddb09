#include "api/host/run.h"

#include <errno.h>

#include "api/error.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "vm/drive.h"
#include "vm/machine.h"
#include "vm/outside/bell.h"
#include "vm/outside/loop.h"
#include "vm/outside/request.h"
#include "vm/process/output.h"

/* What can be said when nothing runs. */
static csp_status status_at_rest(const csp_vm *vm, vm_status why)
{
    if (vm->table_count == 0)
        return CSP_DONE;
    return why == VM_DEADLOCK ? CSP_STUCK : CSP_IDLE;
}

static csp_status status_of(host *h, vm_status why)
{
    switch (why) {
    case VM_SPENT: return CSP_MORE;
    case VM_EXIT: return CSP_EXIT;
    case VM_INTERRUPTED: error_set_interrupted(h->world); return CSP_E_INTERRUPTED;
    default: return status_at_rest(h->vm, why);
    }
}

/* A thread that gave the VM something to do while it was running has told nobody. */
static void tell_of_rest(host *h)
{
    csp_vm *vm = h->vm;
    if (!h->world->wake)
        return;
    atomic_thread_fence(memory_order_seq_cst);
    if (!request_arrived(vm) && !atomic_load(&vm->attention))
        return;
    door_hook_begin(h);
    bell_tell(vm->bell);
    door_hook_end(h);
}

void run_end(host *h)
{
    if (h->runs.watched)
        loop_watch(h->vm->loop, vm_next_event(h->vm));
    tell_of_rest(h);
}

csp_status csp_step(csp_vm *vm, uint64_t reductions, uint64_t *used)
{
    if (used)
        *used = 0;
    host *h = host_begin(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    bell_rest(vm->bell);
    if (vm->loop)
        loop_poll(vm->loop);
    int64_t wanted = reductions > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)reductions;
    int64_t spent, owed = h->runs.owed;
    vm_status why = vm_run_for(vm, wanted - owed, &spent);
    owed += spent - wanted;
    h->runs.owed = owed > 0 ? owed : 0;
    if (used)
        *used = (uint64_t)spent;
    vm_flush(vm);
    csp_status status = status_of(h, why);
    host_end(h);
    return status;
}

csp_status run_until(host *h, process *p, int milliseconds)
{
    enum { MS = 1000000 };
    csp_vm *vm = h->vm;
    int64_t deadline = milliseconds < 0 ? LOOP_NEVER : loop_now() + (int64_t)milliseconds * MS;
    vm_status why = vm_run(vm, p, deadline);
    vm_flush(vm);
    if (why == VM_ENDED)
        return CSP_OK;
    return why == VM_DEADLINE && vm_next_event(vm) == 0 ? CSP_MORE : status_of(h, why);
}

csp_status csp_run(csp_vm *vm, int milliseconds)
{
    host *h = host_begin(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    bell_rest(vm->bell);
    csp_status status = run_until(h, NULL, milliseconds);
    host_end(h);
    return status;
}

void csp_interrupt(csp_vm *vm)
{
    if (door_find(vm))
        vm_interrupt(vm);
}

int csp_fd(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return -1;
    struct loop *l = vm_loop(vm);
    if (l) {
        h->runs.watched = true;
        loop_watch(l, vm_next_event(vm));
    } else if (!vm->no_loop) {
        host_fail(h, CSP_E_SYSTEM, "system", "there is no descriptor to be had: %s",
                  strerror(errno));
    }
    door_leave(h);
    return l ? loop_fd(l) : -1;
}

static int timeout(csp_vm *vm)
{
    enum { LOOK_AGAIN = 10000000 }; /* ns: csp_fd does not report the descriptors 1 and 2 */
    int64_t next = vm_next_event(vm);
    if (output_busy(vm) && next > loop_now() + LOOK_AGAIN)
        next = loop_now() + LOOK_AGAIN;
    if (next == LOOP_NEVER)
        return -1;
    int64_t left = next - loop_now();
    if (next == 0 || left <= 0)
        return 0;
    /* Rounded up, so that the host does not come a moment too early, over and over again. */
    int64_t milliseconds = (left + 999999) / 1000000;
    return milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds;
}

int csp_timeout(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return -1;
    int milliseconds = timeout(vm);
    door_leave(h);
    return milliseconds;
}
