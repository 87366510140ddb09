#include "vm/outside/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static bool open_one(starter *s, int i)
{
    int ends[2], *theirs = &s->what.fds[i];
    if (s->ways[i] == STARTER_NULL) {
        *theirs = launch_above(open("/dev/null", (i == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC));
        return *theirs >= 0;
    }
    if (s->ways[i] != STARTER_PIPE)
        return true;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    s->ours[i] = ends[i == 0];
    *theirs = launch_above(ends[i != 0]);
    return *theirs >= 0 && fcntl(s->ours[i], F_SETFL, O_NONBLOCK) == 0;
}

static void close_all(int fds[3])
{
    for (int i = 0; i < 3; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

static void work(request *r)
{
    starter *s = (starter *)r;
    s->op = "run";
    for (int i = 0; i < 3 && s->error == 0; i++)
        if (!open_one(s, i))
            s->error = errno;
    if (s->error == 0)
        s->error = launch_program(&s->what, &s->pid, &s->op);
    if (s->error != 0)
        s->pid = 0;
    close_all(s->what.fds);
}

void starter_free(starter *s)
{
    close_all(s->what.fds);
    close_all(s->ours);
    if (s->pid > 0) { /* nobody has heard of it */
        kill(s->what.group ? -s->pid : s->pid, SIGKILL);
        launch_orphan(s->pid);
    }
    launch_free(&s->what);
    free(s);
}

static void drop(request *r) { starter_free((starter *)r); }

static const request_kind starter_kind = {.what = "a program", .work = work, .drop = drop};

starter *starter_new(csp_vm *vm)
{
    starter *s = calloc(1, sizeof *s);
    if (!s) {
        vm_raise_memory(vm);
        return NULL;
    }
    s->base.kind = &starter_kind;
    for (int i = 0; i < 3; i++)
        s->what.fds[i] = s->ours[i] = -1;
    return s;
}

verdict starter_start(csp_vm *vm, process *p, starter *s)
{
    return request_start(vm, p, &s->base, NULL, 0, 0);
}
