#include "stdlib/file_work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

enum { BLOCK = 256 << 10, TRIES = 100 };

static void fail(errand *e, const char *op)
{
    e->error = errno;
    if (op)
        e->op = op;
}

/* A pipe without a peer must not make a worker wait. */
static bool open_file(errand *e, int flags, mode_t mode)
{
    do
        e->fd = open(e->paths[0], flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode);
    while (e->fd < 0 && errno == EINTR);
    if (e->fd < 0)
        fail(e, "open");
    return e->fd >= 0;
}

static bool close_file(errand *e, const char *op)
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
    if (open_file(e, (int)e->numbers[FILE_FLAGS], 0666)) {
        if (fstat(e->fd, &is) == 0 && S_ISDIR(is.st_mode))
            e->error = EISDIR;
    } else if (stat(e->paths[0], &is) == 0) {
        e->numbers[FILE_IS_PIPE] = S_ISFIFO(is.st_mode);
    }
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
    if (!read_rest(e) || !close_file(e, "read"))
        return;
    bool text = utf8_check(e->data, e->size) == e->size;
    e->numbers[FILE_LENGTH] = text ? (int64_t)utf8_count(e->data, e->size) : -1;
}

/* --- writing */

static bool write_all(errand *e)
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
    if (open_file(e, O_WRONLY | O_CREAT | flags, 0666) && write_all(e))
        close_file(e, "write");
}

void file_write(errand *e) { write_to(e, O_TRUNC); }

void file_append(errand *e) { write_to(e, O_APPEND); }

/* --- names that nobody has */

static void random_name(char *to, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char drawn[16];
    if (getrandom(drawn, length, 0) != (ssize_t)length)
        for (size_t i = 0; i < length; i++)
            drawn[i] = (unsigned char)rand();
    for (size_t i = 0; i < length; i++)
        to[i] = letters[drawn[i] % (sizeof letters - 1)];
    to[length] = '\0';
}

/* A path in the folder that `folder` begins with, as many bytes as its length says. NULL: no
 * memory. */
static char *fresh_path(errand *e, const char *folder, size_t length, const char *prefix)
{
    enum { RANDOM = 10 };
    size_t room = length + strlen(prefix) + RANDOM + 3;
    char *path = malloc(room), name[RANDOM + 1];
    if (!path) {
        e->error = ENOMEM;
        return NULL;
    }
    random_name(name, RANDOM);
    bool slash = length > 0 && folder[length - 1] != '/';
    snprintf(path, room, "%.*s%s%s%s", (int)length, folder, slash ? "/" : "", prefix, name);
    return path;
}

/* Makes it; -1: errno says why not. */
typedef int maker(const char *path);

static int make_private(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static int make_like_any(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int make_folder(const char *path) { return mkdir(path, 0700); }

/* Its path; NULL: failed. */
static char *make_fresh(errand *e, const char *folder, size_t length, const char *prefix,
                        maker *make, int *made)
{
    for (int i = 0; i < TRIES; i++) {
        char *path = fresh_path(e, folder, length, prefix);
        if (!path)
            return NULL;
        *made = make(path);
        if (*made >= 0)
            return path;
        int why = errno;
        free(path);
        errno = why;
        if (why != EEXIST && why != EINTR)
            break;
    }
    fail(e, NULL);
    return NULL;
}

static void make_temp(errand *e, maker *make, int *made)
{
    char *path = make_fresh(e, e->paths[0], strlen(e->paths[0]), e->paths[1], make, made);
    if (path)
        errand_add(e, path, strlen(path));
    free(path);
}

void file_temp(errand *e) { make_temp(e, make_private, &e->fd); }

void dir_temp(errand *e)
{
    int made;
    make_temp(e, make_folder, &made);
}

/* --- replacing */

static void sync_folder(const char *path, size_t length)
{
    char *folder = length > 0 ? strndup(path, length) : strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    if (fd >= 0) {
        (void)fsync(fd); /* what cannot be synced there is as safe as it gets */
        close(fd);
    }
}

/* The new content, in a file of its own, on the disk, with the mode of the old one. */
static bool fill_fresh(errand *e, const struct stat *old)
{
    bool keeps = !old || fchmod(e->fd, old->st_mode & 07777) == 0;
    if (!keeps || !write_all(e) || fsync(e->fd) != 0) {
        if (!e->error)
            fail(e, NULL);
        return false;
    }
    if (old && (old->st_uid != geteuid() || old->st_gid != getegid()) &&
        fchown(e->fd, old->st_uid, old->st_gid) == 0)
        (void)fchmod(e->fd, old->st_mode & 07777); /* fchown takes some bits away */
    return close_file(e, NULL);
}

void file_replace(errand *e)
{
    struct stat is;
    bool there = stat(e->paths[0], &is) == 0;
    if (there && !S_ISREG(is.st_mode)) {
        errno = S_ISDIR(is.st_mode) ? EISDIR : EOPNOTSUPP;
        fail(e, NULL);
        return;
    }
    char *target = there ? realpath(e->paths[0], NULL) : strdup(e->paths[0]);
    if (!target) {
        fail(e, NULL);
        return;
    }
    const char *slash = strrchr(target, '/');
    size_t folder = slash ? (size_t)(slash - target) + 1 : 0;
    char *fresh = make_fresh(e, target, folder, ".csp-", make_like_any, &e->fd);
    if (fresh) {
        bool well = fill_fresh(e, there ? &is : NULL);
        if (well && rename(fresh, target) != 0) {
            fail(e, NULL);
            well = false;
        }
        if (!well)
            unlink(fresh);
        else
            sync_folder(target, folder);
    }
    free(fresh);
    free(target);
}

/* --- what is known of a file */

static int64_t ns_of(struct timespec t) { return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

void file_info(errand *e)
{
    struct stat is;
    bool follow = e->numbers[0] != 0;
    int failed = follow ? stat(e->paths[0], &is) : lstat(e->paths[0], &is);
    if (failed) {
        fail(e, NULL);
        return;
    }
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
    e->numbers[0] = stat(e->paths[0], &is) == 0;
    if (!e->numbers[0] && errno != ENOENT && errno != ENOTDIR)
        fail(e, NULL);
}

void file_read_link(errand *e)
{
    ssize_t got = 0;
    for (size_t room = 256;; room *= 2) {
        if (!errand_reserve(e, room))
            return;
        got = readlink(e->paths[0], e->data, room);
        if (got < 0 || (size_t)got < room)
            break;
    }
    if (got < 0)
        fail(e, NULL);
    else
        e->size = (size_t)got;
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

void file_real(errand *e) { give_path(e, realpath(e->paths[0], NULL)); }

void dir_current(errand *e) { give_path(e, getcwd(NULL, 0)); }

/* --- names */

static void check(errand *e, int result)
{
    if (result != 0)
        fail(e, NULL);
}

void file_remove(errand *e) { check(e, unlink(e->paths[0])); }

void file_rename(errand *e) { check(e, rename(e->paths[0], e->paths[1])); }

void file_link(errand *e) { check(e, link(e->paths[0], e->paths[1])); }

void file_symlink(errand *e) { check(e, symlink(e->paths[1], e->paths[0])); }

void file_chmod(errand *e) { check(e, chmod(e->paths[0], (mode_t)e->numbers[0])); }

void file_touch(errand *e)
{
    if (utimensat(AT_FDCWD, e->paths[0], NULL, 0) == 0)
        return;
    if (errno != ENOENT)
        fail(e, NULL);
    else if (open_file(e, O_WRONLY | O_CREAT, 0666))
        close_file(e, NULL);
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
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int to = open(e->paths[1], flags, from->st_mode & 0777);
    if (to < 0) {
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
