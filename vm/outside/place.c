#include "vm/outside/place.h"
#include "base/array.h"

#include <errno.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINKS_MAX = 40, TEXT_MAX = 2 * PATH_MAX, FOLDER = O_PATH | O_NOFOLLOW | O_CLOEXEC };

typedef struct identity {
    dev_t device;
    ino_t inode;
} identity;

/* A path on its way. Outside of what is granted there is no folder, and steps are by the text. */
typedef struct walk {
    const confine *c;
    int fd;               /* the folder reached; -1: it is outside */
    char real[TEXT_MAX];  /* its path; "" for the root */
    char ahead[TEXT_MAX]; /* what is still to be gone */
    identity *above;      /* the folders between where it came in and fd */
    size_t depth, capacity;
    int links;
} walk;

/* --- texts */

static int set(char *to, const char *first, const char *second, const char *third)
{
    char made[TEXT_MAX];
    int size = snprintf(made, sizeof made, "%s%s%s", first, second, third);
    if (size < 0 || (size_t)size >= sizeof made)
        return ENAMETOOLONG;
    memcpy(to, made, (size_t)size + 1);
    return 0;
}

static void strip_last(char *real)
{
    char *slash = strrchr(real, '/');
    *(slash ? slash : real) = '\0';
}

static const char *shown(const walk *w) { return w->real[0] ? w->real : "/"; }

/* Whether a name in the folder reached may be spoken of. */
static bool is_known(const walk *w, const char *name, uint64_t needs)
{
    char whole[TEXT_MAX];
    return w->fd >= 0 && set(whole, w->real, "/", name) == 0 && confine_allows(w->c, needs, whole);
}

/* --- steps: 0 or an errno */

static void step_out(walk *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    w->depth = 0;
}

/* Nothing in the path of a place is a link. */
static int open_real(const char *path)
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    return fd >= 0 || errno != ENOSYS ? fd : open(path, FOLDER);
}

static bool is_folder(int fd)
{
    struct stat is;
    return fstat(fd, &is) == 0 && S_ISDIR(is.st_mode);
}

/* The text has come to a place: from here on the folders count. */
static int step_in(walk *w)
{
    const char *root = confine_root(w->c, shown(w));
    if (!root)
        return 0;
    int fd = open_real(root);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno;
    if (!is_folder(fd)) {
        close(fd);
        return 0;
    }
    w->fd = fd;
    return set(w->real, root[1] ? root : "", "", "");
}

static int remember(walk *w)
{
    struct stat is;
    if (fstat(w->fd, &is) != 0)
        return errno;
    identity *grown = array_room(w->above, &w->capacity, w->depth + 1, sizeof *grown);
    if (!grown)
        return ENOMEM;
    w->above = grown;
    w->above[w->depth++] = (identity){is.st_dev, is.st_ino};
    return 0;
}

/* Into the folder `fd`, which is taken. */
static int enter(walk *w, int fd, const char *name)
{
    int why = remember(w);
    if (why == 0)
        why = set(w->real, w->real, "/", name);
    if (why != 0) {
        close(fd);
        return why;
    }
    close(w->fd);
    w->fd = fd;
    return 0;
}

/* Up to where it came from: the folder may have been moved meanwhile. */
static int leave(walk *w)
{
    strip_last(w->real);
    if (w->fd < 0)
        return 0;
    if (w->depth == 0) { /* perhaps out of one place and in another: by the text, from the root */
        step_out(w);
        int why = set(w->ahead, w->real, "/", w->ahead);
        w->real[0] = '\0';
        return why;
    }
    int fd = openat(w->fd, "..", FOLDER);
    struct stat is;
    if (fd < 0)
        return errno;
    const identity *known = &w->above[--w->depth];
    close(w->fd);
    w->fd = fd;
    bool same = fstat(fd, &is) == 0 && is.st_dev == known->device && is.st_ino == known->inode;
    return same ? 0 : EBUSY;
}

/* `from`: the link itself, if `name` is "". */
static int follow_link(walk *w, int from, const char *name)
{
    char target[PATH_MAX];
    ssize_t got = readlinkat(from, name, target, sizeof target - 1);
    if (got < 0)
        return errno;
    if (got == 0)
        return ENOENT;
    target[got] = '\0';
    if (++w->links > LINKS_MAX)
        return ELOOP;
    if (target[0] == '/') {
        step_out(w);
        w->real[0] = '\0';
    }
    bool more = w->ahead[0];
    return set(w->ahead, target, more ? "/" : "", w->ahead);
}

/* A name with more behind it. */
static int pass(walk *w, const char *name)
{
    struct stat is;
    int fd = openat(w->fd, name, FOLDER);
    if (fd < 0)
        return errno;
    int why = fstat(fd, &is) != 0 ? errno : 0;
    if (why == 0 && S_ISDIR(is.st_mode))
        return enter(w, fd, name);
    if (why == 0)
        why = S_ISLNK(is.st_mode) ? follow_link(w, fd, "") : ENOTDIR;
    close(fd);
    return why;
}

/* Takes the next name from what is ahead: false: nothing is. *last: nothing is behind it; *slash:
 * but it must be a folder. */
static bool next_name(walk *w, char name[NAME_MAX + 2], bool *last, bool *slash)
{
    const char *at = w->ahead + strspn(w->ahead, "/");
    size_t length = strcspn(at, "/");
    size_t kept = length <= NAME_MAX ? length : NAME_MAX + 1;
    memcpy(name, at, kept);
    name[kept] = '\0';
    const char *behind = at + length + strspn(at + length, "/");
    *last = !*behind;
    *slash = *last && at[length] == '/';
    memmove(w->ahead, behind, strlen(behind) + 1);
    return length > 0;
}

/* --- the end */

/* The folder reached is given away. */
static int arrive(walk *w, const char *name, uint64_t needs, place *at)
{
    bool itself = strcmp(name, ".") == 0;
    int why = itself ? set(w->ahead, shown(w), "", "") : set(w->ahead, w->real, "/", name);
    if (why != 0)
        return why;
    if (w->fd < 0 || !confine_allows(w->c, needs, w->ahead))
        return PLACE_OUTSIDE;
    at->real = strdup(w->ahead);
    if (!at->real)
        return ENOMEM;
    const char *slash = strrchr(at->real, '/');
    at->name = itself ? "." : slash + 1;
    at->dir = w->fd;
    w->fd = -1;
    return 0;
}

/* A place that is a file, or is not there: it is a name in the folder above. */
static int arrive_at_root(walk *w, uint64_t needs, place *at)
{
    const char *root = confine_root(w->c, shown(w));
    const char *slash = root ? strrchr(root, '/') : NULL;
    if (!slash || !slash[1])
        return PLACE_OUTSIDE;
    char name[NAME_MAX + 1];
    snprintf(name, sizeof name, "%s", slash + 1);
    int why = set(w->real, root, "", "");
    strip_last(w->real);
    if (why == 0 && (w->fd = open_real(shown(w))) < 0)
        why = errno;
    return why == 0 ? arrive(w, name, needs, at) : why;
}

static int finish(walk *w, const char *name, uint64_t needs, bool follow, bool slash, place *at,
                  bool *done)
{
    struct stat is;
    *done = false;
    bool there = fstatat(w->fd, name, &is, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there && errno != ENOENT)
        return errno;
    if (there && S_ISLNK(is.st_mode) && (follow || slash)) {
        int why = set(w->ahead, slash ? "/" : "", "", "");
        return why == 0 ? follow_link(w, w->fd, name) : why;
    }
    if (there && slash && !S_ISDIR(is.st_mode))
        return ENOTDIR;
    *done = true;
    return arrive(w, name, needs, at);
}

static int walk_path(walk *w, uint64_t needs, bool follow, place *at)
{
    char name[NAME_MAX + 2];
    bool last, slash, done = false;
    while (!done) {
        int why = w->fd < 0 ? step_in(w) : 0;
        if (why != 0)
            return why;
        if (!next_name(w, name, &last, &slash))
            return w->fd < 0 ? arrive_at_root(w, needs, at) : arrive(w, ".", needs, at);
        if (strcmp(name, ".") == 0)
            continue;
        if (strcmp(name, "..") == 0)
            why = leave(w);
        else if (w->fd < 0)
            why = set(w->real, w->real, "/", name);
        else if (strlen(name) > NAME_MAX)
            why = ENAMETOOLONG;
        else if (last)
            why = finish(w, name, needs, follow, slash, at, &done);
        else
            why = pass(w, name);
        if (why != 0) /* what is wrong outside is nobody's business */
            return is_known(w, name, needs) ? why : PLACE_OUTSIDE;
    }
    return 0;
}

static int start(walk *w, const char *path)
{
    char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);
    if (path[0] != '/' && (!here || here[0] != '/')) {
        free(here);
        return PLACE_OUTSIDE;
    }
    int why = set(w->ahead, here ? here : "", here ? "/" : "", path);
    free(here);
    return why;
}

int place_find(place *at, const confine *c, const char *path, uint64_t needs, bool follow)
{
    *at = (place){.dir = AT_FDCWD, .name = path};
    needs &= confine_limited(c);
    if (!needs)
        return 0;
    if (!*path)
        return ENOENT;
    walk *w = malloc(sizeof *w);
    if (!w)
        return ENOMEM;
    w->c = c;
    w->fd = -1;
    w->real[0] = '\0';
    w->above = NULL;
    w->depth = w->capacity = 0;
    w->links = 0;
    int why = start(w, path);
    if (why == 0)
        why = walk_path(w, needs, follow, at);
    step_out(w);
    free(w->above);
    free(w);
    return why;
}

void place_free(place *at)
{
    if (at->dir >= 0)
        close(at->dir);
    free(at->real);
    *at = (place){.dir = AT_FDCWD, .name = ""};
}

bool place_is_fixed(const place *at, const confine *c)
{
    return at->real && confine_is_root(c, at->real);
}

int place_open_folder(const place *at)
{
    return openat(at->dir, at->name, O_PATH | O_DIRECTORY | O_CLOEXEC | place_open_flags(at));
}
