/* Os: programs that are started and go on by themselves. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stdlib/natives.h"
#include "stdlib/os_program.h"
#include "stdlib/stream_value.h"
#include "stdlib/system.h"
#include "vm/data/hosted.h"
#include "vm/outside/child.h"
#include "vm/outside/signal_name.h"
#include "vm/outside/starter.h"
#include "vm/outside/turn.h"
#include "vm/process/outcome.h"
#include "vm/process/output.h"
#include "vm/run/spawn.h"

enum { DIR, ENV, STDIN, STDOUT, STDERR };
static const char *const options[] = {"dir", "env", "stdin", "stdout", "stderr", NULL};

/* --- who waits for the end: a process, whose outcome `done` gives */

static void finalize(csp_vm *vm, const hosted_class *of, void *data)
{
    (void)vm;
    (void)of;
    child_release(data);
}

static const hosted_class child_class = {
    .name = "program", .phrase = "a program", .finalize = finalize, .shared = true, .hidden = true};

static verdict await(csp_vm *vm, process *p, value *args, value *result)
{
    void *data;
    launch_end how;
    if (hosted_use(vm, p, args[0], &child_class, &data) != VERDICT_DONE)
        return VERDICT_FAIL;
    verdict v = child_wait(vm, p, data, &how);
    if (v != VERDICT_DONE)
        return v;
    value made = map_new(vm, p, 2);
    if (made == VALUE_ABSENT || !os_put_end(vm, made, &how))
        return vm_raise_memory(vm);
    *result = made;
    return VERDICT_DONE;
}

static const native_entry awaiter = {"program", "program(p)", "", await, 1, 1, 1};

/* The channel `done`; ABSENT: raised. */
static value watch(csp_vm *vm, process *p, child *c)
{
    child_hold(c);
    value handle = hosted_new(vm, p, &child_class, c, sizeof(void *));
    if (handle == VALUE_ABSENT) {
        child_release(c);
        vm_raise_memory(vm);
        return VALUE_ABSENT;
    }
    process *awaits = spawn_native(vm, p, &awaiter, 1, &handle);
    channel *done = awaits ? chan_done(vm, awaits) : NULL;
    return done ? value_object(done) : VALUE_ABSENT;
}

/* --- its descriptors */

/* A descriptor for a program that has its own flags: ours does not wait. */
static int fd_for_program(stream *s, bool reads)
{
    char path[32];
    if (s->kind == STREAM_FILE && !s->busy)
        stream_align(s);
    if (s->kind == STREAM_PLAIN) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", s->fd);
        int fd = open(path, (reads ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd >= 0)
            fcntl(fd, F_SETFL, 0);
        if (fd >= 0)
            return launch_above(fd);
    }
    int fd = fcntl(s->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd >= 0 && s->kind == STREAM_SOCKET) /* each of our calls says that it does not wait */
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

static bool way_arg(csp_vm *vm, process *p, value v, starter_way *way)
{
    static const char *const names[] = {"pipe", "inherit", "null"};
    *way = STARTER_PIPE;
    if (v == VALUE_NIL)
        return true;
    for (int i = 0; value_is(v, OBJ_STRING) && i < 3; i++)
        if (strcmp(value_string(v)->text, names[i]) == 0) {
            *way = (starter_way)i;
            return true;
        }
    if (value_is(v, OBJ_STRING)) {
        vm_raise(vm, ERR_VALUE, "expected \"pipe\", \"inherit\", \"null\" or a stream");
        return false;
    }
    *way = STARTER_GIVEN;
    return stream_arg(vm, p, v) != NULL;
}

/* What was written so far goes first. DONE: the starter has its descriptor; or *result is the error
 * value. */
static verdict take_stream(csp_vm *vm, process *p, starter *st, int i, value v, value *result)
{
    stream *s = stream_arg(vm, p, v);
    if (s->closing)
        return stream_verdict(vm, p, s, STREAM_CLOSED, "use", result);
    if (!(i == 0 ? s->reads : s->writes))
        return stream_refusal(vm, p, s, "use", "unsupported",
                              i == 0 ? "it is not open for reading" : "it is not open for writing",
                              VALUE_ABSENT, result);
    if (s->standard)
        vm_flush(vm);
    if (i > 0) {
        stream_result r = stream_flush(vm, p, s);
        if (r != STREAM_OK)
            return stream_verdict(vm, p, s, r, "write", result);
    }
    st->what.fds[i] = fd_for_program(s, i == 0);
    if (st->what.fds[i] < 0)
        return stream_verdict(vm, p, s, STREAM_FAILED, "use", result);
    return VERDICT_DONE;
}

static verdict take_ways(csp_vm *vm, process *p, const list *all, starter *st, value *result)
{
    for (uint32_t i = 0; i < 3; i++) {
        value v = os_option(all, STDIN + i);
        if (!way_arg(vm, p, v, &st->ways[i]))
            return VERDICT_FAIL;
        if (st->ways[i] == STARTER_GIVEN) {
            verdict taken = take_stream(vm, p, st, (int)i, v, result);
            if (taken != VERDICT_DONE || *result != VALUE_NIL)
                return taken;
        } else if (st->ways[i] == STARTER_INHERIT) {
            vm_flush(vm);
        }
    }
    /* What reads from our terminal has to be in our group. */
    st->what.group = st->ways[0] != STARTER_INHERIT;
    return VERDICT_DONE;
}

/* --- start. Slots: how far it is */

enum { STATE_WAITS = 1, STATE_AGAIN };

static verdict begin(csp_vm *vm, process *p, const list *all, value *state, int64_t next,
                     value *result)
{
    starter *s = vm_may(vm, MAY_RUN) ? starter_new(vm) : NULL;
    if (!s)
        return VERDICT_FAIL;
    verdict v = VERDICT_FAIL;
    *result = VALUE_NIL;
    if (os_take_args(vm, p, all, false, &s->what) &&
        os_take_place(vm, p, os_option(all, DIR), os_option(all, ENV), &s->what))
        v = take_ways(vm, p, all, s, result);
    if (v != VERDICT_DONE || *result != VALUE_NIL) {
        starter_free(s);
        return v;
    }
    *state = value_int(next);
    return starter_start(vm, p, s);
}

/* Our end of a pipe as a stream; NIL: there is none; ABSENT: no memory, or too many files. */
static value our_end(csp_vm *vm, process *p, starter *s, int i)
{
    static const char *const names[] = {"standard input", "standard output", "standard error"};
    char name[128];
    if (s->ours[i] < 0)
        return VALUE_NIL;
    snprintf(name, sizeof name, "%s of %s", names[i], s->what.name);
    stream *made = stream_new(vm, s->ours[i], i != 0, i == 0, false, name);
    s->ours[i] = -1;
    return made ? stream_value(vm, p, made) : VALUE_ABSENT;
}

static verdict give(csp_vm *vm, process *p, starter *s, value *result)
{
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    value made = map_new(vm, p, 5);
    bool well = made != VALUE_ABSENT && system_put(vm, made, "pid", value_int(s->pid));
    for (int i = 0; well && i < 3; i++)
        well = system_put(vm, made, names[i], our_end(vm, p, s, i));
    if (!well)
        return vm_raise_memory(vm);
    child *c = child_new(vm, s->pid, s->what.group);
    s->pid = 0;
    if (!c)
        return vm_give(vm, os_launch_error(vm, p, &s->what, errno, "run"), result);
    value done = watch(vm, p, c);
    if (done == VALUE_ABSENT)
        return VERDICT_FAIL;
    return system_put(vm, made, "done", done) ? vm_give(vm, made, result) : vm_raise_memory(vm);
}

static verdict os_start(csp_vm *vm, process *p, value *args, value *result)
{
    const list *all = value_list(args[0]);
    value *state = &args[1];
    if (*state == VALUE_ABSENT)
        return begin(vm, p, all, state, STATE_WAITS, result);
    starter *s = (starter *)request_arrived_for(p);
    if (system_has_no_room(s->error) && *state == value_int(STATE_WAITS)) {
        waits_over(vm, p);
        system_make_room(vm);
        return begin(vm, p, all, state, STATE_AGAIN, result);
    }
    verdict v;
    if (s->error == ENOMEM)
        v = vm_raise_memory(vm);
    else if (s->error)
        v = vm_give(vm, os_launch_error(vm, p, &s->what, s->error, s->op), result);
    else
        v = give(vm, p, s, result);
    waits_over(vm, p);
    return v;
}

/* --- kill */

static int signal_arg(csp_vm *vm, process *p, value v)
{
    const string *name = native_string_arg(vm, p, v);
    int number = name ? signal_number(name->text) : 0;
    if (name && !number)
        vm_raise(vm, ERR_VALUE, "there is no signal `%s`; their names are as in \"TERM\"",
                 name->text);
    return number;
}

/* The pid of what Os.start has given; 0: raised. */
static int64_t pid_arg(csp_vm *vm, process *p, value v)
{
    const map *m = value_is(v, OBJ_MAP) ? data_map(vm, p, v) : NULL;
    if (value_is(v, OBJ_MAP) && !m)
        return 0;
    value pid = m ? map_get(vm, m, str_intern(vm, "pid", 3)) : VALUE_ABSENT;
    if (pid != VALUE_ABSENT && value_is_int(pid) && value_as_int(pid) > 0)
        return value_as_int(pid);
    vm_raise_type(vm, p, v, "what Os.start gives");
    return 0;
}

static verdict os_kill(csp_vm *vm, process *p, value *args, value *result)
{
    if (!vm_may(vm, MAY_RUN))
        return VERDICT_FAIL;
    int64_t pid = pid_arg(vm, p, args[0]);
    value given = native_optional(vm, args, 1, VALUE_ABSENT);
    int number = given == VALUE_ABSENT ? SIGTERM : signal_arg(vm, p, given);
    if (pid == 0 || number == 0)
        return VERDICT_FAIL;
    bool group = value_truthy(native_optional(vm, args, 2, VALUE_FALSE));
    child *c = pid <= INT32_MAX ? child_of(vm, (pid_t)pid) : NULL;
    int why = c ? child_signal(c, number, group) : ESRCH;
    *result = VALUE_TRUE;
    if (why == 0)
        return VERDICT_DONE;
    char subject[24];
    snprintf(subject, sizeof subject, "%lld", (long long)pid);
    const system_failure f = {.error = why,
                              .op = "kill",
                              .key = "command",
                              .subject = subject,
                              .kind = why == ESRCH ? "not_found" : NULL,
                              .why = why == ESRCH ? "Os.start has not started it, or it has ended"
                                     : why == ENOTSUP ? "it has no group of its own"
                                                      : NULL};
    return vm_give(vm, system_error(vm, p, &f), result);
}

const native_entry os_start_natives[] = {
    {"kill", "kill(child, signal = \"TERM\", group = false)",
     "sends a signal to a program that Os.start has given, or to all of its group; true, or the "
     "error not_found if it is none, or once it has ended",
     os_kill, 1, 3, 0},
    {"start",
     "start(command, ..args, dir = nil, env = nil, stdin = \"pipe\", stdout = \"pipe\", "
     "stderr = \"pipe\")",
     "starts a program that goes on by itself, and gives a map of pid, stdin, stdout and stderr "
     "(streams, or nil), and done, a channel that gives its status and signal as often as it is "
     "asked. Each of the three is \"pipe\", \"inherit\", \"null\" or a stream",
     os_start, 1, NATIVE_VARIADIC, 1, .options = options},
    {0},
};
