/* Streams: their life, turns, and who waits. What goes in and out is in stream_io.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "vm/outside/stream_parts.h"
#include "vm/outside/streams.h"

/* --- waiting */

struct stream_wait {
    request base;
    stream_waits *in; /* NULL: in none */
    stream_wait *next, *previous;
    const process *by;
};

static void link_wait(request *r)
{
    stream_wait *w = (stream_wait *)r;
    stream_waits *l = w->in;
    w->previous = l->last;
    if (l->last)
        l->last->next = w;
    else
        l->first = w;
    l->last = w;
}

static void unlink_wait(stream_wait *w)
{
    stream_waits *l = w->in;
    if (w->previous)
        w->previous->next = w->next;
    else
        l->first = w->next;
    if (w->next)
        w->next->previous = w->previous;
    else
        l->last = w->previous;
    w->in = NULL;
}

static void cancel_wait(request *r)
{
    unlink_wait((stream_wait *)r);
    request_complete(r);
}

static void drop_wait(request *r) { free(r); }

static const request_kind wait_kind = {
    .what = "a stream", .begin = link_wait, .cancel = cancel_wait, .drop = drop_wait};

stream_result stream_wait_in(csp_vm *vm, process *p, stream_waits *l)
{
    stream_wait *w = calloc(1, sizeof *w);
    if (!w) {
        vm_raise_memory(vm);
        return STREAM_RAISED;
    }
    w->base.kind = &wait_kind;
    w->in = l;
    w->by = p;
    return request_start(vm, p, &w->base, NULL, 0, 0) == VERDICT_BLOCK ? STREAM_WAIT
                                                                       : STREAM_RAISED;
}

void stream_wake(csp_vm *vm, stream_waits *l)
{
    stream_wait *w = l->first;
    if (!w)
        return;
    unlink_wait(w);
    request_finish(vm, &w->base);
}

static void wake_all(csp_vm *vm, stream_waits *l)
{
    while (l->first)
        stream_wake(vm, l);
}

void stream_woken(csp_vm *vm, process *p)
{
    if (!p->side || !p->side->request)
        return;
    request *r = request_take(vm, p);
    request_dispose(vm, r);
}

/* --- turns */

static stream_turn *turn_of(stream *s, bool writes)
{
    return writes && s->kind != STREAM_FILE ? &s->out : &s->in;
}

stream_result stream_enter(csp_vm *vm, process *p, stream *s, bool writes)
{
    stream_turn *t = turn_of(s, writes);
    stream_woken(vm, p);
    if (s->closing)
        return STREAM_CLOSED;
    if (t->holder && t->holder != p)
        return stream_wait_in(vm, p, &t->next);
    t->holder = p;
    return s->busy ? stream_wait_in(vm, p, &t->ready) : STREAM_OK;
}

static void leave(csp_vm *vm, const process *p, stream_turn *t)
{
    if (t->holder != p)
        return;
    stream_wait *w = t->next.first;
    t->holder = w ? w->by : NULL;
    stream_wake(vm, &t->next);
}

void stream_leave(csp_vm *vm, const process *p, stream *s)
{
    if (turn_of(s, true)->holder == p)
        s->staged = 0;
    leave(vm, p, &s->in);
    leave(vm, p, &s->out);
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
    free(s->name);
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
    return 0;
}

static stream *make(csp_vm *vm, int fd, const char *name)
{
    stream *s = calloc(1, sizeof *s);
    if (!s || !(s->name = strdup(name))) {
        free(s);
        return NULL;
    }
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
        if (s)
            free(s->name);
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
    wake_all(vm, &s->written);
    if (!s->closing)
        return;
    close_descriptor(s);
    if (s->abandoned) {
        unlink_stream(vm, s);
        free_stream(s);
    }
}

void stream_close(csp_vm *vm, stream *s)
{
    s->closing = true;
    wake_all(vm, &s->in.next);
    wake_all(vm, &s->in.ready);
    wake_all(vm, &s->out.next);
    stream_end_if_due(vm, s);
}

void stream_let_go(csp_vm *vm, stream *s)
{
    s->closing = s->abandoned = true;
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
