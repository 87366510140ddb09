#include "stdlib/file_work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

enum { BLOCK = 256 << 10 };

static void fail(errand *e, const char *op)
{
    e->error = errno;
    if (op)
        e->op = op;
}

/* A pipe without a peer must not make a worker wait. */
static int open_at(const place *at, int flags, mode_t mode)
{
    int fd;
    flags |= place_open_flags(at) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    do
        fd = openat(at->dir, at->name, flags, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static uint64_t needs_of(int flags)
{
    int way = flags & O_ACCMODE;
    return (way != O_WRONLY ? MAY_READ : 0u) | (way != O_RDONLY ? MAY_WRITE : 0u);
}

static bool open_file(errand *e, int flags, mode_t mode)
{
    place at;
    if (!errand_find(e, 0, needs_of(flags), !(flags & O_EXCL), &at)) {
        e->op = "open";
        return false;
    }
    e->fd = open_at(&at, flags, mode);
    if (e->fd < 0)
        fail(e, "open");
    place_free(&at);
    return e->fd >= 0;
}

bool file_close(errand *e, const char *op)
{
    int fd = e->fd;
    e->fd = -1;
    if (close(fd) == 0 || errno == EINTR)
        return true;
    fail(e, op);
    return false;
}

void file_open(errand *e)
{
    struct stat is;
    place at;
    int flags = (int)e->numbers[FILE_FLAGS];
    if (!errand_find(e, 0, needs_of(flags), !(flags & O_EXCL), &at))
        return;
    e->fd = open_at(&at, flags, 0666);
    if (e->fd < 0)
        fail(e, NULL);
    if (e->fd < 0 && fstatat(at.dir, at.name, &is, place_at_flags(&at)) == 0)
        e->numbers[FILE_IS_PIPE] = S_ISFIFO(is.st_mode);
    if (e->fd >= 0 && fstat(e->fd, &is) == 0 && S_ISDIR(is.st_mode))
        e->error = EISDIR;
    place_free(&at);
}

/* --- reading */

static bool read_rest(errand *e)
{
    ssize_t got;
    do {
        if (!errand_reserve(e, BLOCK))
            return false;
        do
            got = read(e->fd, e->data + e->size, BLOCK);
        while (got < 0 && errno == EINTR);
        if (got < 0) {
            fail(e, "read");
            return false;
        }
        e->size += (size_t)got;
    } while (got > 0 && !errand_cancelled(e));
    return true;
}

/* Never longer than a text can be: a file that grows meanwhile, or has no size, ends there. */
void file_read(errand *e)
{
    struct stat is;
    if (!open_file(e, O_RDONLY, 0))
        return;
    if (fstat(e->fd, &is) != 0) {
        fail(e, "open");
        return;
    }
    bool waits = S_ISFIFO(is.st_mode) || S_ISSOCK(is.st_mode) || isatty(e->fd);
    if (waits) {
        e->numbers[FILE_WAITS] = 1;
        return;
    }
    if (is.st_size > 0 && (uint64_t)is.st_size <= e->most && !errand_reserve(e, (size_t)is.st_size))
        return;
    if (!read_rest(e) || !file_close(e, "read"))
        return;
    bool text = utf8_check(e->data, e->size) == e->size;
    e->numbers[FILE_LENGTH] = text ? (int64_t)utf8_count(e->data, e->size) : -1;
}

/* --- writing */

bool file_put_all(errand *e)
{
    const char *from = e->from;
    size_t left = e->from_size;
    while (left > 0) {
        ssize_t put = write(e->fd, from, left < BLOCK ? left : BLOCK);
        if (put < 0 && errno == EAGAIN)
            errno = EOPNOTSUPP; /* a pipe that is full: that is for streams */
        if (put < 0 && errno != EINTR) {
            fail(e, "write");
            return false;
        }
        if (put > 0) {
            from += put;
            left -= (size_t)put;
        }
    }
    return true;
}

static void write_to(errand *e, int flags)
{
    if (open_file(e, O_WRONLY | O_CREAT | flags, 0666) && file_put_all(e))
        file_close(e, "write");
}

void file_write(errand *e) { write_to(e, O_TRUNC); }

void file_append(errand *e) { write_to(e, O_APPEND); }

/* --- what is known of a file */

static int64_t ns_of(struct timespec t) { return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

static bool look(errand *e, bool follow, struct stat *is)
{
    place at;
    if (!errand_find(e, 0, MAY_READ, follow, &at))
        return false;
    int flags = follow ? place_at_flags(&at) : AT_SYMLINK_NOFOLLOW;
    if (fstatat(at.dir, at.name, is, flags) != 0)
        fail(e, NULL);
    place_free(&at);
    return !e->error;
}

void file_info(errand *e)
{
    struct stat is;
    if (!look(e, e->numbers[0] != 0, &is))
        return;
    int64_t *n = e->numbers;
    n[FILE_INFO_SIZE] = is.st_size;
    n[FILE_INFO_KIND] = is.st_mode & S_IFMT;
    n[FILE_INFO_MODIFIED] = ns_of(is.st_mtim);
    n[FILE_INFO_ACCESSED] = ns_of(is.st_atim);
    n[FILE_INFO_CHANGED] = ns_of(is.st_ctim);
    n[FILE_INFO_MODE] = is.st_mode & 07777;
    n[FILE_INFO_UID] = is.st_uid;
    n[FILE_INFO_GID] = is.st_gid;
    n[FILE_INFO_LINKS] = (int64_t)is.st_nlink;
    n[FILE_INFO_INODE] = (int64_t)is.st_ino;
    n[FILE_INFO_DEVICE] = (int64_t)is.st_dev;
}

void file_exists(errand *e)
{
    struct stat is;
    e->numbers[0] = look(e, true, &is);
    if (e->error == ENOENT || e->error == ENOTDIR)
        e->error = 0;
}

void file_read_link(errand *e)
{
    place at;
    ssize_t got = 0;
    if (!errand_find(e, 0, MAY_READ, false, &at))
        return;
    for (size_t room = 256; errand_reserve(e, room); room *= 2) {
        got = readlinkat(at.dir, at.name, e->data, room);
        if (got < 0 || (size_t)got < room)
            break;
    }
    if (got < 0)
        fail(e, NULL);
    else if (!e->error)
        e->size = (size_t)got;
    place_free(&at);
}

/* The path, which is malloc'ed, or NULL, becomes the data. */
static void give_path(errand *e, char *path)
{
    if (path)
        errand_add(e, path, strlen(path));
    else
        fail(e, NULL);
    free(path);
}

void file_real(errand *e)
{
    place at;
    struct stat is;
    if (!errand_find(e, 0, MAY_READ, true, &at))
        return;
    if (!at.real)
        give_path(e, realpath(at.name, NULL));
    else if (fstatat(at.dir, at.name, &is, AT_SYMLINK_NOFOLLOW) != 0)
        fail(e, NULL);
    else
        errand_add(e, at.real, strlen(at.real));
    place_free(&at);
}

void dir_current(errand *e)
{
    char *here = getcwd(NULL, 0);
    if (!here || confine_allows(e->confine, MAY_READ, here)) {
        give_path(e, here);
        return;
    }
    e->error = PLACE_OUTSIDE;
    free(here);
}

/* --- names */

void file_remove(errand *e)
{
    place at;
    if (!errand_find_loose(e, 0, MAY_WRITE, &at))
        return;
    if (unlinkat(at.dir, at.name, 0) != 0)
        fail(e, NULL);
    place_free(&at);
}

typedef int naming(int from_dir, const char *from, int to_dir, const char *to);

/* Nobody gets rights by another name: those at the second hold at the first as well. */
static void name_anew(errand *e, naming *name)
{
    place from, to;
    if (!errand_find_loose(e, 1, MAY_WRITE, &to))
        return;
    uint64_t needs = MAY_WRITE | (to.real ? confine_rights(e->confine, to.real) & MAY_READ : 0);
    if (errand_find_loose(e, 0, needs, &from)) {
        if (name(from.dir, from.name, to.dir, to.name) != 0)
            fail(e, NULL);
        place_free(&from);
    }
    place_free(&to);
}

static int link_to(int from_dir, const char *from, int to_dir, const char *to)
{
    return linkat(from_dir, from, to_dir, to, 0);
}

void file_rename(errand *e) { name_anew(e, renameat); }

void file_link(errand *e) { name_anew(e, link_to); }

void file_symlink(errand *e)
{
    place at;
    if (!errand_find_loose(e, 0, MAY_WRITE, &at))
        return;
    if (symlinkat(e->paths[1], at.dir, at.name) != 0)
        fail(e, NULL);
    place_free(&at);
}

void file_chmod(errand *e)
{
    place at;
    if (!errand_find(e, 0, MAY_WRITE, true, &at))
        return;
    if (fchmodat(at.dir, at.name, (mode_t)e->numbers[0], place_at_flags(&at)) != 0)
        fail(e, NULL);
    place_free(&at);
}

void file_touch(errand *e)
{
    place at;
    if (!errand_find(e, 0, MAY_WRITE, true, &at))
        return;
    if (utimensat(at.dir, at.name, NULL, place_at_flags(&at)) != 0) {
        if (errno != ENOENT)
            fail(e, NULL);
        else if ((e->fd = open_at(&at, O_WRONLY | O_CREAT, 0666)) < 0)
            fail(e, "open");
    }
    place_free(&at);
}

/* --- copying */

static bool copy_bytes(errand *e, int from, int to)
{
    if (!errand_reserve(e, BLOCK))
        return false;
    ssize_t got;
    while ((got = read(from, e->data, BLOCK)) > 0 || (got < 0 && errno == EINTR)) {
        for (ssize_t put = 0, some; put<got; put += some> 0 ? some : 0) {
            some = write(to, e->data + put, (size_t)(got - put));
            if (some < 0 && errno != EINTR)
                return false;
        }
    }
    return got == 0;
}

/* By the kernel, where it can. */
static bool copy_content(errand *e, int from, int to)
{
    enum { AT_ONCE = 64 << 20 };
    ssize_t got;
    bool some = false;
    while ((got = copy_file_range(from, NULL, to, NULL, AT_ONCE, 0)) > 0)
        some = true;
    /* files of the kernel have no size, and copy_file_range takes that for their end */
    return got == 0 && some ? true : copy_bytes(e, from, to);
}

static void copy_to(errand *e, const struct stat *from)
{
    struct stat is;
    place at;
    if (!errand_find(e, 1, MAY_WRITE, true, &at))
        return;
    int to = open_at(&at, O_WRONLY | O_CREAT, from->st_mode & 0777), why = errno;
    place_free(&at);
    if (to < 0) {
        errno = why;
        fail(e, NULL);
        return;
    }
    if (fstat(to, &is) != 0)
        fail(e, NULL);
    else if (is.st_dev == from->st_dev && is.st_ino == from->st_ino)
        e->error = EEXIST; /* it is the same file */
    else if ((S_ISREG(is.st_mode) && ftruncate(to, 0) != 0) || !copy_content(e, e->fd, to) ||
             (S_ISREG(is.st_mode) && fchmod(to, from->st_mode & 07777) != 0))
        fail(e, NULL);
    if (close(to) != 0 && !e->error)
        fail(e, NULL);
}

void file_copy(errand *e)
{
    struct stat is;
    if (!open_file(e, O_RDONLY, 0))
        return;
    e->op = "copy";
    if (fstat(e->fd, &is) != 0) {
        fail(e, NULL);
    } else if (!S_ISREG(is.st_mode)) {
        errno = S_ISDIR(is.st_mode) ? EISDIR : EOPNOTSUPP;
        fail(e, NULL);
    } else {
        copy_to(e, &is);
    }
    e->size = 0;
}
