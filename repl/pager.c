#include "repl/pager.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The keys that end a program are the pager's, and a pipe whose reader has left is no crash. */
static const int aside[] = {SIGINT, SIGQUIT, SIGPIPE};
enum { ASIDE = sizeof aside / sizeof *aside };

static void ignore(struct sigaction before[ASIDE])
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    for (int i = 0; i < ASIDE; i++)
        sigaction(aside[i], &ignored, &before[i]);
}

static void restore(const struct sigaction before[ASIDE])
{
    for (int i = 0; i < ASIDE; i++)
        sigaction(aside[i], &before[i], NULL);
}

static const char *command(void)
{
    const char *wanted = getenv("PAGER");
    return wanted && *wanted ? wanted : "less";
}

/* In the child. */
static void run(int from)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int i = 0; i < ASIDE; i++)
        sigaction(aside[i], &usual, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(from, STDIN_FILENO);
    setenv("LESS", "-R", 0); /* colours as they are */
    execl("/bin/sh", "sh", "-c", command(), (char *)NULL);
    _exit(127);
}

/* As much as the pager takes. */
static void feed(int to, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(to, text, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return;
        text += written;
        size -= (size_t)written;
    }
}

static bool has_run(pid_t child)
{
    enum { NOT_FOUND = 127 };
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != NOT_FOUND)
        return true;
    errno = ENOENT;
    return false;
}

bool pager_show(const char *text, size_t size)
{
    int ends[2];
    if (pipe(ends) < 0)
        return false;
    struct sigaction before[ASIDE];
    ignore(before);
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        run(ends[0]);
    }
    int why = errno;
    close(ends[0]);
    if (child > 0)
        feed(ends[1], text, size);
    close(ends[1]);
    bool shown = child > 0 && has_run(child);
    if (child < 0)
        errno = why;
    restore(before);
    return shown;
}
