/* Connecting to one of several addresses in the way of RFC 8305: one after the other, without
 * waiting longer than DIAL_STAGGER for one before the next is tried beside it; the first that is
 * connected is taken, and the others are closed.
 *
 * A dial is malloc'ed, and all of it is the VM's thread's. One process at a time waits for it. */
#ifndef CSP_VM_OUTSIDE_DIAL_H
#define CSP_VM_OUTSIDE_DIAL_H

#include "vm/outside/address.h"
#include "vm/core/vm.h"

enum { DIAL_STAGGER = 250000000 }; /* ns */

typedef struct dial dial;

/* Makes a dial with a copy of the addresses, in the order in which they are tried. NULL: no
 * memory. */
dial *dial_new(csp_vm *vm, const address *to, size_t count);
/* Gives fd to the dial, which keeps it open as long as it is needed: a path leads through it. */
void dial_hold(dial *d, int fd);
/* Frees it, and closes the connections under way. */
void dial_free(dial *d);

typedef enum dial_result {
    DIAL_CONNECTED, /* *fd is the caller's */
    DIAL_WAIT,      /* p is parked, and has to run at *until at the latest: call it again then */
    DIAL_FAILED,    /* errno */
    DIAL_RAISED     /* give FAIL */
} dial_result;

dial_result dial_go(csp_vm *vm, process *p, dial *d, int *fd, int64_t *until);
/* After EMFILE: goes on where that happened. */
void dial_again(dial *d);

#endif
