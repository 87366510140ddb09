/* Net: connections and listeners. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "stdlib/natives.h"
#include "stdlib/net_parts.h"
#include "stdlib/stream_value.h"
#include "stdlib/system.h"
#include "vm/data/hosted.h"
#include "vm/outside/dial.h"
#include "vm/process/timer.h"

/* --- listen(address, backlog, reuse_port): slots: of net_find */

enum { BACKLOG = 511 };

static bool options_arg(csp_vm *vm, process *p, const value *args, endpoint_options *options)
{
    int64_t backlog = BACKLOG;
    if (args[1] != VALUE_ABSENT &&
        !native_int_arg(vm, p, args[1], "an int as the backlog", &backlog))
        return false;
    if (backlog < 0) {
        vm_raise(vm, ERR_VALUE, "a negative backlog");
        return false;
    }
    options->backlog = backlog < INT32_MAX ? (int)backlog : INT32_MAX;
    options->reuse_port = args[2] != VALUE_ABSENT && value_truthy(args[2]);
    return true;
}

static bool may_listen(csp_vm *vm, value text)
{
    bool is_path = value_is(text, OBJ_STRING) && strncmp(value_string(text)->text, "unix:", 5) == 0;
    return vm_may(vm, MAY_LISTEN) && (!is_path || vm_may(vm, MAY_WRITE));
}

static verdict net_listen(csp_vm *vm, process *p, value *args, value *result)
{
    char shown[NET_SHOWN];
    net_found f;
    endpoint_options options = {0};
    const net_doing d = {"listen", "listen on", shown};
    if (!net_text_arg(vm, p, args[0], shown) || !options_arg(vm, p, args, &options) ||
        !may_listen(vm, args[0]))
        return VERDICT_FAIL;
    verdict v = net_find(vm, p, args[0], NET_LISTEN, &d, &args[3], &f, result);
    if (v != VERDICT_DONE || f.count == 0)
        return v;
    options.pin = &f.pin;
    options.name = shown;
    endpoint *e = net_open_first(vm, &f, &options);
    int why = errno;
    net_drop(&f);
    return e ? vm_give(vm, net_endpoint_value(vm, p, e), result)
             : net_failed(vm, p, &d, why, result);
}

/* --- connect(address, timeout): behind the parameters */

enum { SLOT_FIND = 2, SLOT_DIAL, SLOT_DEADLINE, SLOT_COLLECTED, CONNECT_SLOTS = 4 };

static void hang_up(csp_vm *vm, const hosted_class *of, void *data)
{
    (void)vm;
    (void)of;
    dial_free(data);
}

static const hosted_class dial_class = {
    .name = "dial", .phrase = "a dial", .finalize = hang_up, .shared = true, .hidden = true};

static void connect_abandon(csp_vm *vm, process *p, const native_entry *entry, value *args)
{
    (void)p;
    (void)entry;
    if (value_is(args[SLOT_DIAL], OBJ_HOSTED))
        hosted_close(vm, args[SLOT_DIAL]);
}

static bool deadline_arg(csp_vm *vm, process *p, value *args)
{
    int64_t ns = 0;
    if (args[SLOT_DEADLINE] != VALUE_ABSENT)
        return true;
    args[SLOT_DEADLINE] = VALUE_NIL;
    if (args[1] == VALUE_ABSENT || args[1] == VALUE_NIL)
        return true;
    if (!timer_duration(vm, p, args[1], &ns))
        return false;
    int64_t at = timer_after(vm, ns);
    args[SLOT_DEADLINE] = value_int(at < INT_SMALL_MAX ? at : INT_SMALL_MAX);
    return true;
}

static int64_t deadline_of(const value *args)
{
    return value_is_int(args[SLOT_DEADLINE]) ? value_as_int(args[SLOT_DEADLINE]) : LOOP_NEVER;
}

static verdict look_up(csp_vm *vm, process *p, value *args, const net_doing *d, value *result)
{
    net_found f;
    verdict v = net_find(vm, p, args[0], NET_CONNECT, d, &args[SLOT_FIND], &f, result);
    if (v == VERDICT_BLOCK)
        timer_beside(vm, p, deadline_of(args));
    if (v != VERDICT_DONE || f.count == 0)
        return v;
    dial *made = dial_new(vm, f.all, f.count);
    if (made) {
        dial_hold(made, f.pin);
        f.pin = -1;
    }
    net_drop(&f);
    args[SLOT_DIAL] = made ? hosted_new(vm, p, &dial_class, made, 0) : VALUE_ABSENT;
    if (args[SLOT_DIAL] != VALUE_ABSENT)
        return VERDICT_DONE;
    if (made)
        dial_free(made);
    return vm_raise_memory(vm);
}

/* A Unix socket whose path was limited has been reached by another one. */
static bool is_pinned(const address *at)
{
    static const char begins[] = "/proc/self/fd/";
    return at->family == AF_UNIX && at->size > offsetof(struct sockaddr_un, sun_path) &&
           strncmp(at->local.sun_path, begins, sizeof begins - 1) == 0;
}

static verdict give_connected(csp_vm *vm, process *p, int fd, const net_doing *d, value *result)
{
    char name[ADDRESS_TEXT];
    address peer = {.size = sizeof peer.of};
    bool known = getpeername(fd, &peer.any, &peer.size) == 0 && !is_pinned(&peer);
    stream *s =
        stream_new(vm, fd, true, true, false, known ? address_write(&peer, name) : d->address);
    return s ? vm_give(vm, stream_value(vm, p, s), result) : net_failed(vm, p, d, errno, result);
}

static verdict go_on(csp_vm *vm, process *p, value *args, const net_doing *d, value *result)
{
    int fd;
    int64_t until, deadline = deadline_of(args);
    dial *of = value_hosted(args[SLOT_DIAL])->data;
    dial_result r = dial_go(vm, p, of, &fd, &until);
    if (r == DIAL_FAILED && system_has_no_room(errno) && args[SLOT_COLLECTED] == VALUE_ABSENT) {
        args[SLOT_COLLECTED] = VALUE_TRUE;
        system_make_room(vm);
        dial_again(of);
        r = dial_go(vm, p, of, &fd, &until);
    }
    int why = errno;
    if (r == DIAL_WAIT) {
        timer_beside(vm, p, until < deadline ? until : deadline);
        return VERDICT_BLOCK;
    }
    if (r == DIAL_RAISED)
        return VERDICT_FAIL;
    hosted_close(vm, args[SLOT_DIAL]);
    args[SLOT_DIAL] = VALUE_ABSENT;
    return r == DIAL_CONNECTED ? give_connected(vm, p, fd, d, result)
                               : net_failed(vm, p, d, why, result);
}

static verdict net_connect(csp_vm *vm, process *p, value *args, value *result)
{
    char shown[NET_SHOWN];
    const net_doing d = {"connect", "connect to", shown};
    if (!net_text_arg(vm, p, args[0], shown) || !deadline_arg(vm, p, args) ||
        !vm_may(vm, MAY_CONNECT) || !timer_of(vm, p))
        return VERDICT_FAIL;
    if (args[SLOT_DIAL] == VALUE_ABSENT && !net_interrupted(p, args[SLOT_FIND])) {
        verdict v = look_up(vm, p, args, &d, result);
        if (v != VERDICT_DONE || args[SLOT_DIAL] == VALUE_ABSENT)
            return v;
    }
    if (vm_now(vm) < deadline_of(args))
        return go_on(vm, p, args, &d, result);
    connect_abandon(vm, p, NULL, args);
    return net_failed(vm, p, &d, ETIMEDOUT, result);
}

/* --- local(x), peer(s) */

typedef int name_of(int fd, struct sockaddr *at, socklen_t *size);

static verdict give_name(csp_vm *vm, process *p, int fd, name_of *asked, const net_doing *d,
                         value *result)
{
    char name[ADDRESS_TEXT];
    address at = {.size = sizeof at.of};
    if (fd < 0)
        return net_refused(vm, p, d, "closed", "it is closed", result);
    bool known = asked(fd, &at.any, &at.size) == 0;
    if (!known && errno != ENOTCONN)
        return net_failed(vm, p, d, errno == ENOTSOCK ? EOPNOTSUPP : errno, result);
    /* after a reset the system has forgotten what the stream is called by */
    const char *text = known && !is_pinned(&at) ? address_write(&at, name) : d->address;
    return vm_give(vm, system_name(vm, text, strlen(text)), result);
}

static verdict net_local(csp_vm *vm, process *p, value *args, value *result)
{
    const endpoint *e = net_endpoint(args[0]);
    const stream *s = e ? NULL : stream_arg(vm, p, args[0]);
    if (!e && !s)
        return VERDICT_FAIL;
    const net_doing d = {"local", "tell the address of", e ? e->name : s->name};
    return give_name(vm, p, e ? e->fd : s->fd, getsockname, &d, result);
}

static verdict net_peer(csp_vm *vm, process *p, value *args, value *result)
{
    const stream *s = stream_arg(vm, p, args[0]);
    if (!s)
        return VERDICT_FAIL;
    const net_doing d = {"peer", "tell the peer of", s->name};
    return give_name(vm, p, s->fd, getpeername, &d, result);
}

const native_entry net_natives[] = {
    {"accept", "accept(l)",
     "waits for the next connection and gives its stream; for s in listener { } does it until the "
     "listener is closed",
     net_accept, 1, 1, 1, .abandon = net_abandon},
    {"connect", "connect(address, timeout = nil)",
     "a stream to whoever listens there; of a name that stands for several addresses the first "
     "that "
     "answers: Net.connect(\"example.org:80\", 5s)",
     net_connect, 1, 2, CONNECT_SLOTS, .abandon = connect_abandon},
    {"listen", "listen(address, backlog = 511, reuse_port = false)",
     "a listener, which takes connections; with port 0 the system chooses one: "
     "Net.listen(\"127.0.0.1:8080\"), Net.listen(\":8080\")",
     net_listen, 1, 3, 1},
    {"local", "local(x)",
     "the address of this side of a connection, of a listener or a UDP socket, as text", net_local,
     1, 1, 0},
    {"peer", "peer(s)", "the address of the other side of a connection, as text", net_peer, 1, 1,
     0},
    {0},
};
