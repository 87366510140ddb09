#include "vm/outside/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm/outside/loop.h"
#include "vm/outside/turn.h"

/* How long a Unix socket whose queue is full is left alone: nobody tells when it is not. */
enum { RETRY = 10000000 };

typedef struct attempt {
    loop_watched watched;
    dial *of;
    int fd; /* -1: not begun, or over */
    bool ready;
} attempt;

struct dial {
    csp_vm *vm;
    address *to;
    attempt *attempts; /* one for each address */
    size_t count, next, live;
    int64_t due;  /* when `next` is tried though others are under way */
    waits caller; /* the process */
    int error;    /* of those that have failed, the one that says most */
    int pin;      /* is open as long as it is needed, or -1 */
};

static void ready(loop_watched *w, bool reads, bool writes)
{
    attempt *a = (attempt *)w;
    (void)reads;
    (void)writes;
    a->ready = true;
    waits_wake(a->of->vm, &a->of->caller);
}

dial *dial_new(csp_vm *vm, const address *to, size_t count)
{
    dial *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->pin = -1;
    d->to = malloc(count * sizeof *to);
    d->attempts = calloc(count, sizeof *d->attempts);
    if (!d->to || !d->attempts) {
        dial_free(d);
        return NULL;
    }
    memcpy(d->to, to, count * sizeof *to);
    d->vm = vm;
    d->count = count;
    for (size_t i = 0; i < count; i++)
        d->attempts[i] = (attempt){.watched = {.ready = ready}, .of = d, .fd = -1};
    return d;
}

void dial_hold(dial *d, int fd) { d->pin = fd; }

/* Its descriptor is no longer watched. */
static int release(dial *d, attempt *a)
{
    int fd = a->fd;
    loop_remove(d->vm->loop, fd);
    a->fd = -1;
    d->live--;
    return fd;
}

void dial_free(dial *d)
{
    for (size_t i = 0; i < d->next && d->live > 0; i++)
        if (d->attempts[i].fd >= 0)
            close(release(d, &d->attempts[i]));
    if (d->pin >= 0)
        close(d->pin);
    free(d->to);
    free(d->attempts);
    free(d);
}

void dial_again(dial *d) { d->error = 0; }

/* "Refused" says more than "there is no such network here". */
static void note(dial *d, int why)
{
    bool nothing = d->error == 0 || d->error == ENETUNREACH || d->error == EADDRNOTAVAIL ||
                   d->error == EAFNOSUPPORT;
    if (nothing)
        d->error = why;
}

/* Whoever connects to a port that the system has just given to himself talks to himself. */
static bool is_self(int fd)
{
    address here = {.size = sizeof here.of}, there = {.size = sizeof there.of};
    if (getsockname(fd, &here.any, &here.size) != 0 ||
        getpeername(fd, &there.any, &there.size) != 0)
        return false;
    return here.family != AF_UNIX && here.size == there.size &&
           memcmp(&here.of, &there.of, here.size) == 0;
}

/* What has become of one that is ready: its descriptor, or -1. */
static int settle(dial *d, attempt *a)
{
    int why = 0, fd = release(d, a);
    socklen_t size = sizeof why;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) != 0)
        why = errno;
    if (why == 0 && is_self(fd))
        why = ECONNREFUSED;
    if (why == 0)
        return fd;
    close(fd);
    note(d, why);
    return -1;
}

static int first_ready(dial *d)
{
    for (size_t i = 0; i < d->next; i++) {
        attempt *a = &d->attempts[i];
        if (a->fd < 0 || !a->ready)
            continue;
        int fd = settle(d, a);
        if (fd >= 0)
            return fd;
    }
    return -1;
}

static bool is_no_room(int why) { return why == EMFILE || why == ENFILE; }

/* It has not come off: what is tried next, and when. -1. */
static int give_up(dial *d, int why, int64_t now)
{
    bool later = why == EAGAIN || (is_no_room(why) && d->live > 0);
    if (later) { /* the same once more; EAGAIN: a Unix socket, whose queue is full */
        d->due = now + RETRY;
    } else if (is_no_room(why)) {
        d->error = why;
    } else {
        note(d, why);
        d->next++;
        d->due = now;
    }
    return -1;
}

/* Begins with the next one: its descriptor, if it is connected at once, or -1. */
static int begin(dial *d, int64_t now)
{
    const address *to = &d->to[d->next];
    attempt *a = &d->attempts[d->next];
    int one = 1, fd = socket(to->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return give_up(d, errno, now);
    if (to->family != AF_UNIX)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, &to->any, to->size) == 0)
        return fd;
    int why = errno;
    if (why == EINPROGRESS || why == EINTR)
        why = loop_add(d->vm->loop, fd, &a->watched);
    if (why != 0) {
        close(fd);
        return give_up(d, why, now);
    }
    a->fd = fd;
    d->live++;
    d->next++;
    d->due = now + DIAL_STAGGER;
    return -1;
}

dial_result dial_go(csp_vm *vm, process *p, dial *d, int *fd, int64_t *until)
{
    waits_over(vm, p);
    if (!vm_loop(vm))
        return DIAL_FAILED;
    int64_t now = vm_now(vm);
    size_t live = d->live;
    *fd = first_ready(d);
    if (d->live < live)
        d->due = now; /* one has failed: the next is tried at once */
    while (*fd < 0 && d->next < d->count && d->due <= now && !is_no_room(d->error))
        *fd = begin(d, now);
    if (*fd >= 0)
        return DIAL_CONNECTED;
    if (is_no_room(d->error) || (d->live == 0 && d->next == d->count)) {
        errno = d->error;
        return DIAL_FAILED;
    }
    *until = d->next < d->count ? d->due : LOOP_NEVER;
    return waits_in(vm, p, &d->caller, WAITS_CONNECTION) == VERDICT_BLOCK ? DIAL_WAIT : DIAL_RAISED;
}
