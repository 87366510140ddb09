#include "vm/outside/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "vm/outside/loop.h"
#include "vm/outside/turn.h"

struct child {
    loop_watched watched;
    csp_vm *vm;
    child *next, *previous; /* of those not yet reaped */
    pid_t pid;
    int fd; /* readable once it has ended; -1: it was reaped */
    bool group;
    unsigned holders; /* besides the list */
    waits waiting;
    launch_end how;
};

static void free_if_done(child *c)
{
    if (c->fd < 0 && c->holders == 0)
        free(c);
}

static void leave_list(child *c)
{
    if (c->previous)
        c->previous->next = c->next;
    else
        c->vm->children = c->next;
    if (c->next)
        c->next->previous = c->previous;
    loop_remove(c->vm->loop, c->fd);
    close(c->fd);
    c->fd = -1;
}

static void reap(child *c)
{
    if (c->fd < 0 || !launch_ended(c->pid, true, &c->how))
        return;
    leave_list(c);
    waits_wake_all(c->vm, &c->waiting);
    free_if_done(c);
}

static void on_end(loop_watched *w, bool reads, bool writes)
{
    (void)writes;
    if (reads)
        reap((child *)w);
}

static void link_child(csp_vm *vm, child *c)
{
    c->next = vm->children;
    if (c->next)
        c->next->previous = c;
    vm->children = c;
}

child *child_new(csp_vm *vm, pid_t pid, bool group)
{
    child *c = calloc(1, sizeof *c);
    loop *l = c ? vm_loop(vm) : NULL;
    int fd = l ? launch_watch(pid) : -1, why = c ? errno : ENOMEM;
    if (c)
        c->watched.ready = on_end;
    if (fd >= 0 && (why = loop_add(l, fd, &c->watched)) != 0)
        close(fd);
    if (fd < 0 || why != 0) {
        free(c);
        kill(group ? -pid : pid, SIGKILL);
        launch_orphan(pid);
        errno = why ? why : ENOSYS;
        return NULL;
    }
    c->vm = vm;
    c->pid = pid;
    c->fd = fd;
    c->group = group;
    link_child(vm, c);
    return c;
}

child *child_of(csp_vm *vm, pid_t pid)
{
    child *c = vm->children;
    while (c && c->pid != pid)
        c = c->next;
    return c;
}

verdict child_wait(csp_vm *vm, process *p, child *c, launch_end *how)
{
    waits_over(vm, p);
    if (c->fd >= 0)
        return waits_in(vm, p, &c->waiting, WAITS_PROGRAM);
    *how = c->how;
    return VERDICT_DONE;
}

void child_hold(child *c) { c->holders++; }

void child_release(child *c)
{
    c->holders--;
    free_if_done(c);
}

int child_signal(child *c, int number, bool group)
{
    if (group && !c->group)
        return ENOTSUP;
    return kill(group ? -c->pid : c->pid, number) == 0 ? 0 : errno;
}

void children_free(csp_vm *vm)
{
    for (child *c = vm->children, *next; c; c = next) {
        next = c->next;
        leave_list(c);
        launch_orphan(c->pid);
        free_if_done(c);
    }
}
