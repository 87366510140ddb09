/* Tasks: processes that the host has started. */
#ifndef CSP_API_HOST_TASK_H
#define CSP_API_HOST_TASK_H

#include "include/csp.h"
#include "vm/core/concurrency.h"

struct host;
struct task_home;

typedef struct tasks {
    process **slots;     /* pinned: the processes; a free one is NULL */
    uint32_t *next_free; /* of each free slot, counted from 1; 0: there is none */
    uint32_t used, capacity;
    uint32_t free;          /* the first free slot, counted from 1 */
    uint32_t count;         /* tasks that the host has */
    struct task_home *home; /* what the tasks and the VM share */
} tasks;

bool tasks_init(struct host *h);
void tasks_free(struct host *h);

#endif
