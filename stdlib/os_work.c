#include "stdlib/os_work.h"

#include <errno.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/control_group.h"
#include "gc/heap.h"
#include "vm/outside/program.h"

void os_nothing(errand *e) { (void)e; }

void os_chdir(errand *e)
{
    place at;
    if (!errand_find(e, 0, MAY_READ, true, &at))
        return;
    int folder = at.real ? place_open_folder(&at) : -1;
    if ((at.real ? fchdir(folder) : chdir(at.name)) != 0)
        e->error = errno;
    if (folder >= 0)
        close(folder);
    place_free(&at);
}

void os_memory(errand *e) { e->numbers[0] = (int64_t)heap_machine_memory(); }

/* --- processors */

/* Those that this thread may run on; a machine may have more than a cpu_set_t can tell. */
static int64_t count_allowed(void)
{
    for (int most = CPU_SETSIZE; most <= 1 << 20; most *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)most);
        size_t size = CPU_ALLOC_SIZE((size_t)most);
        bool known = set && sched_getaffinity(0, size, set) == 0;
        int count = known ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (known)
            return count;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? online : 1;
}

/* A group may use so much time in each period; -1: as much as there is. */
static void read_quota(const char *folder, int version, long long *quota, long long *period)
{
    char text[64];
    *quota = *period = -1;
    if (version == 2) {
        if (control_group_read(folder, "cpu.max", text, sizeof text))
            sscanf(text, "%lld %lld", quota, period);
    } else if (control_group_read(folder, "cpu.cfs_quota_us", text, sizeof text)) {
        *quota = strtoll(text, NULL, 10);
        if (control_group_read(folder, "cpu.cfs_period_us", text, sizeof text))
            *period = strtoll(text, NULL, 10);
    }
}

static void take_least(void *user, const char *folder, int version)
{
    int64_t *least = user;
    long long quota, period;
    read_quota(folder, version, &quota, &period);
    if (quota <= 0 || period <= 0)
        return;
    int64_t whole = quota / period + (quota % period != 0);
    if (whole < *least)
        *least = whole;
}

void os_cpus(errand *e)
{
    e->numbers[0] = count_allowed();
    control_groups("cpu", take_least, &e->numbers[0]);
}

/* --- the user */

static void take_text(errand *e, const char *text) { errand_add(e, text, strlen(text)); }

/* Something of the user's entry in the system's list. */
static void ask(errand *e, bool home)
{
    struct passwd entry, *found = NULL;
    for (size_t room = 1024; !e->error && room <= 1 << 20; room *= 2) {
        char *texts = malloc(room);
        int why = texts ? getpwuid_r(geteuid(), &entry, texts, room, &found) : ENOMEM;
        if (found)
            take_text(e, home ? entry.pw_dir : entry.pw_name);
        free(texts);
        if (found)
            return;
        if (why != ERANGE)
            e->error = why ? why : ENOENT;
    }
}

void os_user(errand *e) { ask(e, false); }
void os_home(errand *e) { ask(e, true); }

/* --- programs */

void os_which(errand *e)
{
    int why;
    char *path = program_find(e->paths[0], e->paths[1], &why);
    place at;
    if (path && (why = place_find(&at, e->confine, path, MAY_READ, true)) == 0) {
        place_free(&at);
    } else if (path) {
        free(path);
        path = NULL;
    }
    if (path)
        take_text(e, path);
    else if (why == ENOMEM)
        e->error = why;
    free(path);
}
