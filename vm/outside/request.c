#include "vm/outside/request.h"

#include "gc/stranger.h"
#include "vm/core/scheduler.h"
#include "vm/core/stack.h"

/* Scanned and pinned. It outlives the VM while a worker still reads the pins. */
struct request_roots {
    process *proc; /* NULL: nobody is waiting */
    value pins[];
};

static request *request_of(job *j) { return (request *)j; }

static void work(job *j) { request_of(j)->kind->work(request_of(j)); }

/* On any thread. */
static void drop(job *j)
{
    request *r = request_of(j);
    if (r->roots)
        heap_unpin_anywhere(r->roots);
    r->kind->drop(r);
}

/* --- the list of all */

static void link_request(csp_vm *vm, request *r)
{
    r->next = vm->requests;
    if (r->next)
        r->next->previous = r;
    vm->requests = r;
}

static void unlink_request(csp_vm *vm, request *r)
{
    if (r->previous)
        r->previous->next = r->next;
    else
        vm->requests = r->next;
    if (r->next)
        r->next->previous = r->previous;
    r->previous = r->next = NULL;
}

void request_dispose(csp_vm *vm, request *r)
{
    if (r->outside)
        heap_return_outside(&vm->heap, r->outside);
    drop(&r->job);
}

static void forget(csp_vm *vm, request *r)
{
    unlink_request(vm, r);
    request_dispose(vm, r);
}

/* --- beginning */

pool *request_pool(csp_vm *vm)
{
    if (!vm->pool)
        vm->pool = pool_new(vm->bell);
    if (!vm->pool)
        vm_raise_memory(vm);
    return vm->pool;
}

static bool prepare(csp_vm *vm, process *p, request *r, const value *pins, uint32_t pin_count,
                    size_t outside)
{
    if (!process_side(vm, p) || !request_pool(vm))
        return false;
    r->roots = heap_pinned(sizeof *r->roots + pin_count * sizeof *pins);
    if (!r->roots || !heap_reserve_outside(&vm->heap, outside)) {
        vm_raise_memory(vm);
        return false;
    }
    r->outside = outside;
    r->roots->proc = p;
    for (uint32_t i = 0; i < pin_count; i++)
        r->roots->pins[i] = pins[i];
    return true;
}

/* In the VM's thread. */
static int64_t arrive(csp_vm *vm, job *j)
{
    request *r = request_of(j);
    if (r->state == REQUEST_ABANDONED) {
        forget(vm, r);
        return 1;
    }
    r->state = REQUEST_ARRIVED;
    vm->requests_waiting--;
    process *p = r->roots->proc;
    if (process_win(p, r->ticket)) {
        p->wake = WAKE_REQUEST;
        sched_ready(&vm->sched, p, READY_TAIL);
    }
    return 1;
}

static const job_kind elsewhere = {.drop = drop, .arrive = arrive};
static const job_kind on_thread = {.work = work, .drop = drop, .arrive = arrive};
static const job_kind on_patient_thread = {
    .work = work, .drop = drop, .arrive = arrive, .patient = true};

verdict request_start(csp_vm *vm, process *p, request *r, const value *pins, uint32_t pin_count,
                      size_t outside)
{
    r->job = (job){.kind = !r->kind->work     ? &elsewhere
                           : r->kind->patient ? &on_patient_thread
                                              : &on_thread};
    if (!prepare(vm, p, r, pins, pin_count, outside)) {
        request_dispose(vm, r);
        return VERDICT_FAIL;
    }
    link_request(vm, r);
    vm->requests_waiting++;
    r->state = REQUEST_UNDER_WAY;
    side_of(p)->request = r;
    sched_park(p);
    r->ticket = p->ticket;
    /* From here on r may complete at any moment. */
    if (r->kind->work) {
        pool_submit(vm->pool, &r->job);
    } else {
        pool_expect(vm->pool, &r->job);
        r->kind->begin(r);
    }
    return VERDICT_BLOCK;
}

void request_watch(csp_vm *vm, request *r)
{
    r->job = (job){.kind = &elsewhere};
    r->state = REQUEST_ABANDONED;
    link_request(vm, r);
    pool_expect(vm->pool, &r->job);
}

void request_complete(request *r) { pool_post(&r->job); }

void request_finish(csp_vm *vm, request *r)
{
    pool_forget(&r->job);
    arrive(vm, &r->job);
}

/* --- arriving */

bool request_arrived(const csp_vm *vm) { return vm->pool && pool_arrived(vm->pool); }

int64_t request_deliver(csp_vm *vm, int64_t most)
{
    int64_t count = 0;
    for (job *j; count < most && (j = pool_take(vm->pool));)
        count += j->kind->arrive(vm, j);
    return count;
}

request *request_take(csp_vm *vm, process *p)
{
    request *r = side_of(p)->request;
    if (!r)
        return NULL;
    side_of(p)->request = NULL;
    unlink_request(vm, r);
    return r;
}

/* --- not waiting any more */

static void abandon(csp_vm *vm, request *r)
{
    vm->requests_waiting--;
    r->roots->proc = NULL;
    if (r->kind->work && pool_withdraw(&r->job)) {
        forget(vm, r);
        return;
    }
    r->state = REQUEST_ABANDONED;
    if (r->kind->cancel)
        r->kind->cancel(r);
}

void request_leave(csp_vm *vm, process *p)
{
    request *r = side_of(p)->request;
    if (!r)
        return;
    side_of(p)->request = NULL;
    if (r->state == REQUEST_ARRIVED)
        forget(vm, r);
    else
        abandon(vm, r);
}

void request_settle(csp_vm *vm, process *p)
{
    if (p->wake != WAKE_REQUEST)
        request_leave(vm, p);
}

void request_close(csp_vm *vm)
{
    if (!vm->pool)
        return;
    for (request *r = vm->requests, *next; r; r = next) {
        next = r->next;
        if (r->roots)
            r->roots->proc = NULL;
        if (r->state == REQUEST_ARRIVED) {
            forget(vm, r);
            continue;
        }
        if (r->state == REQUEST_UNDER_WAY && r->kind->cancel)
            r->kind->cancel(r);
        if (r->kind->settle)
            r->kind->settle(r);
    }
    pool_close(vm->pool);
    vm->pool = NULL;
    vm->requests = NULL;
    vm->requests_waiting = 0;
}

const process *request_waiter(const request *r) { return r->roots->proc; }

/* --- for reports and the audit */

bool request_waits(const process *p)
{
    const request *r = side_of(p)->request;
    return r->state == REQUEST_UNDER_WAY && r->roots->proc == p && r->ticket == p->ticket;
}

bool request_counted(const csp_vm *vm)
{
    uint32_t n = 0;
    for (const request *r = vm->requests; r; r = r->next)
        n += r->state == REQUEST_UNDER_WAY;
    return n == vm->requests_waiting;
}
