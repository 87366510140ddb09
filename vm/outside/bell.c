#include "vm/outside/bell.h"

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "gc/heap.h"
#include "vm/outside/loop.h"

struct bell {
    atomic_uint users, ringing;
    atomic_bool closed, rung, told;
    struct loop *_Atomic loop;
    void (*wake)(void *user);
    void *user;
    const _Atomic int *activity;
    sem_t rings; /* at most one, as `rung` says */
};

/* This thread rings: a host that frees the VM in its callback does not wait for itself. */
static _Thread_local unsigned ringing_here;

bell *bell_new(void)
{
    bell *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    sem_init(&b->rings, 0, 0);
    b->users = 1;
    return b;
}

bell *bell_hold(bell *b)
{
    atomic_fetch_add(&b->users, 1);
    return b;
}

void bell_free(bell *b)
{
    if (!b || atomic_fetch_sub(&b->users, 1) > 1)
        return;
    sem_destroy(&b->rings);
    free(b);
}

void bell_set_host(bell *b, void (*wake)(void *user), void *user, const _Atomic int *activity)
{
    b->wake = wake;
    b->user = user;
    b->activity = activity;
}

void bell_set_loop(bell *b, struct loop *l)
{
    atomic_store(&b->loop, l);
    if (l && atomic_load(&b->rung)) /* perhaps by somebody who has seen no loop */
        loop_wake(l);
}

void bell_close(bell *b)
{
    atomic_store(&b->closed, true);
    while (atomic_load(&b->ringing) > ringing_here)
        sched_yield();
    atomic_store(&b->loop, NULL);
}

void bell_tell(bell *b)
{
    if (b->wake && !atomic_exchange(&b->told, true))
        b->wake(b->user);
}

void bell_rest(bell *b) { atomic_store(&b->told, false); }

void bell_ring(bell *b, bool tell)
{
    atomic_fetch_add(&b->ringing, 1);
    ringing_here++;
    if (!atomic_load(&b->closed)) {
        int saved = errno; /* of a signal handler's program */
        if (!atomic_exchange(&b->rung, true))
            sem_post(&b->rings);
        struct loop *l = atomic_load(&b->loop);
        if (l)
            loop_wake(l);
        errno = saved;
        if (tell && b->activity && atomic_load(b->activity) == 0)
            bell_tell(b);
    }
    ringing_here--;
    atomic_fetch_sub(&b->ringing, 1);
}

typedef struct wait_until {
    bell *of;
    int64_t deadline;
} wait_until;

static void wait_for_ring(void *data)
{
    const wait_until *w = data;
    struct timespec at = {.tv_sec = w->deadline / 1000000000, .tv_nsec = w->deadline % 1000000000};
    int ended = w->deadline == LOOP_NEVER ? sem_wait(&w->of->rings)
                                          : sem_clockwait(&w->of->rings, CLOCK_MONOTONIC, &at);
    if (ended == 0)
        atomic_store(&w->of->rung, false);
}

void bell_wait(bell *b, int64_t deadline)
{
    wait_until w = {b, deadline};
    heap_do_blocking(wait_for_ring, &w);
}
