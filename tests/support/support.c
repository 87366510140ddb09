#include "tests/support/support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void refuse(const char *what)
{
    perror(what);
    abort();
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        refuse("malloc");
    return memory;
}

char *support_format(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        refuse("vasprintf");
    va_end(arguments);
    return text;
}

char *support_read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        refuse(path);
    size_t used = 0, capacity = 4096;
    char *bytes = allocate(capacity);
    size_t count;
    while ((count = fread(bytes + used, 1, capacity - used - 1, file)) > 0) {
        used += count;
        if (capacity - used == 1) {
            capacity *= 2;
            bytes = realloc(bytes, capacity);
            if (!bytes)
                refuse("realloc");
        }
    }
    if (ferror(file))
        refuse(path);
    fclose(file);
    bytes[used] = '\0';
    if (length)
        *length = used;
    return bytes;
}

/* A new file, open for reading and writing; its path goes to *path. */
static int temporary_file(char **path)
{
    const char *folder = getenv("TMPDIR");
    *path = support_format("%s/csp-test-XXXXXX", folder ? folder : "/tmp");
    int fd = mkstemp(*path);
    if (fd < 0)
        refuse(*path);
    return fd;
}

char *support_write_file(const void *bytes, size_t length)
{
    char *path;
    int fd = temporary_file(&path);
    const char *next = bytes;
    while (length > 0) {
        ssize_t written = write(fd, next, length);
        if (written < 0)
            refuse(path);
        next += written;
        length -= (size_t)written;
    }
    close(fd);
    return path;
}

char *support_capture(int fd, void (*run)(void *data), void *data)
{
    char *path;
    int file = temporary_file(&path);
    fflush(NULL);
    int saved = dup(fd);
    if (saved < 0 || dup2(file, fd) < 0)
        refuse("dup");
    run(data);
    fflush(NULL);
    if (dup2(saved, fd) < 0)
        refuse("dup2");
    close(saved);
    close(file);
    char *text = support_read_file(path, NULL);
    unlink(path);
    free(path);
    return text;
}

char *support_repeat(const char *piece, size_t count)
{
    size_t length = strlen(piece);
    char *text = allocate(length * count + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, piece, length);
    text[length * count] = '\0';
    return text;
}
