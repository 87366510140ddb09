/* Net: the addresses of names, and the names of addresses. */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "stdlib/natives.h"
#include "stdlib/net_parts.h"
#include "vm/outside/errand.h"
#include "vm/outside/place.h"

/* --- resolve(host): slots: whether it waits */

static value list_of(csp_vm *vm, process *p, const address *all, size_t count)
{
    char name[ADDRESS_TEXT];
    value texts = list_new(vm, p, NULL, 0);
    for (size_t i = 0; i < count && texts != VALUE_ABSENT; i++) {
        address_write_host(&all[i], name);
        value text = str_new(vm, name, strlen(name));
        if (text == VALUE_ABSENT || !list_push(vm, value_list(texts), text))
            return VALUE_ABSENT;
    }
    return texts;
}

static verdict net_resolve(csp_vm *vm, process *p, value *args, value *result)
{
    char shown[NET_SHOWN];
    net_found f;
    const net_doing d = {"resolve", NULL, shown};
    if (!net_text_arg(vm, p, args[0], shown) || !vm_may(vm, MAY_CONNECT))
        return VERDICT_FAIL;
    verdict v = net_find_host(vm, p, args[0], &d, &args[1], &f, result);
    if (v != VERDICT_DONE || f.count == 0)
        return v;
    *result = list_of(vm, p, f.all, f.count);
    net_drop(&f);
    return *result != VALUE_ABSENT ? VERDICT_DONE : vm_raise_memory(vm);
}

/* --- reverse(ip): slots: whether it waits */

/* On a worker. */
static void look_back(errand *e)
{
    char name[NI_MAXHOST];
    const address *at = (const address *)e->paths[0];
    errno = 0;
    int why = getnameinfo(&at->any, at->size, name, sizeof name, NULL, 0, NI_NAMEREQD);
    net_keep_why(e, why);
    if (why == 0)
        errand_add(e, name, strlen(name));
}

static verdict ask_back(csp_vm *vm, process *p, const address *at, value *slot)
{
    errand *e = errand_new_patient(vm, look_back, "reverse");
    if (!e)
        return VERDICT_FAIL;
    address *asked = malloc(sizeof *asked);
    if (!asked) {
        errand_free(e);
        return vm_raise_memory(vm);
    }
    *asked = *at;
    e->paths[0] = (char *)asked;
    *slot = VALUE_TRUE;
    return errand_start(vm, p, e, VALUE_NIL);
}

static verdict net_reverse(csp_vm *vm, process *p, value *args, value *result)
{
    char shown[NET_SHOWN];
    address at;
    const net_doing d = {"reverse", "find the name of", shown};
    if (!net_text_arg(vm, p, args[0], shown) || !vm_may(vm, MAY_CONNECT))
        return VERDICT_FAIL;
    if (args[1] == VALUE_ABSENT) {
        address_name name;
        if (!address_numeric(&at, shown, 0))
            return net_refused(vm, p, &d, "value_error", "that is no IP address", result);
        address_read_host(&name, shown, strlen(shown));
        if (!net_granted(vm, NET_CONNECT, &name, true))
            return net_failed(vm, p, &d, PLACE_OUTSIDE, result);
        return ask_back(vm, p, &at, &args[1]);
    }
    errand *e = errand_of(p);
    verdict v = net_lookup_failed(e) ? net_give_why(vm, p, e, &d, result)
                                     : vm_give(vm, str_repaired(vm, e->data, e->size), result);
    errand_end(vm, p);
    return v;
}

const native_entry net_resolve_natives[] = {
    {"resolve", "resolve(host)",
     "the IP addresses that a name stands for, a list of texts in the order in which connect tries "
     "them",
     net_resolve, 1, 1, 1},
    {"reverse", "reverse(ip)", "the name of the host that has this IP address", net_reverse, 1, 1,
     1},
    {0},
};
