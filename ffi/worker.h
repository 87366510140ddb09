/* Threads for calls that may take long.
 *
 * A job has one owner at each moment:
 *   its maker      before worker_submit; after a worker_withdraw that gave it back; from `over` on
 *   the workers    in the queue, first come, first served; while C runs
 *   its maker      while C waits in a callback: from `called` until worker_answer
 * `over` is called exactly once for each job that was submitted and not withdrawn; after that the
 * workers do not touch the job. The maker may stop waiting (worker_let_go) at any time: C goes on,
 * its callbacks get zero or what was agreed on, and `over` comes when it has returned. So whatever
 * C may read or write must stay alive and in place until `over`.
 *
 * The threads are detached and unknown to the collector. Each has a native stack and blocks the
 * signals that workers_new was given; an idle one ends after a few seconds. Nothing waits for
 * them, not even the end of the program; after workers_close those inside C go on until it
 * returns.
 *
 * `called` and `over` are called on a worker's thread (`over` also in workers_close) without any
 * lock. All functions may be called on any thread. */
#ifndef CSP_FFI_WORKER_H
#define CSP_FFI_WORKER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "ffi/invoke.h"
#include "ffi/native_stack.h"

enum {
    WORKER_THREADS = 512,    /* of one `workers`, those of lines not counted */
    WORKER_IDLE_SECONDS = 5, /* then a thread ends */
    WORKER_STACK = 256 << 10 /* bytes of the thread's own stack */
};

typedef struct workers workers;
typedef struct worker_line worker_line; /* `on one thread` */

typedef enum worker_outcome {
    WORKER_RETURNED,   /* result and error are set */
    WORKER_OVERFLOWED, /* as NATIVE_OVERFLOWED, NATIVE_JUMPED */
    WORKER_JUMPED,
    WORKER_ABANDONED, /* worker_answer said so */
    WORKER_FAILED,    /* not called: no memory, or the system gives no thread */
    WORKER_DROPPED    /* not called: workers_close */
} worker_outcome;

typedef enum worker_reply {
    WORKER_ANSWERED,  /* cclosure_answer was called, or it is void: C goes on */
    WORKER_OTHERWISE, /* C goes on with zero or what was agreed on */
    WORKER_ABANDON    /* the C frames are given up: the job is over */
} worker_reply;

typedef struct worker_job {
    /* The maker's, before it is submitted; nothing here is freed by the workers: */
    const invoke_plan *plan;
    invoke_fn *fn;
    void *block;
    void *result;      /* plan->result_size bytes, aligned to 16 */
    int error;         /* errno, before and after */
    uint64_t owner;    /* the process: for closures */
    worker_line *line; /* NULL: any thread will do */
    struct worker_job
        *under; /* the job from whose callback this one is called, or NULL: on the same
                               * line it runs above it; else they would wait for each other */
    /* C calls back: to be answered by worker_answer, which may be called already in here. */
    void (*called)(struct worker_job *j, native_callback *c);
    void (*over)(struct worker_job *j);
    worker_outcome outcome; /* from `over` on */
    /* Of worker.c, under its lock: */
    struct worker_job *next, *previous;
    struct worker *on;
    uint8_t state;
    uint8_t reply;
    bool let_go;
} worker_job;

/* stacks: held until the last thread has ended. blocked: the signals that threads block; those of
 * faults are taken out. Held once. NULL: no memory. */
workers *workers_new(native_stacks *stacks, const sigset_t *blocked);
/* The VM is about to go: what is queued is over (DROPPED), what is in C is let go. Does not wait.
 * The workers free themselves when the last has ended. Lines are gone with it. NULL is allowed. */
void workers_close(workers *w);

/* A thread of its own for the calls of one group, started with the first of them. Belongs to w.
 * NULL: no memory. */
worker_line *workers_line(workers *w);

void worker_submit(workers *w, worker_job *j);
/* Takes a job back that no thread has begun; false: it will be over. */
bool worker_withdraw(workers *w, worker_job *j);
/* Nobody waits for it any more: a callback that waits gets zero or what was agreed on, and so do
 * all later ones. The job may be over, and gone, when this returns; for one that is over, but has
 * not been freed, nothing happens. */
void worker_let_go(workers *w, worker_job *j);
/* The answer to a callback. The job may be over, and gone, when this returns. Without effect when
 * it has been let go. */
void worker_answer(workers *w, worker_job *j, worker_reply reply);

/* For tests and audits. */
typedef struct worker_count {
    uint32_t threads, idle, queued;
} worker_count;
worker_count workers_count(workers *w);

#endif
