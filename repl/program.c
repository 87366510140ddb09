#include "repl/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The keys that end a program are that one's, and a pipe whose reader has left is no crash. */
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

/* In the child. from: -1: the terminal. */
static void run(const char *command, const char *argument, int from)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int i = 0; i < ASIDE; i++)
        sigaction(aside[i], &usual, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (from >= 0)
        dup2(from, STDIN_FILENO);
    char *line;
    if (asprintf(&line, argument ? "%s \"$1\"" : "%s", command) >= 0)
        execl("/bin/sh", "sh", "-c", line, "sh", argument, (char *)NULL);
    _exit(127);
}

/* As much as it takes. */
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

static bool has_run(pid_t child, int *status)
{
    enum { NOT_FOUND = 127 };
    *status = 0;
    while (waitpid(child, status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(*status) || WEXITSTATUS(*status) != NOT_FOUND)
        return true;
    errno = ENOENT;
    return false;
}

static void close_end(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool program_run(const char *command, const char *argument, const char *input, size_t size,
                 int *status)
{
    int ends[2] = {-1, -1};
    if (input && pipe2(ends, O_CLOEXEC) < 0)
        return false;
    struct sigaction before[ASIDE];
    ignore(before);
    pid_t child = fork();
    if (child == 0)
        run(command, argument, ends[0]);
    int why = errno;
    close_end(ends[0]);
    if (child > 0 && input)
        feed(ends[1], input, size);
    close_end(ends[1]);
    bool ran = child > 0 && has_run(child, status);
    if (child < 0)
        errno = why;
    restore(before);
    return ran;
}
