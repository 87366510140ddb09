/* The control groups of this OS process, of both versions: what limits it beside the machine. */
#ifndef CSP_BASE_CONTROL_GROUP_H
#define CSP_BASE_CONTROL_GROUP_H

#include <stdbool.h>
#include <stddef.h>

/* Calls `visit` for the folder of each group that has the controller ("cpu", "memory"), from our
 * own up to the root; `version` is 1 or 2. In a container the group may not be visible under its
 * name; then the root of the mount is the container's. */
typedef void control_group_visit(void *user, const char *folder, int version);
void control_groups(const char *controller, control_group_visit *visit, void *user);

/* The beginning of a small file, as a string; false: it cannot be read. `folder` may be "". */
bool control_group_read(const char *folder, const char *file, char *text, size_t capacity);

#endif
