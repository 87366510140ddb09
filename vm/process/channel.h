/* Channels. */
#ifndef CSP_VM_PROCESS_CHANNEL_H
#define CSP_VM_PROCESS_CHANNEL_H

#include "vm/walk/walk.h"

typedef enum chan_result { CHAN_DONE, CHAN_BLOCK, CHAN_CLOSED, CHAN_FAIL /* raised */ } chan_result;

channel *chan_new(csp_vm *vm, uint32_t capacity); /* NULL: raised */
/* The channel behind a handle, for sending or receiving; NULL: raised (type_error for the wrong end
 * or not a channel). */
channel *chan_of(csp_vm *vm, process *p, value handle, bool sends);
/* A channel that a program makes at a position, and one for it to close: what close() is given.
 * NULL: raised. */
channel *chan_make(csp_vm *vm, uint32_t capacity, uint32_t position);
channel *chan_to_close(csp_vm *vm, process *p, value handle);
/* One end of a channel, or of an end of that kind. FAIL: raised. */
verdict chan_end(csp_vm *vm, process *p, value handle, bool receives, value *out);
/* … behind either end, for uses other than sending and receiving. */
channel *chan_behind(csp_vm *vm, process *p, value handle);
/* The crash of a send on a closed channel. */
verdict chan_raise_closed_send(csp_vm *vm);

/* v, which p may use, as a message for c: at once, or ABSENT: this walk makes it. */
value chan_message(csp_vm *vm, process *p, const channel *c, value v, walk_kind *walk);
/* m is a message. BLOCK: p is parked. CLOSED: nothing has happened. */
chan_result chan_send(csp_vm *vm, process *p, channel *c, value m);
/* DONE: *out is the message, to be delivered (chan_delivery). */
chan_result chan_receive(csp_vm *vm, process *p, channel *c, value *out);
/* In a resumable native that blocked in chan_receive, when it is called again: the message. */
value chan_received(process *p);
/* Closes c; if it is drained: wakes those who wait for that (closing.c). */
void chan_close(csp_vm *vm, channel *c);
void chan_tell_drained(csp_vm *vm, channel *c);
/* Makes a message that came from c p's own: at once (true), or by this walk. */
bool chan_delivery(process *p, const channel *c, value message, walk_kind *walk);

/* Ready without waiting? Stale heads are dropped. */
bool chan_can_send(channel *c);
bool chan_can_receive(channel *c);

/* For ports. Gives m to the first who waits, or puts it into the buffer, which grows as it has to:
 * never parks. False: raised, and nothing has happened. */
bool chan_offer(csp_vm *vm, channel *c, value m);
/* The message of the first who waits to send; ABSENT: nobody does. It is taken. */
value chan_first_sent(channel *c);
void chan_take_sent(csp_vm *vm, channel *c);
/* Whether somebody waits on c. */
bool chan_awaited(const channel *c);

/* Queues: links are bases of processes or nodes. */

void chan_enqueue(channel *c, void *link, bool sends);
void chan_unlink(channel *c, void *link, bool sends);
/* Of a closed channel: hangs the queue from a placeholder before its first link, or does so again
 * when that has moved. */
void chan_hang_queue(channel *c, node *place);
void chan_hang_from(node *place);

/* Closed, and nothing left to receive; that never changes. Alts wait for it in a list of their own:
 * `reserve` makes room for the list (false: raised), `await` queues, `leave` takes back. All who
 * wait are woken, in order, by `close` or by whoever takes the last message after it. Never true of
 * a done channel. */
bool chan_drained(const channel *c);
bool chan_reserve_drained(csp_vm *vm, channel *c);
void chan_await_drained(channel *c, node *n);
void chan_leave_drained(node *n);
node *chan_first_drained(channel *c); /* NULL: nobody waits */

/* The channel of p's outcome, made when first asked for; marks p as awaited. NULL: raised. */
channel *chan_done(csp_vm *vm, process *p);
/* The same, but p counts as awaited only if it did before. */
channel *chan_done_unawaited(csp_vm *vm, process *p);
/* Serves those who wait for p's outcome, in order: at most *most, which is counted down. */
void chan_serve_outcome(csp_vm *vm, process *p, int64_t *most);
/* When p ends, its handle is sent on c, whose buffer has room for `room` such messages from now on;
 * marks p as awaited. If p has ended, it is sent at once. The caller sees to it that no more than
 * `room` processes are watched whose ends have not been received. False: raised. */
bool chan_watch(csp_vm *vm, process *p, channel *c, uint32_t room);
/* Tells the channels that watch p of its end. */
void chan_tell_end(csp_vm *vm, process *p);
channel *chan_tick(csp_vm *vm, int64_t period); /* NULL: raised */
/* Before queueing on a ticker: starts its timer; false: raised. */
bool chan_arm_ticker(csp_vm *vm, channel *c);
/* A tick is due: the first in the queue gets it. */
void chan_serve_tick(csp_vm *vm, channel *c);

#endif
