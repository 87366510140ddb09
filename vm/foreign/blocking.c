/* Calls on workers. What comes of one, a callback or its end, arrives as a request
 * (vm/outside/request.h), so each wait of the process can be killed. Nothing here waits for C. */
#include <stdlib.h>
#include <string.h>

#include "gc/stranger.h"
#include "vm/core/vm.h"
#include "vm/foreign/own.h"
#include "vm/outside/request.h"
#include "vm/process/output.h"

typedef struct cwait {
    request base;
    ccall *call; /* held */
} cwait;

static ccall *call_of(worker_job *j) { return (ccall *)(void *)((char *)j - offsetof(ccall, job)); }

/* --- on a worker */

/* Who waits for c; NULL: nobody. */
static cwait *take_wait(ccall *c)
{
    cwait *w = c->wait;
    c->wait = NULL;
    return w;
}

static void complete_wait(cwait *w)
{
    if (w)
        request_complete(&w->base);
}

static void called(worker_job *j, native_callback *callback)
{
    ccall *c = call_of(j);
    c->callback = callback;
    complete_wait(take_wait(c));
}

/* The request, if there is one, is the last to let go of c: so the VM hears of it. */
static void over(worker_job *j)
{
    ccall *c = call_of(j);
    cwait *w = take_wait(c);
    atomic_store_explicit(&c->over, true, memory_order_release);
    record_drop(c);
    complete_wait(w);
}

/* --- the request */

static void start(request *r)
{
    cwait *w = (cwait *)r;
    ccall *c = w->call;
    c->wait = w;
    if (c->submitted) {
        worker_answer(c->workers, &c->job, c->reply);
        return;
    }
    c->submitted = true;
    record_hold(c);
    worker_submit(c->workers, &c->job);
}

/* C goes on; its callbacks get zero or what was agreed on. */
static void cancel(request *r)
{
    ccall *c = ((cwait *)r)->call;
    worker_let_go(c->workers, &c->job);
}

static void drop(request *r)
{
    record_drop(((cwait *)r)->call);
    free(r);
}

static const request_kind wait_kind = {
    .what = "C to return", .begin = start, .cancel = cancel, .drop = drop};

/* NULL: no memory. */
static cwait *wait_new(ccall *c)
{
    cwait *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->base.kind = &wait_kind;
    w->call = c;
    record_hold(c);
    return w;
}

static verdict wait_for(csp_vm *vm, process *p, ccall *c)
{
    cwait *w = wait_new(c);
    return w ? request_start(vm, p, &w->base, NULL, 0, 0) : vm_raise_memory(vm);
}

/* --- the call */

static workers *workers_of(csp_vm *vm)
{
    struct foreign *v = vm->foreign;
    if (!v->workers) {
        sigset_t blocked;
        heap_stranger_signals(&blocked);
        v->workers = workers_new(v->stacks, &blocked);
    }
    return v->workers;
}

/* The thread of a library that has one of its own; false: no memory. */
static bool find_line(workers *w, bool wanted, clibrary *l, worker_line **line)
{
    *line = NULL;
    if (!wanted)
        return true;
    if (!l->line)
        l->line = workers_line(w);
    *line = l->line;
    return l->line != NULL;
}

/* The blocking call whose callback makes this one. */
static worker_job *call_under(const ccall *c)
{
    for (ccall *u = c->under; u; u = u->under)
        if (u->of->blocking)
            return &u->job;
    return NULL;
}

verdict blocking_begin(csp_vm *vm, process *p, ccall *c, clibrary *l, const value *args,
                       const uint64_t *extra)
{
    worker_job *j = &c->job;
    c->workers = workers_of(vm);
    j->block = aligned_alloc(16, c->plan->block_size ? c->plan->block_size : 16);
    j->result = aligned_alloc(16, c->plan->result_size ? c->plan->result_size : 16);
    if (!c->workers || !j->block || !j->result ||
        !find_line(c->workers, c->of->one_thread, l, &j->line))
        return vm_raise_memory(vm);
    if (!ccall_fill(vm, p, c->of, c->plan, args, extra, c->targets, c->target_count, j->block))
        return VERDICT_FAIL;
    j->plan = c->plan;
    j->fn = c->of->code;
    j->error = side_of(p)->c_error;
    j->owner = process_number(p);
    j->under = call_under(c);
    j->called = called;
    j->over = over;
    vm_flush(vm);
    return wait_for(vm, p, c);
}

verdict blocking_go_on(csp_vm *vm, process *p, ccall *c, worker_reply reply)
{
    c->reply = reply;
    return wait_for(vm, p, c);
}

void blocking_arrived(csp_vm *vm, process *p) { request_dispose(vm, request_take(vm, p)); }

native_outcome blocking_outcome(const ccall *c)
{
    switch (c->job.outcome) {
    case WORKER_OVERFLOWED: return NATIVE_OVERFLOWED;
    case WORKER_JUMPED: return NATIVE_JUMPED;
    case WORKER_RETURNED: return NATIVE_RETURNED;
    case WORKER_ABANDONED:
    case WORKER_FAILED:
    case WORKER_DROPPED: break;
    }
    return NATIVE_NO_MEMORY;
}

void blocking_watch(csp_vm *vm, ccall *c)
{
    c->wait = wait_new(c);
    if (c->wait)
        request_watch(vm, &c->wait->base);
}

void blocking_leave(ccall *c, bool abandon)
{
    if (!c->submitted || atomic_load_explicit(&c->over, memory_order_acquire))
        return;
    if (abandon)
        worker_answer(c->workers, &c->job, WORKER_ABANDON);
    else
        worker_let_go(c->workers, &c->job);
}
