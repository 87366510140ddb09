#include "vm/outside/turn.h"

#include <stdlib.h>

struct waiter {
    request base;
    waits *in;        /* NULL: in none */
    waiter *next;     /* NULL: it is the last … */
    waiter *previous; /* … which the first has here */
};

static void link_wait(request *r)
{
    waiter *w = (waiter *)r;
    waits *l = w->in;
    if (l->first) {
        w->previous = l->first->previous;
        w->previous->next = w;
        l->first->previous = w;
    } else {
        w->previous = w;
        l->first = w;
    }
}

static void unlink_wait(waiter *w)
{
    waits *l = w->in;
    if (w->next)
        w->next->previous = w->previous;
    else
        l->first->previous = w->previous;
    if (w == l->first)
        l->first = w->next;
    else
        w->previous->next = w->next;
    w->next = NULL;
    w->in = NULL;
}

static void cancel_wait(request *r)
{
    unlink_wait((waiter *)r);
    request_complete(r);
}

static void drop_wait(request *r) { free(r); }

#define KIND(text)                                                                 \
    {                                                                              \
        .what = text, .begin = link_wait, .cancel = cancel_wait, .drop = drop_wait \
    }

static const request_kind kinds[] = {
    [WAITS_STREAM] = KIND("a stream"),
    [WAITS_CONNECTION] = KIND("a connection"),
    [WAITS_DATAGRAM] = KIND("a datagram"),
    [WAITS_PROGRAM] = KIND("the end of a program"),
};

verdict waits_in(csp_vm *vm, process *p, waits *l, waits_for what)
{
    waiter *w = calloc(1, sizeof *w);
    if (!w)
        return vm_raise_memory(vm);
    w->base.kind = &kinds[what];
    w->in = l;
    return request_start(vm, p, &w->base, NULL, 0, 0);
}

void waits_over(csp_vm *vm, process *p)
{
    if (!side_of(p) || !side_of(p)->request)
        return;
    request *r = request_take(vm, p);
    request_dispose(vm, r);
}

void waits_wake(csp_vm *vm, waits *l)
{
    waiter *w = l->first;
    if (!w)
        return;
    unlink_wait(w);
    request_finish(vm, &w->base);
}

void waits_wake_all(csp_vm *vm, waits *l)
{
    while (l->first)
        waits_wake(vm, l);
}

bool turn_take(turn *t, const process *p)
{
    if (t->holder && t->holder != p)
        return false;
    t->holder = p;
    return true;
}

void turn_leave(csp_vm *vm, const process *p, turn *t)
{
    if (t->holder != p)
        return;
    const waiter *w = t->next.first;
    t->holder = w ? request_waiter(&w->base) : NULL;
    waits_wake(vm, &t->next);
}

void turn_wake_all(csp_vm *vm, turn *t)
{
    waits_wake_all(vm, &t->next);
    waits_wake_all(vm, &t->ready);
}
