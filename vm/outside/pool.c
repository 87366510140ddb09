#include "vm/outside/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/condition.h"
#include "vm/outside/bell.h"
#include "vm/outside/thread.h"

typedef struct job_list {
    job *first, *last;
} job_list;

/* Threads for one sort of work, and what they are to do. */
typedef struct crew {
    pool *of;
    pthread_cond_t more; /* the queue has grown, or the pool is closed */
    job_list queue;
    unsigned queued, threads, idle, most;
} crew;

enum { CREWS = 2 }; /* by job_kind.patient */

struct pool {
    pthread_mutex_t lock; /* of all below */
    crew crews[CREWS];
    job_list inbox;
    /* the VM, threads, and whoever is expected to post: the last one frees the pool */
    unsigned users;
    bool open;
    bool arrived; /* atomic: the inbox is not empty */
    bell *rung;
};

static void append(job_list *l, job *j)
{
    j->next = NULL;
    j->previous = l->last;
    if (l->last)
        l->last->next = j;
    else
        l->first = j;
    l->last = j;
}

static void unlink_job(job_list *l, job *j)
{
    if (j->previous)
        j->previous->next = j->next;
    else
        l->first = j->next;
    if (j->next)
        j->next->previous = j->previous;
    else
        l->last = j->previous;
}

static job *take_all(job_list *l)
{
    job *first = l->first;
    *l = (job_list){NULL, NULL};
    return first;
}

static void drop_all(job *j)
{
    while (j) {
        job *next = j->next;
        j->kind->drop(j);
        j = next;
    }
}

pool *pool_new(bell *b)
{
    pool *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    for (int i = 0; i < CREWS; i++) {
        p->crews[i] = (crew){.of = p, .most = i ? POOL_PATIENT : POOL_THREADS};
        condition_init(&p->crews[i].more);
    }
    p->users = 1;
    p->open = true;
    p->rung = bell_hold(b);
    return p;
}

/* Called with the lock held; releases it. */
static void leave(pool *p)
{
    bool last = --p->users == 0;
    pthread_mutex_unlock(&p->lock);
    if (!last)
        return;
    for (int i = 0; i < CREWS; i++)
        pthread_cond_destroy(&p->crews[i].more);
    pthread_mutex_destroy(&p->lock);
    bell_free(p->rung);
    free(p);
}

void pool_close(pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->open = false;
    job *queued[CREWS], *arrived = take_all(&p->inbox);
    for (int i = 0; i < CREWS; i++) {
        queued[i] = take_all(&p->crews[i].queue);
        p->crews[i].queued = 0;
        pthread_cond_broadcast(&p->crews[i].more);
    }
    leave(p);
    for (int i = 0; i < CREWS; i++)
        drop_all(queued[i]);
    drop_all(arrived);
}

/* Called with the lock held by one of its users, gives it back meanwhile: the bell is rung without.
 * Drops j if the pool is closed. */
static void put_into_inbox(pool *p, job *j)
{
    bool open = p->open, first = !p->inbox.first;
    if (open) {
        append(&p->inbox, j);
        __atomic_store_n(&p->arrived, true, __ATOMIC_SEQ_CST);
    }
    pthread_mutex_unlock(&p->lock);
    if (!open)
        j->kind->drop(j);
    else if (first)
        bell_ring(p->rung, true);
    pthread_mutex_lock(&p->lock);
}

/* Called with the lock held. False: nothing came for so long. */
static bool wait_idle(crew *c)
{
    struct timespec until = condition_after(POOL_IDLE_SECONDS * 1000);
    c->idle++;
    int status = pthread_cond_timedwait(&c->more, &c->of->lock, &until);
    c->idle--;
    return status != ETIMEDOUT || c->queue.first;
}

static void *work(void *arg)
{
    crew *c = arg;
    pool *p = c->of;
    pthread_mutex_lock(&p->lock);
    while (p->open) {
        job *j = c->queue.first;
        if (!j) {
            if (!wait_idle(c))
                break;
            continue;
        }
        unlink_job(&c->queue, j);
        c->queued--;
        j->queued = false;
        pthread_mutex_unlock(&p->lock);
        j->kind->work(j);
        pthread_mutex_lock(&p->lock);
        put_into_inbox(p, j);
    }
    c->threads--;
    leave(p);
    return NULL;
}

/* Called with the lock held. */
static void start_thread(crew *c)
{
    if (thread_start(work, c) != 0)
        return;
    c->threads++;
    c->of->users++;
}

void pool_submit(pool *p, job *j)
{
    pthread_mutex_lock(&p->lock);
    crew *c = &p->crews[j->kind->patient];
    j->of = p;
    if (c->queued >= c->idle && c->threads < c->most)
        start_thread(c);
    if (c->threads == 0) { /* the system allows none: better late than never */
        pthread_mutex_unlock(&p->lock);
        j->kind->work(j);
        pthread_mutex_lock(&p->lock);
        put_into_inbox(p, j);
    } else {
        append(&c->queue, j);
        c->queued++;
        j->queued = true;
        pthread_cond_signal(&c->more);
    }
    pthread_mutex_unlock(&p->lock);
}

void pool_expect(pool *p, job *j)
{
    pthread_mutex_lock(&p->lock);
    j->of = p;
    p->users++;
    pthread_mutex_unlock(&p->lock);
}

void pool_forget(job *j)
{
    pthread_mutex_lock(&j->of->lock);
    leave(j->of);
}

bool pool_withdraw(job *j)
{
    pool *p = j->of;
    pthread_mutex_lock(&p->lock);
    bool ours = j->queued;
    if (ours) {
        crew *c = &p->crews[j->kind->patient];
        unlink_job(&c->queue, j);
        c->queued--;
        j->queued = false;
    }
    pthread_mutex_unlock(&p->lock);
    return ours;
}

void pool_post(job *j)
{
    pool *p = j->of;
    pthread_mutex_lock(&p->lock);
    put_into_inbox(p, j);
    leave(p);
}

bool pool_arrived(const pool *p) { return __atomic_load_n(&p->arrived, __ATOMIC_ACQUIRE); }

job *pool_take(pool *p)
{
    pthread_mutex_lock(&p->lock);
    job *first = p->inbox.first;
    if (first)
        unlink_job(&p->inbox, first);
    __atomic_store_n(&p->arrived, p->inbox.first != NULL, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&p->lock);
    return first;
}
