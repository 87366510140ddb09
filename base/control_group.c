#include "base/control_group.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOUNT "/sys/fs/cgroup"

bool control_group_read(const char *folder, const char *file, char *text, size_t capacity)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, file);
    if (length < 0 || (size_t)length >= sizeof path)
        return false;
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

/* `group` ("/a/b"; changed) and all groups above it. */
static void visit_up(const char *mount, char *group, int version, control_group_visit *visit,
                     void *user)
{
    for (;;) {
        char folder[PATH_MAX];
        int length = snprintf(folder, sizeof folder, "%s%s", mount, group);
        if (length > 0 && (size_t)length < sizeof folder)
            visit(user, folder, version);
        char *slash = strrchr(group, '/');
        if (!slash)
            return;
        *slash = '\0';
    }
}

/* Whether it is one of the names, which are separated by commas. */
static bool names(const char *all, const char *controller)
{
    size_t length = strlen(controller);
    for (const char *at = all; (at = strstr(at, controller)); at += length)
        if ((at == all || at[-1] == ',') && (at[length] == '\0' || at[length] == ','))
            return true;
    return false;
}

/* A line of /proc/self/cgroup: "number:controllers:/group"; version 2 has no controllers. */
static void visit_line(char *line, const char *controller, control_group_visit *visit, void *user)
{
    char *controllers = strchr(line, ':'), mount[64];
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group)
        return;
    *group++ = '\0';
    if (strcmp(group, "/") == 0)
        *group = '\0';
    snprintf(mount, sizeof mount, MOUNT "/%s", controller);
    if (controllers[1] == '\0')
        visit_up(MOUNT, group, 2, visit, user);
    else if (names(controllers + 1, controller))
        visit_up(mount, group, 1, visit, user);
}

void control_groups(const char *controller, control_group_visit *visit, void *user)
{
    char text[4096], *rest = NULL;
    if (!control_group_read("/proc/self", "cgroup", text, sizeof text))
        return;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        visit_line(line, controller, visit, user);
}
