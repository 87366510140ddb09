/* A job of worker.h on its thread: C, and what C calls back. */
#include <string.h>

#include "ffi/closure.h"
#include "ffi/worker_own.h"

/* A call that comes from the callback in which j waits, for the same thread. */
static worker_job *nested(worker *self, worker_job *j)
{
    worker_job *n = self->line ? self->line->queue.first : NULL;
    while (n && n->under != j)
        n = n->next;
    return n;
}

static worker_reply wait_for_reply(worker *self, worker_job *j, native_callback *c)
{
    workers *w = self->of;
    pthread_mutex_lock(&w->lock);
    if (w->open && !j->let_go) {
        j->state = WORKER_CALLING;
        j->reply = WORKER_NO_REPLY;
        j->on = self;
        pthread_mutex_unlock(&w->lock);
        j->called(j, c);
        pthread_mutex_lock(&w->lock);
    }
    while (w->open && !j->let_go && j->reply == WORKER_NO_REPLY) {
        worker_job *n = nested(self, j);
        if (n) {
            worker_begin(w, n);
            pthread_mutex_unlock(&w->lock);
            worker_do(self, n);
            pthread_mutex_lock(&w->lock);
        } else {
            pthread_cond_wait(&self->answer, &w->lock);
        }
    }
    worker_reply reply = w->open && !j->let_go ? (worker_reply)j->reply : WORKER_OTHERWISE;
    j->state = WORKER_IN_C;
    pthread_mutex_unlock(&w->lock);
    return reply;
}

/* False: the call has been given up. */
static bool call_back(worker *self, worker_job *j, native_stack *s)
{
    native_callback *c = s->callback;
    worker_reply reply = wait_for_reply(self, j, c);
    if (reply == WORKER_ABANDON) {
        native_abandon(s);
        return false;
    }
    if (reply == WORKER_OTHERWISE)
        cclosure_answer_otherwise(c);
    s->owner = j->owner;
    return true;
}

static worker_outcome call(worker *self, worker_job *j, native_stack *s)
{
    s->owner = j->owner;
    s->data = NULL;
    native_outcome outcome = invoke_enter(s, j->plan, j->fn, j->block, j->error);
    while (outcome == NATIVE_SUSPENDED) {
        if (!call_back(self, j, s))
            return WORKER_ABANDONED;
        outcome = native_resume(s);
    }
    if (outcome == NATIVE_JUMPED)
        return WORKER_JUMPED;
    if (outcome == NATIVE_NO_MEMORY)
        return WORKER_FAILED;
    if (outcome != NATIVE_RETURNED)
        return WORKER_OVERFLOWED;
    memcpy(j->result, invoke_result(s), j->plan->result_size);
    j->error = s->error;
    return WORKER_RETURNED;
}

void worker_do(worker *self, worker_job *j)
{
    native_stack *s = native_claim(self->of->stacks, self->stack);
    if (!s) {
        worker_end(j, WORKER_FAILED);
        return;
    }
    self->stack = s;
    worker_outcome outcome = call(self, j, s);
    self->stack = native_release(s);
    worker_end(j, outcome);
}
