/* Ports of the host (csp.h: Ports). */
#ifndef CSP_API_HOST_PORT_H
#define CSP_API_HOST_PORT_H

#include <stdatomic.h>

#include "include/csp.h"

struct host;

/* How many ports the host has not given back, and one for the VM: malloc'ed, freed by the last. */
typedef struct host_ports {
    _Atomic uint32_t *users;
} host_ports;

bool ports_init(struct host *h);
void ports_free(struct host *h);
/* How many the host has not given back. */
uint32_t ports_count(const struct host *h);

#endif
