/* Threads that work for a VM, and the inbox that any thread may fill: everything of a request
 * (request.h) that more than one thread touches is in this file, behind one lock.
 *
 * libuv has such a pool, but its work cannot be left behind: uv_loop_close and the end of the
 * program wait for what runs, and GMP cannot be interrupted. These threads are detached and own
 * what they work on; when the VM is gone they finish, drop it, and end. They are unknown to the
 * collector: a job holds no pointer into its heap that somebody else does not hold, too.
 *
 * A job has one owner at each moment:
 *   its maker          before pool_submit or pool_expect; after pool_take, or a pool_withdraw that
 *                      gave it back
 *   the pool           in the queue, first come, first served
 *   a thread           while it works, or whoever is to call pool_post
 *   the pool           in the inbox
 * When the pool is closed the first of these to notice drops it: pool_close what is queued or has
 * arrived, a thread or pool_post what they have just finished. So each job is taken or dropped,
 * exactly once. */
#ifndef CSP_VM_OUTSIDE_POOL_H
#define CSP_VM_OUTSIDE_POOL_H

#include <stdbool.h>

enum { POOL_THREADS = 4 }; /* of one VM, at most: as many as libuv's */

typedef struct pool pool;

typedef struct job {
    struct job *next, *previous; /* in the queue or the inbox */
    pool *of;
    void (*work)(struct job *j); /* on a thread of the pool; NULL: somebody else does it */
    void (*drop)(struct job *j); /* frees it, on any thread: nobody will take it */
    bool queued;
} job;

/* `wake(data)` is called, on any thread, when something has arrived in an inbox that was empty.
 * NULL: out of memory. */
pool *pool_new(void (*wake)(void *data), void *data);
/* The VM is about to go: `wake` is not called any more when this returns. Never waits for a
 * thread. */
void pool_close(pool *p);

/* Lets j be worked on when its turn has come; then it is posted. */
void pool_submit(pool *p, job *j);
/* Announces that j will be posted by somebody else, once. */
void pool_expect(pool *p, job *j);
/* Takes j back if no thread has begun; false: it will arrive. */
bool pool_withdraw(job *j);
/* Puts j into the inbox. [any thread] */
void pool_post(job *j);

bool pool_arrived(const pool *p); /* whether there is something in the inbox */
/* all that has arrived, the oldest first, linked by `next`; NULL: nothing */
job *pool_take(pool *p);

#endif
