#include "repl/mark.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "repl/standard.h"

enum {
    MARKS = 100,    /* at once */
    NAME_SIZE = 32, /* bytes, with the NUL */
    PATIENCE = 8000 /* ms, for threads to end */
};

static struct {
    struct {
        char name[NAME_SIZE];
        time_t made;
    } marks[MARKS]; /* of this OS process and those before it */
    int count;
    int *target; /* shared by all of them: the mark to go back to, or -1 */
    pid_t session;
} row;

/* ---- Waiting as a mark ---- */

static void pass_on(int number, siginfo_t *info, void *context)
{
    (void)context;
    /* What the kernel sends because of the terminal goes to all. */
    if (info->si_code != SI_KERNEL)
        kill(row.session, number);
}

/* Signals that end the command reach the session; those of the keys are the session's alone. */
enum { PASSED = 2, SIGNALS = 4 };
static const int numbers[SIGNALS] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};

static void set_signals(struct sigaction before[SIGNALS])
{
    struct sigaction passing = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigaction ignoring = {.sa_handler = SIG_IGN};
    for (int i = 0; i < SIGNALS; i++)
        sigaction(numbers[i], i < PASSED ? &passing : &ignoring, &before[i]);
}

static void restore_signals(const struct sigaction before[SIGNALS])
{
    for (int i = 0; i < SIGNALS; i++)
        sigaction(numbers[i], &before[i], NULL);
}

/* The session has ended: so does everybody, in the same way. */
static void end_as(int status)
{
    if (WIFSIGNALED(status)) {
        struct sigaction usual = {.sa_handler = SIG_DFL};
        sigaction(WTERMSIG(status), &usual, NULL);
        raise(WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Returns when the session goes back to this mark. */
static void wait_as(int self)
{
    struct sigaction before[SIGNALS];
    set_signals(before);
    int status;
    while (waitpid(row.session, &status, 0) < 0)
        if (errno != EINTR)
            _exit(1);
    if (*row.target >= 0 && *row.target < self)
        _exit(0); /* to one before */
    if (*row.target != self)
        end_as(status);
    *row.target = -1;
    restore_signals(before);
}

/* ---- Making one ---- */

static void sleep_ms(long ms)
{
    const struct timespec pause = {.tv_nsec = ms * 1000000};
    nanosleep(&pause, NULL);
}

/* As csp_fork, but waits until threads that have nothing to do have ended. -1: has been told. */
static int fork_patiently(csp_vm *vm)
{
    enum { PAUSE = 10 };
    for (int waited = 0;; waited += PAUSE) {
        int pid = csp_fork(vm);
        if (pid >= 0)
            return pid;
        csp_error *error = csp_take_error(vm);
        bool waits = error && strcmp(csp_error_kind(error), "busy") == 0 && waited < PATIENCE;
        if (!waits)
            repl_print(2, "no mark: %s\n", error ? csp_error_message(error) : "out of memory");
        csp_error_free(error);
        if (!waits)
            return -1;
        sleep_ms(PAUSE);
    }
}

static bool open_row(void)
{
    if (row.target)
        return true;
    void *page =
        mmap(NULL, sizeof *row.target, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return false;
    row.target = page;
    *row.target = -1;
    return true;
}

static int find(const char *name)
{
    int i = row.count;
    while (--i >= 0 && strcmp(row.marks[i].name, name) != 0)
        continue;
    return i;
}

/* In the session: it ends when the mark does. */
static void begin_session(pid_t mark)
{
    prctl(PR_SET_PDEATHSIG, SIGHUP);
    if (getppid() != mark)
        raise(SIGHUP); /* it has ended already */
}

/* Comes back as the session: once now, and again each time that somebody goes back to the mark. */
static void stand(repl *r, int self)
{
    pid_t mark = getpid();
    bool back = false;
    for (;;) {
        standard_flush();
        int pid = fork_patiently(r->vm);
        if (pid < 0) {
            row.count = self;
            return;
        }
        if (pid == 0)
            break;
        row.session = pid;
        wait_as(self);
        back = true;
    }
    begin_session(mark);
    if (back)
        repl_print(1,
                   "back at `%s`, %lld s old; what was printed, written to files or sent out of "
                   "the program stays\n",
                   row.marks[self].name, (long long)(time(NULL) - row.marks[self].made));
}

void mark_each(const char *prefix, size_t length, void (*each)(void *target, const char *name),
               void *target)
{
    for (int i = 0; i < row.count; i++)
        if (strncmp(row.marks[i].name, prefix, length) == 0)
            each(target, row.marks[i].name);
}

void command_mark(repl *r, const char *argument)
{
    const char *name = *argument ? argument : "mark";
    if (strlen(name) >= NAME_SIZE || strpbrk(name, " \t\n"))
        repl_print(2, "the name of a mark is one word of at most %d bytes\n", NAME_SIZE - 1);
    else if (row.count == MARKS)
        repl_print(2, "there are %d marks already\n", MARKS);
    else if (!open_row())
        repl_print(2, "no mark: %s\n", strerror(errno));
    else {
        memcpy(row.marks[row.count].name, name, strlen(name) + 1);
        row.marks[row.count].made = time(NULL);
        stand(r, row.count++);
    }
}

void command_back(repl *r, const char *argument)
{
    (void)r;
    int to = *argument ? find(argument) : row.count - 1;
    if (to < 0 && row.count == 0)
        repl_print(2, "there is no mark; :mark makes one\n");
    else if (to < 0)
        repl_print(2, "there is no mark `%s`; :marks lists them\n", argument);
    if (to < 0)
        return;
    *row.target = to;
    standard_flush();
    _exit(0);
}

void command_marks(repl *r, const char *argument)
{
    (void)r, (void)argument;
    for (int i = 0; i < row.count; i++)
        repl_print(1, "%-*s %6lld s old\n", NAME_SIZE, row.marks[i].name,
                   (long long)(time(NULL) - row.marks[i].made));
    if (row.count == 0)
        repl_print(1, "no marks\n");
}
