/* How much memory there is: that of the machine or of the control group. */
#include <stdlib.h>
#include <unistd.h>

#include "base/control_group.h"
#include "gc/heap.h"

static void take_least(void *user, const char *folder, int version)
{
    size_t *least = user;
    char text[64];
    const char *file = version == 2 ? "memory.max" : "memory.limit_in_bytes";
    if (!control_group_read(folder, file, text, sizeof text) || text[0] < '0' || text[0] > '9')
        return;
    unsigned long long bytes = strtoull(text, NULL, 10);
    if (bytes != 0 && bytes < *least)
        *least = (size_t)bytes;
}

size_t heap_machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t limit = SIZE_MAX;
    control_groups("memory", take_least, &limit);
    if (pages > 0 && page > 0 && (size_t)pages < SIZE_MAX / (size_t)page &&
        (size_t)pages * (size_t)page < limit)
        limit = (size_t)pages * (size_t)page;
    return limit == SIZE_MAX ? 0 : limit;
}
