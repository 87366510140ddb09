/* Io: what writes, and what is done with streams beside that. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "stdlib/natives.h"
#include "stdlib/stream_value.h"
#include "stdlib/system.h"
#include "vm/core/steps.h"
#include "vm/process/output.h"
#include "vm/process/process.h"
#include "vm/walk/walk_show.h"

/* --- write(s, x, …): args: the list of all; slots: the stream, which argument is staged, how much
 * of it; or the text under way and the state of output_print */

enum { SLOT_PART = 1, SLOT_AT, SLOT_TEXT, SLOT_STATE, SLOT_PHASE, WRITE_SLOTS };
enum { PHASE_STAGES = 1, PHASE_SETTLES };

static void write_abandon(csp_vm *vm, process *p, const native_entry *entry, value *args)
{
    if (value_is(args[0], OBJ_LIST) && value_list(args[0])->count > 0)
        stream_abandon(vm, p, entry, value_list(args[0])->items);
}

/* Standard output and error: in one order with what is printed. */
static verdict write_standard(csp_vm *vm, process *p, const list *all, int to, value *slots,
                              value *result)
{
    if (slots[SLOT_TEXT] == VALUE_ABSENT) {
        struct show_walk *fresh = walk_text_new(vm, false, "");
        if (!fresh)
            return VERDICT_FAIL;
        slots[SLOT_TEXT] = value_object(fresh);
        for (uint32_t i = 1; i < all->count; i++) {
            const char *data;
            size_t size;
            if (!system_data_arg(vm, p, all->items[i], &data, &size))
                return VERDICT_FAIL;
            if (!walk_text_add(fresh, data, size))
                return vm_raise_memory(vm);
            vm_charge(vm, size / LONG_BYTES_PER_REDUCTION);
        }
    }
    *result = VALUE_TRUE;
    if (slots[SLOT_STATE] == VALUE_ABSENT) {
        verdict v = walk_text_finish(vm, value_as_object(slots[SLOT_TEXT]), "");
        if (v != VERDICT_DONE)
            return v;
    }
    return output_print(vm, p, to, slots[SLOT_TEXT], &slots[SLOT_STATE]);
}

static bool check_parts(csp_vm *vm, process *p, const list *all)
{
    const char *data;
    size_t size;
    for (uint32_t i = 1; i < all->count; i++)
        if (!system_data_arg(vm, p, all->items[i], &data, &size))
            return false;
    return true;
}

/* All arguments, one after the other: OK when the last one is staged. */
static stream_result stage_parts(csp_vm *vm, process *p, stream *s, const list *all, value *slots)
{
    uint32_t part = (uint32_t)value_as_int(slots[SLOT_PART]);
    size_t at = (size_t)value_as_int(slots[SLOT_AT]);
    stream_result r = STREAM_OK;
    while (r == STREAM_OK && part < all->count) {
        const char *data;
        size_t size;
        system_data_arg(vm, p, all->items[part], &data, &size);
        if (all->count == 2 && at == 0 && size <= long_bytes(vm))
            at = stream_write_now(s, data, size);
        r = stream_stage(vm, s, data, size, &at);
        if (r == STREAM_OK) {
            part++;
            at = 0;
        }
    }
    slots[SLOT_PART] = value_int(part);
    slots[SLOT_AT] = value_int((int64_t)at);
    return r;
}

static stream_result write_on(csp_vm *vm, process *p, stream *s, const list *all, value *slots)
{
    stream_result r = stream_enter(vm, p, s, true);
    if (r != STREAM_OK)
        return r;
    if (slots[SLOT_PHASE] == value_int(PHASE_STAGES)) {
        if (stream_check(s) != STREAM_OK)
            return STREAM_FAILED;
        if (s->kind == STREAM_FILE && slots[SLOT_PART] == value_int(1) &&
            slots[SLOT_AT] == value_int(0) && !stream_align(s))
            return STREAM_FAILED;
        r = stage_parts(vm, p, s, all, slots);
        if (r != STREAM_OK)
            return r;
        stream_commit(s);
        slots[SLOT_PHASE] = value_int(PHASE_SETTLES);
    }
    return stream_settle(vm, p, s);
}

static verdict io_write(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 1;
    const list *all = value_list(args[0]);
    stream *s = stream_arg(vm, p, all->items[0]);
    if (!s)
        return VERDICT_FAIL;
    if (slots[SLOT_PHASE] == VALUE_ABSENT) {
        if (!check_parts(vm, p, all))
            return VERDICT_FAIL;
        slots[SLOT_PART] = value_int(1);
        slots[SLOT_AT] = value_int(0);
        slots[SLOT_PHASE] = value_int(PHASE_STAGES);
    }
    if (s->standard && !s->closing)
        return write_standard(vm, p, all, s->standard, slots, result);
    if (!s->writes && !s->closing)
        return stream_refusal(vm, p, s, "write", "unsupported", "it is not open for writing",
                              VALUE_ABSENT, result);
    stream_result r = write_on(vm, p, s, all, slots);
    if (r != STREAM_OK)
        return stream_verdict(vm, p, s, r, "write", result);
    stream_leave(vm, p, s);
    *result = VALUE_TRUE;
    return VERDICT_DONE;
}

/* --- flush, sync: slots: how far it is */

static verdict io_flush(csp_vm *vm, process *p, value *args, value *result)
{
    stream *s = stream_arg(vm, p, args[0]);
    if (!s)
        return VERDICT_FAIL;
    if (s->standard)
        vm_flush(vm);
    if (s->closing)
        return stream_done(vm, p, s, STREAM_CLOSED, "flush", result);
    return stream_done(vm, p, s, stream_flush(vm, p, s), "flush", result);
}

static verdict io_sync(csp_vm *vm, process *p, value *args, value *result)
{
    stream *s = stream_arg(vm, p, args[0]);
    if (!s)
        return VERDICT_FAIL;
    stream_result r = stream_enter(vm, p, s, true);
    if (r == STREAM_OK && s->kind != STREAM_FILE)
        return stream_refusal(vm, p, s, "sync", "unsupported", "it is no file", VALUE_ABSENT,
                              result);
    bool begun = args[1] == VALUE_TRUE;
    if (r == STREAM_OK)
        r = stream_sync(vm, p, s, &begun);
    args[1] = value_bool(begun);
    return stream_done(vm, p, s, r, "sync", result);
}

/* --- files: seek, position, truncate */

/* The stream, in whose turn the process is; NULL: *v has the verdict. */
static stream *enter_file(csp_vm *vm, process *p, value *args, const char *op, verdict *v,
                          value *result)
{
    stream *s = stream_arg(vm, p, args[0]);
    *v = VERDICT_FAIL;
    if (!s)
        return NULL;
    stream_result r = stream_enter(vm, p, s, true);
    if (r == STREAM_OK && s->kind == STREAM_FILE && lseek(s->fd, 0, SEEK_CUR) >= 0)
        return s;
    *v = r == STREAM_OK
             ? stream_refusal(vm, p, s, op, "unsupported", "it is no file", VALUE_ABSENT, result)
             : stream_verdict(vm, p, s, r, op, result);
    return NULL;
}

static verdict give_position(csp_vm *vm, process *p, stream *s, int64_t at, const char *op,
                             value *result)
{
    if (at < 0)
        return stream_verdict(vm, p, s, STREAM_FAILED, op, result);
    stream_leave(vm, p, s);
    return vm_give(vm, num_int(vm, at), result);
}

static bool whence_arg(csp_vm *vm, process *p, value v, int *whence)
{
    static const char *const names[] = {"start", "current", "end"};
    static const int numbers[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    *whence = SEEK_SET;
    if (v == VALUE_ABSENT)
        return true;
    if (!value_is(v, OBJ_STRING)) {
        vm_raise_type(vm, p, v, "\"start\", \"current\" or \"end\"");
        return false;
    }
    for (int i = 0; i < 3; i++)
        if (strcmp(value_string(v)->text, names[i]) == 0) {
            *whence = numbers[i];
            return true;
        }
    vm_raise(vm, ERR_VALUE, "a position is from \"start\", \"current\" or \"end\"");
    return false;
}

static verdict io_seek(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t offset;
    int whence;
    verdict v;
    if (!native_int_arg(vm, p, args[1], "an int as the offset", &offset) ||
        !whence_arg(vm, p, args[2], &whence))
        return VERDICT_FAIL;
    stream *s = enter_file(vm, p, args, "seek", &v, result);
    if (!s)
        return v;
    return give_position(vm, p, s, stream_align(s) ? lseek(s->fd, offset, whence) : -1, "seek",
                         result);
}

static verdict io_position(csp_vm *vm, process *p, value *args, value *result)
{
    verdict v;
    stream *s = enter_file(vm, p, args, "position", &v, result);
    if (!s)
        return v;
    int64_t at = lseek(s->fd, 0, SEEK_CUR) - (int64_t)stream_available(s);
    return give_position(vm, p, s, at, "position", result);
}

static verdict io_truncate(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t size;
    verdict v;
    if (!native_int_arg(vm, p, args[1], "an int as the size", &size))
        return VERDICT_FAIL;
    if (size < 0)
        return vm_raise(vm, ERR_VALUE, "a negative size");
    stream *s = enter_file(vm, p, args, "truncate", &v, result);
    if (!s)
        return v;
    if (!s->writes)
        return stream_refusal(vm, p, s, "truncate", "unsupported", "it is not open for writing",
                              VALUE_ABSENT, result);
    bool well = stream_align(s) && ftruncate(s->fd, size) == 0;
    return stream_done(vm, p, s, well ? STREAM_OK : STREAM_FAILED, "truncate", result);
}

/* --- terminals */

static verdict io_is_terminal(csp_vm *vm, process *p, value *args, value *result)
{
    const stream *s = stream_arg(vm, p, args[0]);
    if (!s)
        return VERDICT_FAIL;
    *result = value_bool(s->fd >= 0 && isatty(s->fd));
    return VERDICT_DONE;
}

static verdict io_size(csp_vm *vm, process *p, value *args, value *result)
{
    const stream *s = stream_arg(vm, p, args[0]);
    struct winsize is;
    if (!s)
        return VERDICT_FAIL;
    *result = VALUE_NIL;
    if (s->fd < 0 || ioctl(s->fd, TIOCGWINSZ, &is) != 0)
        return VERDICT_DONE;
    value both[] = {value_int(is.ws_col), value_int(is.ws_row)};
    return vm_give(vm, tuple_new(vm, p, both, 2), result);
}

static bool set_raw(stream *s, bool on)
{
    struct termios was;
    if (!on)
        return !s->terminal || tcsetattr(s->fd, TCSADRAIN, s->terminal) == 0;
    if (tcgetattr(s->fd, &was) != 0)
        return false;
    if (!s->terminal) {
        s->terminal = malloc(sizeof was);
        if (!s->terminal)
            return false;
        *(struct termios *)s->terminal = was;
    }
    was.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    was.c_cc[VMIN] = 1;
    was.c_cc[VTIME] = 0;
    return tcsetattr(s->fd, TCSADRAIN, &was) == 0;
}

static verdict io_raw(csp_vm *vm, process *p, value *args, value *result)
{
    stream *s = stream_arg(vm, p, args[0]);
    if (!s)
        return VERDICT_FAIL;
    if (s->fd < 0 || !isatty(s->fd))
        return stream_refusal(vm, p, s, "raw", "unsupported", "it is no terminal", VALUE_ABSENT,
                              result);
    bool on = args[1] == VALUE_ABSENT || value_truthy(args[1]);
    return stream_done(vm, p, s, set_raw(s, on) ? STREAM_OK : STREAM_FAILED, "raw", result);
}

/* --- pipe */

static verdict io_pipe(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        const system_failure f = {.error = errno, .op = "make a pipe"};
        return vm_give(vm, system_error(vm, p, &f), result);
    }
    stream *reader = stream_new(vm, ends[0], true, false, false, "pipe");
    value both[2] = {reader ? stream_value(vm, p, reader) : VALUE_ABSENT, VALUE_ABSENT};
    stream *writer = stream_new(vm, ends[1], false, true, false, "pipe");
    if (writer)
        both[1] = stream_value(vm, p, writer);
    if (both[0] == VALUE_ABSENT || both[1] == VALUE_ABSENT)
        return vm_raise_memory(vm);
    return vm_give(vm, tuple_new(vm, p, both, 2), result);
}

/* What feeds a channel ends without a word when nobody holds that any more. */
verdict io_quiet(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args;
    *result = VALUE_NIL;
    return process_quiet(vm, p) ? VERDICT_DONE : VERDICT_FAIL;
}

#define READS .slots = IO_READ_SLOTS, .abandon = stream_abandon

const native_entry io_natives[] = {
    {"_quiet", "_quiet()", "makes this process no leak", io_quiet, 0, 0, 0},
    {"flush", "flush(s)", "waits until the system has all that was written; true", io_flush, 1, 1,
     1, .abandon = stream_abandon},
    {"is_terminal", "is_terminal(s)", "whether it is a terminal", io_is_terminal, 1, 1, 0},
    {"pipe", "pipe()", "a tuple of two streams: what is written to the second, the first reads",
     io_pipe, 0, 0, 0},
    {"position", "position(s)", "where in the file the next read or write takes place", io_position,
     1, 1, 1, .abandon = stream_abandon},
    {"raw", "raw(s, on = true)",
     "gives the keys of a terminal one by one, without echo; set back at the end; true", io_raw, 1,
     2, 1, .abandon = stream_abandon},
    {"read", "read(s, n = 65536)",
     "what is there, as bytes: at least one, at most n; nil at the end", io_read, 1, 2, READS},
    {"read_all", "read_all(s, limit = nil)",
     "the rest as bytes; more than the limit is the error too_large with data.bytes", io_read_all,
     1, 2, READS},
    {"read_exact", "read_exact(s, n)",
     "n bytes; where there are fewer the error end, with data.bytes", io_read_exact, 2, 2, READS},
    {"read_line", "read_line(s, limit = 1048576)",
     "the next line as text, without its end (LF or CR LF); nil at the end. A longer one is the "
     "error too_large, whose data.bytes has as many bytes as the limit says; no UTF-8 is "
     "invalid_utf8 with data.bytes",
     io_read_line, 1, 2, READS},
    {"read_text", "read_text(s, limit = nil)", "the rest as text, as read_all", io_read_text, 1, 2,
     READS},
    {"read_until", "read_until(s, mark, limit = 1048576)",
     "the bytes up to the mark (a string or bytes), which is taken, too; nil at the end",
     io_read_until, 2, 3, READS},
    {"seek", "seek(s, offset, from = \"start\")",
     "goes to another place of the file, from its \"start\", the \"current\" place or its \"end\"; "
     "gives the position",
     io_seek, 2, 3, 1, .abandon = stream_abandon},
    {"size", "size(s)", "the columns and rows of a terminal, a tuple; nil of anything else",
     io_size, 1, 1, 0},
    {"sync", "sync(s)", "waits until what was written to the file is on the disk; true", io_sync, 1,
     1, 1, .abandon = stream_abandon},
    {"truncate", "truncate(s, n)", "makes the file n bytes long; true", io_truncate, 2, 2, 1,
     .abandon = stream_abandon},
    {"write", "write(s, x, ..more)",
     "writes all of the strings, bytes and buffers, one after the other; true", io_write, 2,
     NATIVE_VARIADIC, WRITE_SLOTS, .abandon = write_abandon},
    {0},
};
