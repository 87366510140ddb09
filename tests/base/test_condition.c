#include "base/condition.h"

#include <criterion/criterion.h>
#include <errno.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

Test(condition, a_wait_ends_when_its_time_is_up)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never;
    condition_init(&never);
    pthread_mutex_lock(&lock);
    double began = now();
    struct timespec until = condition_after(20);
    int error = 0;
    while (error == 0)
        error = pthread_cond_timedwait(&never, &lock, &until);
    cr_expect_eq(error, ETIMEDOUT);
    cr_expect_geq(now() - began, 20);
    pthread_mutex_unlock(&lock);
    pthread_cond_destroy(&never);
}

Test(condition, nanoseconds_stay_below_a_second)
{
    struct timespec until = condition_after(1999);
    cr_expect(until.tv_nsec >= 0 && until.tv_nsec < 1000000000);
    double in = (double)until.tv_sec * 1e3 + (double)until.tv_nsec / 1e6 - now();
    cr_expect(in > 1000 && in <= 1999);
}
