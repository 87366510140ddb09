/* Streams: what goes in and out. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "vm/core/steps.h"
#include "vm/outside/stream_parts.h"

/* How much is read at once, of files and others, of those at first; how much may be on its way. */
enum { FILE_ROOM = 256 << 10, ROOM = 64 << 10, FIRST_ROOM = 4 << 10, ON_ITS_WAY = 64 << 10 };

/* --- buffers */

static bool reserve(stream_bytes *b, size_t more)
{
    if (b->capacity - b->used >= more)
        return true;
    if (b->from > 0) {
        memmove(b->data, b->data + b->from, b->used - b->from);
        b->used -= b->from;
        b->from = 0;
        if (b->capacity - b->used >= more)
            return true;
    }
    char *grown = array_room(b->data, &b->capacity, b->used + more, 1);
    if (!grown)
        return false;
    b->data = grown;
    return true;
}

static void empty(stream_bytes *b)
{
    free(b->data);
    *b = (stream_bytes){NULL, 0, 0, 0};
}

void stream_consume(stream *s, size_t size)
{
    s->input.from += size;
    if (s->input.from == s->input.used)
        s->input.from = s->input.used = 0;
}

/* --- the system's calls, which never wait. -errno where one fails */

bool stream_is_socket(int fd)
{
    struct stat is;
    return fstat(fd, &is) == 0 && S_ISSOCK(is.st_mode);
}

/* A description that others share is not made non-blocking. */
static bool is_ready(const stream *s, short events)
{
    struct pollfd at = {.fd = s->fd, .events = events};
    return !s->polls || poll(&at, 1, 0) != 0;
}

static ssize_t read_now(const stream *s, char *to, size_t size)
{
    if (!is_ready(s, POLLIN))
        return -EAGAIN;
    ssize_t got;
    do
        got =
            s->kind == STREAM_SOCKET ? recv(s->fd, to, size, MSG_DONTWAIT) : read(s->fd, to, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

/* SIGPIPE and SIGXFSZ would end the program: they are taken back before they are let in. */
static ssize_t write_quietly(int fd, const char *from, size_t size)
{
    sigset_t both, before;
    sigemptyset(&both);
    sigaddset(&both, SIGPIPE);
    sigaddset(&both, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &both, &before);
    ssize_t put = write(fd, from, size);
    int why = errno, sent = why == EPIPE ? SIGPIPE : SIGXFSZ;
    if (put < 0 && (why == EPIPE || why == EFBIG) && !sigismember(&before, sent)) {
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, sent);
        sigtimedwait(&one, NULL, &(struct timespec){0});
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return put;
}

static ssize_t write_now(const stream *s, const char *from, size_t size)
{
    if (!is_ready(s, POLLOUT))
        return -EAGAIN;
    if (s->polls && s->kind != STREAM_SOCKET && size > PIPE_BUF)
        size = PIPE_BUF;
    ssize_t put;
    do
        put = s->kind == STREAM_SOCKET ? send(s->fd, from, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                       : write_quietly(s->fd, from, size);
    while (put < 0 && errno == EINTR);
    return put < 0 ? -errno : put;
}

/* --- jobs of files */

static stream *stream_of_job(job *j) { return ((stream_work *)j)->of; }

/* On a worker. */
static void write_all(stream *s)
{
    stream_bytes *b = &s->output;
    while (b->from < b->used) {
        ssize_t put = write(s->fd, b->data + b->from, b->used - b->from);
        if (put < 0 && errno != EINTR) {
            s->work->error = errno;
            return;
        }
        if (put > 0)
            b->from += (size_t)put;
    }
}

static void work(job *j)
{
    stream *s = stream_of_job(j);
    stream_work *w = s->work;
    w->result = 0;
    if (w->doing == STREAM_READS) {
        do
            w->result = read(s->fd, s->input.data + s->input.used, FILE_ROOM);
        while (w->result < 0 && errno == EINTR);
        if (w->result < 0)
            w->error = errno;
    } else if (w->doing == STREAM_WRITES) {
        write_all(s);
    } else if (fsync(s->fd) != 0) {
        w->error = errno;
    }
}

static void drop(job *j) { stream_drop(stream_of_job(j)); }

static void took_input(stream *s, ssize_t got)
{
    s->input.used += got > 0 ? (size_t)got : 0;
    s->end = got == 0;
}

static int64_t arrive(csp_vm *vm, job *j)
{
    stream *s = stream_of_job(j);
    stream_work *w = s->work;
    s->busy = false;
    if (w->doing == STREAM_READS)
        took_input(s, w->result);
    if (w->doing == STREAM_WRITES)
        empty(&s->output);
    if (w->error && !s->in.ready.first) { /* nobody waits for it any more */
        if (w->doing != STREAM_READS)
            s->error = w->error;
        w->error = 0;
    }
    waits_wake(vm, &s->in.ready);
    stream_end_if_due(vm, s);
    return 1;
}

static stream_result begin_job(csp_vm *vm, process *p, stream *s, stream_doing doing)
{
    pool *of = request_pool(vm);
    if (!of)
        return STREAM_RAISED;
    stream_result r = stream_wait_in(vm, p, &s->in.ready);
    if (r != STREAM_WAIT)
        return r;
    static const job_kind kind = {.work = work, .drop = drop, .arrive = arrive};
    s->work->job = (job){.kind = &kind};
    s->work->of = s;
    s->work->doing = doing;
    s->busy = true;
    pool_submit(of, &s->work->job);
    return STREAM_WAIT;
}

/* To change threads twice costs more than a small write into the page cache, which is done in
 * line; but for a while by workers when that has taken long (the system makes those wait who write
 * faster than the disk). What is not written, for whatever reason, is left to a worker, which finds
 * out why. */
static void write_in_line(stream *s)
{
    enum { SMALL = 16 << 10, SLOW = 1000000 /* ns */, APART = 1000 };
    stream_bytes *b = &s->output;
    stream_work *w = s->work;
    if (!w->in_line || s->busy || s->error || w->error || b->used - b->from > SMALL)
        return;
    if (w->apart > 0) {
        w->apart--;
        return;
    }
    int64_t begun = loop_now();
    ssize_t put = write_quietly(s->fd, b->data + b->from, b->used - b->from);
    if (put > 0)
        b->from += (size_t)put;
    if (b->from == b->used)
        b->from = b->used = 0;
    if (loop_now() - begun > SLOW)
        w->apart = APART;
}

/* What came of the job that p has waited for. */
static bool job_failed(stream *s)
{
    int why = s->work->error;
    s->work->error = 0;
    errno = why;
    return why != 0;
}

/* --- reading */

static stream_result no_memory(csp_vm *vm)
{
    vm_raise_memory(vm);
    return STREAM_RAISED;
}

/* What lies in the page cache is read at once. */
static stream_result fill_file(csp_vm *vm, process *p, stream *s)
{
    if (job_failed(s))
        return STREAM_FAILED;
    if (s->end) {
        s->end = false; /* it may grow */
        return STREAM_END;
    }
    if (!reserve(&s->input, FILE_ROOM))
        return no_memory(vm);
    struct iovec to = {s->input.data + s->input.used, FILE_ROOM};
    ssize_t got = preadv2(s->fd, &to, 1, -1, RWF_NOWAIT);
    if (got <= 0)
        return begin_job(vm, p, s, STREAM_READS);
    vm_charge(vm, (size_t)got / LONG_BYTES_PER_REDUCTION / 4);
    took_input(s, got);
    return STREAM_OK;
}

stream_result stream_fill(csp_vm *vm, process *p, stream *s)
{
    if (s->kind == STREAM_FILE)
        return fill_file(vm, p, s);
    if (s->end)
        return STREAM_END;
    if (s->readable) {
        size_t room = s->eager ? ROOM : FIRST_ROOM;
        if (!reserve(&s->input, room))
            return no_memory(vm);
        ssize_t got = read_now(s, s->input.data + s->input.used, room);
        if (got == 0 && s->unborn)
            got = -EAGAIN;
        if (got >= 0) {
            vm_charge(vm, (size_t)got / LONG_BYTES_PER_REDUCTION / 4 + 4);
            took_input(s, got);
            s->eager = got >= FIRST_ROOM;
            /* that was all: what comes is told of by another edge, but for an end told already */
            if (s->kind == STREAM_SOCKET && (size_t)got < room && !s->watched.over && !s->polls)
                s->readable = false;
            return got > 0 ? STREAM_OK : STREAM_END;
        }
        if (got != -EAGAIN) {
            errno = (int)-got;
            return STREAM_FAILED;
        }
        s->readable = false;
    }
    if (stream_available(s) == 0)
        empty(&s->input);
    return stream_wait_in(vm, p, &s->in.ready);
}

/* There is no asking but by a read: what comes with the answer is the stream's. */
stream_result stream_meet(csp_vm *vm, process *p, stream *s)
{
    stream_result r = stream_enter(vm, p, s, false);
    if (r != STREAM_OK || !s->unborn)
        return r;
    if (!reserve(&s->input, FIRST_ROOM))
        return no_memory(vm);
    ssize_t got = read_now(s, s->input.data + s->input.used, FIRST_ROOM);
    if (got == 0)
        return stream_wait_in(vm, p, &s->in.ready);
    if (got < 0 && got != -EAGAIN) {
        errno = (int)-got;
        return STREAM_FAILED;
    }
    s->unborn = false;
    s->readable = got > 0;
    if (got > 0)
        took_input(s, got);
    else
        empty(&s->input);
    return STREAM_OK;
}

bool stream_align(stream *s)
{
    size_t ahead = stream_available(s);
    stream_consume(s, ahead);
    s->end = false;
    return ahead == 0 || lseek(s->fd, -(off_t)ahead, SEEK_CUR) >= 0;
}

/* --- writing */

static void fail(stream *s, int why)
{
    s->error = why;
    empty(&s->output);
}

static void drain(stream *s)
{
    stream_bytes *b = &s->output;
    while (s->writable && b->from < b->used) {
        ssize_t put = write_now(s, b->data + b->from, b->used - b->from);
        if (put == -EAGAIN)
            s->writable = false;
        else if (put < 0)
            fail(s, (int)-put);
        else
            b->from += (size_t)put;
    }
    if (b->from == b->used && s->staged == 0) {
        empty(b); /* most streams do nothing most of the time */
    }
}

void stream_ready(loop_watched *w, bool reads, bool writes)
{
    stream *s = (stream *)((char *)w - offsetof(stream, watched));
    csp_vm *vm = s->vm;
    if (reads) {
        s->unborn = false;
        s->readable = true;
        waits_wake(vm, &s->in.ready);
    }
    if (!writes)
        return;
    s->writable = true;
    if (stream_pending(s) == 0)
        return;
    drain(s);
    if (stream_pending(s) <= ON_ITS_WAY)
        waits_wake(vm, &s->out.ready);
    stream_end_if_due(vm, s);
}

size_t stream_write_now(stream *s, const char *data, size_t size)
{
    if (s->kind == STREAM_FILE || !s->writable || s->error || stream_pending(s) > 0)
        return 0;
    ssize_t put = write_now(s, data, size);
    if (put == -EAGAIN)
        s->writable = false;
    else if (put < 0)
        fail(s, (int)-put);
    return put > 0 ? (size_t)put : 0;
}

stream_result stream_stage(csp_vm *vm, stream *s, const char *data, size_t size, size_t *at)
{
    size_t more = long_part(vm, size - *at);
    stream_bytes *b = &s->output;
    b->used += s->staged; /* for the moment, so that it is kept */
    bool room = reserve(b, size - *at);
    b->used -= s->staged;
    if (!room)
        return no_memory(vm);
    if (more > 0)
        memcpy(b->data + b->used + s->staged, data + *at, more);
    vm_charge(vm, more / LONG_BYTES_PER_REDUCTION);
    s->staged += more;
    *at += more;
    return *at == size ? STREAM_OK : STREAM_MORE;
}

void stream_commit(stream *s)
{
    s->output.used += s->staged;
    s->staged = 0;
    if (s->kind != STREAM_FILE)
        drain(s);
    else
        write_in_line(s);
}

stream_result stream_check(stream *s)
{
    if (!s->error)
        return STREAM_OK;
    s->told = true;
    errno = s->error;
    return STREAM_FAILED;
}

stream_result stream_settle(csp_vm *vm, process *p, stream *s)
{
    if (s->error)
        return stream_check(s);
    if (s->kind == STREAM_FILE) {
        if (job_failed(s))
            return STREAM_FAILED;
        return stream_pending(s) > 0 ? begin_job(vm, p, s, STREAM_WRITES) : STREAM_OK;
    }
    return stream_pending(s) > ON_ITS_WAY ? stream_wait_in(vm, p, &s->out.ready) : STREAM_OK;
}

stream_result stream_flush(csp_vm *vm, process *p, stream *s)
{
    waits_over(vm, p);
    if (s->busy || stream_pending(s) > 0)
        return stream_wait_in(vm, p, &s->written);
    return s->told ? STREAM_OK : stream_check(s);
}

stream_result stream_sync(csp_vm *vm, process *p, stream *s, bool *begun)
{
    if (!*begun) {
        if (!s->told && stream_check(s) != STREAM_OK)
            return STREAM_FAILED;
        *begun = true;
        return begin_job(vm, p, s, STREAM_SYNCS);
    }
    return job_failed(s) ? STREAM_FAILED : STREAM_OK;
}
