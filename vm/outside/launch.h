/* Starting programs and hearing of their end, without a VM: on any thread.
 *
 * A program that runs is known by its pid, which stays its own until it has been reaped; so
 * whoever reaps it is the only one who may send it signals. No handler of SIGCHLD is needed, and
 * only what was started here is ever waited for: a host may have children of its own. */
#ifndef CSP_VM_OUTSIDE_LAUNCH_H
#define CSP_VM_OUTSIDE_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct launch {
    char *name; /* as it was given: looked for in the PATH of `env` unless it has a `/` */
    /* Each a malloc'ed block: pointers, ending with NULL, and what they point to. */
    char **argv, **env;
    char *dir; /* where it runs; NULL: where we do */
    /* Its descriptors 0 to 2; -1: the same as ours. Each must be above 2 here. All others are
     * closed in it. */
    int fds[3];
    bool group; /* it gets a process group of its own */
} launch;

/* Starts it, with all signals as by default and none blocked. The thread waits until it runs; a
 * large memory costs nothing, since none of it is copied. 0, or an errno; *op: what has failed,
 * "run" or "enter" (dir). */
int launch_program(const launch *l, pid_t *pid, const char **op);
/* Frees what was malloc'ed; the descriptors stay open. */
void launch_free(launch *l);

/* Moves the descriptor, if there is one, above 2; -1: errno, and it is closed. */
int launch_above(int fd);

/* A descriptor that becomes readable when the program has ended; -1: errno. */
int launch_watch(pid_t pid);
/* The same by a thread that waits, where the kernel has no pidfd. */
int launch_watch_by_thread(pid_t pid);

typedef struct launch_end {
    int status; /* -1: a signal has ended it, or somebody else has reaped it */
    int signal; /* 0: none */
} launch_end;
/* Whether it has ended, and how; then it is reaped, if `reap`. */
bool launch_ended(pid_t pid, bool reap, launch_end *out);
/* Nobody waits for it any more: it is reaped when it ends. */
void launch_orphan(pid_t pid);

#endif
