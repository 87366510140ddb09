#include "vm/outside/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static endpoint *behind(loop_watched *w) { return (endpoint *)w; }

static void ready(loop_watched *w, bool reads, bool writes)
{
    endpoint *e = behind(w);
    if (reads) {
        e->readable = true;
        waits_wake(e->vm, &e->in.ready);
    }
    if (writes) {
        e->writable = true;
        waits_wake(e->vm, &e->out.ready);
    }
}

/* --- birth */

static void set(int fd, int level, int option, int to)
{
    (void)setsockopt(fd, level, option, &to, sizeof to);
}

static int open_socket(const address *at, const endpoint_options *options)
{
    bool listens = options->backlog >= 0;
    int fd =
        socket(at->family, (listens ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (at->family == AF_INET6)
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, options->only_six);
    if (at->family != AF_UNIX && listens) {
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        set(fd, IPPROTO_TCP, TCP_NODELAY, 1); /* its connections have it, too */
    }
    if (options->reuse_port)
        set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (!listens)
        set(fd, SOL_SOCKET, SO_BROADCAST, 1);
    return fd;
}

/* Whether the file is a socket's that nobody has any more: then it is removed. It is asked with a
 * socket of another type, which one that is alive refuses as such: nobody there notices. */
static bool remove_stale(const address *at)
{
    struct stat is;
    const char *path = at->local.sun_path;
    if (lstat(path, &is) != 0 || !S_ISSOCK(is.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    bool stale = connect(fd, &at->any, at->size) != 0 && errno == ECONNREFUSED;
    close(fd);
    return stale && unlink(path) == 0;
}

static bool bind_to(int fd, const address *at)
{
    if (bind(fd, &at->any, at->size) == 0)
        return true;
    if (errno != EADDRINUSE || at->family != AF_UNIX)
        return false;
    if (remove_stale(at))
        return bind(fd, &at->any, at->size) == 0;
    errno = EADDRINUSE;
    return false;
}

static bool take_file(endpoint *e, const address *at)
{
    struct stat is;
    e->local = true;
    if (lstat(at->local.sun_path, &is) != 0)
        return true;
    e->device = is.st_dev;
    e->number = is.st_ino;
    e->file = strdup(at->local.sun_path);
    return e->file != NULL;
}

/* What it is called: with the port that the system has chosen. */
static bool take_name(endpoint *e, const endpoint_options *options)
{
    if (options->pin && *options->pin >= 0) {
        e->pin = *options->pin;
        *options->pin = -1;
        e->name = strdup(options->name);
        return e->name != NULL;
    }
    char name[ADDRESS_TEXT];
    address is = {.size = sizeof is.of};
    if (getsockname(e->fd, &is.any, &is.size) != 0)
        return false;
    e->name = strdup(address_write(&is, name));
    return e->name != NULL;
}

static bool prepare(endpoint *e, const address *at, const endpoint_options *options)
{
    loop *l = vm_loop(e->vm);
    if (!l)
        return false;
    if ((e->fd = open_socket(at, options)) < 0 || !bind_to(e->fd, at))
        return false;
    if ((at->family == AF_UNIX && !take_file(e, at)) || !take_name(e, options))
        return false;
    if (e->listens && listen(e->fd, options->backlog) != 0)
        return false;
    errno = loop_add(l, e->fd, &e->watched);
    e->in_loop = errno == 0;
    return e->in_loop;
}

endpoint *endpoint_new(csp_vm *vm, const address *at, const endpoint_options *options)
{
    endpoint *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->watched.ready = ready;
    e->vm = vm;
    e->fd = e->pin = -1;
    e->listens = options->backlog >= 0;
    e->readable = e->writable = true;
    if (prepare(e, at, options))
        return e;
    int why = errno;
    endpoint_free(e);
    errno = why ? why : ENOSYS;
    return NULL;
}

/* --- end */

static void remove_file(const endpoint *e)
{
    struct stat is;
    if (e->file && lstat(e->file, &is) == 0 && is.st_dev == e->device && is.st_ino == e->number)
        unlink(e->file);
}

void endpoint_close(endpoint *e)
{
    if (e->fd < 0)
        return;
    remove_file(e);
    if (e->in_loop)
        loop_remove(e->vm->loop, e->fd);
    close(e->fd);
    e->fd = -1;
    turn_wake_all(e->vm, &e->in);
    turn_wake_all(e->vm, &e->out);
}

void endpoint_free(endpoint *e)
{
    endpoint_close(e);
    if (e->pin >= 0)
        close(e->pin);
    free(e->file);
    free(e->name);
    free(e);
}

/* --- what is done with it */

static endpoint_result wait_in(csp_vm *vm, process *p, const endpoint *e, waits *l)
{
    waits_for what = e->listens ? WAITS_CONNECTION : WAITS_DATAGRAM;
    return waits_in(vm, p, l, what) == VERDICT_BLOCK ? ENDPOINT_WAIT : ENDPOINT_RAISED;
}

endpoint_result endpoint_enter(csp_vm *vm, process *p, endpoint *e, bool sends)
{
    turn *t = sends ? &e->out : &e->in;
    waits_over(vm, p);
    if (e->fd < 0)
        return ENDPOINT_CLOSED;
    return turn_take(t, p) ? ENDPOINT_OK : wait_in(vm, p, e, &t->next);
}

void endpoint_leave(csp_vm *vm, const process *p, endpoint *e)
{
    turn_leave(vm, p, &e->in);
    turn_leave(vm, p, &e->out);
}

endpoint_result endpoint_await(csp_vm *vm, process *p, endpoint *e)
{
    return wait_in(vm, p, e, &e->in.ready);
}

static bool is_over_already(int why)
{
    switch (why) { /* what has happened to the connection meanwhile: accept(2) */
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH: return true;
    default: return false;
    }
}

endpoint_result endpoint_accept(csp_vm *vm, process *p, endpoint *e, int *fd, address *peer)
{
    if (e->readable) {
        do {
            peer->size = sizeof peer->of;
            *fd = accept4(e->fd, &peer->any, &peer->size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        } while (*fd < 0 && is_over_already(errno));
        if (*fd >= 0)
            return ENDPOINT_OK;
        if (errno != EAGAIN)
            return ENDPOINT_FAILED;
        e->readable = false;
    }
    return endpoint_await(vm, p, e);
}

endpoint_result endpoint_receive(csp_vm *vm, process *p, endpoint *e, void *data, size_t room,
                                 size_t *size, address *from)
{
    if (e->readable) {
        ssize_t got;
        do {
            from->size = sizeof from->of;
            got = recvfrom(e->fd, data, room, 0, &from->any, &from->size);
        } while (got < 0 && errno == EINTR);
        *size = (size_t)got;
        if (got >= 0)
            return ENDPOINT_OK;
        if (errno != EAGAIN)
            return ENDPOINT_FAILED;
        e->readable = false;
    }
    return endpoint_await(vm, p, e);
}

endpoint_result endpoint_send(csp_vm *vm, process *p, endpoint *e, const void *data, size_t size,
                              const address *to)
{
    if (e->writable) {
        ssize_t put;
        do
            put = sendto(e->fd, data, size, MSG_NOSIGNAL, &to->any, to->size);
        while (put < 0 && errno == EINTR);
        if (put >= 0)
            return ENDPOINT_OK;
        if (errno != EAGAIN)
            return ENDPOINT_FAILED;
        e->writable = false;
    }
    return wait_in(vm, p, e, &e->out.ready);
}
