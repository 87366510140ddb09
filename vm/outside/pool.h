/* Threads that work for a VM, and the inbox that any thread may fill. Everything of a request
 * (request.h) that more than one thread touches is in this file, behind one lock.
 *
 * libuv has such a pool, but its work cannot be left behind: uv_loop_close and the end of the
 * program wait for what is running, and GMP cannot be interrupted. These threads are detached and
 * own what they work on; when the VM is gone they finish, drop it, and end. The collector does not
 * know them: a job holds no pointer into its heap that is not also held elsewhere.
 *
 * A job has one owner at each moment:
 *
 *   its maker          before pool_submit or pool_expect; after pool_take, or after a pool_withdraw
 *                      that gave it back
 *   the pool           in the queue, first come, first served
 *   a thread           while it works; or whoever is to call pool_post
 *   the pool           in the inbox
 *
 * When the pool is closed, the first of these to notice drops the job: pool_close drops what is
 * queued or has arrived, a thread or pool_post what they have just finished. So each job is taken
 * or dropped exactly once. */
#ifndef CSP_VM_OUTSIDE_POOL_H
#define CSP_VM_OUTSIDE_POOL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    POOL_THREADS = 4,     /* of one VM, at most: as many as libuv's */
    POOL_PATIENT = 64,    /* … and for what may wait for ever: threads that do nothing else */
    POOL_IDLE_SECONDS = 2 /* an idle thread then ends */
};

typedef struct pool pool;

struct csp_vm;

typedef struct job job;

typedef struct job_kind {
    void (*work)(job *j); /* on a thread of the pool; NULL: done elsewhere */
    void (*drop)(job *j); /* frees it, on any thread: nobody will take it */
    /* Called in the VM's thread when it has taken the job out of the inbox; the job is now this
     * function's. Returns how many messages or processes it has moved on, at least 1. */
    int64_t (*arrive)(struct csp_vm *vm, job *j);
    bool patient; /* it may wait for ever (the name of a host): by other threads than the rest */
} job_kind;

struct job {
    job *next, *previous; /* in the queue or the inbox */
    pool *of;
    const job_kind *kind;
    bool queued;
};

/* The bell is rung, on any thread, when a job arrives in an empty inbox. NULL: out of memory. */
struct bell;
pool *pool_new(struct bell *b);
/* The VM is about to go. Never waits for a thread. */
void pool_close(pool *p);

/* Queues j to be worked on in its turn; then it is posted. */
void pool_submit(pool *p, job *j);
/* Announces that somebody else will post j, once; or that nobody will after all. */
void pool_expect(pool *p, job *j);
void pool_forget(job *j);
/* Takes j back if no thread has begun with it; false: it will arrive. */
bool pool_withdraw(job *j);
/* Puts j into the inbox. [any thread] */
void pool_post(job *j);

bool pool_arrived(const pool *p); /* whether the inbox holds anything */
job *pool_take(pool *p);          /* what has arrived first; NULL: nothing */

#endif
