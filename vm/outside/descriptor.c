#include "vm/outside/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 256 << 10 };

static descriptor_kind kind_of(const struct stat *is, int flags, bool tty)
{
    if (flags & O_NONBLOCK)
        return DESCRIPTOR_OWN;
    if (S_ISSOCK(is->st_mode))
        return DESCRIPTOR_SOCKET;
    if (S_ISFIFO(is->st_mode))
        return DESCRIPTOR_PIPE;
    return tty ? DESCRIPTOR_TTY : DESCRIPTOR_FILE;
}

int descriptor_open(out_descriptor *d, int stream)
{
    struct stat is;
    *d = (out_descriptor){.fd = stream, .stream = stream};
    int flags = fcntl(stream, F_GETFL);
    if (flags < 0 || fstat(stream, &is) != 0)
        return errno;
    if ((flags & O_PATH) || (flags & O_ACCMODE) == O_RDONLY)
        return EBADF;
    d->tty = S_ISCHR(is.st_mode) && isatty(stream);
    d->kind = kind_of(&is, flags, d->tty);
    return 0;
}

void descriptor_close(out_descriptor *d)
{
    if (d->fd > STDERR_FILENO)
        close(d->fd);
    d->fd = -1;
}

bool descriptor_same(const out_descriptor *a, const out_descriptor *b)
{
    struct stat x, y;
    return fstat(a->stream, &x) == 0 && fstat(b->stream, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino && !S_ISREG(x.st_mode);
}

/* Opens the same pipe or terminal once more, with flags of its own. Without /proc, permission or
 * room for it, the descriptor that we have must do. */
static void open_own(out_descriptor *d)
{
    char path[32];
    d->tried = true;
    snprintf(path, sizeof path, "/proc/self/fd/%d", d->stream);
    int kept = errno, fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    errno = kept;
    if (fd < 0)
        return;
    if (fd <= STDERR_FILENO) { /* it took the place of a closed one, which must stay closed */
        close(fd);
        return;
    }
    d->fd = fd;
    d->kind = DESCRIPTOR_OWN;
}

static bool is_ready(const out_descriptor *d)
{
    struct pollfd at = {.fd = d->fd, .events = POLLOUT};
    return poll(&at, 1, 0) != 0;
}

static ssize_t write_now(const out_descriptor *d, const char *text, size_t size)
{
    ssize_t written;
    do
        written = d->kind == DESCRIPTOR_SOCKET ? send(d->fd, text, size, MSG_DONTWAIT)
                                               : write(d->fd, text, size);
    while (written < 0 && errno == EINTR);
    if (written >= 0)
        return written;
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
}

ssize_t descriptor_write(out_descriptor *d, const char *text, size_t size)
{
    if (size > STEP)
        size = STEP;
    bool waits = d->kind == DESCRIPTOR_PIPE || d->kind == DESCRIPTOR_TTY;
    bool ready = !waits || is_ready(d);
    if (waits && !d->tried && (!ready || size > PIPE_BUF || d->tty)) {
        open_own(d);
        waits = d->kind != DESCRIPTOR_OWN;
    }
    if (waits && !ready)
        return 0;
    return write_now(d, text, waits && size > PIPE_BUF ? PIPE_BUF : size);
}
