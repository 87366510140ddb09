/* Sockets that are no connections: listeners, and those for datagrams. An endpoint is malloc'ed,
 * and all of it is the VM's thread's.
 *
 * Operations in one direction take turns (turn.h). Whoever has the turn asks the system itself, so
 * what was taken from it is always somebody's: a process that is killed while it waits has taken
 * nothing. */
#ifndef CSP_VM_OUTSIDE_ENDPOINT_H
#define CSP_VM_OUTSIDE_ENDPOINT_H

#include "vm/outside/address.h"
#include "vm/outside/loop.h"
#include "vm/outside/turn.h"

typedef struct endpoint {
    loop_watched watched;
    csp_vm *vm;
    int fd;       /* -1: closed */
    bool in_loop; /* it tells when it is ready */
    bool listens, readable, writable;
    bool local;   /* a Unix socket */
    char *file;   /* its path, removed on close if it still is this file; or NULL */
    dev_t device; /* of that file, as is `ino` */
    ino_t number;
    turn in, out;
    char *name; /* its address, for messages; malloc'ed, as is `file` */
    int pin;    /* what `file` leads through, or -1 */
} endpoint;

typedef struct endpoint_options {
    int backlog; /* of a listener; less than 0: for datagrams */
    bool reuse_port;
    bool only_six; /* no IPv4 over IPv6 */
    /* of a Unix socket whose path leads through an open descriptor: that, which becomes the
     * endpoint's, and the address to show; NULL or -1: there is none */
    int *pin;
    const char *name;
} endpoint_options;

/* NULL: errno says why. A file of a Unix socket on which nobody listens is replaced. */
endpoint *endpoint_new(csp_vm *vm, const address *at, const endpoint_options *options);
/* Wakes those who wait, who find it closed; removes the file. */
void endpoint_close(endpoint *e);
/* Frees it, when nobody holds it any more. */
void endpoint_free(endpoint *e);

typedef enum endpoint_result {
    ENDPOINT_OK,
    ENDPOINT_WAIT, /* p is parked: give BLOCK, and try again */
    ENDPOINT_CLOSED,
    ENDPOINT_FAILED, /* errno */
    ENDPOINT_RAISED  /* give FAIL */
} endpoint_result;

/* Takes the turn for p, until endpoint_leave. */
endpoint_result endpoint_enter(csp_vm *vm, process *p, endpoint *e, bool sends);
void endpoint_leave(csp_vm *vm, const process *p, endpoint *e);

/* In p's turn: accepts a connection, whose descriptor is the caller's, and says who the peer is. */
endpoint_result endpoint_accept(csp_vm *vm, process *p, endpoint *e, int *fd, address *peer);
/* In p's turn: waits until something may have come, or it is closed. */
endpoint_result endpoint_await(csp_vm *vm, process *p, endpoint *e);
/* In p's turn: receives a datagram of at most `room` bytes, and says who sent it. */
endpoint_result endpoint_receive(csp_vm *vm, process *p, endpoint *e, void *data, size_t room,
                                 size_t *size, address *from);
endpoint_result endpoint_send(csp_vm *vm, process *p, endpoint *e, const void *data, size_t size,
                              const address *to);

#endif
