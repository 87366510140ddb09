/* Programs without a VM: how their end is told, and that nobody else's children are reaped. */
#include "vm/outside/launch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start(const char *text, const char **op, int *why)
{
    char *argv[] = {"/bin/sh", "-c", (char *)(uintptr_t)text, NULL}, *env[] = {NULL};
    const launch l = {
        .name = "/bin/sh", .argv = argv, .env = env, .fds = {-1, -1, -1}, .group = true};
    pid_t pid = 0;
    *why = launch_program(&l, &pid, op);
    return pid;
}

/* Until the descriptor is readable, 10 s at most. */
static bool told(int fd)
{
    struct pollfd at = {.fd = fd, .events = POLLIN};
    bool is = poll(&at, 1, 10000) == 1;
    close(fd);
    return is;
}

static void ends_with(int (*watch)(pid_t pid), const char *text, int status, int signal)
{
    const char *op;
    int why;
    launch_end how;
    pid_t pid = start(text, &op, &why);
    cr_assert_eq(why, 0, "%s: %s", op, strerror(why));
    int fd = watch(pid);
    cr_assert_geq(fd, 0);
    cr_assert(told(fd));
    cr_assert(launch_ended(pid, false, &how), "it can be looked at before it is reaped");
    cr_assert(launch_ended(pid, true, &how));
    cr_expect_eq(how.status, status);
    cr_expect_eq(how.signal, signal);
    cr_expect_eq(kill(pid, 0), -1);
    cr_expect_eq(errno, ESRCH);
}

Test(launch, the_end_is_told)
{
    ends_with(launch_watch, "exit 3", 3, 0);
    ends_with(launch_watch, "kill -KILL $$", -1, SIGKILL);
}

Test(launch, by_a_thread_too)
{
    ends_with(launch_watch_by_thread, "exit 3", 3, 0);
    ends_with(launch_watch_by_thread, "kill -TERM $$", -1, SIGTERM);
}

Test(launch, a_child_of_the_host_is_left_alone)
{
    pid_t host = fork();
    if (host == 0)
        _exit(7);
    ends_with(launch_watch, "exit 0", 0, 0);
    int status;
    cr_assert_eq(waitpid(host, &status, 0), host);
    cr_expect_eq(WEXITSTATUS(status), 7);
}

Test(launch, an_orphan_is_reaped)
{
    const char *op;
    int why;
    pid_t pid = start("sleep 0.1", &op, &why);
    cr_assert_eq(why, 0);
    launch_orphan(pid);
    for (int i = 0; i < 1000 && kill(pid, 0) == 0; i++)
        poll(NULL, 0, 10);
    cr_expect_eq(kill(pid, 0), -1);
}

Test(launch, what_has_been_reaped_by_somebody_else)
{
    const char *op;
    int why;
    launch_end how;
    pid_t pid = start("exit 5", &op, &why);
    cr_assert_eq(why, 0);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    cr_assert(launch_ended(pid, true, &how));
    cr_expect_eq(how.status, -1);
    cr_expect_eq(how.signal, 0);
}

Test(launch, where_the_kernel_reaps)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 10; i++) {
        const char *op;
        int why;
        launch_end how;
        pid_t pid = start("exit 5", &op, &why);
        cr_assert_eq(why, 0);
        int fd = launch_watch(pid);
        cr_assert_geq(fd, 0);
        cr_assert(told(fd));
        cr_assert(launch_ended(pid, true, &how));
        cr_expect_eq(how.status, -1);
    }
}
