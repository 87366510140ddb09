/* The script's end of a port (vm/outside/port.h): its channel.
 *
 * A channel to the script is an ordinary one whose messages come from the port, in turns between
 * two slices; its buffer grows as it has to, up to the port's capacity. A channel from the script
 * has no buffer of its own: who sends on it puts a message into the port, or waits in the channel's
 * queue until the port has room. What goes out is packed before: a small text or scalar stays what
 * it is, all else is a parcel.
 *
 * As long as both live, the channel's ring names the port; after that it is an ordinary closed
 * channel. The VM's list of ports holds the channels weakly, except those that are awaited
 * (ports_push). */
#ifndef CSP_VM_PROCESS_PORT_END_H
#define CSP_VM_PROCESS_PORT_END_H

#include "vm/outside/port.h"
#include "vm/process/rendezvous.h"

/* A new port with its channel; NULL: raised. */
port *port_open(csp_vm *vm, bool to_script, uint32_t capacity, channel **out);

/* A channel that the VM feeds with what happens outside. It is held weakly: when it is closed, or
 * nobody holds it any more, `s->gone` is called, once, in the VM's thread, and the port is gone.
 * NULL: raised. */
port *port_feed_open(csp_vm *vm, port_source *s, channel **out);
/* Sends v, which is immutable, behind `waiting` others that nobody has taken. False: no memory, and
 * nothing has happened. */
bool port_feed(csp_vm *vm, port *q, value v);
uint32_t port_feed_waiting(const port *q);
/* Nothing more will come: closes the channel, so `gone` is called. */
void port_feed_end(csp_vm *vm, port *q);

/* For rendezvous.c and its neighbours; c is a CHANNEL_PORT. */

/* Whether a program may send (or receive) on c; false: raised. */
bool port_end_check(csp_vm *vm, const channel *c, bool sends);
/* What chan_message does for a port. */
value port_end_message(csp_vm *vm, const process *p, value v, walk_kind *walk);
/* DONE, CLOSED, FAIL; BLOCK: there is no room, and the VM will be told of it. */
chan_result port_end_send(csp_vm *vm, channel *c, value m);
/* For a channel from the script: whether there is room, and whether all that was sent has been
 * taken. If not, the VM is told when that changes. For a channel to the script: false and true. */
bool port_end_has_room(const channel *c);
bool port_end_is_empty(const channel *c);
/* A message has left c's buffer. */
void port_end_received(const channel *c);
/* The program has closed c. */
void port_end_closed(csp_vm *vm, channel *c);

/* Whether a process waits for the host at a port. */
bool ports_awaited(const csp_vm *vm);
/* Between two slices, if the VM's marks ask for it: gives up ports whose channels are garbage, and
 * tries again those that had no memory. */
void ports_sweep(csp_vm *vm);
/* In the collector's callbacks: at the beginning of a marking, and at the end of one that brings
 * nothing back. */
void ports_push(const csp_vm *vm);
void ports_judge(csp_vm *vm);
/* In any other marking: marks all channels, since such a marking would free them unnoticed. */
void ports_keep(const csp_vm *vm, heap_marker *m);
/* At the VM's end, before its pool goes. */
void ports_close(csp_vm *vm);

/* For the audit: NULL, or what is wrong. */
const char *ports_audit(const csp_vm *vm);

#endif
