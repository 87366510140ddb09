/* Net: datagrams. */
#include <errno.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "stdlib/net_parts.h"
#include "stdlib/system.h"

enum { LARGEST = 64 << 10 }; /* of all datagrams of IP, with room */

/* --- udp(address): slots: of net_find */

static verdict net_udp(csp_vm *vm, process *p, value *args, value *result)
{
    char shown[NET_SHOWN];
    net_found f;
    const net_doing d = {"listen", "listen on", shown};
    if (args[0] == VALUE_ABSENT && (args[0] = str_intern(vm, ":0", 2)) == VALUE_ABSENT)
        return vm_raise_memory(vm);
    if (!net_text_arg(vm, p, args[0], shown) || !vm_may(vm, MAY_LISTEN))
        return VERDICT_FAIL;
    verdict v = net_find(vm, p, args[0], NET_LISTEN, &d, &args[1], &f, result);
    if (v != VERDICT_DONE || f.count == 0)
        return v;
    if (f.all->family == AF_UNIX) {
        net_drop(&f);
        return net_refused(vm, p, &d, "unsupported", "UDP has hosts and ports", result);
    }
    endpoint *e = net_open_first(vm, &f, &(endpoint_options){.backlog = -1});
    int why = errno;
    net_drop(&f);
    return e ? vm_give(vm, net_endpoint_value(vm, p, e), result)
             : net_failed(vm, p, &d, why, result);
}

/* --- send_to(u, x, address): slots: of net_find; the address once it is known, as bytes */

enum { SLOT_FIND = 3, SLOT_TO };

/* Names are looked up before the turn, so that one which gets no answer holds up nobody else. */
static verdict find_target(csp_vm *vm, process *p, value *args, const net_doing *d, value *result)
{
    net_found f;
    const endpoint *e = net_endpoint(args[0]);
    verdict v = net_find(vm, p, args[2], NET_SEND, d, &args[SLOT_FIND], &f, result);
    if (v != VERDICT_DONE || f.count == 0)
        return v;
    address to = f.all[0];
    net_drop(&f);
    if (to.family == AF_UNIX)
        return net_refused(vm, p, d, "unsupported", "UDP has hosts and ports", result);
    address own = {.size = sizeof own.of};
    if (getsockname(e->fd, &own.any, &own.size) == 0 && own.family == AF_INET6)
        address_map(&to);
    args[SLOT_TO] = bytes_new(vm, &to, sizeof to);
    return args[SLOT_TO] != VALUE_ABSENT ? VERDICT_DONE : vm_raise_memory(vm);
}

static verdict net_send_to(csp_vm *vm, process *p, value *args, value *result)
{
    char shown[NET_SHOWN];
    const char *data;
    size_t size;
    address to;
    const net_doing d = {"send", "send to", shown};
    endpoint *e = net_datagrams_arg(vm, p, args[0]);
    if (!e || !system_data_arg(vm, p, args[1], &data, &size) ||
        !net_text_arg(vm, p, args[2], shown) || !vm_may(vm, MAY_CONNECT))
        return VERDICT_FAIL;
    if (args[SLOT_TO] == VALUE_ABSENT) {
        verdict v = find_target(vm, p, args, &d, result);
        if (v != VERDICT_DONE || args[SLOT_TO] == VALUE_ABSENT)
            return v;
    }
    memcpy(&to, value_bytes(args[SLOT_TO])->data, sizeof to);
    endpoint_result r = endpoint_enter(vm, p, e, true);
    if (r == ENDPOINT_OK) {
        system_data_arg(vm, p, args[1], &data, &size);
        r = endpoint_send(vm, p, e, data, size, &to);
    }
    if (r == ENDPOINT_FAILED) {
        int why = errno;
        endpoint_leave(vm, p, e);
        return net_failed(vm, p, &d, why, result);
    }
    if (r != ENDPOINT_OK)
        return net_verdict(vm, p, e, r, "send", "send from", result);
    endpoint_leave(vm, p, e);
    *result = VALUE_TRUE;
    return VERDICT_DONE;
}

/* --- receive_from(u) */

static verdict give_datagram(csp_vm *vm, process *p, const char *data, size_t size,
                             const address *from, value *result)
{
    char name[ADDRESS_TEXT];
    value both[2] = {bytes_new(vm, data, size), VALUE_ABSENT};
    *result = both[0]; /* so that it is held */
    address_write(from, name);
    if (both[0] != VALUE_ABSENT)
        both[1] = str_new(vm, name, strlen(name));
    if (both[1] == VALUE_ABSENT)
        return vm_raise_memory(vm);
    return vm_give(vm, tuple_new(vm, p, both, 2), result);
}

static verdict net_receive_from(csp_vm *vm, process *p, value *args, value *result)
{
    size_t size;
    address from;
    endpoint *e = net_datagrams_arg(vm, p, args[0]);
    char *data = e ? malloc(LARGEST) : NULL;
    if (!data)
        return e ? vm_raise_memory(vm) : VERDICT_FAIL;
    endpoint_result r = endpoint_enter(vm, p, e, false);
    if (r == ENDPOINT_OK)
        r = endpoint_receive(vm, p, e, data, LARGEST, &size, &from);
    verdict v;
    if (r == ENDPOINT_OK) {
        endpoint_leave(vm, p, e);
        v = give_datagram(vm, p, data, size, &from, result);
    } else {
        v = net_verdict(vm, p, e, r, "receive", "receive at", result);
    }
    free(data);
    return v;
}

const native_entry net_udp_natives[] = {
    {"receive_from", "receive_from(u)",
     "waits for the next datagram and gives a tuple of its bytes and the address it came from",
     net_receive_from, 1, 1, 1, .abandon = net_abandon},
    {"send_to", "send_to(u, x, address)", "sends the string, bytes or buffer as one datagram; true",
     net_send_to, 3, 3, 2, .abandon = net_abandon},
    {"udp", "udp(address = \":0\")",
     "a UDP socket, which sends and receives datagrams: Net.udp(\"127.0.0.1:0\"); with port 0 the "
     "system chooses one",
     net_udp, 0, 1, 1},
    {0},
};
