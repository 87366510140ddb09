#include "repl/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes that are kept: of the output of one entry, and in all. */
enum { MOST_OUTPUT = 1 << 20, MOST = 256 << 20 };

typedef struct head {
    uint64_t number, size;
    uint64_t kind;
} head;

void journal_init(journal *j)
{
    j->fd = -1;
    j->lost = false;
    j->size = 0;
    j->output = 0;
    j->used = 0;
}

void journal_free(journal *j)
{
    if (j->fd >= 0)
        close(j->fd);
    journal_init(j);
}

static int open_file(void)
{
    const char *folder = getenv("TMPDIR");
    return open(folder && *folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static bool write_at(int fd, const char *text, size_t size, int64_t at)
{
    while (size > 0) {
        ssize_t written = pwrite(fd, text, size, at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        size -= (size_t)written;
        at += written;
    }
    return true;
}

static void write_out(journal *j, const char *text, size_t size)
{
    if (j->fd < 0)
        j->fd = open_file();
    if (j->fd < 0 || !write_at(j->fd, text, size, j->size))
        j->lost = true;
    else
        j->size += (int64_t)size;
}

static void put(journal *j, const void *bytes, size_t size)
{
    if (j->used + size > JOURNAL_BUFFER) {
        write_out(j, j->buffer, j->used);
        j->used = 0;
    }
    if (size > JOURNAL_BUFFER) {
        write_out(j, bytes, size);
    } else if (size > 0) {
        memcpy(j->buffer + j->used, bytes, size);
        j->used += size;
    }
}

static void put_record(journal *j, journal_kind kind, uint64_t number, const char *text,
                       size_t size)
{
    head h = {number, size, kind};
    put(j, &h, sizeof h);
    put(j, text, size);
}

void journal_add(journal *j, journal_kind kind, uint64_t number, const char *text, size_t size)
{
    if (j->size + (int64_t)size > MOST)
        j->lost = true;
    if (j->lost)
        return;
    if (kind == JOURNAL_ENTRY)
        j->output = 0;
    if (kind != JOURNAL_OUTPUT) {
        put_record(j, kind, number, text, size);
        return;
    }
    if (j->output <= MOST_OUTPUT && j->output + size > MOST_OUTPUT)
        put_record(j, JOURNAL_CUT, 0, NULL, 0);
    j->output += size;
    if (j->output <= MOST_OUTPUT)
        put_record(j, kind, 0, text, size);
}

/* ---- Reading ---- */

static bool read_all(int fd, char *into, int64_t size)
{
    for (int64_t at = 0; at < size;) {
        ssize_t got = pread(fd, into + at, (size_t)(size - at), at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
    }
    return true;
}

char *journal_read(journal *j, size_t *size, bool *complete)
{
    char *all = malloc((size_t)j->size + j->used + 1);
    if (all && j->size > 0 && !read_all(j->fd, all, j->size)) {
        free(all);
        return NULL;
    }
    if (!all)
        return NULL;
    memcpy(all + j->size, j->buffer, j->used);
    *size = (size_t)j->size + j->used;
    *complete = !j->lost;
    return all;
}

bool journal_next(const char **at, const char *end, journal_record *record)
{
    head h;
    if ((size_t)(end - *at) < sizeof h)
        return false;
    memcpy(&h, *at, sizeof h);
    const char *text = *at + sizeof h;
    if (h.size > (uint64_t)(end - text))
        return false; /* it was being written when the disk was full */
    *record = (journal_record){h.number, h.size, text, (journal_kind)h.kind};
    *at = text + h.size;
    return true;
}
