#include "repl/standard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    char text[64 << 10]; /* what goes to standard output */
    size_t used;
    int failed; /* errno of the first write that failed */
} buffer;

/* Unlike SIG_IGN this is not inherited by programs that are run. */
static void on_size_limit(int number) { (void)number; }

bool standard_open(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* The wrong way round, so that the first cannot be read and the others not written. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    }
    struct sigaction before, act = {.sa_handler = on_size_limit, .sa_flags = SA_RESTART};
    if (sigaction(SIGXFSZ, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
        sigaction(SIGXFSZ, &act, NULL);
    return true;
}

static void wait_for(int fd, short events)
{
    struct pollfd at = {.fd = fd, .events = events};
    (void)poll(&at, 1, -1);
}

void standard_wait_input(void) { wait_for(STDIN_FILENO, POLLIN); }

/* 0 or an errno. */
static int write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, text, size);
        if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            wait_for(fd, POLLOUT);
        else if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0) {
            text += written;
            size -= (size_t)written;
        }
    }
    return 0;
}

static void write_output(const char *text, size_t size)
{
    if (!buffer.failed)
        buffer.failed = write_all(STDOUT_FILENO, text, size);
}

void standard_flush(void)
{
    size_t used = buffer.used;
    buffer.used = 0;
    write_output(buffer.text, used);
}

void standard_write(int stream, const char *text, size_t size)
{
    if (stream != STDOUT_FILENO || size > sizeof buffer.text - buffer.used)
        standard_flush();
    if (stream != STDOUT_FILENO) {
        write_all(stream, text, size);
    } else if (size > sizeof buffer.text) {
        write_output(text, size);
    } else {
        memcpy(buffer.text + buffer.used, text, size);
        buffer.used += size;
    }
}

void standard_put(int stream, const char *text) { standard_write(stream, text, strlen(text)); }

int standard_vprintf(int stream, const char *format, va_list arguments)
{
    char *text;
    int size = vasprintf(&text, format, arguments);
    if (size < 0)
        return 0;
    standard_write(stream, text, (size_t)size);
    free(text);
    return size;
}

int standard_printf(int stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = standard_vprintf(stream, format, arguments);
    va_end(arguments);
    return size;
}

int standard_close(int status)
{
    standard_flush();
    if (!buffer.failed)
        return status;
    standard_printf(STDERR_FILENO, "csp: cannot write to standard output: %s\n",
                    strerror(buffer.failed));
    return status ? status : 1;
}

int standard_die(int number)
{
    standard_flush();
    signal(number, SIG_DFL);
    raise(number);
    return 128 + number;
}
