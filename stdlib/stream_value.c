#include "stdlib/stream_value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stdlib/system.h"
#include "vm/data/hosted.h"

static void finalize(csp_vm *vm, const hosted_class *of, void *data)
{
    (void)of;
    stream_let_go(vm, data);
}

static const hosted_class stream_class = {.name = "stream",
                                          .phrase = "a stream",
                                          .finalize = finalize,
                                          .shared = true,
                                          .hidden = true,
                                          .next = &io_next_line,
                                          .quick = io_quick_line};

stream *stream_arg(csp_vm *vm, process *p, value v)
{
    void *data;
    return hosted_use(vm, p, v, &stream_class, &data) == VERDICT_DONE ? data : NULL;
}

value stream_value(csp_vm *vm, process *p, stream *s)
{
    value v = hosted_new(vm, p, &stream_class, s, sizeof *s);
    if (v == VALUE_ABSENT)
        stream_let_go(vm, s);
    return v;
}

/* The same pipe or terminal once more, with flags of its own; else the one that others share. */
static int open_own(int fd)
{
    char path[32];
    struct stat is;
    if (fstat(fd, &is) != 0 || (!S_ISFIFO(is.st_mode) && !isatty(fd)))
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int flags = fd == STDIN_FILENO ? O_RDONLY : O_WRONLY;
    return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

const char *const io_standard_names[3] = {"stdin", "stdout", "stderr"};
static const char *const standard_names[] = {"standard input", "standard output", "standard error"};

value stream_standard(csp_vm *vm, int fd)
{
    value *kept = &vm_standard_streams(vm)[fd];
    if (*kept != VALUE_ABSENT)
        return *kept;
    int own = open_own(fd);
    stream *s = stream_new(vm, own >= 0 ? own : dup(fd), fd == STDIN_FILENO, fd != STDIN_FILENO,
                           own < 0, standard_names[fd]);
    if (!s)
        return VALUE_ABSENT;
    s->standard = (uint8_t)fd;
    return *kept = stream_value(vm, NULL, s);
}

/* --- what comes of an operation */

static const char *key_of(const stream *s) { return s->kind == STREAM_SOCKET ? "address" : "path"; }

static verdict give(csp_vm *vm, process *p, stream *s, const system_failure *f, value *result)
{
    stream_leave(vm, p, s);
    return vm_give(vm, system_error(vm, p, f), result);
}

verdict stream_refusal(csp_vm *vm, process *p, stream *s, const char *op, const char *kind,
                       const char *why, value found, value *result)
{
    const system_failure f = {.op = op,
                              .key = key_of(s),
                              .subject = s->name,
                              .kind = kind,
                              .why = why,
                              .more = found != VALUE_ABSENT ? "bytes" : NULL,
                              .more_value = found};
    return give(vm, p, s, &f, result);
}

verdict stream_verdict(csp_vm *vm, process *p, stream *s, stream_result r, const char *op,
                       value *result)
{
    const system_failure f = {.error = errno, .op = op, .key = key_of(s), .subject = s->name};
    switch (r) {
    case STREAM_WAIT: return VERDICT_BLOCK;
    case STREAM_MORE: return VERDICT_YIELD;
    case STREAM_FAILED: return give(vm, p, s, &f, result);
    case STREAM_CLOSED:
        return stream_refusal(vm, p, s, op, "closed", "it is closed", VALUE_ABSENT, result);
    case STREAM_OK:
    case STREAM_END:
    case STREAM_RAISED: break;
    }
    return VERDICT_FAIL;
}

void stream_abandon(csp_vm *vm, process *p, const native_entry *entry, value *args)
{
    (void)entry;
    if (value_is(args[0], OBJ_HOSTED) && value_hosted(args[0])->of == &stream_class &&
        value_hosted(args[0])->data)
        stream_leave(vm, p, value_hosted(args[0])->data);
}

verdict stream_done(csp_vm *vm, process *p, stream *s, stream_result r, const char *op,
                    value *result)
{
    if (r != STREAM_OK)
        return stream_verdict(vm, p, s, r, op, result);
    stream_leave(vm, p, s);
    *result = VALUE_TRUE;
    return VERDICT_DONE;
}
