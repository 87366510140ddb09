#include "repl/test/folder.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS = 16 }; /* for the walk */

char *folder_make(void)
{
    const char *parent = getenv("TMPDIR");
    char *path;
    if (asprintf(&path, "%s/csp-test-XXXXXX", parent && *parent ? parent : "/tmp") < 0)
        return NULL;
    if (mkdtemp(path))
        return path;
    free(path);
    return NULL;
}

/* A folder whose owner may not look into it is opened first. */
static int open_folder(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)at;
    if (kind == FTW_DNR || kind == FTW_D)
        (void)chmod(path, S_IRWXU);
    return 0;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind;
    if (at->level > 0)
        (void)remove(path);
    return 0;
}

static int is_no_dot(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int is_empty(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int empty = 1;
    while (folder && empty && (entry = readdir(folder)))
        empty = !is_no_dot(entry);
    if (folder)
        closedir(folder);
    return empty;
}

void folder_empty(const char *path)
{
    if (is_empty(path))
        return;
    (void)nftw(path, open_folder, DESCRIPTORS, FTW_PHYS);
    (void)nftw(path, remove_entry, DESCRIPTORS, FTW_PHYS | FTW_DEPTH);
}

void folder_remove(const char *path)
{
    folder_empty(path);
    (void)rmdir(path);
}
