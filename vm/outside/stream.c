/* Streams: their life. What goes in and out is in stream_io.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "vm/outside/stream_parts.h"
#include "vm/outside/streams.h"

stream_result stream_wait_in(csp_vm *vm, process *p, waits *l)
{
    return waits_in(vm, p, l, WAITS_STREAM) == VERDICT_BLOCK ? STREAM_WAIT : STREAM_RAISED;
}

/* --- turns */

static turn *turn_of(stream *s, bool writes)
{
    return writes && s->kind != STREAM_FILE ? &s->out : &s->in;
}

stream_result stream_enter(csp_vm *vm, process *p, stream *s, bool writes)
{
    turn *t = turn_of(s, writes);
    waits_over(vm, p);
    if (s->closing)
        return STREAM_CLOSED;
    if (!turn_take(t, p))
        return stream_wait_in(vm, p, &t->next);
    return s->busy ? stream_wait_in(vm, p, &t->ready) : STREAM_OK;
}

void stream_leave(csp_vm *vm, const process *p, stream *s)
{
    if (turn_of(s, true)->holder == p)
        s->staged = 0;
    turn_leave(vm, p, &s->in);
    turn_leave(vm, p, &s->out);
}

/* --- birth and end */

static void link_stream(csp_vm *vm, stream *s)
{
    s->next = vm->streams;
    if (s->next)
        s->next->previous = s;
    vm->streams = s;
}

static void unlink_stream(csp_vm *vm, stream *s)
{
    if (s->previous)
        s->previous->next = s->next;
    else
        vm->streams = s->next;
    if (s->next)
        s->next->previous = s->previous;
}

static void close_descriptor(stream *s)
{
    if (s->fd < 0)
        return;
    if (s->kind != STREAM_FILE && s->vm)
        loop_remove(s->vm->loop, s->fd);
    if (s->terminal)
        tcsetattr(s->fd, TCSADRAIN, s->terminal);
    if (!s->kept)
        close(s->fd);
    s->fd = -1;
}

static void free_stream(stream *s)
{
    close_descriptor(s);
    free(s->input.data);
    free(s->output.data);
    free(s->work);
    free(s->terminal);
    free(s);
}

void stream_drop(stream *s)
{
    if (__atomic_exchange_n(&s->gone, true, __ATOMIC_ACQ_REL))
        free_stream(s);
}

/* Whether it is what a readiness can be told of. 0, or an errno. */
static int watch(csp_vm *vm, stream *s)
{
    loop *l = vm_loop(vm);
    if (!l)
        return errno ? errno : ENOSYS;
    int why = loop_add(l, s->fd, &s->watched);
    if (why != EPERM)
        return why;
    s->kind = STREAM_FILE;
    struct stat is;
    s->work = calloc(1, sizeof *s->work);
    if (!s->work)
        return ENOMEM;
    s->work->in_line = fstat(s->fd, &is) == 0 && S_ISREG(is.st_mode);
    return 0;
}

static stream *make(csp_vm *vm, int fd, const char *name)
{
    size_t size = strlen(name) + 1;
    stream *s = calloc(1, sizeof *s + size);
    if (!s)
        return NULL;
    memcpy(s->name, name, size);
    s->watched.ready = stream_ready;
    s->vm = vm;
    s->fd = fd;
    s->kind = stream_is_socket(fd) ? STREAM_SOCKET : STREAM_PLAIN;
    s->readable = s->writable = true;
    return s;
}

stream *stream_new(csp_vm *vm, int fd, bool reads, bool writes, bool polls, const char *name)
{
    stream *s = make(vm, fd, name);
    int why = ENOMEM;
    if (s) {
        s->reads = reads;
        s->writes = writes;
        s->polls = polls;
        why = watch(vm, s);
    }
    if (why != 0) {
        free(s);
        close(fd);
        errno = why;
        return NULL;
    }
    link_stream(vm, s);
    return s;
}

void stream_end_if_due(csp_vm *vm, stream *s)
{
    if (s->busy || stream_pending(s) > 0)
        return;
    waits_wake_all(vm, &s->written);
    if (!s->closing || s->lingers)
        return;
    close_descriptor(s);
    if (s->abandoned) {
        unlink_stream(vm, s);
        free_stream(s);
    }
}

void stream_close(csp_vm *vm, stream *s, bool lingers)
{
    s->closing = true;
    s->lingers = lingers;
    turn_wake_all(vm, &s->in);
    waits_wake_all(vm, &s->out.next);
    stream_end_if_due(vm, s);
}

void stream_close_now(csp_vm *vm, stream *s)
{
    s->lingers = false;
    stream_end_if_due(vm, s);
}

void stream_let_go(csp_vm *vm, stream *s)
{
    s->closing = s->abandoned = true;
    s->lingers = false;
    stream_end_if_due(vm, s);
}

static bool has_to_write(const stream *s)
{
    return s->kind != STREAM_FILE && s->fd >= 0 && stream_pending(s) > 0;
}

void streams_finish(csp_vm *vm, int64_t deadline)
{
    const stream *s = vm->streams;
    while (s && loop_now() < deadline) {
        if (!has_to_write(s)) {
            s = s->next;
            continue;
        }
        loop_wait(vm->loop, deadline);
        s = vm->streams; /* it may be gone */
    }
}

void streams_free(csp_vm *vm)
{
    for (stream *s = vm->streams, *next; s; s = next) {
        next = s->next;
        if (s->busy) {
            s->vm = NULL;
            stream_drop(s);
        } else {
            free_stream(s);
        }
    }
    vm->streams = NULL;
}
