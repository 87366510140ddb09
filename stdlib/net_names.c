/* Net: failures, and what addresses and names stand for. Names are looked up by threads that may
 * wait for ever (errand_new_patient). */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stdlib/net_parts.h"
#include "stdlib/system.h"
#include "vm/outside/errand.h"
#include "vm/outside/place.h"

enum { LOOKUP_PORT = NET_WHY + 1 };

/* --- on workers */

/* libc says that there is no such name, too, where it had no descriptor to ask with. */
void net_keep_why(errand *e, int why)
{
    bool starved = why != 0 && system_has_no_room(errno);
    e->numbers[NET_WHY] = why;
    if (why == EAI_SYSTEM || starved)
        e->error = errno;
}

static void add_found(errand *e, const struct addrinfo *found)
{
    for (; found; found = found->ai_next) {
        address at;
        if (found->ai_addrlen > sizeof at.of)
            continue;
        memset(&at, 0, sizeof at);
        memcpy(&at.of, found->ai_addr, found->ai_addrlen);
        at.size = found->ai_addrlen;
        address_set_port(&at, (unsigned)e->numbers[LOOKUP_PORT]);
        if (!errand_add(e, &at, sizeof at))
            return;
    }
}

static void look_up(errand *e)
{
    struct addrinfo *found = NULL, hints = {.ai_socktype = SOCK_STREAM};
    errno = 0;
    int why = getaddrinfo(e->paths[0], NULL, &hints, &found);
    net_keep_why(e, why);
    if (why != 0)
        return;
    add_found(e, found);
    freeaddrinfo(found);
    if (e->size == 0)
        e->numbers[NET_WHY] = EAI_NONAME;
}

/* --- failures */

static verdict give(csp_vm *vm, process *p, const net_doing *d, int number, const char *kind,
                    const char *why, value *result)
{
    const system_failure f = {.error = number,
                              .op = d->op,
                              .say = d->say,
                              .key = "address",
                              .subject = d->address,
                              .kind = kind,
                              .why = why};
    return vm_give(vm, system_error(vm, p, &f), result);
}

verdict net_failed(csp_vm *vm, process *p, const net_doing *d, int why, value *result)
{
    return why == ENOMEM ? vm_raise_memory(vm) : give(vm, p, d, why, NULL, NULL, result);
}

verdict net_refused(csp_vm *vm, process *p, const net_doing *d, const char *kind, const char *why,
                    value *result)
{
    return give(vm, p, d, 0, kind, why, result);
}

/* --- what has come of a look-up */

verdict net_give_why(csp_vm *vm, process *p, const errand *e, const net_doing *d, value *result)
{
    int why = (int)e->numbers[NET_WHY];
    if (why == EAI_MEMORY || e->error == ENOMEM)
        return vm_raise_memory(vm);
    if (e->error)
        return net_failed(vm, p, d, e->error, result);
    bool nobody = why == EAI_NONAME || why == EAI_NODATA || why == EAI_ADDRFAMILY;
    if (nobody)
        return net_refused(vm, p, d, "not_found", "there is no such host", result);
    if (why == EAI_AGAIN)
        return net_refused(vm, p, d, "unreachable", "no server for names answers", result);
    return net_refused(vm, p, d, "io_error", gai_strerror(why), result);
}

bool net_lookup_failed(const errand *e) { return e->error || e->numbers[NET_WHY]; }

/* --- addresses */

void net_drop(net_found *f)
{
    if (f->all != &f->one)
        free(f->all);
    f->all = NULL;
    if (f->pin >= 0)
        close(f->pin);
    f->pin = -1;
}

static bool text_arg(csp_vm *vm, process *p, value v, const char **text, size_t *size)
{
    if (value_is(v, OBJ_STRING) || value_is(v, OBJ_BYTES))
        return system_data_arg(vm, p, v, text, size);
    vm_raise_type(vm, p, v, "a string as the address");
    return false;
}

bool net_text_arg(csp_vm *vm, process *p, value v, char shown[NET_SHOWN])
{
    const char *text;
    size_t size;
    if (!text_arg(vm, p, v, &text, &size))
        return false;
    size_t most = size < NET_SHOWN ? size : NET_SHOWN - 1;
    memcpy(shown, text, most);
    shown[most] = '\0';
    return true;
}

bool net_interrupted(const process *p, value slot) { return slot != VALUE_ABSENT && !errand_of(p); }

/* --- what is granted */

static uint64_t needs_of(net_use use) { return use == NET_LISTEN ? MAY_LISTEN : MAY_CONNECT; }

static verdict give_outside(csp_vm *vm, process *p, const net_doing *d, value *result)
{
    return net_failed(vm, p, d, PLACE_OUTSIDE, result);
}

bool net_granted(const csp_vm *vm, net_use use, const address_name *name, bool any_port)
{
    uint64_t needs = needs_of(use);
    return !(confine_limited(vm_confine(vm)) & needs) ||
           confine_host(vm_confine(vm), needs, name, any_port);
}

/* Without a host: the one protocol and the other. Who connects does that to an address, which what
 * is granted must have. */
static verdict find_here(csp_vm *vm, process *p, net_use use, const address_name *name,
                         const net_doing *d, net_found *f, value *result)
{
    bool each = use != NET_LISTEN && confine_limited(vm_confine(vm)) & MAY_CONNECT;
    if (!each && !net_granted(vm, use, name, false))
        return give_outside(vm, p, d, result);
    f->all = malloc(2 * sizeof *f->all);
    if (!f->all)
        return vm_raise_memory(vm);
    for (int i = 0; i < 2; i++) {
        address *at = &f->all[f->count];
        (use == NET_LISTEN ? address_any : address_loopback)(at, i == 0, name->port);
        f->count += !each || confine_address(vm_confine(vm), MAY_CONNECT, at);
    }
    if (f->count > 0)
        return VERDICT_DONE;
    net_drop(f);
    return give_outside(vm, p, d, result);
}

/* A path that is limited becomes one through what is held open: of the socket itself, or of the
 * folder in which it will be. */
static int pin_path(csp_vm *vm, net_use use, net_found *f)
{
    place at;
    bool listens = use == NET_LISTEN;
    uint64_t needs = listens ? MAY_LISTEN | MAY_WRITE : MAY_CONNECT;
    int why = place_find(&at, vm_confine(vm), f->one.local.sun_path, needs, !listens);
    if (why != 0 || !at.real)
        return why;
    f->pin = listens ? fcntl(at.dir, F_DUPFD_CLOEXEC, 0)
                     : openat(at.dir, at.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    why = f->pin < 0 ? errno : 0;
    struct sockaddr_un *to = &f->one.local;
    int size = snprintf(to->sun_path, sizeof to->sun_path, "/proc/self/fd/%d%s%s", f->pin,
                        listens ? "/" : "", listens ? at.name : "");
    if (why == 0 && (size_t)size >= sizeof to->sun_path)
        why = ENAMETOOLONG;
    f->one.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)size + 1);
    place_free(&at);
    return why;
}

static verdict find_path(csp_vm *vm, process *p, net_use use, const address_name *name,
                         const net_doing *d, net_found *f, value *result)
{
    f->one = name->at;
    int why = pin_path(vm, use, f);
    if (why != 0) {
        net_drop(f);
        return net_failed(vm, p, d, why, result);
    }
    f->all = &f->one;
    f->count = 1;
    return VERDICT_DONE;
}

static verdict begin(csp_vm *vm, process *p, const address_name *name, const net_doing *d,
                     value *slot)
{
    errand *e = errand_new_patient(vm, look_up, d->op);
    if (!e)
        return VERDICT_FAIL;
    e->numbers[LOOKUP_PORT] = name->port;
    if (!(e->paths[0] = strdup(name->host))) {
        errand_free(e);
        return vm_raise_memory(vm);
    }
    *slot = VALUE_TRUE;
    return errand_start(vm, p, e, VALUE_NIL);
}

/* A listener takes IPv4 if there is a choice, as those who connect to it by number would expect. */
static void order(net_found *f, net_use use)
{
    f->count = address_unique(f->all, f->count);
    if (use == NET_CONNECT) {
        address_interleave(f->all, f->count);
        return;
    }
    size_t four = 0;
    while (four < f->count && f->all[four].family != AF_INET)
        four++;
    if (four == f->count)
        return;
    address first = f->all[four];
    memmove(f->all + 1, f->all, four * sizeof first);
    f->all[0] = first;
}

static verdict end(csp_vm *vm, process *p, net_use use, const net_doing *d, net_found *f,
                   value *result)
{
    errand *e = errand_of(p);
    verdict v = VERDICT_DONE;
    if (net_lookup_failed(e)) {
        v = net_give_why(vm, p, e, d, result);
    } else {
        f->all = (address *)e->data;
        f->count = e->size / sizeof *f->all;
        e->data = NULL;
        order(f, use);
    }
    errand_end(vm, p);
    return v;
}

/* What has been found, or the beginning of a search; `name` is what was asked for. */
static verdict find_named(csp_vm *vm, process *p, const address_name *name, const net_doing *d,
                          value *slot, net_found *f)
{
    if (!address_numeric(&f->one, name->host, name->port))
        return begin(vm, p, name, d, slot);
    f->all = &f->one;
    f->count = 1;
    return VERDICT_DONE;
}

verdict net_find_host(csp_vm *vm, process *p, value v, const net_doing *d, value *slot,
                      net_found *f, value *result)
{
    const char *text;
    size_t size;
    address_name name = {.port = 0};
    *f = (net_found){.pin = -1};
    if (*slot != VALUE_ABSENT)
        return end(vm, p, NET_CONNECT, d, f, result);
    if (!text_arg(vm, p, v, &text, &size))
        return VERDICT_FAIL;
    const char *wrong = address_read_host(&name, text, size);
    if (wrong)
        return net_refused(vm, p, d, "value_error", wrong, result);
    if (!net_granted(vm, NET_CONNECT, &name, true))
        return give_outside(vm, p, d, result);
    return find_named(vm, p, &name, d, slot, f);
}

verdict net_find(csp_vm *vm, process *p, value v, net_use use, const net_doing *d, value *slot,
                 net_found *f, value *result)
{
    *f = (net_found){.pin = -1};
    if (*slot != VALUE_ABSENT) {
        *slot = VALUE_ABSENT;
        return end(vm, p, use, d, f, result);
    }
    const char *text;
    size_t size;
    address_name name;
    if (!text_arg(vm, p, v, &text, &size))
        return VERDICT_FAIL;
    const char *wrong = address_read(&name, text, size);
    if (wrong)
        return net_refused(vm, p, d, "value_error", wrong, result);
    if (name.is_path)
        return find_path(vm, p, use, &name, d, f, result);
    if (!name.host[0])
        return find_here(vm, p, use, &name, d, f, result);
    if (!net_granted(vm, use, &name, false))
        return give_outside(vm, p, d, result);
    return find_named(vm, p, &name, d, slot, f);
}
