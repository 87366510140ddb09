#include "repl/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 4 << 20, LOCK_TRIES = 50, LOCK_PAUSE = 1000000 /* ns */ };

/* Without links, since the file may be replaced, and absolute, since the folder may change.
 * NULL: nothing is kept. */
static char *path;

/* ---- Opening ---- */

/* Who holds the lock writes a few bytes; one that was stopped then must not stop the others. */
static void lock(int fd)
{
    struct timespec pause = {.tv_nsec = LOCK_PAUSE};
    for (int i = 0; i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) != 0; i++)
        nanosleep(&pause, NULL);
}

static bool is_current(int fd)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

static bool is_regular(int fd)
{
    struct stat s;
    return fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
}

/* A FIFO must not be waited for. */
static int open_file(const char *name)
{
    int fd = open(name, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0 || is_regular(fd))
        return fd;
    close(fd);
    return -1;
}

/* The file that has the name while it is locked; -1: there is none. */
static int open_locked(void)
{
    enum { REPLACEMENTS = 10 };
    for (int i = 0; i < REPLACEMENTS; i++) {
        int fd = open_file(path);
        if (fd < 0)
            return -1;
        lock(fd);
        if (is_current(fd))
            return fd;
        close(fd);
    }
    return -1;
}

static bool write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, text, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        text += done;
        size -= (size_t)done;
    }
    return true;
}

/* ---- Lines ---- */

static const char *end_of(const char *line) { return line + strcspn(line, "\n"); }

/* Whether the line looks like `#SECONDS`. */
static bool is_stamp(const char *line)
{
    size_t digits = *line == '#' ? strspn(line + 1, "0123456789") : 0;
    return digits > 0 && (line[1 + digits] == '\n' || line[1 + digits] == '\0');
}

static bool is_escaped(const char *line)
{
    return *line == '\\' && is_stamp(line + strspn(line, "\\"));
}

static const char *next_line(const char *line)
{
    const char *end = end_of(line);
    return *end ? end + 1 : end;
}

/* ---- Reading ---- */

typedef struct entry {
    const char *text;
    size_t size;
} entry;

/* Takes the next one off *rest. Lines before the first stamp are entries of their own: other
 * programs write those. */
static bool next_entry(const char **rest, entry *e)
{
    const char *line = *rest;
    if (!*line)
        return false;
    bool stamped = is_stamp(line);
    if (stamped)
        line = next_line(line);
    e->text = line;
    do
        line = *line && !is_stamp(line) ? next_line(line) : line;
    while (stamped && *line && !is_stamp(line));
    *rest = line;
    const char *end = line > e->text && line[-1] == '\n' ? line - 1 : line;
    e->size = (size_t)(end - e->text);
    return true;
}

static void give(const entry *e, void (*each)(char *input))
{
    char *copy = malloc(e->size + 1), *to = copy;
    if (!copy)
        return;
    const char *end = e->text + e->size;
    for (const char *line = e->text; line < end; line = next_line(line)) {
        const char *from = line + is_escaped(line);
        size_t size = (size_t)(next_line(line) - from);
        if (from + size > end)
            size = (size_t)(end - from);
        memcpy(to, from, size);
        to += size;
    }
    *to = '\0';
    each(copy);
    free(copy);
}

/* The end of the file, from the beginning of an entry on. NULL: it cannot be read. */
static char *read_end(int fd)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return NULL;
    off_t from = s.st_size > MOST_BYTES ? s.st_size - MOST_BYTES : 0;
    char *text = malloc(MOST_BYTES + 1);
    size_t size = 0;
    ssize_t got = text ? 1 : 0;
    while (got > 0 && size < MOST_BYTES) {
        got = pread(fd, text + size, MOST_BYTES - size, from + (off_t)size);
        size += got > 0 ? (size_t)got : 0;
    }
    if (!text)
        return NULL;
    for (size_t i = 0; i < size; i++)
        text[i] = text[i] ? text[i] : ' ';
    text[size] = '\0';
    const char *line = text;
    if (from > 0)
        do
            line = next_line(line);
        while (*line && !is_stamp(line));
    memmove(text, line, strlen(line) + 1);
    return text;
}

/* ---- Shortening ---- */

static void replace_by(const char *text, size_t size)
{
    char *name;
    if (asprintf(&name, "%s.XXXXXX", path) < 0)
        return;
    int fd = mkostemp(name, O_CLOEXEC); /* 0600 */
    if (fd >= 0) {
        bool written = write_all(fd, text, size) && fsync(fd) == 0;
        if (close(fd) != 0 || !written || rename(name, path) != 0)
            unlink(name);
    }
    free(name);
}

static void load(int fd, size_t most, void (*each)(char *input))
{
    char *text = read_end(fd);
    struct stat s;
    size_t count = 0;
    entry e;
    if (!text)
        return;
    for (const char *rest = text; next_entry(&rest, &e);)
        count++;
    size_t skipped = count > most ? count - most : 0;
    const char *rest = text;
    for (size_t i = 0; i < skipped && next_entry(&rest, &e); i++)
        ;
    const char *kept = rest;
    while (next_entry(&rest, &e))
        if (e.size > 0)
            give(&e, each);
    if (fstat(fd, &s) == 0 && (count > 2 * most || s.st_size > 2 * (off_t)MOST_BYTES))
        replace_by(kept, strlen(kept));
    free(text);
}

/* ---- The interface ---- */

void history_file_open(const char *name, size_t most, void (*each)(char *input))
{
    int fd = open_file(name);
    if (fd < 0)
        return;
    close(fd);
    path = realpath(name, NULL);
    fd = path ? open_locked() : -1;
    if (fd < 0)
        return;
    load(fd, most, each);
    close(fd);
}

/* With its stamp, and escaped. NULL: no memory. */
static char *record(const char *input, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (!out)
        return NULL;
    fprintf(out, "#%lld\n", (long long)time(NULL));
    for (const char *line = input; *line; line = next_line(line)) {
        if (is_stamp(line) || is_escaped(line))
            fputc('\\', out);
        fwrite(line, 1, (size_t)(next_line(line) - line), out);
    }
    fputc('\n', out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* What was cut off in the middle, as by a full disk, gets its newline first. */
static void end_line(int fd)
{
    struct stat s;
    char last = '\n';
    if (fstat(fd, &s) == 0 && s.st_size > 0 && pread(fd, &last, 1, s.st_size - 1) == 1 &&
        last != '\n')
        write_all(fd, "\n", 1);
}

void history_file_append(const char *input)
{
    int fd = path ? open_locked() : -1;
    if (fd < 0)
        return;
    size_t size;
    char *text = record(input, &size);
    if (text) {
        end_line(fd);
        write_all(fd, text, size);
    }
    free(text);
    close(fd);
}

void history_file_close(void)
{
    free(path);
    path = NULL;
}
