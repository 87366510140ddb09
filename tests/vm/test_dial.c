#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/vm_fixture.h"
#include "vm/core/scheduler.h"
#include "vm/outside/bell.h"
#include "vm/outside/dial.h"
#include "vm/outside/loop.h"
#include "vm/outside/request.h"
#include "vm/process/settle.h"

static csp_vm *vm;
static process *p;

static void open_vm(void)
{
    vm = fixture_vm();
    vm->loop = loop_new();
    bell_set_loop(vm->bell, vm->loop);
    p = heap_pinned(sizeof *p);
    p->header = OBJ_PROCESS | OBJ_IMMUTABLE | (uint64_t)(++vm->last_number + 1) << OWNER_SHIFT;
    p->room = PROCESS_ROOM_LEAST;
}

static void close_vm(void)
{
    request_close(vm);
    loop_free(vm->loop);
    fixture_close(vm);
}

TestSuite(dial, .init = open_vm, .fini = close_vm);

/* A listener whose queue has room for so many; where it is. */
static int listener(address *at, int backlog)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address_loopback(at, false, 0);
    cr_assert(fd >= 0 && bind(fd, &at->any, at->size) == 0 && listen(fd, backlog) == 0);
    cr_assert_eq(getsockname(fd, &at->any, &at->size), 0);
    return fd;
}

/* One that is full: whoever connects gets no answer. */
static void silent(address *at)
{
    listener(at, 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(fd, &at->any, at->size);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(fd, &at->any, at->size);
}

static void nobody(address *at) { close(listener(at, 0)); }

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        address is = {.size = sizeof is.of};
        count += getsockname(fd, &is.any, &is.size) == 0;
    }
    return count;
}

/* Until it is connected or has failed: how often it had to wait until a time. */
static dial_result finish(dial *d, int *fd, int *times)
{
    for (;;) {
        int64_t until;
        dial_result r = dial_go(vm, p, d, fd, &until);
        if (r != DIAL_WAIT)
            return r;
        while (vm->sched.queue.first != p && loop_now() < until)
            loop_wait(vm->loop, until);
        if (vm->sched.queue.first == p) {
            cr_assert_eq(process_take_first(&vm->sched.queue), p);
        } else {
            ++*times;
            process_win(p, p->ticket);
            p->wake = WAKE_TIMER;
        }
        sched_settle(vm, p);
    }
}

Test(dial, the_first_that_answers_is_taken_and_the_others_are_closed)
{
    address to[3];
    silent(&to[0]);
    silent(&to[1]);
    int taker = listener(&to[2], 5), fd = -1, times = 0, before = open_descriptors();
    dial *d = dial_new(vm, to, 3);
    int64_t from = loop_now();
    cr_assert_eq(finish(d, &fd, &times), DIAL_CONNECTED);
    cr_expect_geq(loop_now() - from, 2 * (int64_t)DIAL_STAGGER);
    cr_expect_eq(times, 2, "each has its time");
    dial_free(d);
    cr_expect_eq(open_descriptors(), before + 1);
    address peer = {.size = sizeof peer.of};
    cr_assert_eq(getpeername(fd, &peer.any, &peer.size), 0);
    cr_expect_eq(address_port(&peer), address_port(&to[2]));
    close(fd);
    close(taker);
}

Test(dial, one_that_fails_is_followed_at_once)
{
    address to[3];
    nobody(&to[0]);
    address_numeric(&to[1], "255.255.255.255", 1);
    int taker = listener(&to[2], 5), fd = -1, times = 0;
    dial *d = dial_new(vm, to, 3);
    cr_assert_eq(finish(d, &fd, &times), DIAL_CONNECTED);
    cr_expect_eq(times, 0);
    dial_free(d);
    close(fd);
    close(taker);
}

Test(dial, when_all_fail_the_one_that_says_most_is_told)
{
    address to[2];
    int fd = -1, times = 0;
    address_numeric(&to[0], "255.255.255.255", 1);
    nobody(&to[1]);
    dial *d = dial_new(vm, to, 2);
    cr_assert_eq(finish(d, &fd, &times), DIAL_FAILED);
    cr_expect_eq(errno, ECONNREFUSED);
    dial_free(d);
}

Test(dial, without_descriptors_it_goes_on_where_it_was)
{
    address to[1];
    int taker = listener(&to[0], 5), fd = -1, times = 0;
    dial *d = dial_new(vm, to, 1);
    struct rlimit was, none;
    loop_poll(vm->loop);
    getrlimit(RLIMIT_NOFILE, &was);
    none = was;
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
    cr_assert_eq(finish(d, &fd, &times), DIAL_FAILED);
    cr_expect_eq(errno, EMFILE);
    setrlimit(RLIMIT_NOFILE, &was);
    dial_again(d);
    cr_assert_eq(finish(d, &fd, &times), DIAL_CONNECTED);
    dial_free(d);
    close(fd);
    close(taker);
}

Test(dial, abandoned_it_leaves_nothing_open)
{
    address to[2];
    int64_t until;
    int fd = -1;
    silent(&to[0]);
    silent(&to[1]);
    int before = open_descriptors();
    dial *d = dial_new(vm, to, 2);
    cr_assert_eq(dial_go(vm, p, d, &fd, &until), DIAL_WAIT);
    cr_expect_eq(open_descriptors(), before + 1);
    process_win(p, p->ticket);
    p->wake = WAKE_KILL;
    sched_settle(vm, p);
    dial_free(d);
    cr_expect_eq(open_descriptors(), before);
}
