/* How much memory there is: what the machine or the control group has. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gc/heap.h"

/* The beginning of a small file as a string; false: it cannot be read. */
static bool read_file(const char *path, char *text, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t size = read(fd, text, capacity - 1);
    close(fd);
    if (size < 0)
        return false;
    text[size] = '\0';
    return true;
}

/* The limit in `group` ("/a/b"; changed) and all groups above it, or SIZE_MAX. */
static size_t least_of_groups(const char *mount, char *group, const char *file)
{
    size_t least = SIZE_MAX;
    for (;;) {
        char path[PATH_MAX], text[64];
        int length = snprintf(path, sizeof path, "%s%s/%s", mount, group, file);
        if (length > 0 && (size_t)length < sizeof path && read_file(path, text, sizeof text) &&
            text[0] >= '0' && text[0] <= '9') {
            unsigned long long bytes = strtoull(text, NULL, 10);
            if (bytes != 0 && bytes < least)
                least = (size_t)bytes;
        }
        char *slash = strrchr(group, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

/* /proc/self/cgroup has a line "number:controllers:/group" for each hierarchy; version 2 has no
 * controllers. In a container the group may not be visible under its name; then the root of the
 * mount, which is asked too, is the container's. */
static size_t group_limit(void)
{
    char text[4096];
    size_t least = SIZE_MAX;
    if (!read_file("/proc/self/cgroup", text, sizeof text))
        return least;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        if (strcmp(group, "/") == 0)
            *group = '\0';
        size_t limit = SIZE_MAX;
        if (controllers[1] == '\0')
            limit = least_of_groups("/sys/fs/cgroup", group, "memory.max");
        else if (strcmp(controllers + 1, "memory") == 0)
            limit = least_of_groups("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
        if (limit < least)
            least = limit;
    }
    return least;
}

size_t heap_machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t limit = group_limit();
    if (pages > 0 && page > 0 && (size_t)pages < SIZE_MAX / (size_t)page &&
        (size_t)pages * (size_t)page < limit)
        limit = (size_t)pages * (size_t)page;
    return limit == SIZE_MAX ? 0 : limit;
}
