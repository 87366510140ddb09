#include "repl/bind/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, bytes, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

/* Files, not pipes: a program that reads nothing or writes much blocks nobody. */
static int memory_file(const char *bytes)
{
    int fd = memfd_create("csp bind", MFD_CLOEXEC);
    if (fd >= 0 && write_all(fd, bytes, strlen(bytes)) && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int spawn(pid_t *id, const char *const *words, int input, int output, int messages)
{
    posix_spawn_file_actions_t actions;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure)
        return failure;
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    failure = posix_spawnp(id, words[0], &actions, NULL, (char *const *)words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

bool program_start(program *p, const char *const *words, const char *input)
{
    int pipes[2] = {-1, -1}, from = memory_file(input);
    p->messages = memory_file("");
    int failure = from < 0 || p->messages < 0 || pipe2(pipes, O_CLOEXEC) < 0 ? errno : 0;
    if (!failure)
        failure = spawn(&p->id, words, from, pipes[1], p->messages);
    if (pipes[1] >= 0)
        close(pipes[1]);
    if (from >= 0)
        close(from);
    p->output = pipes[0];
    if (!failure)
        return true;
    if (pipes[0] >= 0)
        close(pipes[0]);
    if (p->messages >= 0)
        close(p->messages);
    errno = failure;
    return false;
}

ssize_t program_read(void *user, char *bytes, size_t size)
{
    const program *p = user;
    ssize_t got;
    do
        got = read(p->output, bytes, size);
    while (got < 0 && errno == EINTR);
    return got;
}

static void read_messages(int fd, text *messages)
{
    char bytes[4096];
    ssize_t got;
    lseek(fd, 0, SEEK_SET);
    while ((got = read(fd, bytes, sizeof bytes)) > 0)
        text_add(messages, bytes, (size_t)got);
}

int program_end(program *p, text *messages)
{
    int status = 0;
    close(p->output); /* SIGPIPE tells a program that still writes */
    while (waitpid(p->id, &status, 0) < 0 && errno == EINTR)
        ;
    read_messages(p->messages, messages);
    close(p->messages);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
