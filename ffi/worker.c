#include "ffi/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/condition.h"
#include "ffi/fault.h"
#include "ffi/worker_own.h"

/* --- threads */

/* The lock is held, and given back. */
static void leave(workers *w)
{
    bool last = --w->users == 0;
    pthread_mutex_unlock(&w->lock);
    if (!last)
        return;
    for (worker_line *l = w->lines, *next; l; l = next) {
        next = l->next;
        pthread_cond_destroy(&l->more);
        free(l);
    }
    native_stacks_release(w->stacks);
    pthread_cond_destroy(&w->more);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static void free_worker(worker *self)
{
    pthread_cond_destroy(&self->answer);
    free(self);
}

static void link_worker(workers *w, worker *self)
{
    self->next = w->all;
    self->previous = NULL;
    if (w->all)
        w->all->previous = self;
    w->all = self;
}

static void unlink_worker(workers *w, worker *self)
{
    if (self->previous)
        self->previous->next = self->next;
    else
        w->all = self->next;
    if (self->next)
        self->next->previous = self->previous;
}

/* False: nothing came for so long. */
static bool wait_idle(workers *w)
{
    struct timespec until = condition_after(WORKER_IDLE_SECONDS * 1000);
    w->idle++;
    int status = pthread_cond_timedwait(&w->more, &w->lock, &until);
    w->idle--;
    return status != ETIMEDOUT || w->queue.first;
}

static worker_job *next_job(worker *self)
{
    workers *w = self->of;
    for (;;) {
        if (!w->open)
            return NULL;
        worker_job *j = self->line ? self->line->queue.first : w->queue.first;
        if (j)
            return j;
        if (self->line)
            pthread_cond_wait(&self->line->more, &w->lock);
        else if (!wait_idle(w))
            return NULL;
    }
}

static void *work(void *arg)
{
    worker *self = arg;
    workers *w = self->of;
    (void)fault_thread();
    pthread_mutex_lock(&w->lock);
    for (worker_job *j; (j = next_job(self)) != NULL;) {
        worker_begin(w, j);
        pthread_mutex_unlock(&w->lock);
        worker_do(self, j);
        pthread_mutex_lock(&w->lock);
    }
    w->threads -= self->line == NULL;
    unlink_worker(w, self);
    free_worker(self);
    leave(w);
    return NULL;
}

static bool start(workers *w, worker *self)
{
    sigset_t before;
    pthread_sigmask(SIG_SETMASK, &w->blocked, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, WORKER_STACK);
    pthread_t thread;
    bool well = pthread_create(&thread, &attributes, work, self) == 0;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return well;
}

/* The lock is held. NULL: no memory, or the system gives no thread. */
static worker *start_worker(workers *w, worker_line *line)
{
    worker *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->of = w;
    self->line = line;
    pthread_cond_init(&self->answer, NULL);
    link_worker(w, self);
    w->users++;
    w->threads += line == NULL;
    if (start(w, self))
        return self;
    w->threads -= line == NULL;
    w->users--;
    unlink_worker(w, self);
    free_worker(self);
    return NULL;
}

/* --- made, closed */

static void init_lock(workers *w)
{
    condition_init(&w->more);
    pthread_mutex_init(&w->lock, NULL);
    w->pid = getpid();
}

workers *workers_new(native_stacks *stacks, const sigset_t *blocked)
{
    workers *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    init_lock(w);
    w->users = 1;
    w->open = true;
    w->stacks = native_stacks_hold(stacks);
    w->blocked = *blocked;
    fault_unblock(&w->blocked);
    return w;
}

static void take_all(job_queue *from, job_queue *to)
{
    for (worker_job *j = from->first, *next; j; j = next) {
        next = j->next;
        j->state = WORKER_NOWHERE;
        worker_append(to, j);
    }
    *from = (job_queue){NULL, NULL};
}

void workers_close(workers *w)
{
    if (!w)
        return;
    job_queue dropped = {NULL, NULL};
    pthread_mutex_lock(&w->lock);
    w->open = false;
    take_all(&w->queue, &dropped);
    w->queued = 0;
    for (worker_line *l = w->lines; l; l = l->next) {
        take_all(&l->queue, &dropped);
        pthread_cond_broadcast(&l->more);
    }
    for (worker *t = w->all; t; t = t->next)
        pthread_cond_broadcast(&t->answer);
    pthread_cond_broadcast(&w->more);
    leave(w);
    for (worker_job *j = dropped.first, *next; j; j = next) {
        next = j->next;
        worker_end(j, WORKER_DROPPED);
    }
}

worker_line *workers_line(workers *w)
{
    worker_line *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->of = w;
    pthread_cond_init(&l->more, NULL);
    pthread_mutex_lock(&w->lock);
    l->next = w->lines;
    w->lines = l;
    pthread_mutex_unlock(&w->lock);
    return l;
}

/* --- jobs */

/* In a child of fork only the thread that called it is there; another may have held the lock. */
static void notice_fork(workers *w)
{
    if (w->pid == getpid())
        return;
    init_lock(w);
    w->threads = w->idle = 0;
    w->users = 1;
    w->all = NULL;
    for (worker_line *l = w->lines; l; l = l->next) {
        pthread_cond_init(&l->more, NULL);
        l->thread = NULL;
    }
}

/* False: there is no thread that would ever take it. The lock is held. */
static bool have_thread(workers *w, worker_job *j)
{
    worker_line *l = j->line;
    if (l) {
        if (!l->thread)
            l->thread = start_worker(w, l);
        return l->thread;
    }
    if (w->queued >= w->idle && w->threads < WORKER_THREADS)
        (void)start_worker(w, NULL);
    return w->threads > 0;
}

/* Without the lock, which whoever wakes takes at once. */
static void wake_one(workers *w, worker_line *l)
{
    if (!l) {
        pthread_cond_signal(&w->more);
        return;
    }
    pthread_cond_signal(&l->more);
    pthread_cond_signal(&l->thread->answer);
}

void worker_submit(workers *w, worker_job *j)
{
    worker_line *line = j->line; /* j may soon be over */
    notice_fork(w);
    pthread_mutex_lock(&w->lock);
    j->state = WORKER_NOWHERE;
    j->reply = WORKER_NO_REPLY;
    j->let_go = false;
    j->on = NULL;
    bool well = w->open && have_thread(w, j), open = w->open;
    if (well) {
        worker_append(worker_queue(w, j), j);
        j->state = WORKER_QUEUED;
        w->queued += line == NULL;
    }
    pthread_mutex_unlock(&w->lock);
    if (well)
        wake_one(w, line);
    else
        worker_end(j, open ? WORKER_FAILED : WORKER_DROPPED);
}

static bool withdraw(workers *w, worker_job *j)
{
    if (j->state != WORKER_QUEUED)
        return false;
    worker_unlink(worker_queue(w, j), j);
    w->queued -= j->line == NULL;
    j->state = WORKER_NOWHERE;
    return true;
}

bool worker_withdraw(workers *w, worker_job *j)
{
    pthread_mutex_lock(&w->lock);
    bool ours = withdraw(w, j);
    pthread_mutex_unlock(&w->lock);
    return ours;
}

void worker_let_go(workers *w, worker_job *j)
{
    pthread_mutex_lock(&w->lock);
    bool ours = withdraw(w, j);
    j->let_go = true;
    if (j->state == WORKER_CALLING)
        pthread_cond_broadcast(&j->on->answer);
    pthread_mutex_unlock(&w->lock);
    if (ours)
        worker_end(j, WORKER_DROPPED);
}

void worker_answer(workers *w, worker_job *j, worker_reply reply)
{
    pthread_mutex_lock(&w->lock);
    if (j->state == WORKER_CALLING && !j->let_go) {
        j->reply = (uint8_t)reply;
        pthread_cond_broadcast(&j->on->answer);
    }
    pthread_mutex_unlock(&w->lock);
}

worker_count workers_count(workers *w)
{
    pthread_mutex_lock(&w->lock);
    worker_count n = {w->threads, w->idle, w->queued};
    pthread_mutex_unlock(&w->lock);
    return n;
}
