/* The queues of worker.h. */
#include "ffi/worker_own.h"

void worker_append(job_queue *q, worker_job *j)
{
    j->next = NULL;
    j->previous = q->last;
    if (q->last)
        q->last->next = j;
    else
        q->first = j;
    q->last = j;
}

void worker_unlink(job_queue *q, worker_job *j)
{
    if (j->previous)
        j->previous->next = j->next;
    else
        q->first = j->next;
    if (j->next)
        j->next->previous = j->previous;
    else
        q->last = j->previous;
}

job_queue *worker_queue(workers *w, worker_job *j) { return j->line ? &j->line->queue : &w->queue; }

void worker_begin(workers *w, worker_job *j)
{
    worker_unlink(worker_queue(w, j), j);
    w->queued -= j->line == NULL;
    j->state = WORKER_IN_C;
}

void worker_end(worker_job *j, worker_outcome outcome)
{
    j->outcome = outcome;
    j->over(j);
}
