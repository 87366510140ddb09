#include "vm/outside/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 0: it can be run. */
static int check(const char *path)
{
    struct stat is;
    if (stat(path, &is) != 0)
        return errno;
    if (!S_ISREG(is.st_mode))
        return EACCES;
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

static char *in_folder(const char *folder, size_t length, const char *name)
{
    size_t size = length + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%.*s%s%s", (int)length, folder, length > 0 ? "/" : "", name);
    return path;
}

char *program_find(const char *name, const char *folders, int *why)
{
    *why = ENOENT;
    if (!*name)
        return NULL;
    if (strchr(name, '/'))
        folders = "";
    for (const char *at = folders;; at++) {
        size_t length = strcspn(at, ":");
        char *path = in_folder(at, length, name);
        int failed = path ? check(path) : ENOMEM;
        if (failed == 0)
            return path;
        free(path);
        if (failed == ENOMEM || failed == EACCES)
            *why = failed;
        at += length;
        if (!*at || failed == ENOMEM)
            return NULL;
    }
}
