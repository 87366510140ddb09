#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/vm_fixture.h"
#include "vm/outside/loop.h"

static csp_vm *vm;
static loop *l;

static void open_loop(void)
{
    vm = fixture_vm();
    l = loop_new();
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

static bool opened(int fd) { return fcntl(fd, F_GETFD) >= 0; }

Test(loop, a_vm_makes_its_loop_when_it_is_needed)
{
    cr_assert_null(vm->loop);
    vm_wake(vm);
    cr_assert_null(vm->loop);
    struct loop *own = vm_loop(vm);
    cr_assert(own && own == vm_loop(vm) && own == vm->loop);
    vm_wake(vm);
    loop_wait(own, LOOP_NEVER);
}

/* In a process of its own: libuv has made nothing there yet. */
static int status_of(int (*child)(int given), int given)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(child(given));
    int status = -1;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int open_under_a_limit(int descriptors)
{
    struct rlimit limit = {(rlim_t)descriptors, (rlim_t)descriptors};
    setrlimit(RLIMIT_NOFILE, &limit);
    errno = 0;
    loop *made = loop_new();
    if (!made)
        return errno == EMFILE ? 1 : 2;
    loop_free(made);
    return 0;
}

static void open_vm(void) { vm = fixture_vm(); }

static void close_vm(void) { fixture_close(vm); }

TestSuite(loop_opening, .init = open_vm, .fini = close_vm);

Test(loop_opening, too_few_descriptors_are_told_by_errno)
{
    int made = 0, refused = 0;
    for (int n = 0; n < 40; n++) {
        int status = status_of(open_under_a_limit, n);
        cr_expect(status == 0 || (status == 1 && !made), "%d descriptors: %d", n, status);
        made += status == 0;
        refused += status == 1;
    }
    cr_assert(made > 0 && refused > 0);
}

static int open_without(int closed)
{
    for (int fd = 0; fd < 3; fd++)
        if (closed >> fd & 1)
            close(fd);
    loop *made = loop_new();
    if (!made)
        return 1;
    loop_wait(made, loop_now() + 1000000);
    for (int fd = 0; fd < 3; fd++)
        if ((closed >> fd & 1) && opened(fd))
            return 2;
    loop_free(made);
    return 0;
}

Test(loop_opening, closed_standard_descriptors_stay_closed)
{
    for (int closed = 0; closed < 8; closed++)
        cr_expect_eq(status_of(open_without, closed), 0, "closed: %d", closed);
}
