/* Net: failures, and what addresses and names stand for. Names are looked up by threads that may
 * wait for ever (errand_new_patient). */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "stdlib/net_parts.h"
#include "stdlib/system.h"
#include "vm/outside/errand.h"

enum { LOOKUP_PORT = NET_WHY + 1 };

/* --- on workers */

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
    int why = getaddrinfo(e->paths[0], NULL, &hints, &found);
    e->numbers[NET_WHY] = why;
    if (why == EAI_SYSTEM)
        e->error = errno;
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

/* Without a host: the one protocol and the other. */
static bool find_here(net_found *f, net_use use, unsigned port)
{
    f->all = malloc(2 * sizeof *f->all);
    if (!f->all)
        return false;
    f->count = 2;
    for (int i = 0; i < 2; i++)
        (use == NET_LISTEN ? address_any : address_loopback)(&f->all[i], i == 0, port);
    return true;
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
    *f = (net_found){.all = NULL};
    if (*slot != VALUE_ABSENT)
        return end(vm, p, NET_CONNECT, d, f, result);
    if (!text_arg(vm, p, v, &text, &size))
        return VERDICT_FAIL;
    const char *wrong = address_read_host(&name, text, size);
    return wrong ? net_refused(vm, p, d, "value_error", wrong, result)
                 : find_named(vm, p, &name, d, slot, f);
}

verdict net_find(csp_vm *vm, process *p, value v, net_use use, const net_doing *d, value *slot,
                 net_found *f, value *result)
{
    *f = (net_found){.all = NULL};
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
    if (!name.is_path && !name.host[0])
        return find_here(f, use, name.port) ? VERDICT_DONE : vm_raise_memory(vm);
    if (!name.is_path)
        return find_named(vm, p, &name, d, slot, f);
    f->one = name.at;
    f->all = &f->one;
    f->count = 1;
    return VERDICT_DONE;
}
