/* What workers do with folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stdlib/file_work.h"

static void fail(errand *e) { e->error = errno; }

static bool is_dots(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* The next entry that counts; NULL: there is none, or errno says what failed. */
static struct dirent *next_entry(DIR *d)
{
    struct dirent *entry;
    do {
        errno = 0;
        entry = readdir(d);
    } while (entry && is_dots(entry->d_name));
    return entry;
}

/* DT_… of an entry, also where the file system does not tell. */
static unsigned char type_of(DIR *d, const struct dirent *entry)
{
    struct stat is;
    if (entry->d_type != DT_UNKNOWN ||
        fstatat(dirfd(d), entry->d_name, &is, AT_SYMLINK_NOFOLLOW) != 0)
        return entry->d_type;
    return (unsigned char)IFTODT(is.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a + 1, *(char *const *)b + 1);
}

/* The entries anew, in the order of their names. */
static void sort_entries(errand *e, size_t count)
{
    const char **entries = malloc((count + 1) * sizeof *entries);
    char *sorted = malloc(e->size + 1);
    if (!entries || !sorted) {
        e->error = ENOMEM;
        free(entries);
        free(sorted);
        return;
    }
    const char *at = e->data;
    for (size_t i = 0; i < count; i++, at += strlen(at + 1) + 2)
        entries[i] = at;
    qsort(entries, count, sizeof *entries, by_name);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(entries[i] + 1) + 2;
        memcpy(sorted + used, entries[i], size);
        used += size;
    }
    free(entries);
    free(e->data);
    e->data = sorted;
    e->capacity = e->size + 1;
}

/* NULL: failed. */
static DIR *open_folder(errand *e)
{
    place at;
    if (!errand_find(e, 0, MAY_READ, true, &at))
        return NULL;
    int flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC | place_open_flags(&at);
    int fd = openat(at.dir, at.name, flags);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d)
        fail(e);
    if (!d && fd >= 0)
        close(fd);
    place_free(&at);
    return d;
}

void dir_list(errand *e)
{
    DIR *d = open_folder(e);
    if (!d)
        return;
    const struct dirent *entry;
    size_t count = 0;
    bool well = true;
    while (well && !errand_cancelled(e) && (entry = next_entry(d))) {
        count++;
        unsigned char type = type_of(d, entry);
        well = errand_add(e, &type, 1) && errand_add(e, entry->d_name, strlen(entry->d_name) + 1);
    }
    if (well && errno != 0 && !errand_cancelled(e))
        fail(e);
    closedir(d);
    if (!e->error)
        sort_entries(e, count);
}

/* --- making */

/* Also by a link. */
static bool is_folder(const errand *e)
{
    struct stat is;
    place at;
    if (place_find(&at, e->confine, e->paths[0], MAY_WRITE, true) != 0)
        return false;
    bool is_one = fstatat(at.dir, at.name, &is, place_at_flags(&at)) == 0 && S_ISDIR(is.st_mode);
    place_free(&at);
    return is_one;
}

/* 0 or an errno. */
static int make_one(const errand *e, bool may_exist)
{
    place at;
    int why = place_find(&at, e->confine, e->paths[0], MAY_WRITE, false);
    if (why != 0)
        return why;
    if (mkdirat(at.dir, at.name, 0777) != 0)
        why = errno;
    place_free(&at);
    return may_exist && why == EEXIST && is_folder(e) ? 0 : why;
}

void dir_make(errand *e)
{
    char *path = e->paths[0];
    bool parents = e->numbers[0] != 0;
    for (char *slash = path; parents && (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        int why = make_one(e, true);
        /* one that may not be made may be there, and only be out of sight */
        if (why != 0 && why != EEXIST && why != PLACE_OUTSIDE && !is_folder(e))
            e->error = why;
        *slash = '/';
        if (e->error)
            return;
    }
    e->error = make_one(e, parents);
}

/* --- removing */

void dir_remove(errand *e)
{
    place at;
    if (!errand_find_loose(e, 0, MAY_WRITE, &at))
        return;
    if (unlinkat(at.dir, at.name, AT_REMOVEDIR) != 0)
        fail(e);
    place_free(&at);
}

/* A folder on the way down: its name in the one above it. */
typedef struct level {
    struct level *above;
    dev_t device;
    ino_t inode;
    char name[];
} level;

/* Where the removal stands: only one folder is open, however deep it goes. */
typedef struct removal {
    errand *e;
    int fd; /* of the folder that is being emptied */
    level *at;
} removal;

static bool enter(removal *r, const char *name)
{
    int fd = openat(r->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    level *l = malloc(sizeof *l + strlen(name) + 1);
    struct stat is;
    if (fd < 0 || !l || fstat(r->fd, &is) != 0) {
        r->e->error = fd < 0 || l ? errno : ENOMEM;
        free(l);
        if (fd >= 0)
            close(fd);
        return false;
    }
    *l = (level){r->at, is.st_dev, is.st_ino};
    memcpy(l->name, name, strlen(name) + 1);
    r->at = l;
    close(r->fd);
    r->fd = fd;
    return true;
}

/* Up again, but only to where it came from: the folder may have been moved meanwhile. */
static bool leave(removal *r)
{
    level *l = r->at;
    struct stat is;
    int fd = openat(r->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool well = fd >= 0 && fstat(fd, &is) == 0;
    if (well && (is.st_dev != l->device || is.st_ino != l->inode)) {
        errno = EBUSY;
        well = false;
    }
    well = well && unlinkat(fd, l->name, AT_REMOVEDIR) == 0;
    if (!well)
        fail(r->e);
    if (fd >= 0) {
        close(r->fd);
        r->fd = fd;
    }
    r->at = l->above;
    free(l);
    return well;
}

/* Removes what is no folder. *found: the name of a folder, malloc'ed, where there is one. */
static bool empty_files(removal *r, char **found)
{
    int fd = openat(r->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        fail(r->e);
        if (fd >= 0)
            close(fd);
        return false;
    }
    const struct dirent *entry;
    *found = NULL;
    while (!r->e->error && !*found && !errand_cancelled(r->e) && (entry = next_entry(d))) {
        if (type_of(d, entry) == DT_DIR)
            *found = strdup(entry->d_name);
        else if (unlinkat(r->fd, entry->d_name, 0) != 0 && errno != ENOENT)
            fail(r->e);
    }
    if (!r->e->error && !*found && errno != 0 && errno != ENOENT && !errand_cancelled(r->e))
        fail(r->e);
    closedir(d);
    return !r->e->error;
}

/* Each pass takes away what is no folder, and goes one folder down or up. */
static void empty(removal *r)
{
    char *found = NULL;
    while (!errand_cancelled(r->e) && empty_files(r, &found)) {
        if (!found && !r->at)
            break;
        bool well = found ? enter(r, found) : leave(r);
        free(found);
        found = NULL;
        if (!well)
            break;
    }
    free(found);
    while (r->at) {
        level *above = r->at->above;
        free(r->at);
        r->at = above;
    }
}

static void remove_all(errand *e, const place *at)
{
    struct stat is;
    if (fstatat(at->dir, at->name, &is, AT_SYMLINK_NOFOLLOW) != 0) {
        fail(e);
        return;
    }
    if (!S_ISDIR(is.st_mode)) { /* a link to a folder is no folder */
        e->error = ENOTDIR;
        return;
    }
    int fd = openat(at->dir, at->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    removal r = {e, fd, NULL};
    if (r.fd < 0) {
        fail(e);
        return;
    }
    empty(&r);
    close(r.fd);
    if (!e->error && !errand_cancelled(e) && unlinkat(at->dir, at->name, AT_REMOVEDIR) != 0)
        fail(e);
}

void dir_remove_all(errand *e)
{
    place at;
    if (!errand_find_loose(e, 0, MAY_WRITE, &at))
        return;
    remove_all(e, &at);
    place_free(&at);
}
