/* What workers are made of, for worker.c and worker_call.c. */
#ifndef CSP_FFI_WORKER_OWN_H
#define CSP_FFI_WORKER_OWN_H

#include <pthread.h>
#include <sys/types.h>

#include "ffi/worker.h"

/* worker_job.state */
enum { WORKER_NOWHERE, WORKER_QUEUED, WORKER_IN_C, WORKER_CALLING };
enum { WORKER_NO_REPLY = 0xff }; /* worker_job.reply */

typedef struct job_queue {
    worker_job *first, *last;
} job_queue;

typedef struct worker {
    workers *of;
    worker_line *line;     /* whose thread it is; NULL: nobody's */
    native_stack *stack;   /* of the calls that it is in */
    pthread_cond_t answer; /* for the topmost of them, or another job of the line has come */
    struct worker *next, *previous;
} worker;

struct worker_line {
    workers *of;
    job_queue queue;
    pthread_cond_t more;
    worker *thread; /* NULL: not started */
    worker_line *next;
};

struct workers {
    pthread_mutex_t lock; /* of all below, and of what is ours in jobs */
    pthread_cond_t more;
    job_queue queue;
    uint32_t queued, threads, idle;
    uint32_t users; /* who made it, and the threads; the last one frees it */
    bool open;
    pid_t pid; /* threads do not survive a fork */
    native_stacks *stacks;
    sigset_t blocked;
    worker *all;
    worker_line *lines;
};

/* Queues; the lock is held. */
job_queue *worker_queue(workers *w, worker_job *j); /* where it stands, or is to stand */
void worker_append(job_queue *q, worker_job *j);
void worker_unlink(job_queue *q, worker_job *j);
/* j is no longer queued, and C's. */
void worker_begin(workers *w, worker_job *j);
void worker_end(worker_job *j, worker_outcome outcome);
/* Does j on this thread, which is self's. Without the lock. */
void worker_do(worker *self, worker_job *j);

#endif
