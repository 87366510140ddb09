/* Send and receive. */
#ifndef CSP_VM_PROCESS_RENDEZVOUS_H
#define CSP_VM_PROCESS_RENDEZVOUS_H

#include "vm/walk/walk.h"

typedef enum chan_result { CHAN_DONE, CHAN_BLOCK, CHAN_CLOSED, CHAN_FAIL /* raised */ } chan_result;

/* v, which p may use, as a message for c. ABSENT: the walk *walk must make it. */
value chan_message(csp_vm *vm, process *p, const channel *c, value v, walk_kind *walk);
/* m is a message. BLOCK: p is parked. CLOSED: nothing has happened. */
chan_result chan_send(csp_vm *vm, process *p, channel *c, value m);
/* The crash of a send on a closed channel. */
verdict chan_raise_closed_send(csp_vm *vm);
/* DONE: *out is the message, to be delivered (chan_delivery). */
chan_result chan_receive(csp_vm *vm, process *p, channel *c, value *out);
/* In a resumable native that blocked in chan_receive, when it is called again: the message. */
value chan_received(process *p);
/* Gives p a message that came from c. True: done; false: the walk *walk must do it. */
bool chan_delivery(process *p, const channel *c, value message, walk_kind *walk);

/* Whether a send (a receive) would not have to wait. Drops stale heads of the queue. */
bool chan_can_send(channel *c);
bool chan_can_receive(channel *c);

/* For ports. Gives m to the first who waits, or puts it into the buffer, which grows as it has to:
 * never parks. False: raised, and nothing has happened. */
bool chan_offer(csp_vm *vm, channel *c, value m);
/* chan_first_sent: the message of the first who waits to send; ABSENT: nobody does. chan_take_sent
 * takes that message, and its sender goes on. */
value chan_first_sent(channel *c);
void chan_take_sent(csp_vm *vm, channel *c);
/* Whether somebody waits on c. */
bool chan_awaited(const channel *c);

#endif
