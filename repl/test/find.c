#include "repl/test/find.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "repl/room.h"
#include "repl/standard.h"

static const char ending[] = "_test.csp";

static void complain(test_paths *paths, const char *path, int why)
{
    standard_printf(STDERR_FILENO, "csp: cannot read %s: %s\n", path, strerror(why));
    paths->incomplete = true;
}

/* Takes the path over. */
static void append(test_paths *paths, char *path)
{
    char **items = room_for_one(paths->items, paths->count, &paths->capacity, sizeof *items);
    if (!items) {
        complain(paths, path, ENOMEM);
        free(path);
        return;
    }
    paths->items = items;
    paths->items[paths->count++] = path;
}

static char *join(const char *folder, const char *name)
{
    if (strcmp(folder, ".") == 0)
        return strdup(name);
    char *path;
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return asprintf(&path, "%s%s%s", folder, slash, name) < 0 ? NULL : path;
}

static bool is_test(const char *name)
{
    size_t length = strlen(name), end = sizeof ending - 1;
    return length > end && strcmp(name + length - end, ending) == 0;
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Folders that are still to be looked at, the next one last: nothing here recurses, however deep
 * they are. */
static void look_into(test_paths *paths, test_paths *folders, const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_visible, by_bytes);
    if (count < 0) {
        complain(paths, folder, errno);
        return;
    }
    for (int i = count; i-- > 0; free(entries[i])) {
        struct stat info;
        char *path = join(folder, entries[i]->d_name);
        if (!path)
            complain(paths, folder, ENOMEM);
        else if (is_folder(path) ||
                 (is_test(path) && stat(path, &info) == 0 && S_ISREG(info.st_mode)))
            append(folders, path);
        else
            free(path);
    }
    free(entries);
}

static void walk(test_paths *paths, const char *root)
{
    test_paths waiting = {0};
    look_into(paths, &waiting, root);
    while (waiting.count > 0) {
        char *path = waiting.items[--waiting.count];
        if (!is_folder(path)) {
            append(paths, path);
            continue;
        }
        look_into(paths, &waiting, path);
        free(path);
    }
    paths->incomplete = paths->incomplete || waiting.incomplete;
    test_paths_free(&waiting);
}

void test_paths_add(test_paths *paths, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        complain(paths, path, errno);
    } else if (S_ISDIR(info.st_mode)) {
        walk(paths, path);
    } else {
        char *copy = strdup(path);
        if (copy)
            append(paths, copy);
        else
            complain(paths, path, ENOMEM);
    }
}

void test_paths_free(test_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->items[i]);
    free(paths->items);
    *paths = (test_paths){0};
}
