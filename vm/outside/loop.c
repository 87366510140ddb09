#include "vm/outside/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "vm/core/vm.h"
#include "vm/outside/bell.h"

/* libuv's own timers are accurate to a millisecond only, so deadlines go through a timerfd, which
 * the loop watches like any other descriptor. */
struct loop {
    uv_loop_t uv;
    uv_async_t wake;
    uv_poll_t timer;
    int timer_fd;
    int64_t armed;   /* the deadline that the timerfd is set to; LOOP_NEVER: off */
    uint32_t events; /* counts everything that has happened */
    int outputs[LOOP_OUTPUTS];
    uv_poll_t many; /* of the descriptors that are told of edges … */
    int many_fd;    /* … which this epoll has; -1: there have been none … */
    int many_count; /* … and how many they are */
};

static void on_wake(uv_async_t *handle)
{
    loop *l = handle->data;
    l->events++;
}

static void on_timer(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    loop *l = handle->data;
    uint64_t expirations;
    if (read(l->timer_fd, &expirations, sizeof expirations) == (ssize_t)sizeof expirations)
        l->armed = LOOP_NEVER;
    l->events++;
}

/* --- descriptors that are told of edges: libuv knows levels only, and would have to be asked anew
 * for each wait */

enum { EDGES_AT_ONCE = 64 };

void loop_look(loop *l)
{
    struct epoll_event edges[EDGES_AT_ONCE];
    int count = l->many_count > 0 ? epoll_wait(l->many_fd, edges, EDGES_AT_ONCE, 0) : 0;
    for (int i = 0; i < count; i++) {
        loop_watched *w = edges[i].data.ptr;
        if (edges[i].events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP | EPOLLPRI))
            w->over = true;
        bool over = edges[i].events & (EPOLLHUP | EPOLLERR);
        w->ready(w, over || edges[i].events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP),
                 over || edges[i].events & EPOLLOUT);
        l->events++;
    }
}

static void on_many(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    loop_look(handle->data);
}

static int open_many(loop *l)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0)
        return errno;
    int why = -uv_poll_init(&l->uv, &l->many, fd);
    if (why != 0) {
        close(fd);
        return why;
    }
    l->many.data = l;
    l->many_fd = fd;
    uv_poll_start(&l->many, UV_READABLE, on_many);
    return 0;
}

int loop_add(loop *l, int fd, loop_watched *w)
{
    int why = l->many_fd < 0 ? open_many(l) : 0;
    if (why != 0)
        return why;
    struct epoll_event edges = {.events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = w};
    if (epoll_ctl(l->many_fd, EPOLL_CTL_ADD, fd, &edges) != 0)
        return errno;
    l->many_count++;
    return 0;
}

void loop_remove(loop *l, int fd)
{
    if (epoll_ctl(l->many_fd, EPOLL_CTL_DEL, fd, NULL) == 0)
        l->many_count--;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* Closes what has been opened so far. */
static void close_loop(loop *l)
{
    uv_walk(&l->uv, close_handle, NULL);
    while (uv_run(&l->uv, UV_RUN_DEFAULT) != 0) {
    }
    uv_loop_close(&l->uv);
    if (l->timer_fd >= 0)
        close(l->timer_fd);
    if (l->many_fd >= 0)
        close(l->many_fd);
}

/* 0 or, as in libuv, a negative error. */
static int open_handles(loop *l)
{
    l->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (l->timer_fd < 0)
        return -errno;
    int why = uv_async_init(&l->uv, &l->wake, on_wake);
    if (why != 0)
        return why;
    l->wake.data = l;
    if ((why = uv_poll_init(&l->uv, &l->timer, l->timer_fd)) != 0)
        return why;
    l->timer.data = l;
    return uv_poll_start(&l->timer, UV_READABLE, on_timer);
}

/* libuv aborts when it has to close a descriptor up to 2, which a host may have closed: `low`
 * occupies those places meanwhile. It also aborts if it cannot have its first descriptor or the
 * pipe that it makes once: both are tried before. 0 or a negative error. */
static int prepare(int low[3])
{
    int held = 0, spare, probe[2];
    while ((spare = open("/", O_PATH | O_CLOEXEC)) >= 0 && spare <= STDERR_FILENO)
        low[held++] = spare;
    if (spare < 0)
        return -errno;
    int why = pipe2(probe, O_CLOEXEC) == 0 ? 0 : -errno;
    close(spare);
    if (why == 0) {
        close(probe[0]);
        close(probe[1]);
    }
    return why;
}

static int open_loop(loop *l, int low[3])
{
    int why = prepare(low);
    if (why == 0)
        why = uv_loop_init(&l->uv);
    if (why != 0)
        return why;
    if ((why = open_handles(l)) != 0)
        close_loop(l);
    return why;
}

loop *loop_new(void)
{
    loop *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->timer_fd = l->many_fd = -1;
    l->armed = LOOP_NEVER;
    for (int i = 0; i < LOOP_OUTPUTS; i++)
        l->outputs[i] = -1;
    int low[3] = {-1, -1, -1};
    int why = open_loop(l, low);
    for (int i = 0; i < 3; i++)
        if (low[i] >= 0)
            close(low[i]);
    if (why != 0) {
        free(l);
        errno = -why;
        return NULL;
    }
    /* registers the handles with the kernel before anybody waits for loop_fd */
    loop_poll(l);
    return l;
}

void loop_free(loop *l)
{
    close_loop(l);
    free(l);
}

int64_t loop_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t loop_cpu_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t real_wall_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t vm_now(const csp_vm *vm) { return vm->time.is_virtual ? vm->time.now : loop_now(); }

int64_t vm_wall_clock(const csp_vm *vm)
{
    return vm->time.is_virtual ? vm->time.wall : real_wall_clock();
}

void vm_stop_time(csp_vm *vm)
{
    if (!vm->time.is_virtual)
        vm->time = (vm_time){true, loop_now(), real_wall_clock()};
}

void vm_pass(csp_vm *vm, int64_t ns)
{
    int64_t left = INT64_MAX - (vm->time.now > vm->time.wall ? vm->time.now : vm->time.wall);
    vm->time.now += ns < left ? ns : left;
    vm->time.wall += ns < left ? ns : left;
}

static void arm(loop *l, int64_t deadline)
{
    if (deadline == l->armed)
        return;
    struct itimerspec at = {0}; /* all zero: off */
    if (deadline != LOOP_NEVER)
        at.it_value =
            (struct timespec){.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    if (timerfd_settime(l->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) == 0)
        l->armed = deadline;
}

/* They are not given to libuv, which would make them non-blocking for all who share them. */
int *loop_outputs(loop *l) { return l->outputs; }

void loop_poll(loop *l) { uv_run(&l->uv, UV_RUN_NOWAIT); }

/* Only waits: completions run after it, when objects may be touched again. */
static void wait_for_events(void *data)
{
    const loop *l = data;
    struct pollfd descriptors[1 + LOOP_OUTPUTS] = {{.fd = uv_backend_fd(&l->uv), .events = POLLIN}};
    for (int i = 0; i < LOOP_OUTPUTS; i++)
        descriptors[1 + i] = (struct pollfd){.fd = l->outputs[i], .events = POLLOUT};
    (void)poll(descriptors, 1 + LOOP_OUTPUTS, uv_backend_timeout(&l->uv));
}

void loop_wait(loop *l, int64_t deadline)
{
    uint32_t before = l->events;
    loop_poll(l); /* this registers requests made since the last poll */
    if (l->events != before || deadline <= loop_now())
        return;
    arm(l, deadline);
    heap_do_blocking(wait_for_events, l);
    loop_poll(l);
}

void loop_wake(loop *l)
{
    int saved = errno; /* may be called by a signal handler */
    uv_async_send(&l->wake);
    errno = saved;
}

int loop_fd(const loop *l) { return uv_backend_fd(&l->uv); }

void loop_watch(loop *l, int64_t deadline) { arm(l, deadline > 0 ? deadline : 1); }

int loop_forked(loop *l)
{
    int fresh = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fresh < 0 || dup3(fresh, l->timer_fd, O_CLOEXEC) < 0)
        return errno;
    close(fresh);
    l->armed = LOOP_NEVER;
    int why = uv_loop_fork(&l->uv);
    if (why != 0)
        return -why;
    loop_poll(l);
    return 0;
}

struct loop *vm_loop(csp_vm *vm)
{
    if (!vm->loop && !vm->no_loop && (vm->loop = loop_new()))
        bell_set_loop(vm->bell, vm->loop);
    return vm->loop;
}

void vm_wake(csp_vm *vm) { bell_ring(vm->bell, false); }
