/* Channels, alts and timers. Internal to vm/ and to the natives of stdlib/ that wait. */
#ifndef CSP_VM_CHAN_H
#define CSP_VM_CHAN_H

#include "vm/sched.h"
#include "vm/walk.h"

typedef enum chan_result { CHAN_DONE, CHAN_BLOCK, CHAN_CLOSED, CHAN_FAIL /* raised */ } chan_result;

channel *chan_new(csp_vm *vm, uint32_t capacity); /* NULL: raised */
/* The channel behind a handle, for sending or receiving; NULL: raised (type_error for the wrong end or no channel). */
channel *chan_of(csp_vm *vm, process *p, value handle, bool sends);
/* … behind either end, of which nothing is sent or received. */
channel *chan_behind(csp_vm *vm, process *p, value handle);

/* m is a message: immutable or in transit. BLOCK: p is parked. CLOSED: nothing has happened. */
chan_result chan_send(csp_vm *vm, process *p, channel *c, value m);
/* DONE: *out is the message, to be delivered (chan_delivery). */
chan_result chan_receive(csp_vm *vm, process *p, channel *c, value *out);
void chan_close(csp_vm *vm, channel *c);
/* How a message that came from c becomes p's own: at once (true), or by this walk. */
bool chan_delivery(process *p, const channel *c, value message, walk_kind *walk);

/* Ready without waiting? Stale heads are dropped. */
bool chan_can_send(channel *c);
bool chan_can_receive(channel *c);

/* Queues: links are bases of processes or nodes. */

void chan_enqueue(channel *c, void *link, bool sends);
void chan_unlink(channel *c, void *link, bool sends);

/* Closed, and nothing left to receive: so it stays. Alts wait for that in a list of their own; `reserve` makes room for
 * that list (false: raised), `await` queues, `leave` takes back. All who wait are woken, in order, by `close`, or by
 * whoever takes the last message after it. Never of a done channel. */
bool chan_drained(const channel *c);
bool chan_reserve_drained(csp_vm *vm, channel *c);
void chan_await_drained(channel *c, node *n);
void chan_leave_drained(node *n);

/* p's outcome channel, made when first asked for; marks p as awaited. NULL: raised. */
channel *chan_done(csp_vm *vm, process *p);
/* Serves those who wait for p's outcome, in order, as many as *most says, which is counted down. */
void chan_serve_outcome(csp_vm *vm, process *p, int64_t *most);
/* When p ends its handle is sent on c, whose buffer has room for `room` such messages from now on; marks p as awaited.
 * At once where p has ended. Who asks sees to it that no more than `room` processes are watched whose ends have not
 * been received. False: raised. */
bool chan_watch(csp_vm *vm, process *p, channel *c, uint32_t room);
/* Tells those that watch p of its end. */
void chan_tell_end(csp_vm *vm, process *p);
channel *chan_tick(csp_vm *vm, int64_t period); /* NULL: raised */
/* Before queueing on a ticker: starts its timer; false: raised. */
bool chan_arm_ticker(csp_vm *vm, channel *c);
/* A tick is due: the first who waits gets it. */
void chan_serve_tick(csp_vm *vm, channel *c);

/* --- timer.c */
/* the process's own, made when first needed, heap room reserved; NULL: raised */
timer *timer_of(csp_vm *vm, process *p);
bool timer_reserve(csp_vm *vm);            /* room for one more in the heap; false: raised */
void timer_insert(scheduler *s, timer *t); /* room is there */
void timer_remove(scheduler *s, timer *t);
void timer_fire(csp_vm *vm, int64_t now); /* all that are due, in order */
int64_t timer_next(const scheduler *s);   /* the earliest deadline, or INT64_MAX */
/* Parks p until the deadline. FAIL or BLOCK. */
verdict timer_sleep(csp_vm *vm, process *p, int64_t deadline);

/* --- alt.c */
typedef enum alt_result {
    ALT_CHOSEN, /* *arm is taken; a receive's value is to be delivered */
    ALT_BLOCKED,
    ALT_COPY,   /* *work has to become a message by WALK_MESSAGE, then alt_made */
    ALT_MOVE,   /* … by WALK_MOVE */
    ALT_UNMOVE, /* *work has to be given back by WALK_UNMOVE, then alt_made */
    ALT_ENDED,  /* a repeated one: no arm is enabled */
    ALT_FAILED  /* raised */
} alt_result;
typedef struct alt_choice {
    uint32_t arm;
    alt_case *chosen;
    value received;
    value taken; /* of a drained case: what its arm's register for the channels it was taken for becomes, or ABSENT */
    value work;
} alt_choice;
/* Collects the arms behind the ALT instruction and tries. */
alt_result alt_begin(csp_vm *vm, process *p, const value *base, const insn *pc, alt_choice *choice);
alt_result alt_made(csp_vm *vm, process *p, value made, alt_choice *choice); /* after a walk */
alt_result alt_woken(csp_vm *vm, process *p, alt_choice *choice);            /* after a wait, settled */
/* forgets the values: at the end, and when unwound */
void alt_leave(alt *a);

#endif
