#include "vm/outside/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vm/outside/environment.h"
#include "vm/outside/program.h"
#include "vm/outside/thread.h"

/* --- starting */

int launch_above(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), why = errno;
    close(fd);
    errno = why;
    return above;
}

/* The folder as a descriptor, so that its failure can be told from the program's. */
static int add_folder(posix_spawn_file_actions_t *actions, const char *dir, int *folder)
{
    *folder = -1;
    if (!dir)
        return 0;
    *folder = launch_above(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (*folder < 0)
        return errno;
    return posix_spawn_file_actions_addfchdir_np(actions, *folder);
}

static int add_descriptors(posix_spawn_file_actions_t *actions, const int fds[3])
{
    int why = 0;
    for (int i = 0; i < 3 && why == 0; i++)
        if (fds[i] >= 0)
            why = posix_spawn_file_actions_adddup2(actions, fds[i], i);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    if (why == 0)
        why = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#endif
    return why;
}

static int set_attributes(posix_spawnattr_t *attributes, bool group)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    int why = posix_spawnattr_setsigmask(attributes, &none);
    if (why == 0)
        why = posix_spawnattr_setsigdefault(attributes, &all);
    if (why == 0)
        why = posix_spawnattr_setpgroup(attributes, 0);
    if (why == 0)
        why = posix_spawnattr_setflags(attributes,
                                       (short)(group ? flags | POSIX_SPAWN_SETPGROUP : flags));
    return why;
}

static int spawn_at(const char *path, const launch *l, pid_t *pid, const char **op)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int folder, why = add_folder(&actions, l->dir, &folder);
    if (why != 0)
        *op = "enter";
    if (why == 0)
        why = add_descriptors(&actions, l->fds);
    if (why == 0)
        why = set_attributes(&attributes, l->group);
    if (why == 0)
        why = posix_spawn(pid, path, &actions, &attributes, l->argv, l->env);
    if (folder >= 0)
        close(folder);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return why;
}

int launch_program(const launch *l, pid_t *pid, const char **op)
{
    *op = "run";
    if (strchr(l->name, '/'))
        return spawn_at(l->name, l, pid, op);
    const char *folders = environment_find((const char *const *)l->env, "PATH");
    int why;
    char *path = program_find(l->name, folders ? folders : PROGRAM_FOLDERS, &why);
    if (path)
        why = spawn_at(path, l, pid, op);
    free(path);
    return why;
}

void launch_free(launch *l)
{
    free(l->name);
    free(l->argv);
    free(l->env);
    free(l->dir);
    *l = (launch){.fds = {-1, -1, -1}};
}

/* --- the end */

static int wait_for(pid_t pid, int options, siginfo_t *info)
{
    int result;
    info->si_pid = 0;
    do
        result = waitid(P_PID, (id_t)pid, info, WEXITED | options);
    while (result != 0 && errno == EINTR);
    return result;
}

bool launch_ended(pid_t pid, bool reap, launch_end *out)
{
    siginfo_t info;
    *out = (launch_end){-1, 0};
    if (wait_for(pid, reap ? WNOHANG : WNOHANG | WNOWAIT, &info) != 0)
        return true; /* a host has reaped it, or has the kernel do so */
    if (info.si_pid == 0)
        return false;
    if (info.si_code == CLD_EXITED)
        out->status = info.si_status;
    else
        out->signal = info.si_status;
    return true;
}

static void *reap(void *data)
{
    siginfo_t info;
    wait_for((pid_t)(intptr_t)data, 0, &info);
    return NULL;
}

void launch_orphan(pid_t pid)
{
    launch_end ended;
    if (!launch_ended(pid, true, &ended))
        thread_start(reap, (void *)(intptr_t)pid);
}

typedef struct watch {
    pid_t pid;
    int fd;
} watch;

static void *watch_main(void *data)
{
    watch *w = data;
    siginfo_t info;
    wait_for(w->pid, WNOWAIT, &info);
    eventfd_write(w->fd, 1);
    close(w->fd);
    free(w);
    return NULL;
}

int launch_watch_by_thread(pid_t pid)
{
    watch *w = malloc(sizeof *w);
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), why = fd < 0 ? errno : w ? 0 : ENOMEM;
    if (w && fd >= 0) {
        *w = (watch){pid, fcntl(fd, F_DUPFD_CLOEXEC, 0)};
        why = w->fd < 0 ? EMFILE : thread_start(watch_main, w);
        if (why == 0)
            return fd; /* w is the thread's */
        if (w->fd >= 0)
            close(w->fd);
    }
    free(w);
    if (fd >= 0)
        close(fd);
    errno = why;
    return -1;
}

int launch_watch(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0 && errno == ESRCH) /* the host has the kernel reap its children: it has ended */
        return eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd >= 0 || (errno != ENOSYS && errno != EPERM) ? fd : launch_watch_by_thread(pid);
}
