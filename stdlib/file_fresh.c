/* What workers do with files that must be new: temporary ones, and those that replace another. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stdlib/file_work.h"

enum { TRIES = 100, RANDOM = 10 };

static void fail(errand *e) { e->error = errno; }

/* --- names that nobody has */

static void random_name(char to[RANDOM + 1])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char drawn[RANDOM];
    if (getrandom(drawn, RANDOM, 0) != RANDOM)
        for (size_t i = 0; i < RANDOM; i++)
            drawn[i] = (unsigned char)rand();
    for (size_t i = 0; i < RANDOM; i++)
        to[i] = letters[drawn[i] % (sizeof letters - 1)];
    to[RANDOM] = '\0';
}

/* A folder: `dir`, in which nothing but names counts, or else what `path` begins with. */
typedef struct folder {
    int dir;          /* AT_FDCWD: the path counts */
    const char *path; /* how what is made in it is called */
    size_t length;    /* of that */
} folder;

/* What openat and the like need for a path that begins with the folder's. */
static const char *name_in(const folder *f, const char *path)
{
    const char *slash = f->dir != AT_FDCWD ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

/* NULL: no memory. */
static char *fresh_path(errand *e, const folder *f, const char *prefix)
{
    size_t room = f->length + strlen(prefix) + RANDOM + 2;
    char *path = malloc(room), name[RANDOM + 1];
    if (!path) {
        e->error = ENOMEM;
        return NULL;
    }
    random_name(name);
    bool slash = f->length > 0 && f->path[f->length - 1] != '/';
    snprintf(path, room, "%.*s%s%s%s", (int)f->length, f->path, slash ? "/" : "", prefix, name);
    return path;
}

/* Makes it; -1: errno says why not. */
typedef int maker(int dir, const char *name);

static int make_private(int dir, const char *name)
{
    return openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static int make_like_any(int dir, const char *name)
{
    return openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int make_folder(int dir, const char *name) { return mkdirat(dir, name, 0700); }

/* Its path; NULL: failed. */
static char *make_fresh(errand *e, const folder *f, const char *prefix, maker *make, int *made)
{
    for (int i = 0; i < TRIES; i++) {
        char *path = fresh_path(e, f, prefix);
        if (!path)
            return NULL;
        *made = make(f->dir, name_in(f, path));
        if (*made >= 0)
            return path;
        int why = errno;
        free(path);
        errno = why;
        if (why != EEXIST && why != EINTR)
            break;
    }
    fail(e);
    return NULL;
}

static void make_temp(errand *e, maker *make, int *made)
{
    place at;
    if (!errand_find(e, 0, MAY_WRITE, true, &at))
        return;
    folder f = {.dir = AT_FDCWD, .path = e->paths[0], .length = strlen(e->paths[0])};
    if (at.real && (f.dir = place_open_folder(&at)) < 0) {
        fail(e);
    } else {
        char *path = make_fresh(e, &f, e->paths[1], make, made);
        if (path)
            errand_add(e, path, strlen(path));
        free(path);
    }
    if (f.dir >= 0)
        close(f.dir);
    place_free(&at);
}

void file_temp(errand *e) { make_temp(e, make_private, &e->fd); }

void dir_temp(errand *e)
{
    int made;
    make_temp(e, make_folder, &made);
}

/* --- replacing */

static void sync_folder(const folder *f)
{
    char *path = f->length > 0 ? strndup(f->path, f->length) : strdup(".");
    int fd = path ? openat(f->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(path);
    if (fd >= 0) {
        (void)fsync(fd); /* what cannot be synced there is as safe as it gets */
        close(fd);
    }
}

/* The new content, in a file of its own, on the disk, with the mode of the old one. */
static bool fill_fresh(errand *e, const struct stat *old)
{
    bool keeps = !old || fchmod(e->fd, old->st_mode & 07777) == 0;
    if (!keeps || !file_put_all(e) || fsync(e->fd) != 0) {
        if (!e->error)
            fail(e);
        return false;
    }
    if (old && (old->st_uid != geteuid() || old->st_gid != getegid()) &&
        fchown(e->fd, old->st_uid, old->st_gid) == 0)
        (void)fchmod(e->fd, old->st_mode & 07777); /* fchown takes some bits away */
    return file_close(e, NULL);
}

static void replace_in(errand *e, const folder *f, const char *target, const struct stat *old)
{
    char *fresh = make_fresh(e, f, ".csp-", make_like_any, &e->fd);
    if (!fresh)
        return;
    bool well = fill_fresh(e, old);
    if (well && renameat(f->dir, fresh, f->dir, target) != 0) {
        fail(e);
        well = false;
    }
    if (!well)
        unlinkat(f->dir, fresh, 0);
    else
        sync_folder(f);
    free(fresh);
}

static void replace_at(errand *e, const place *at)
{
    struct stat is;
    bool there = fstatat(at->dir, at->name, &is, place_at_flags(at)) == 0;
    if (there && !S_ISREG(is.st_mode)) {
        errno = S_ISDIR(is.st_mode) ? EISDIR : EOPNOTSUPP;
        fail(e);
        return;
    }
    bool named = at->real || !there;
    char *target = named ? strdup(at->name) : realpath(at->name, NULL);
    if (target) {
        const char *slash = strrchr(target, '/');
        folder f = {at->dir, target, slash ? (size_t)(slash - target) + 1 : 0};
        replace_in(e, &f, target, there ? &is : NULL);
    } else {
        fail(e);
    }
    free(target);
}

void file_replace(errand *e)
{
    place at;
    if (!errand_find(e, 0, MAY_WRITE, true, &at))
        return;
    if (place_is_fixed(&at, e->confine))
        e->error = PLACE_OUTSIDE;
    else
        replace_at(e, &at);
    place_free(&at);
}
