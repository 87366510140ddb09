/* File: what opens files as streams, and locks on them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stdlib/file_work.h"
#include "stdlib/natives.h"
#include "stdlib/stream_value.h"
#include "stdlib/system.h"
#include "vm/outside/environment.h"
#include "vm/process/timer.h"

enum { MS = 1000000, RETRY = 20 * MS };

/* --- modes */

static const struct {
    const char *name;
    int flags;
} modes[] = {
    {"r", O_RDONLY},
    {"w", O_WRONLY | O_CREAT | O_TRUNC},
    {"a", O_WRONLY | O_CREAT | O_APPEND},
    {"x", O_WRONLY | O_CREAT | O_EXCL},
};

/* "w+" is for both ways. -1: raised. */
static int mode_arg(csp_vm *vm, process *p, value v)
{
    if (v == VALUE_ABSENT)
        return O_RDONLY;
    if (!value_is(v, OBJ_STRING)) {
        vm_raise_type(vm, p, v, "a string as the mode");
        return -1;
    }
    const char *text = value_string(v)->text;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (text[0] != modes[i].name[0])
            continue;
        if (value_string(v)->size == 1)
            return modes[i].flags;
        if (strcmp(text + 1, "+") == 0)
            return (modes[i].flags & ~O_ACCMODE) | O_RDWR;
    }
    vm_raise(vm, ERR_VALUE,
             "a mode is \"r\", \"w\", \"a\" or \"x\", each with \"+\" for both ways");
    return -1;
}

static uint64_t needs_of(int flags)
{
    int way = flags & O_ACCMODE;
    return (way != O_WRONLY ? MAY_READ : 0u) | (way != O_RDONLY ? MAY_WRITE : 0u);
}

/* --- what comes of it */

static verdict give_failure(csp_vm *vm, process *p, const errand *e, value *result)
{
    if (e->error == ENOMEM)
        return vm_raise_memory(vm);
    const system_failure f = {
        .error = e->error, .op = e->op, .key = "path", .subject = e->paths[0]};
    return vm_give(vm, system_error(vm, p, &f), result);
}

/* The errand's descriptor as a stream. Gives the verdict of a native that has failed, or DONE. */
static verdict give_stream(csp_vm *vm, process *p, errand *e, int way, const char *name,
                           value *result)
{
    struct stat is;
    int fd = e->fd;
    e->fd = -1;
    bool fifo = fstat(fd, &is) == 0 && S_ISFIFO(is.st_mode);
    stream *s = stream_new(vm, fd, way != O_WRONLY, way != O_RDONLY, false, name);
    if (!s) {
        e->error = errno;
        return give_failure(vm, p, e, result);
    }
    s->unborn = fifo && way == O_RDONLY;
    return vm_give(vm, stream_value(vm, p, s), result);
}

/* --- open(path, mode) */

/* Its frame: how often it was tried, and a pipe that nobody has opened for writing yet. */
enum { SLOT_TRIED = 2, SLOT_PIPE, OPEN_SLOTS = 2 };

static verdict begin_open(csp_vm *vm, process *p, const value *args)
{
    int flags = mode_arg(vm, p, args[1]);
    if (flags < 0 || !vm_may(vm, needs_of(flags)))
        return VERDICT_FAIL;
    errand *e = errand_new(vm, file_open, "open");
    if (!e)
        return VERDICT_FAIL;
    e->numbers[FILE_FLAGS] = flags;
    if (!(e->paths[0] = system_path_arg(vm, p, args[0], "a path"))) {
        errand_free(e);
        return VERDICT_FAIL;
    }
    return errand_start(vm, p, e, VALUE_NIL);
}

enum { OPEN_WAITS, OPEN_COLLECTED, OPEN_SLEEPS };

/* Whoever opens a pipe with a name waits for the other end, which opens like any other file: it is
 * told of when it has written something or is gone again, and looked for until then. */
static verdict wait_for_writer(csp_vm *vm, process *p, value pipe, value *result)
{
    stream *s = value_hosted(pipe)->data;
    if (!timer_of(vm, p))
        return VERDICT_FAIL;
    stream_result r = stream_meet(vm, p, s);
    if (r == STREAM_WAIT)
        timer_beside(vm, p, timer_after(vm, RETRY));
    if (r != STREAM_OK)
        return stream_verdict(vm, p, s, r, "open", result);
    stream_leave(vm, p, s);
    return vm_give(vm, pipe, result);
}

/* Nobody else has the pipe yet. */
static void abandon_open(csp_vm *vm, process *p, const native_entry *entry, value *args)
{
    (void)entry;
    stream *s = args[SLOT_PIPE] == VALUE_ABSENT ? NULL : value_hosted(args[SLOT_PIPE])->data;
    if (!s)
        return;
    stream_leave(vm, p, s);
    stream_close(vm, s, false);
}

static bool is_unborn(value v)
{
    return value_is(v, OBJ_HOSTED) && ((const stream *)value_hosted(v)->data)->unborn;
}

static verdict file_open_native(csp_vm *vm, process *p, value *args, value *result)
{
    value *state = &args[SLOT_TRIED], *pipe = &args[SLOT_PIPE];
    if (*pipe != VALUE_ABSENT)
        return wait_for_writer(vm, p, *pipe, result);
    if (*state == VALUE_ABSENT || *state == value_int(OPEN_SLEEPS)) {
        *state = value_int(OPEN_WAITS);
        return begin_open(vm, p, args);
    }
    errand *e = errand_of(p);
    int why = e->error;
    if (system_has_no_room(why) && *state == value_int(OPEN_WAITS)) {
        errand_end(vm, p);
        system_make_room(vm);
        *state = value_int(OPEN_COLLECTED);
        return begin_open(vm, p, args);
    }
    if (why == ENXIO && e->numbers[FILE_IS_PIPE]) { /* nobody reads it yet */
        errand_end(vm, p);
        *state = value_int(OPEN_SLEEPS);
        return timer_sleep(vm, p, timer_after(vm, RETRY));
    }
    verdict v =
        why ? give_failure(vm, p, e, result)
            : give_stream(vm, p, e, (int)e->numbers[FILE_FLAGS] & O_ACCMODE, e->paths[0], result);
    errand_end(vm, p);
    if (v != VERDICT_DONE || !is_unborn(*result))
        return v;
    *pipe = *result;
    return wait_for_writer(vm, p, *pipe, result);
}

/* --- temp(prefix, dir) */

static bool take_temp(csp_vm *vm, process *p, const value *args, errand *e)
{
    const char *folder = environment_get(vm, "TMPDIR");
    if (args[0] == VALUE_ABSENT)
        e->paths[1] = strdup("csp");
    else
        e->paths[1] = system_path_arg(vm, p, args[0], "a string as the prefix");
    if (args[1] == VALUE_ABSENT || args[1] == VALUE_NIL)
        e->paths[0] = strdup(folder && *folder ? folder : "/tmp");
    else
        e->paths[0] = system_path_arg(vm, p, args[1], "a path");
    if (!e->paths[0] || !e->paths[1])
        return false;
    if (!strchr(e->paths[1], '/'))
        return true;
    vm_raise(vm, ERR_VALUE, "a prefix has no `/`");
    return false;
}

static verdict file_temp_native(csp_vm *vm, process *p, value *args, value *result)
{
    if (args[2] == VALUE_ABSENT) {
        args[2] = VALUE_TRUE;
        errand *e = vm_may(vm, MAY_WRITE) ? errand_new(vm, file_temp, "open") : NULL;
        if (!e)
            return VERDICT_FAIL;
        if (!take_temp(vm, p, args, e)) {
            errand_free(e);
            return VERDICT_FAIL;
        }
        return errand_start(vm, p, e, VALUE_NIL);
    }
    errand *e = errand_of(p);
    verdict v = VERDICT_DONE;
    if (e->error) {
        v = give_failure(vm, p, e, result);
    } else {
        value both[2] = {system_name(vm, e->data, e->size), VALUE_ABSENT};
        if (both[0] == VALUE_ABSENT || !errand_add(e, "", 1))
            v = vm_raise_memory(vm);
        else
            v = give_stream(vm, p, e, O_RDWR, e->data, &both[1]);
        if (v == VERDICT_DONE)
            v = value_is(both[1], OBJ_ERROR) ? vm_give(vm, both[1], result)
                                             : vm_give(vm, tuple_new(vm, p, both, 2), result);
    }
    errand_end(vm, p);
    return v;
}

/* --- locks belong to the open file, so two streams of one program exclude each other */

static int set_lock(const stream *s, int type)
{
    struct flock whole = {.l_type = (short)type, .l_whence = SEEK_SET};
    return fcntl(s->fd, F_OFD_SETLK, &whole) == 0 ? 0 : errno;
}

/* The file of a stream; NULL: *v has the verdict. */
static stream *file_arg(csp_vm *vm, process *p, value *args, const char *op, verdict *v,
                        value *result)
{
    stream *s = stream_arg(vm, p, args[0]);
    *v = VERDICT_FAIL;
    if (!s)
        return NULL;
    if (s->closing)
        *v = stream_verdict(vm, p, s, STREAM_CLOSED, op, result);
    else if (s->kind != STREAM_FILE)
        *v = stream_refusal(vm, p, s, op, "unsupported", "it is no file", VALUE_ABSENT, result);
    else
        return s;
    return NULL;
}

/* Asks again and again, so that whoever waits can be killed: slots: how long it sleeps. */
static verdict file_lock(csp_vm *vm, process *p, value *args, value *result)
{
    verdict v;
    stream *s = file_arg(vm, p, args, "lock", &v, result);
    if (!s)
        return v;
    bool shared = args[1] != VALUE_ABSENT && value_truthy(args[1]);
    int why = set_lock(s, shared ? F_RDLCK : F_WRLCK);
    if (why == EAGAIN || why == EACCES) {
        int64_t sleep = args[2] == VALUE_ABSENT ? MS : 2 * value_as_int(args[2]);
        args[2] = value_int(sleep < RETRY ? sleep : RETRY);
        return timer_sleep(vm, p, timer_after(vm, sleep));
    }
    *result = VALUE_TRUE;
    errno = why == EBADF ? EOPNOTSUPP : why;
    return why ? stream_verdict(vm, p, s, STREAM_FAILED, "lock", result) : VERDICT_DONE;
}

static verdict file_unlock(csp_vm *vm, process *p, value *args, value *result)
{
    verdict v;
    stream *s = file_arg(vm, p, args, "unlock", &v, result);
    if (!s)
        return v;
    *result = VALUE_TRUE;
    errno = set_lock(s, F_UNLCK);
    return errno ? stream_verdict(vm, p, s, STREAM_FAILED, "unlock", result) : VERDICT_DONE;
}

const native_entry file_stream_natives[] = {
    {"lock", "lock(s, shared = false)",
     "waits for a lock of the whole file, for this stream alone or with others that share it; "
     "closing lets it go. A file to be locked alone is open for writing; true",
     file_lock, 1, 2, 1},
    {"open", "open(path, mode = \"r\")",
     "a stream for \"r\" reading, \"w\" writing it anew, \"a\" writing at its end, \"x\" writing "
     "one "
     "that must not exist; with \"+\" for both ways: File.open(\"log.txt\", \"a\"). A pipe with a "
     "name waits until somebody opens its other end",
     file_open_native, 1, 2, OPEN_SLOTS, .abandon = abandon_open},
    {"temp", "temp(prefix = \"csp\", dir = nil)",
     "makes a file of its own, for both ways, which nobody else may read; a tuple of its path and "
     "the stream",
     file_temp_native, 0, 2, 1},
    {"unlock", "unlock(s)", "lets the lock go; true", file_unlock, 1, 1, 0},
    {0},
};
