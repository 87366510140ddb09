/* A state has one owner at each moment: its context, or the work under way. A kill leaves it with
 * the work, whose completion destroys it: the VM's thread, in its turn, or the thread that has done
 * the work when the VM is gone. At the end of the VM the two agree under the lock. */
#include "api/host/offload.h"

#include <pthread.h>
#include <stdlib.h>

#include "api/host/host.h"
#include "api/host/hold.h"
#include "base/condition.h"
#include "vm/outside/request.h"

typedef enum work_state { WORK_QUEUED, WORK_BEGUN, WORK_DONE } work_state;

typedef struct offload {
    request base;
    struct offloads *of;
    struct offload *next, **link; /* all of the VM's */
    void (*work)(void *state);
    context_state state; /* held: it is the work's to destroy */
    work_state at;
    struct host *host; /* NULL: the VM is gone */
} offload;

/* Those of a VM. Counted: works may outlive the VM. */
typedef struct offloads {
    pthread_mutex_t lock; /* of all that follows, and of the works from `next` on */
    pthread_cond_t done;
    offload *first;
    unsigned users; /* the VM, and works */
} offloads;

static offloads *offloads_of(host *h)
{
    offloads *of = h->natives.offloads;
    if (of || !(of = malloc(sizeof *of)))
        return of;
    pthread_mutex_init(&of->lock, NULL);
    condition_init(&of->done);
    of->first = NULL;
    of->users = 1;
    return h->natives.offloads = of;
}

/* Called with the lock held; releases it. */
static void leave(offloads *of)
{
    bool last = --of->users == 0;
    pthread_mutex_unlock(&of->lock);
    if (!last)
        return;
    pthread_cond_destroy(&of->done);
    pthread_mutex_destroy(&of->lock);
    free(of);
}

static context_state take_state(offload *o)
{
    context_state taken = o->state;
    o->state.held = false;
    return taken;
}

/* ---- The request ---- */

/* On a thread of the pool. */
static void work(request *r)
{
    offload *o = (offload *)r;
    pthread_mutex_lock(&o->of->lock);
    bool wanted = o->state.held;
    o->at = WORK_BEGUN;
    pthread_mutex_unlock(&o->of->lock);
    if (wanted)
        o->work(o->state.state);
    pthread_mutex_lock(&o->of->lock);
    o->at = WORK_DONE;
    pthread_cond_broadcast(&o->of->done);
    pthread_mutex_unlock(&o->of->lock);
}

/* On any thread. */
static void drop(request *r)
{
    offload *o = (offload *)r;
    offloads *of = o->of;
    if (of) {
        pthread_mutex_lock(&of->lock);
        *o->link = o->next;
        if (o->next)
            o->next->link = o->link;
        context_state left = take_state(o);
        host *h = o->host;
        leave(of);
        if (left.held && h)
            hold_destroy(h, &left);
        else if (left.held && left.destroy)
            left.destroy(left.state);
    }
    free(o);
}

static const request_kind kind = {.what = "the host's work", .work = work, .drop = drop};

verdict offload_start(csp_vm *vm, process *p, csp_context *c)
{
    host *h = c->host;
    offloads *of = offloads_of(h);
    offload *o = of ? calloc(1, sizeof *o) : NULL;
    if (!o)
        return vm_raise_memory(vm);
    o->base.kind = &kind;
    o->of = of;
    o->work = c->work;
    o->host = h;
    pthread_mutex_lock(&of->lock);
    of->users++;
    o->next = of->first;
    o->link = &of->first;
    if (o->next)
        o->next->link = &o->next;
    of->first = o;
    o->state = c->state;
    c->state.held = false;
    pthread_mutex_unlock(&of->lock);
    return request_start(vm, p, &o->base, NULL, 0, 0);
}

verdict offload_arrived(csp_vm *vm, process *p, csp_context *c)
{
    request *r = request_take(vm, p);
    if (!r) /* something else has woken it: the work goes on without it */
        return vm_raise(vm, ERR_INTERRUPTED, "the work of `%s` was left", c->native->entry.name);
    offload *o = (offload *)r;
    pthread_mutex_lock(&o->of->lock);
    c->state = take_state(o);
    pthread_mutex_unlock(&o->of->lock);
    request_dispose(vm, r);
    return VERDICT_DONE;
}

/* ---- The VM's end ---- */

/* Whether a thread is working; the lock is held. */
static bool is_busy(const offloads *of)
{
    for (const offload *o = of->first; o; o = o->next)
        if (o->at == WORK_BEGUN)
            return true;
    return false;
}

static void wait_until_done(offloads *of)
{
    struct timespec until = condition_after(1000);
    while (is_busy(of) && pthread_cond_timedwait(&of->done, &of->lock, &until) == 0)
        continue;
}

/* The first one that no thread is working on, which is the VM's to destroy; the lock is held. */
static offload *find_idle(const offloads *of)
{
    offload *o = of->first;
    while (o && (o->at == WORK_BEGUN || !o->state.held))
        o = o->next;
    return o;
}

void offload_end_all(host *h, bool wait)
{
    offloads *of = h->natives.offloads;
    if (!of)
        return;
    pthread_mutex_lock(&of->lock);
    if (wait)
        wait_until_done(of);
    for (offload *o; (o = find_idle(of));) {
        context_state left = take_state(o);
        pthread_mutex_unlock(&of->lock);
        hold_destroy(h, &left);
        pthread_mutex_lock(&of->lock);
    }
    for (offload *o = of->first; o; o = o->next)
        o->host = NULL;
    h->natives.offloads = NULL;
    leave(of);
}

csp_verdict csp_offload(csp_context *c, void (*given)(void *state), csp_resume_fn *resume,
                        void *state, void (*destroy)(void *))
{
    csp_verdict out;
    if (!hold_takes(c, "csp_offload", state, destroy, resume))
        return context_none();
    if (!hold_allowed(c, "csp_offload", &out))
        return out;
    if (!given)
        return context_gave_misuse(c, "csp_offload", "work is NULL");
    c->work = given;
    c->step = STEP_OFFLOADED;
    return context_gave(c, VERDICT_BLOCK, VALUE_ABSENT);
}
