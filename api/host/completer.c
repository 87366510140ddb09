/* A completer is malloc'ed and has two users: the host, which counts how often it holds it, and the
 * call that has made it. Whoever comes last frees it. What any thread may touch is under its lock,
 * and no lock is held while a callback or the pool is called.
 *
 *   what happens           under the lock                         afterwards
 *   csp_await              `waiting` is the request, unless it    BLOCK, or YIELD
 *                          is finished
 *   it is finished         `finished`; `waiting` is taken         who took it posts the request
 *   kill                   `waiting` is taken                     the VM's thread posts it
 *   the call's end         `over`; `waiting` is taken             cancelled(user) if not finished
 *
 * So a request is posted once: by whoever has taken it out of `waiting`. */
#include "api/host/completer.h"

#include <pthread.h>
#include <stdlib.h>

#include "api/host/fail.h"
#include "api/host/hold.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "vm/outside/request.h"
#include "vm/walk/parcel.h"
#include "vm/walk/walk.h"
#include "vm/walk/walk_adopt.h"
#include "vm/walk/walk_unpack.h"

typedef struct wait wait;

struct csp_completer {
    pthread_mutex_t lock; /* of what follows */
    unsigned holds;       /* the host's */
    bool called;          /* the call has it, too */
    bool finished, over;
    bool failed;       /* with an error: */
    char *kind, *text; /* NULL: out_of_memory */
    csp_msg *message;  /* what it is finished with, until it is taken */
    wait *waiting;     /* NULL: nobody, or it is being posted */
    /* the VM's thread alone: */
    bool awaited;
    wait *under_way;     /* the request, as long as it may look here */
    csp_completer *next; /* of the same call */
    void (*cancelled)(void *user);
    void *user;
};

struct wait {
    request base;
    csp_completer *on; /* the VM's thread alone; NULL: it has been left */
};

/* ---- Life ---- */

static void destroy(csp_completer *p)
{
    pthread_mutex_destroy(&p->lock);
    csp_msg_free(p->message);
    free(p->kind);
    free(p->text);
    free(p);
}

csp_completer *csp_completer_new(csp_context *c, void (*cancelled)(void *), void *user)
{
    if (!context_check(c, "csp_completer_new"))
        return NULL;
    csp_completer *p = calloc(1, sizeof *p);
    if (!p || !live_add(p, LIVE_COMPLETER)) {
        free(p);
        host_fail_memory(c->host);
        return NULL;
    }
    pthread_mutex_init(&p->lock, NULL);
    p->holds = 1;
    p->called = true;
    p->cancelled = cancelled;
    p->user = user;
    p->next = c->completers;
    return c->completers = p;
}

/* Whether the host may use it. */
static bool check(const csp_completer *p) { return p && live_kind_of(p) == LIVE_COMPLETER; }

csp_completer *csp_completer_hold(csp_completer *p)
{
    if (!check(p))
        return NULL;
    pthread_mutex_lock(&p->lock);
    p->holds++;
    pthread_mutex_unlock(&p->lock);
    return p;
}

/* ---- Finishing it ---- */

/* With the lock held, which it releases: whoever waits is woken. */
static void post(csp_completer *p)
{
    wait *w = p->waiting;
    p->waiting = NULL;
    pthread_mutex_unlock(&p->lock);
    if (w)
        request_complete(&w->base);
}

/* A copy of a text; where there is no memory for it the error is one of out_of_memory. */
static void set_error(csp_completer *p, const char *kind, const char *text)
{
    p->failed = true;
    p->kind = strdup(kind);
    p->text = strdup(text);
}

void csp_completer_free(csp_completer *p)
{
    if (!check(p))
        return;
    pthread_mutex_lock(&p->lock);
    if (--p->holds > 0) {
        pthread_mutex_unlock(&p->lock);
        return;
    }
    live_take(p, LIVE_COMPLETER);
    if (!p->called) {
        pthread_mutex_unlock(&p->lock);
        destroy(p);
        return;
    }
    if (!p->finished && !p->over) {
        p->finished = true;
        set_error(p, "closed", "nobody is left who could complete the call");
    }
    post(p);
}

/* Begins finishing it, with the lock held; false: it is too late. */
static bool begin(csp_completer *p)
{
    pthread_mutex_lock(&p->lock);
    if (!p->finished && !p->over)
        return p->finished = true;
    pthread_mutex_unlock(&p->lock);
    return false;
}

csp_status csp_completer_finish(csp_completer *p, csp_msg *m)
{
    csp_status status = !check(p) ? CSP_E_MISUSE : begin(p) ? CSP_OK : CSP_E_CLOSED;
    if (status != CSP_OK) {
        csp_msg_free(m);
        return status;
    }
    p->failed = !m;
    p->message = m;
    post(p);
    return CSP_OK;
}

csp_status csp_completer_fail(csp_completer *p, const char *kind, const char *why)
{
    if (!check(p) || !kind || !*kind || !why)
        return CSP_E_MISUSE;
    if (!begin(p))
        return CSP_E_CLOSED;
    set_error(p, kind, why);
    post(p);
    return CSP_OK;
}

/* ---- Waiting for it ---- */

static void begin_wait(request *r)
{
    wait *w = (wait *)r;
    pthread_mutex_lock(&w->on->lock);
    bool late = w->on->finished;
    if (!late)
        w->on->waiting = w;
    pthread_mutex_unlock(&w->on->lock);
    if (late)
        request_complete(r);
}

/* Nobody waits any more. */
static void cancel(request *r)
{
    wait *w = (wait *)r;
    csp_completer *p = w->on;
    if (!p)
        return;
    w->on = NULL;
    p->under_way = NULL;
    pthread_mutex_lock(&p->lock);
    bool ours = p->waiting == w;
    if (ours)
        p->waiting = NULL;
    pthread_mutex_unlock(&p->lock);
    if (ours)
        request_complete(r);
}

/* `on` is set only where the VM's thread disposes of one that has arrived: the call was killed
 * before it could look. */
static void drop(request *r)
{
    wait *w = (wait *)r;
    if (w->on)
        w->on->under_way = NULL;
    free(w);
}

static const request_kind kind = {
    .what = "the host", .begin = begin_wait, .cancel = cancel, .drop = drop};

verdict completer_wait(csp_vm *vm, process *p, csp_context *c)
{
    csp_completer *on = c->awaited;
    pthread_mutex_lock(&on->lock);
    bool finished = on->finished;
    pthread_mutex_unlock(&on->lock);
    if (finished)
        return VERDICT_YIELD;
    wait *w = calloc(1, sizeof *w);
    if (!w)
        return vm_raise_memory(vm);
    w->base.kind = &kind;
    w->on = on;
    on->under_way = w;
    return request_start(vm, p, &w->base, NULL, 0, 0);
}

/* The error that it was completed with. */
static verdict take_error(csp_vm *vm, csp_context *c, const csp_completer *on)
{
    c->failed = true;
    c->arrived = on->kind && on->text ? context_error(vm, on->kind, on->text, strlen(on->text))
                                      : vm->memory_error;
    return c->arrived == VALUE_ABSENT ? vm_raise_memory(vm) : VERDICT_DONE;
}

/* The message as a value of the process: a short one at once, any other by a walk. */
static verdict take_message(csp_vm *vm, process *p, csp_context *c, csp_completer *on)
{
    csp_msg *m = on->message;
    on->message = NULL;
    c->arrived = walk_unpack_quick(vm, m);
    if (c->arrived != VALUE_ABSENT && walk_adopt_quick(p, c->arrived)) {
        csp_msg_free(m);
        return VERDICT_DONE;
    }
    c->arrived = parcel_new(vm, m);
    if (c->arrived == VALUE_ABSENT) {
        csp_msg_free(m);
        return vm_raise_memory(vm);
    }
    c->step = STEP_UNPACKED;
    return walk_call(vm, p, WALK_UNPACK, 1, &c->arrived);
}

verdict completer_unpacked(csp_vm *vm, process *p, csp_context *c)
{
    csp_msg_free(parcel_open(vm, c->arrived));
    hold_take_called(c, p);
    return VERDICT_DONE;
}

verdict completer_arrived(csp_vm *vm, process *p, csp_context *c)
{
    csp_completer *on = c->awaited;
    request *r = side_of(p) && side_of(p)->request ? request_take(vm, p) : NULL;
    if (r) {
        on->under_way = NULL;
        request_dispose(vm, r);
    }
    pthread_mutex_lock(&on->lock);
    bool finished = on->finished;
    pthread_mutex_unlock(&on->lock);
    if (!finished)
        return completer_wait(vm, p, c);
    return on->failed ? take_error(vm, c, on) : take_message(vm, p, c, on);
}

/* ---- The end of the call ---- */

static void release(csp_context *c, csp_completer *p, bool cancelled)
{
    wait *left = p->under_way;
    pthread_mutex_lock(&p->lock);
    bool finished = p->finished;
    p->over = true;
    wait *ours = p->waiting;
    p->waiting = NULL;
    pthread_mutex_unlock(&p->lock);
    if (left)
        left->on = NULL;
    if (ours)
        request_complete(&ours->base);
    if (cancelled && !finished && p->cancelled)
        hold_destroy(c->host, &(context_state){p->user, p->cancelled, true});
    /* only now: as long as `holds` is not 0 the host may free it at any moment */
    pthread_mutex_lock(&p->lock);
    p->called = false;
    bool last = p->holds == 0;
    pthread_mutex_unlock(&p->lock);
    if (last)
        destroy(p);
}

void completer_release_all(csp_context *c, bool cancelled)
{
    while (c->completers) {
        csp_completer *p = c->completers;
        c->completers = p->next;
        release(c, p, cancelled);
    }
}

static bool is_ours(const csp_context *c, const csp_completer *p)
{
    const csp_completer *own = c->completers;
    while (own && own != p)
        own = own->next;
    return own != NULL;
}

csp_verdict csp_await(csp_context *c, csp_completer *p, csp_resume_fn *resume, void *state,
                      void (*given)(void *))
{
    csp_verdict out;
    if (!hold_takes(c, "csp_await", state, given, resume))
        return context_none();
    if (!hold_allowed(c, "csp_await", &out))
        return out;
    if (!p || !is_ours(c, p))
        return context_gave_misuse(
            c, "csp_await", p ? "the completer is not of this call" : "the completer is NULL");
    if (p->awaited)
        return context_gave_misuse(c, "csp_await", "the completer has been awaited already");
    p->awaited = true;
    c->awaited = p;
    c->step = STEP_AWAITED;
    return context_gave(c, VERDICT_BLOCK, VALUE_ABSENT);
}
