#include "vm/loop.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/support/vm_fixture.h"

static csp_vm *vm;
static loop *l;

static void open_loop(void)
{
    vm = fixture_vm();
    l = loop_new(vm);
    cr_assert(l);
}

static void close_loop(void)
{
    loop_free(l);
    fixture_close(vm);
}

TestSuite(loop, .init = open_loop, .fini = close_loop);

/* Waits, through early returns, until the deadline has passed. */
static int64_t wait_until(int64_t deadline)
{
    while (loop_now() < deadline)
        loop_wait(l, deadline);
    return loop_now();
}

Test(loop, deadlines_are_kept_and_never_early)
{
    for (int64_t ns = 20000; ns <= 20000000; ns *= 10) {
        int64_t deadline = loop_now() + ns;
        int64_t late = wait_until(deadline) - deadline;
        cr_expect(late >= 0 && late < 100000000, "%lld ns late", (long long)late);
    }
}

Test(loop, a_wait_that_is_not_early_wakes_in_a_few_turns)
{
    int64_t deadline = loop_now() + 30000000;
    int turns = 0;
    for (; loop_now() < deadline; turns++)
        loop_wait(l, deadline);
    cr_assert_leq(turns, 5);
}

Test(loop, a_deadline_in_the_past_does_not_wait)
{
    int64_t before = loop_now();
    for (int i = 0; i < 1000; i++)
        loop_wait(l, before - 1);
    cr_assert_lt(loop_now() - before, 500000000);
}

static void *wake_later(void *data)
{
    usleep(20000);
    loop_wake(data);
    return NULL;
}

Test(loop, another_thread_ends_a_wait)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, wake_later, l), 0);
    int64_t before = loop_now();
    loop_wait(l, LOOP_NEVER);
    pthread_join(thread, NULL);
    cr_assert_gt(loop_now() - before, 10000000);
}

Test(loop, a_wake_before_the_wait_is_not_lost)
{
    loop_wake(l);
    loop_wake(l);
    int64_t before = loop_now();
    loop_wait(l, before + 10000000000);
    cr_assert_lt(loop_now() - before, 1000000000);
}

static loop *interrupted;

static void on_alarm(int signal_number)
{
    (void)signal_number;
    loop_wake(interrupted);
}

Test(loop, a_signal_handler_ends_a_wait)
{
    interrupted = l;
    signal(SIGALRM, on_alarm);
    struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    cr_assert_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
    loop_wait(l, LOOP_NEVER);
}

Test(loop, a_host_can_poll_the_descriptor)
{
    struct pollfd descriptor = {.fd = loop_fd(l), .events = POLLIN};
    cr_assert_eq(poll(&descriptor, 1, 0), 0);
    loop_wake(l);
    cr_assert_eq(poll(&descriptor, 1, 1000), 1);
    loop_poll(l);
    cr_assert_eq(poll(&descriptor, 1, 0), 0);
}

Test(loop, nothing_is_pending_at_first) { cr_assert(!loop_pending(l)); }
