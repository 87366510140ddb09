#include "vm/outside/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/array.h"
#include "vm/outside/loop.h"
#include "vm/outside/thread.h"

enum { ROOM = 64 << 10, NS_PER_MS = 1000000 };
/* What is left in a pipe when a program was killed: others may go on writing into it. */
enum { LAST_ROOMS = 64 };

/* What is waited for. */
enum { OUT, ERR, IN, END, WAKE, PLACES };

typedef struct running {
    runner *of;
    pid_t pid;
    struct pollfd at[PLACES]; /* fd -1: closed, or nothing to wait for any more */
    size_t written;
    int64_t deadline;
    bool ended, killed;
} running;

static void close_at(running *w, int place)
{
    if (w->at[place].fd >= 0)
        close(w->at[place].fd);
    w->at[place].fd = -1;
}

/* --- starting */

/* A pipe: the program's end above 2, ours without waiting. False: errno. */
static bool open_pipe(int *theirs, int *ours, bool it_reads)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    *ours = ends[it_reads];
    *theirs = launch_above(ends[!it_reads]);
    return *theirs >= 0 && fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

static bool open_all(running *w, launch *l)
{
    if (!open_pipe(&l->fds[1], &w->at[OUT].fd, false) ||
        !open_pipe(&l->fds[2], &w->at[ERR].fd, false))
        return false;
    if (w->of->from)
        return open_pipe(&l->fds[0], &w->at[IN].fd, true);
    l->fds[0] = launch_above(open("/dev/null", O_RDONLY | O_CLOEXEC));
    return l->fds[0] >= 0;
}

static void close_theirs(launch *l)
{
    for (int i = 0; i < 3; i++) {
        if (l->fds[i] >= 0)
            close(l->fds[i]);
        l->fds[i] = -1;
    }
}

static void kill_group(running *w)
{
    if (!w->killed)
        kill(-w->pid, SIGKILL);
    w->killed = true;
}

/* It is reaped, or left to end by itself; nobody kills it any more. */
static void end(running *w, bool orphan)
{
    runner *r = w->of;
    pthread_mutex_lock(&r->lock);
    r->pid = 0;
    if (orphan)
        launch_orphan(w->pid);
    else
        launch_ended(w->pid, true, &r->how);
    pthread_mutex_unlock(&r->lock);
}

static bool is_cancelled(runner *r)
{
    pthread_mutex_lock(&r->lock);
    bool cancelled = r->cancelled;
    pthread_mutex_unlock(&r->lock);
    return cancelled;
}

/* From now on whoever cancels it kills it at once: the OS process may be about to end. */
static void tell_pid(running *w)
{
    runner *r = w->of;
    pthread_mutex_lock(&r->lock);
    r->pid = w->pid;
    if (r->cancelled)
        kill_group(w);
    pthread_mutex_unlock(&r->lock);
}

/* It may run long before this thread does again, and know nothing of the VM's end. */
static int launch_and_tell(running *w)
{
    runner *r = w->of;
    pthread_mutex_lock(&r->starting);
    int why = is_cancelled(r) ? ECANCELED : launch_program(&r->what, &w->pid, &r->op);
    if (why == 0)
        tell_pid(w);
    pthread_mutex_unlock(&r->starting);
    return why;
}

static bool start(running *w)
{
    runner *r = w->of;
    r->op = "run";
    r->error = open_all(w, &r->what) ? launch_and_tell(w) : errno;
    close_theirs(&r->what);
    if (r->error == 0 && (w->at[END].fd = launch_watch(w->pid)) < 0) {
        r->error = errno;
        kill_group(w);
        end(w, true);
    }
    r->result = RUNNER_FAILED;
    return r->error == 0;
}

/* --- while it runs */

static void stop(running *w, runner_result why)
{
    if (!w->killed)
        w->of->result = why;
    kill_group(w);
    close_at(w, IN);
}

static bool reserve(runner_output *o, size_t more)
{
    char *grown = array_room(o->data, &o->capacity, o->size + more, 1);
    if (!grown)
        return false;
    o->data = grown;
    return true;
}

/* What is there, up to the limit. False: there is no more for now. */
static bool read_some(running *w, int place)
{
    runner *r = w->of;
    runner_output *o = &r->outputs[place];
    if (!reserve(o, ROOM)) {
        r->error = ENOMEM;
        stop(w, RUNNER_FAILED);
        close_at(w, place);
        return false;
    }
    ssize_t got = read(w->at[place].fd, o->data + o->size, ROOM);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0) {
        close_at(w, place);
        return false;
    }
    o->size += (size_t)got;
    if (o->size <= r->limit)
        return true;
    o->size = r->limit;
    stop(w, RUNNER_TOO_LARGE);
    close_at(w, place);
    return false;
}

/* A program that does not want its input may close it: that is no failure. */
static void write_some(running *w)
{
    const runner *r = w->of;
    size_t left = r->from_size - w->written;
    ssize_t put = left > 0 ? write(w->at[IN].fd, r->from + w->written, left) : 0;
    if (put > 0)
        w->written += (size_t)put;
    if (w->written == r->from_size || (put < 0 && errno != EAGAIN && errno != EINTR))
        close_at(w, IN);
}

/* The milliseconds until the deadline, rounded up; -1: there is none. */
static int time_left(const running *w)
{
    if (w->deadline == LOOP_NEVER || w->killed)
        return -1;
    int64_t ms = (w->deadline - loop_now() + NS_PER_MS - 1) / NS_PER_MS;
    return ms < 0 ? 0 : ms > 3600000 ? 3600000 : (int)ms;
}

/* Whether there is nothing to wait for any more: it has ended, and nobody can write; or it was
 * killed, and has ended. */
static bool is_over(const running *w)
{
    return w->ended && (w->killed || (w->at[OUT].fd < 0 && w->at[ERR].fd < 0));
}

static void turn(running *w)
{
    int64_t ready = poll(w->at, PLACES, time_left(w));
    if (ready < 0)
        return;
    if (w->deadline != LOOP_NEVER && !w->killed && loop_now() >= w->deadline)
        stop(w, RUNNER_TIMEOUT);
    if (w->at[WAKE].revents)
        stop(w, RUNNER_FAILED);
    if (w->at[WAKE].revents)
        w->at[WAKE].fd = -1; /* the runner's to close */
    for (int place = OUT; place <= ERR; place++)
        if (w->at[place].fd >= 0 && w->at[place].revents)
            read_some(w, place);
    if (w->at[IN].fd >= 0 && w->at[IN].revents)
        write_some(w);
    if (w->at[END].fd >= 0 && w->at[END].revents) {
        w->ended = true;
        close_at(w, END);
    }
}

/* It stays a zombie until here, so its group is its own as long as it may be killed. */
static void finish(running *w)
{
    for (int place = OUT; place <= ERR; place++)
        for (int i = 0; i < LAST_ROOMS && w->at[place].fd >= 0 && read_some(w, place);)
            i++;
    end(w, false);
}

static void run(runner *r)
{
    running w = {.of = r, .deadline = LOOP_NEVER};
    static const short events[PLACES] = {POLLIN, POLLIN, POLLOUT, POLLIN, POLLIN};
    for (int place = 0; place < PLACES; place++)
        w.at[place] = (struct pollfd){.fd = -1, .events = events[place]};
    w.at[WAKE].fd = r->wake;
    if (r->timeout >= 0 && r->timeout < INT64_MAX / 4)
        w.deadline = loop_now() + r->timeout;
    if (start(&w)) {
        r->result = RUNNER_ENDED;
        while (!is_over(&w))
            turn(&w);
        finish(&w);
    }
    w.at[WAKE].fd = -1;
    for (int place = 0; place < PLACES; place++)
        close_at(&w, place);
}

static void *work(void *data)
{
    runner *r = data;
    run(r);
    request_complete(&r->base);
    return NULL;
}

/* --- the request */

void runner_free(runner *r)
{
    launch_free(&r->what);
    for (int i = 0; i < RUNNER_OUTPUTS; i++)
        free(r->outputs[i].data);
    if (r->wake >= 0)
        close(r->wake);
    pthread_mutex_destroy(&r->starting);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static void begin(request *of)
{
    runner *r = (runner *)of;
    int why = r->wake >= 0 ? thread_start(work, r) : r->error;
    if (why == 0)
        return; /* it is the thread's */
    r->error = why;
    r->result = RUNNER_FAILED;
    r->op = "run";
    request_complete(of);
}

static void cancel(request *of)
{
    runner *r = (runner *)of;
    pthread_mutex_lock(&r->lock);
    r->cancelled = true;
    if (r->pid > 0)
        kill(-r->pid, SIGKILL);
    pthread_mutex_unlock(&r->lock);
    eventfd_write(r->wake, 1);
}

/* A program that is being started has been killed when this returns, and none is started later. */
static void settle(request *of)
{
    runner *r = (runner *)of;
    pthread_mutex_lock(&r->starting);
    pthread_mutex_unlock(&r->starting);
}

static void drop(request *of) { runner_free((runner *)of); }

static const request_kind runner_kind = {
    .what = "a program", .begin = begin, .cancel = cancel, .settle = settle, .drop = drop};

runner *runner_new(csp_vm *vm)
{
    runner *r = calloc(1, sizeof *r);
    if (!r) {
        vm_raise_memory(vm);
        return NULL;
    }
    r->base.kind = &runner_kind;
    r->what.fds[0] = r->what.fds[1] = r->what.fds[2] = -1;
    r->timeout = -1;
    pthread_mutex_init(&r->starting, NULL);
    pthread_mutex_init(&r->lock, NULL);
    size_t most = vm->limits.memory;
    r->limit = most && most < STRING_MAX ? most : STRING_MAX;
    r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r->error = r->wake < 0 ? errno : 0;
    return r;
}

verdict runner_start(csp_vm *vm, process *p, runner *r, value pinned)
{
    return request_start(vm, p, &r->base, &pinned, 1, 0);
}
