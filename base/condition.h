/* Condition variables that wait by the monotonic clock, so setting the time of day affects none. */
#ifndef CSP_BASE_CONDITION_H
#define CSP_BASE_CONDITION_H

#include <pthread.h>
#include <time.h>

void condition_init(pthread_cond_t *c);
/* The time so many ms from now, for pthread_cond_timedwait. */
struct timespec condition_after(int milliseconds);

#endif
