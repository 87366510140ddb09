#include "repl/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/standard.h"

static bool complain(const char *path)
{
    standard_printf(STDERR_FILENO, "csp: cannot read %s: %s\n", path, strerror(errno));
    return false;
}

/* Reads to the end; false with errno. */
static bool read_descriptor(int fd, source *s)
{
    size_t capacity = 0;
    for (;;) {
        if (capacity - s->size < 2) {
            capacity = capacity ? capacity * 2 : 16384;
            char *grown = realloc(s->text, capacity);
            if (!grown)
                return false;
            s->text = grown;
        }
        ssize_t got = read(fd, s->text + s->size, capacity - s->size - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN && fd == STDIN_FILENO) {
            standard_wait_input();
            continue;
        }
        if (got <= 0) {
            s->text[s->size] = '\0';
            return got == 0;
        }
        s->size += (size_t)got;
    }
}

static bool read_file(const char *path, source *s)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return complain(path);
    s->name = path;
    bool ok = read_descriptor(fd, s);
    int reason = errno;
    close(fd);
    errno = reason;
    return ok || complain(path);
}

bool source_read(const char *path, source *s)
{
    *s = (source){0};
    if (strcmp(path, "-") != 0)
        return read_file(path, s);
    s->name = "<stdin>";
    return read_descriptor(STDIN_FILENO, s) || complain("standard input");
}

void source_free(source *s) { free(s->text); }
