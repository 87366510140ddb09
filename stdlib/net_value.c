/* Net: listeners and sockets for datagrams as values, and taking connections. */
#include <errno.h>

#include "stdlib/net_parts.h"
#include "stdlib/stream_value.h"
#include "stdlib/system.h"
#include "vm/data/hosted.h"
#include "vm/process/timer.h"

static void finalize(csp_vm *vm, const hosted_class *of, void *data)
{
    (void)vm;
    (void)of;
    endpoint_free(data);
}

static const native_entry next_entry;
static const hosted_class listener_class = {.name = "listener",
                                            .phrase = "a listener",
                                            .finalize = finalize,
                                            .shared = true,
                                            .hidden = true,
                                            .next = &next_entry};
static const hosted_class datagrams_class = {
    .name = "udp", .phrase = "a UDP socket", .finalize = finalize, .shared = true, .hidden = true};

static endpoint *use(csp_vm *vm, process *p, value v, const hosted_class *of)
{
    void *data;
    return hosted_use(vm, p, v, of, &data) == VERDICT_DONE ? data : NULL;
}

static endpoint *listener_arg(csp_vm *vm, process *p, value v)
{
    return use(vm, p, v, &listener_class);
}

endpoint *net_datagrams_arg(csp_vm *vm, process *p, value v)
{
    return use(vm, p, v, &datagrams_class);
}

endpoint *net_endpoint(value v)
{
    if (!value_is(v, OBJ_HOSTED))
        return NULL;
    const hosted_class *of = value_hosted(v)->of;
    return of == &listener_class || of == &datagrams_class ? value_hosted(v)->data : NULL;
}

value net_endpoint_value(csp_vm *vm, process *p, endpoint *e)
{
    const hosted_class *of = e->listens ? &listener_class : &datagrams_class;
    value v = hosted_new(vm, p, of, e, sizeof *e);
    if (v == VALUE_ABSENT)
        endpoint_free(e);
    return v;
}

void net_abandon(csp_vm *vm, process *p, const native_entry *entry, value *args)
{
    (void)entry;
    endpoint *e = net_endpoint(args[0]);
    if (e)
        endpoint_leave(vm, p, e);
}

verdict net_verdict(csp_vm *vm, process *p, endpoint *e, endpoint_result r, const char *op,
                    const char *say, value *result)
{
    int why = errno;
    const net_doing d = {op, say, e->name};
    if (r == ENDPOINT_WAIT)
        return VERDICT_BLOCK;
    endpoint_leave(vm, p, e);
    if (r == ENDPOINT_CLOSED)
        return net_refused(vm, p, &d, "closed", "it is closed", result);
    return r == ENDPOINT_FAILED ? net_failed(vm, p, &d, why, result) : VERDICT_FAIL;
}

endpoint *net_open_first(csp_vm *vm, const net_found *f, const endpoint_options *options)
{
    endpoint *e = NULL;
    for (size_t i = 0; i < f->count && !e; i++) {
        e = endpoint_new(vm, &f->all[i], options);
        if (!e && system_has_no_room(errno)) {
            system_make_room(vm);
            e = endpoint_new(vm, &f->all[i], options);
        }
        if (!e && errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)
            break;
    }
    return e;
}

/* --- accept(l), and `for` over a listener: slots: how often there has been no descriptor */

enum { FULL_REST = 5000000, FULL_REST_MOST = 100000000, FULL_COLLECTS = 16 };

static verdict give_connection(csp_vm *vm, process *p, const endpoint *e, int fd,
                               const address *peer, value *result)
{
    char name[ADDRESS_TEXT];
    stream *s =
        stream_new(vm, fd, true, true, false, e->local ? e->name : address_write(peer, name));
    if (s)
        return vm_give(vm, stream_value(vm, p, s), result);
    const net_doing d = {"accept", "accept on", e->name};
    return net_failed(vm, p, &d, errno, result);
}

static endpoint_result accept_or_collect(csp_vm *vm, process *p, endpoint *e, bool collects,
                                         int *fd, address *peer)
{
    endpoint_result r = endpoint_accept(vm, p, e, fd, peer);
    if (r != ENDPOINT_FAILED || !system_has_no_room(errno) || !collects)
        return r;
    system_make_room(vm);
    return endpoint_accept(vm, p, e, fd, peer);
}

verdict net_accept(csp_vm *vm, process *p, value *args, value *result)
{
    address peer;
    int fd;
    endpoint *e = listener_arg(vm, p, args[0]);
    if (!e)
        return VERDICT_FAIL;
    endpoint_result r = endpoint_enter(vm, p, e, false);
    if (r == ENDPOINT_OK)
        r = accept_or_collect(vm, p, e, true, &fd, &peer);
    if (r != ENDPOINT_OK)
        return net_verdict(vm, p, e, r, "accept", "accept on", result);
    endpoint_leave(vm, p, e);
    return give_connection(vm, p, e, fd, &peer, result);
}

/* There is no descriptor: nobody tells when there is one, so it is tried again, less and less
 * often. What nobody holds any more is found by a collection, of which there are fewer. */
static verdict rest(csp_vm *vm, process *p, endpoint *e, value *tries)
{
    int64_t n = *tries == VALUE_ABSENT ? 0 : value_as_int(*tries);
    int64_t time = FULL_REST << (n < 8 ? n : 8);
    *tries = value_int(n + 1);
    if (!timer_of(vm, p))
        return VERDICT_FAIL;
    endpoint_result r = endpoint_await(vm, p, e);
    if (r != ENDPOINT_WAIT)
        return VERDICT_FAIL;
    timer_beside(vm, p, timer_after(vm, time < FULL_REST_MOST ? time : FULL_REST_MOST));
    return VERDICT_BLOCK;
}

static bool is_due(value tries)
{
    int64_t n = tries == VALUE_ABSENT ? 0 : value_as_int(tries);
    return (n & (n - 1)) == 0 || n % FULL_COLLECTS == 0;
}

static verdict next_connection(csp_vm *vm, process *p, value *args, value *result)
{
    address peer;
    int fd;
    value *tries = &args[1];
    endpoint *e = listener_arg(vm, p, args[0]);
    if (!e)
        return VERDICT_FAIL;
    *result = VALUE_NIL;
    endpoint_result r = endpoint_enter(vm, p, e, false);
    if (r == ENDPOINT_CLOSED)
        return VERDICT_DONE;
    if (r == ENDPOINT_OK)
        r = accept_or_collect(vm, p, e, is_due(*tries), &fd, &peer);
    if (r == ENDPOINT_FAILED && (system_has_no_room(errno) || errno == ENOBUFS || errno == ENOMEM))
        return rest(vm, p, e, tries);
    if (r != ENDPOINT_OK)
        return net_verdict(vm, p, e, r, "accept", "accept on", result);
    endpoint_leave(vm, p, e);
    return give_connection(vm, p, e, fd, &peer, result);
}

static const native_entry next_entry = {.name = "accept",
                                        .signature = "accept(l)",
                                        .doc = "the next connection of a listener, for `for`",
                                        .fn = next_connection,
                                        .min = 1,
                                        .max = 1,
                                        .slots = 1,
                                        .abandon = net_abandon};
