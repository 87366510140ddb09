/* What the files of Net share. */
#ifndef CSP_STDLIB_NET_PARTS_H
#define CSP_STDLIB_NET_PARTS_H

#include "vm/native.h"
#include "vm/outside/address.h"
#include "vm/outside/endpoint.h"
#include "vm/outside/errand.h"

/* --- listeners and sockets for datagrams as values */
/* NULL: raised. */
endpoint *net_datagrams_arg(csp_vm *vm, process *p, value v);
/* Of either sort, or NULL; nothing is raised. */
endpoint *net_endpoint(value v);
/* The value of e, which has none yet. ABSENT: no memory, and e is freed. */
value net_endpoint_value(csp_vm *vm, process *p, endpoint *e);
/* Every native that uses the endpoint in its first argument leaves its turn when it is unwound. */
void net_abandon(csp_vm *vm, process *p, const native_entry *entry, value *args);
native_fn net_accept;

/* --- failures: "cannot connect to ADDRESS: why" */
typedef struct net_doing {
    const char *op, *say; /* "connect", "connect to" */
    const char *address;
} net_doing;

verdict net_failed(csp_vm *vm, process *p, const net_doing *d, int why, value *result);
/* Of a kind that no errno has. */
verdict net_refused(csp_vm *vm, process *p, const net_doing *d, const char *kind, const char *why,
                    value *result);
/* The verdict of an operation on an endpoint after this result, which is not OK. The turn is over,
 * except after WAIT. */
verdict net_verdict(csp_vm *vm, process *p, endpoint *e, endpoint_result r, const char *op,
                    const char *say, value *result);

/* --- addresses */

typedef enum net_use { NET_CONNECT, NET_LISTEN, NET_SEND } net_use;
enum { NET_SHOWN = 256 };

/* The addresses that a text stands for. */
typedef struct net_found {
    size_t count;
    address *all; /* `one`, or malloc'ed: net_drop */
    address one;
    int pin; /* holds open what the path of a Unix socket goes through, or -1 */
} net_found;
void net_drop(net_found *f);

/* The text of an address, at most so much of it as messages show. False: raised. */
bool net_text_arg(csp_vm *vm, process *p, value v, char shown[NET_SHOWN]);
/* Finds the addresses. `slot` is the caller's, ABSENT at first. BLOCK: a name is looked up, call it
 * again. DONE: with no address at all *result is an error value. */
verdict net_find(csp_vm *vm, process *p, value v, net_use use, const net_doing *d, value *slot,
                 net_found *f, value *result);
/* The same for a host without a port. */
verdict net_find_host(csp_vm *vm, process *p, value v, const net_doing *d, value *slot,
                      net_found *f, value *result);
/* What has become of a look-up: an errand one of whose numbers is what getaddrinfo gave. */
enum { NET_WHY };
/* On a worker: keeps what getaddrinfo gave, errno having been 0 before. */
void net_keep_why(errand *e, int why);
bool net_lookup_failed(const errand *e);
verdict net_give_why(csp_vm *vm, process *p, const errand *e, const net_doing *d, value *result);
/* Whether what is granted has the address, or the host with any port. */
bool net_granted(const csp_vm *vm, net_use use, const address_name *name, bool any_port);
/* Whether net_find is waiting, and something else has woken p. */
bool net_interrupted(const process *p, value slot);

/* An endpoint at the first of the addresses that can be used here; NULL: errno says why. */
endpoint *net_open_first(csp_vm *vm, const net_found *f, const endpoint_options *options);

#endif
