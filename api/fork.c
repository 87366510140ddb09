/* Forking the OS process with a VM in it. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "vm/core/vm.h"
#include "vm/outside/loop.h"

/* Of this OS process; 0: nobody knows. */
static unsigned count_threads(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/task");
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return count;
}

static int fork_vm(host *h, csp_vm *vm)
{
    if (count_threads() != 1) {
        host_fail(h, CSP_E_SYSTEM, "busy", "another thread is at work, or has just been");
        return -1;
    }
    /* A wake that the loop has not taken yet would be the child's last: libuv holds it for sent. */
    if (vm->loop)
        loop_poll(vm->loop);
    int pid = fork(), why = pid < 0 ? errno : 0;
    if (pid == 0 && vm->loop)
        why = loop_forked(vm->loop);
    if (why == 0)
        return pid;
    if (pid == 0)
        _exit(127);
    host_fail(h, CSP_E_SYSTEM, "system", "there can be no further OS process: %s", strerror(why));
    return -1;
}

int csp_fork(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return -1;
    int pid = fork_vm(h, vm);
    door_leave(h);
    return pid;
}
